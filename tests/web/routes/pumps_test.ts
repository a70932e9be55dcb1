import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { SiteCode } from "../../../crdt/mod.ts";
import { refuses, withApi } from "../native_api.ts";

Deno.test("/v1/pumps lists, changes and removes pumps", () =>
  withApi(async (api) => {
    const made = await api.post("/v1/pumps", { name: "Isla 1", pump: 7 });
    strictEqual(made.status, 201);
    deepStrictEqual([made.body.site, made.body.pump, made.body.live], [
      "CUS",
      7,
      null,
    ]);
    refuses(
      await api.post("/v1/pumps", { name: "Isla 1" }),
      409,
      "name_taken",
    );
    refuses(
      await api.post("/v1/pumps", { name: "Isla 2", pump: 7 }),
      409,
      "pump_exists",
    );
    refuses(await api.post("/v1/pumps", { name: "" }), 422, "request_invalid");
    const changed = await api.patch("/v1/pumps/CUS/7", {
      serviceState: "mantenimiento",
    });
    strictEqual(changed.body.serviceState, "mantenimiento");
    deepStrictEqual((await api.get("/v1/pumps")).body.items, [changed.body]);
    deepStrictEqual((await api.get("/v1/pumps/CUS/7")).body, changed.body);
    refuses(await api.get("/v1/pumps/CUS/8"), 404, "pump_unknown");
    refuses(await api.get("/v1/pumps/CUS/x"), 404, "not_found");
    strictEqual((await api.delete("/v1/pumps/CUS/7")).status, 200);
    refuses(await api.delete("/v1/pumps/CUS/7"), 404, "pump_unknown");
  }));

Deno.test("/v1/pumps/{site}/{pump}/commands orders, and /v1/pump-commands shows what became of it", () =>
  withApi(async (api) => {
    await api.post("/v1/pumps", { name: "Isla 1" });
    const path = "/v1/pumps/CUS/1/commands";
    const order = await api.post(path, { command: "stop", reason: "fire" });
    strictEqual(order.status, 202);
    strictEqual(order.body.outcome, "ordered");
    refuses(await api.post(path, { command: "dance" }), 422, "request_invalid");
    refuses(
      await api.post("/v1/pumps/CUS/2/commands", { command: "stop" }),
      404,
      "pump_unknown",
    );
    const { body } = await api.get("/v1/pump-commands?pump=1");
    deepStrictEqual(body.items, [order.body]);
  }));

Deno.test("/v1/emergency-stops orders every pump of the site, or those that are named", () =>
  withApi(async (api) => {
    for (const name of ["Isla 1", "Isla 2", "Isla 3"]) {
      await api.post("/v1/pumps", { name });
    }
    const all = await api.post("/v1/emergency-stops", { reason: "derrame" });
    strictEqual(all.status, 202);
    deepStrictEqual([all.body.ordered, all.body.refused], [3, 0]);
    const { body } = await api.get("/v1/pump-commands");
    deepStrictEqual(
      new Set(body.items.map((
        { pump, command, reason }: Record<string, unknown>,
      ) => `${pump} ${command} ${reason}`)),
      new Set(["1 stop derrame", "2 stop derrame", "3 stop derrame"]),
    );
    const some = await api.post("/v1/emergency-stops", { pumps: [2, 9] });
    deepStrictEqual(
      some.body.items.map((
        { pump, code }: Record<string, unknown>,
      ) => [pump, code]),
      [[2, null], [9, "pump_unknown"]],
    );
  }));

Deno.test("/v1/emergency-stops asks an office which site it means", () =>
  withApi(async (api) => {
    refuses(
      await api.post("/v1/emergency-stops", {}),
      404,
      "station_unknown",
    );
  }, { node: { roles: ["office"] } }));

Deno.test("streamEvents tells that a pump does something else", () =>
  withApi(({ useCases }) => {
    const told: string[] = [];
    const end = useCases.subscribe(({ view, key }) =>
      told.push([view, ...key].join(" "))
    );
    useCases.forecourt.live.update("CUS" as SiteCode, 4, { volumeMl: 7 });
    end();
    useCases.forecourt.live.update("CUS" as SiteCode, 5, { volumeMl: 7 });
    deepStrictEqual(told, ["pumps CUS 4"]);
  }));
