import { deepStrictEqual, strictEqual } from "node:assert/strict";
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
