import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

Deno.test("GET /v1/incidents shows an oversell until it is acknowledged", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 1 });
    await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 3 }],
      observation: true,
    });

    const open = await api.get("/v1/incidents");
    ok(open.body.items.length > 0, JSON.stringify(open.body));
    const { id } = open.body.items[0];
    const path = `/v1/incidents/${encodeURIComponent(id)}/acknowledgement`;
    const answer = await api.post(path, { note: "counted again" });

    strictEqual(answer.status, 201);
    const left = await api.get("/v1/incidents");
    ok(!left.body.items.some((it: { id: string }) => it.id === id));
    const all = await api.get("/v1/incidents?acknowledged=true");
    deepStrictEqual(
      all.body.items.filter((it: { id: string }) => it.id === id)
        .map((it: { acknowledged: boolean }) => it.acknowledged),
      [true],
    );
  }));

Deno.test("POST /v1/incidents/{id}/acknowledgement refuses unknown incidents and wrong bodies", () =>
  withApi(async (api) => {
    refuses(
      await api.post("/v1/incidents/none/acknowledgement", {}),
      404,
      "incident_unknown",
    );
    refuses(
      await api.post("/v1/incidents/none/acknowledgement", { note: 1 }),
      422,
      "request_invalid",
    );
    refuses(
      await api.post(`/v1/incidents/${"x".repeat(201)}/acknowledgement`, {}),
      404,
      "not_found",
    );
    refuses(
      await api.get("/v1/incidents?acknowledged=perhaps"),
      422,
      "request_invalid",
    );
  }));
