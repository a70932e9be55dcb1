import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { charged, POINT, withChargingApi } from "../charging_api.ts";
import { refuses } from "../native_api.ts";

const PATH = "/v1/charging/audit";

Deno.test("GET /v1/charging/audit lists what was done, newest first, page by page", () =>
  withChargingApi(async (api) => {
    await charged(api);
    const { body: { items } } = await api.get(PATH);
    const actions = items.map(({ action }: { action: string }) => action);
    deepStrictEqual(actions, [
      "SUMINISTRO_FINALIZADO",
      "DRIVER_AUTORIZACION_OK",
      "CP_REGISTRO_INICIAL",
    ]);
    const { id, at, ...rest } = items[0];
    match(`${id} ${at}`, /^[0-9a-f-]{36} 2026-11-22T/);
    deepStrictEqual(rest, {
      "site": items[1].site,
      "action": "SUMINISTRO_FINALIZADO",
      "point": POINT,
      "source": "417",
      "text": "1234 Wh",
    });
    const paged: string[] = [];
    let next = "";
    do {
      const { body } = await api.get(`${PATH}?limit=1${next}`);
      paged.push(...body.items.map((it: { action: string }) => it.action));
      next = body.next === null ? "" : `&cursor=${body.next}`;
    } while (next !== "");
    deepStrictEqual(paged, actions);
  }));

Deno.test("GET /v1/charging/audit takes a point and an action, and gives a file", () =>
  withChargingApi(async (api) => {
    await charged(api);
    const count = async (query: string) =>
      (await api.get(`${PATH}?${query}`)).body.items.length;
    strictEqual(await count(`point=${POINT}`), 3);
    strictEqual(await count("point=NOWHERE"), 0);
    strictEqual(await count("action=DRIVER_AUTORIZACION_OK"), 1);
    strictEqual(await count("action=CP_REGISTRO_INICIAL"), 1);
    strictEqual(await count("action=CP_RECONEXION"), 0);
    const file = await api.request(`${PATH}?format=csv`);
    const lines = (await file.text()).split("\r\n");
    strictEqual(lines[0], "id,at,site,action,point,source,text");
    match(lines[1] ?? "", /,SUMINISTRO_FINALIZADO,MAD-01,417,1234 Wh$/);
    strictEqual(lines.length, 5);
    refuses(await api.get(`${PATH}?action=x`), 422, "request_invalid");
  }));
