import { deepStrictEqual } from "node:assert/strict";
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
