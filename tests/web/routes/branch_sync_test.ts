import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { saidMessage, saidSale } from "../../support/branch_messages.ts";
import { type NativeApi, refuses, withApi } from "../native_api.ts";

const OFFICE = { node: { roles: ["office"] } };
const ADDRESS = "192.168.1.20";

async function receive({ useCases }: NativeApi, quantity: number) {
  const received = await useCases.branchSync.receive({
    body: saidMessage([saidSale({ number: 1, quantity })]),
    address: ADDRESS,
  });
  ok(received.ok, JSON.stringify(received));
}

Deno.test("GET /v1/branch-sync shows what a branch sent, and its log", () =>
  withApi(async (api) => {
    const before = await api.get("/v1/branch-sync");
    deepStrictEqual(
      [before.body.isCentral, before.body.hasSources, before.body.last],
      [true, false, null],
    );
    await receive(api, 1);

    const { body } = await api.get("/v1/branch-sync");
    deepStrictEqual([body.last.site, body.last.ok], ["ABA", true]);
    const log = await api.get("/v1/branch-sync/log?limit=5");
    deepStrictEqual(log.body.items, [body.last]);
    const branches = await api.get("/v1/branch-sync/branches");
    deepStrictEqual(
      branches.body.items.map((it: { site: string; state: string }) => [
        it.site,
        it.state,
      ]),
      [["ABA", "pending"]],
    );
    const accept = (site: string) =>
      api.post(`/v1/branch-sync/branches/${site}/acceptance`, {});
    const { body: accepted } = await accept("ABA");
    deepStrictEqual(
      [accepted.state, accepted.name],
      ["active", "Sucursal ABA"],
    );
    refuses(await accept("ABA"), 404, "not_found");
    refuses(await accept("XYZ"), 404, "not_found");
    refuses(
      await api.get("/v1/branch-sync/branches?cursor=x"),
      422,
      "request_invalid",
    );
  }, OFFICE));

Deno.test("POST /v1/branch-sync/conflicts/{number}/resolution ends a conflict's waiting", () =>
  withApi(async (api) => {
    await receive(api, 1);
    await receive(api, 2);
    const { body } = await api.get("/v1/branch-sync/conflicts");
    const [conflict] = body.items;
    deepStrictEqual(
      [conflict.kind, conflict.resolved],
      ["conflict", false],
    );
    const path = `/v1/branch-sync/conflicts/${conflict.number}/resolution`;
    strictEqual((await api.post(path, { note: "Seen" })).status, 200);

    const after = await api.get("/v1/branch-sync/conflicts");
    strictEqual(after.body.items[0].resolved, true);
    refuses(
      await api.post("/v1/branch-sync/conflicts/99/resolution", {}),
      404,
      "not_found",
    );
  }, OFFICE));

Deno.test("POST /v1/branch-sync/push and pull say that nobody was asked", () =>
  withApi(async (api) => {
    refuses(await api.post("/v1/branch-sync/pull", {}), 404, "not_found");
    deepStrictEqual((await api.post("/v1/branch-sync/push", {})).body, {
      sent: 0,
      message: "Ningún otro nodo está al alcance",
    });
  }));
