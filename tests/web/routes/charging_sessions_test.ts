import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  ask,
  AT_POINT,
  charged,
  POINT,
  supply,
  withChargingApi,
} from "../charging_api.ts";
import { refuses } from "../native_api.ts";

Deno.test("GET /v1/charging-sessions lists sessions, newest first, by point, driver, status and time", () =>
  withChargingApi(async (api) => {
    const first = await charged(api);
    api.clock.advance(60_000);
    const second = (await ask(api, "5")).body.session;
    const ids = async (query: string) =>
      (await api.get(`/v1/charging-sessions${query}`)).body.items
        .map(({ id }: { id: string }) => id);

    deepStrictEqual(await ids(""), [second.id, first]);
    deepStrictEqual(await ids("?status=open"), [second.id]);
    deepStrictEqual(await ids("?status=ended"), [first]);
    deepStrictEqual(await ids("?driver=417"), [first]);
    deepStrictEqual(await ids(`?point=${POINT}&driver=5`), [second.id]);
    deepStrictEqual(await ids("?point=VAL-03"), []);
    deepStrictEqual(await ids(`?from=${second.at}`), [second.id]);
    deepStrictEqual(await ids(`?to=${second.at}`), [first]);
    const page = (await api.get("/v1/charging-sessions?limit=1")).body;
    deepStrictEqual(await ids(`?limit=1&cursor=${page.next}`), [first]);
  }));

Deno.test("GET /v1/charging-sessions?format=csv gives a file of all that pass", () =>
  withChargingApi(async (api) => {
    const id = await charged(api);
    const response = await api.request("/v1/charging-sessions?format=csv");
    match(response.headers.get("content-type") ?? "", /^text\/csv/);
    const [header, row = "", end] = (await response.text()).split("\r\n");

    match(header ?? "", /^session,site,point,connector,driver,source,status/);
    ok(row.startsWith(`${id},MAD,${POINT},1,417,http,ended,completed,`), row);
    ok(row.endsWith(",1234,0.25,EUR,"), row);
    strictEqual(end, "");
  }));

Deno.test("GET /v1/charging-sessions/{id} shows a session to its ticket", () =>
  withChargingApi(async (api) => {
    const id = await charged(api);
    const { body } = await api.get(`/v1/charging-sessions/${id}`);

    deepStrictEqual(
      [body.status, body.outcome, body.energyWh, body.amount, body.words],
      [
        ...["ended", "completed", 1234],
        { amount: "0.25", currency: "EUR" },
        null,
      ],
    );
    ok(body.startedAt !== null && body.endedAt > body.startedAt);
    refuses(
      await api.get(`/v1/charging-sessions/${randomUUID()}`),
      404,
      "charge_unknown",
    );
  }));

Deno.test("POST /v1/charging-sessions/{id}/end ends a reservation", () =>
  withChargingApi(async (api) => {
    const { body } = await ask(api, "417");
    const end = `/v1/charging-sessions/${body.session.id}/end`;
    const ended = await api.post(end, {});
    deepStrictEqual(
      [ended.status, ended.body.outcome],
      [200, "cancelled"],
    );
    refuses(
      await api.post(`/v1/charging-sessions/${randomUUID()}/end`, {}),
      404,
      "charge_unknown",
    );
    strictEqual((await api.get(AT_POINT)).body.state, "ACTIVADO");
  }));

Deno.test("GET /v1/charging-tickets/{id} prints a ticket of 48 columns", () =>
  withChargingApi(async (api) => {
    await api.put("/v1/settings/business", {
      ...{ name: "Electrolinera Sol", ruc: "B12345678" },
    });
    const id = await charged(api);
    const response = await api.request(`/v1/charging-tickets/${id}`);
    match(response.headers.get("content-type") ?? "", /^text\/plain/);
    const text = await response.text();

    deepStrictEqual(text.trimEnd().split("\n"), [
      "               Electrolinera Sol",
      "                 RUC B12345678",
      "               TICKET DE RECARGA",
      "------------------------------------------------",
      `Ticket      ${id}`,
      "Punto                                     MAD-01",
      "Ubicación                          C/ Serrano 10",
      "Conector                                       1",
      "Conductor                                    417",
      "Inicio                       2026-11-22 16:00:00",
      "Fin                          2026-11-22 16:00:02",
      "Duración                                00:00:02",
      "------------------------------------------------",
      "Energía                                1.234 kWh",
      "Precio                              0.25 EUR/kWh",
      "TOTAL EUR                                   0.25",
      "El importe es el del equipo: su precio no es el",
      "registrado.",
      "------------------------------------------------",
      "           Gracias por su preferencia",
    ]);
  }));

Deno.test("C-27: a ticket can be had later, as a page that loads and runs nothing", () =>
  withChargingApi(async (api) => {
    const id = await charged(api);
    const path = `/v1/charging-tickets/${id}`;
    for (
      const init of [
        { path: `${path}?format=html` },
        { path, headers: { accept: "text/html" } },
      ]
    ) {
      const response = await api.request(init.path, init);
      match(response.headers.get("content-type") ?? "", /^text\/html/);
      match(
        response.headers.get("content-security-policy") ?? "",
        /default-src 'none'/,
      );
      const page = await response.text();
      match(page, /@page\{size:80mm/);
      ok(page.includes("1.234 kWh") && !page.includes("<script"));
    }
  }));

Deno.test("C-11: a supply that a fault interrupted has a ticket with what was supplied, and why it ended", () =>
  withChargingApi(async (api) => {
    const { body } = await ask(api, "417");
    const path = `/v1/charging-tickets/${body.session.id}`;
    refuses(await api.get(path), 409, "charge_open");
    await supply(api, "meter", 500);
    await supply(api, "fault", 600);
    const text = await (await api.request(path)).text();

    match(text, /SUMINISTRO INTERRUMPIDO/);
    match(text, /Carga interrumpida: Avería detectada en el/);
    match(text, /Energía +0\.600 kWh/);
    refuses(
      await api.get(`/v1/charging-tickets/${randomUUID()}`),
      404,
      "charge_unknown",
    );
  }));
