import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";

Deno.test("/v1/tanks keeps wet stock", () =>
  withApi(async (api) => {
    refuses(
      await api.post("/v1/tanks/CUS/1/dips", { measuredMl: 5 }),
      404,
      "tank_unknown",
    );
    const set = await api.put("/v1/tanks/CUS/1", { fuel: "93" });
    deepStrictEqual([set.status, set.body.levelMl], [200, 0]);
    const full = await api.post("/v1/tanks/CUS/1/deliveries", {
      volumeMl: 9000,
    });
    deepStrictEqual([full.status, full.body.levelMl], [201, 9000]);
    const dip = await api.post("/v1/tanks/CUS/1/dips", { measuredMl: 8990 });
    deepStrictEqual([dip.body.levelMl, dip.body.month.variationMl], [
      8990,
      -10,
    ]);
    deepStrictEqual((await api.get("/v1/tanks")).body.items, [dip.body]);
  }));

Deno.test("/v1/tanks/{site}/{tank}/events lists deliveries and dips, newest first, in pages", () =>
  withApi(async (api) => {
    const path = "/v1/tanks/CUS/1";
    await api.put(path, { fuel: "93" });
    await api.put("/v1/tanks/CUS/2", { fuel: "95" });
    await api.post(`${path}/deliveries`, { volumeMl: 9000 });
    api.clock.advance(1_000);
    await api.post(`${path}/dips`, { measuredMl: 8990 });
    api.clock.advance(1_000);
    // A dip that finds what it should find is one all the same.
    await api.post(`${path}/dips`, { measuredMl: 8990 });
    await api.post("/v1/tanks/CUS/2/deliveries", { volumeMl: 5 });
    const first = await api.get(`${path}/events?limit=2`);
    const rest = await api.get(
      `${path}/events?cursor=${encodeURIComponent(first.body.next)}`,
    );
    const shown = [...first.body.items, ...rest.body.items].map((
      { kind, volumeMl }: { kind: string; volumeMl: number },
    ) => [kind, volumeMl]);
    deepStrictEqual(shown, [["dip", 0], ["dip", -10], ["delivery", 9000]]);
    strictEqual(rest.body.next, null);
    deepStrictEqual((await api.get("/v1/tanks/CUS/3/events")).body.items, []);
  }));
