import { deepStrictEqual } from "node:assert/strict";
import { withApi } from "../native_api.ts";

Deno.test("/v1/stations names a site", () =>
  withApi(async (api) => {
    deepStrictEqual((await api.get("/v1/stations/CUS")).body, {
      site: "CUS",
      name: "CUS",
    });
    const named = await api.put("/v1/stations/CUS", { name: "Ruta 68" });
    deepStrictEqual(named.body, { site: "CUS", name: "Ruta 68" });
  }));
