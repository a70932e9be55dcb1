import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { PlayedPoint } from "../../support/charging_node.ts";
import {
  ask,
  AT_POINT,
  ordered,
  POINT,
  supply,
  withChargingApi,
  withPoint,
} from "../charging_api.ts";
import { refuses } from "../native_api.ts";

Deno.test("POST /v1/charging-points/{id}/commands stops and resumes a point, and tells what it said", () =>
  withChargingApi(async (api) => {
    const state = async () => (await api.get(AT_POINT)).body.state;
    strictEqual(await ordered(api, "stop"), "confirmed");
    strictEqual(await state(), "FUERA_DE_SERVICIO");
    deepStrictEqual((await api.get(AT_POINT)).body.stops, ["operator"]);
    refuses(await ask(api, "417"), 409, "charge_refused");
    strictEqual(await ordered(api, "resume"), "confirmed");
    strictEqual(await state(), "ACTIVADO");
    deepStrictEqual(api.point.told, ["stop", "resume"]);
    strictEqual((await ask(api, "417")).status, 201);
  }));

Deno.test("a command says who gave it and what the equipment refused", () =>
  withChargingApi(async (api) => {
    api.point.answer = "refused";
    const by = { id: "7", name: "Rosa" };
    const { body } = await api.post(`${AT_POINT}/commands`, {
      ...{ command: "stop", cause: "weather", by },
    });
    await api.clock.run(100);
    const { id } = body.command;
    const told = (await api.get(`/v1/charging-commands/${id}`)).body;
    deepStrictEqual(
      [told.point, told.command, told.cause, told.by, told.state],
      [POINT, "stop", "weather", by, "refused"],
    );
    strictEqual((await api.get(AT_POINT)).body.unconfirmed, true);
  }));

Deno.test("POST /v1/charging-points/{id}/commands with end frees driver and point without a stop", () =>
  withChargingApi(async (api) => {
    const { body } = await ask(api, "417");
    const ended = await api.post(`${AT_POINT}/commands`, { command: "end" });
    strictEqual(ended.status, 200);
    strictEqual(ended.body.command, null);
    deepStrictEqual(
      ended.body.sessions.map((one: Record<string, unknown>) => [
        ...[one["id"], one["status"], one["outcome"]],
      ]),
      [[body.session.id, "ended", "cancelled"]],
    );
    refuses(
      await api.post(`${AT_POINT}/commands`, { command: "end" }),
      404,
      "charge_unknown",
    );
    strictEqual((await ask(api, "5")).status, 201);
  }));

Deno.test("a command that nobody can carry out is refused with its reason", () =>
  withChargingApi(async (api) => {
    const order = (path: string, body: Record<string, unknown>) =>
      api.post(`/v1/charging-points/${path}/commands`, body);
    refuses(await order("none", { command: "stop" }), 404, "point_unknown");
    refuses(await order(POINT, { command: "st op" }), 422, "request_invalid");
    refuses(
      await order(POINT, { command: "stop", args: {} }),
      422,
      "request_invalid",
    );
    refuses(
      await order(POINT, { command: "Reset", args: { a: "x".repeat(20_000) } }),
      422,
      "request_invalid",
    );
    const reset = await order(POINT, { command: "Reset" });
    deepStrictEqual(
      [reset.status, reset.body.command.state, reset.body.command.answer.code],
      [200, "refused", "request_invalid"],
    );
    refuses(
      await api.get(`/v1/charging-commands/${randomUUID()}`),
      404,
      "not_found",
    );
  }));

Deno.test("C-46: POST /v1/charging-commands orders every connected point by itself, and one that is silent holds up none", () =>
  withChargingApi(async (api) => {
    /** A point whose equipment never answers. */
    class SilentPoint extends PlayedPoint {
      override stop() {
        this.told.push("stop");
        return new Promise<never>(() => {});
      }
    }
    const silent = new SilentPoint("AAA-00");
    await silent.connect(api.useCases.charging);
    const away = await withPoint(api.useCases, "ZZZ-99");
    await away.link?.ended();
    const { status, body } = await api.post("/v1/charging-commands", {
      command: "stop",
    });
    strictEqual(status, 202);
    deepStrictEqual(
      body.items.map((one: Record<string, unknown>) => [
        ...[one["point"], one["code"]],
      ]),
      [["AAA-00", null], [POINT, null]],
    );
    deepStrictEqual([body.ordered, body.refused], [2, 0]);
    await api.clock.run(200);
    const states = await Promise.all(
      body.items.map(async ({ command }: { command: string }) =>
        (await api.get(`/v1/charging-commands/${command}`)).body.state
      ),
    );
    deepStrictEqual(states, ["waiting", "confirmed"]);
    deepStrictEqual([silent.told, away.told], [["stop"], []]);
  }));

Deno.test("stopping a point ends its supply with what it had supplied", () =>
  withChargingApi(async (api) => {
    const { body } = await ask(api, "417");
    await supply(api, "meter", 500);
    strictEqual(await ordered(api, "stop"), "confirmed");
    await supply(api, "ended", 700);
    const at = `/v1/charging-sessions/${body.session.id}`;
    const session = (await api.get(at)).body;
    deepStrictEqual(
      [session.outcome, session.energyWh, session.words],
      ["stopped", 700, "Carga interrumpida: CP puesto fuera de servicio"],
    );
  }));
