import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ask, AT_POINT, supply, withChargingApi } from "../charging_api.ts";
import { refuses } from "../native_api.ts";

Deno.test("POST /v1/charging-requests gives a free point to a driver, once for one id", () =>
  withChargingApi(async (api) => {
    const id = randomUUID();
    const first = await ask(api, "417", { id });
    const again = await ask(api, "417", { id });

    deepStrictEqual([first.status, again.status], [201, 200]);
    deepStrictEqual(
      [first.body.accepted, first.body.words, first.body.repeated],
      [true, "Autorizado", false],
    );
    strictEqual(again.body.repeated, true);
    strictEqual(again.body.session.id, first.body.session.id);
    deepStrictEqual(api.point.told, ["authorize 417"]);
    const { state, connectors } = (await api.get(AT_POINT)).body;
    deepStrictEqual(
      [state, connectors[0].session.driver, connectors[0].session.source],
      ["RESERVADO", "417", "http"],
    );
  }));

Deno.test("POST /v1/charging-requests refuses with the original reasons", () =>
  withChargingApi(async (api) => {
    const reason = async (driver: string, more = {}) => {
      const { status, body } = await ask(api, driver, more);
      return [status, body.code, body.details.reason, body.details.words];
    };
    deepStrictEqual(await reason("417", { point: "none" }), [
      ...[404, "point_unknown", "point_unknown", "NO_EXISTE"],
    ]);
    deepStrictEqual(await reason("NO_SESSION"), [
      ...[409, "charge_refused", "driver_invalid"],
      "Identificador de conductor no válido",
    ]);
    await ask(api, "417");
    deepStrictEqual(await reason("417"), [
      ...[409, "charge_refused", "driver_busy"],
      "Driver ya conectado a otro CP",
    ]);
    deepStrictEqual(await reason("5"), [
      ...[409, "charge_refused", "point_busy"],
      "CP ya en uso por otro driver",
    ]);
    await api.post(`${AT_POINT}/commands`, { command: "end" });
    await api.point.link?.fault();
    deepStrictEqual(await reason("5"), [
      ...[409, "charge_refused", "point_unready", "AVERIADO"],
    ]);
  }));

Deno.test("a refusal is on disk too: a repeat gets it again when the point is free", () =>
  withChargingApi(async (api) => {
    await ask(api, "417");
    const id = randomUUID();
    const first = await ask(api, "5", { id });
    await api.post(`${AT_POINT}/commands`, { command: "end" });
    const again = await ask(api, "5", { id });

    refuses(first, 409, "charge_refused");
    refuses(again, 409, "charge_refused");
    deepStrictEqual(
      [first.body.details.repeated, again.body.details.repeated],
      [false, true],
    );
    strictEqual((await ask(api, "5")).status, 201);
  }));

Deno.test("C-30: POST /v1/charging-requests with holdSeconds frees the point when they are over", () =>
  withChargingApi(async (api) => {
    const { body } = await ask(api, "417", { holdSeconds: 30 });
    strictEqual(typeof body.session.expiresAt, "string");
    await api.clock.run(31_000);
    const at = `/v1/charging-sessions/${body.session.id}`;
    strictEqual((await api.get(at)).body.outcome, "expired");
    strictEqual((await ask(api, "5")).status, 201);
  }));

Deno.test("POST /v1/charging-points/{id}/supply says what became of a record", () =>
  withChargingApi(async (api) => {
    await ask(api, "417");
    strictEqual(await supply(api, "started"), "stored");
    strictEqual(await supply(api, "meter", 100), "live");
    strictEqual(await supply(api, "ended", 200), "stored");
    strictEqual(await supply(api, "meter", 200), "repeated");
    refuses(
      await api.post(`${AT_POINT}/supply`, { kind: "meter", amount: "0.001" }),
      422,
      "request_invalid",
    );
    refuses(
      await api.post(`${AT_POINT}/supply`, { kind: "CONSUMO" }),
      422,
      "request_invalid",
    );
  }));

Deno.test("POST /v1/charging-points/{id}/supply counts a record once that is posted again with its id", () =>
  withChargingApi(async (api) => {
    const energies = async (path: string) => {
      const { body } = await api.get(path);
      return body.items.map((it: { energyWh: number }) => it.energyWh);
    };
    const other = "/v1/charging-energy?limit=10";
    const sums = "/v1/charging-reports?by=point";
    const id = randomUUID();
    // Nobody had asked, and nothing had begun: energy of the point alone.
    strictEqual(await supply(api, "ended", 700, { id }), "stored");
    strictEqual(await supply(api, "ended", 700, { id }), "repeated");
    deepStrictEqual(await energies(other), [700]);

    const end = randomUUID();
    await ask(api, "417");
    await supply(api, "started");
    strictEqual(await supply(api, "ended", 200, { id: end }), "stored");
    await ask(api, "417");
    await supply(api, "started");
    // The driver charges again: the end of the supply before does not end this one.
    strictEqual(await supply(api, "ended", 200, { id: end }), "repeated");
    strictEqual(await supply(api, "meter", 300), "live");
    strictEqual(await supply(api, "ended", 300), "stored");
    deepStrictEqual(await energies(sums), [500]);
    deepStrictEqual(await energies(other), [700]);
  }));

Deno.test("POST /v1/charging-points/{id}/supply begins nothing anew when a start or a fault is posted again", () =>
  withChargingApi(async (api) => {
    const start = randomUUID();
    const fault = randomUUID();
    strictEqual(await supply(api, "started", 0, { id: start }), "stored");
    strictEqual(await supply(api, "ended", 50), "stored");
    strictEqual(await supply(api, "started", 0, { id: start }), "repeated");
    strictEqual((await api.get(AT_POINT)).body.state, "ACTIVADO");
    strictEqual(await supply(api, "fault", undefined, { id: fault }), "stored");
    await api.point.link?.recover();
    strictEqual(
      await supply(api, "fault", undefined, { id: fault }),
      "repeated",
    );
    strictEqual((await api.get(AT_POINT)).body.state, "ACTIVADO");
  }));

Deno.test("POST /v1/charging-points/{id}/supply refuses what could not be told from a repeat, and says what helps", () =>
  withChargingApi(async (api) => {
    for (const kind of ["started", "ended", "fault", "lost"]) {
      const answer = await api.post(`${AT_POINT}/supply`, { kind });
      refuses(answer, 422, "request_invalid");
      match(answer.body.detail, /draw an "id"/);
    }
    const meter = await api.post(`${AT_POINT}/supply`, { kind: "meter" });
    strictEqual(meter.status, 200);
  }));
