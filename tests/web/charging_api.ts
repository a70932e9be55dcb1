/**
 * A charging site behind its native façade, with a point whose equipment a test plays.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { UseCases } from "../../nodes/use_cases.ts";
import { PlayedPoint } from "../support/charging_node.ts";
import { type Answer, type NativeApi, withApi } from "./native_api.ts";

/** The point of the tests. */
export const POINT = "MAD-01";
/** Its path. */
export const AT_POINT = `/v1/charging-points/${POINT}`;

/** The façade, and its point. */
export interface ChargingApi extends NativeApi {
  /** The equipment of `POINT`. */
  readonly point: PlayedPoint;
}

/**
 * Connects a point to a node.
 *
 * @param useCases The node.
 * @param id The point's id.
 * @returns Its equipment.
 */
export async function withPoint(
  useCases: Pick<UseCases, "charging">,
  id: string = POINT,
): Promise<PlayedPoint> {
  const point = new PlayedPoint(id);
  await point.connect(useCases.charging, { location: "C/ Serrano 10" });
  return point;
}

/**
 * Runs a test on a charging site with one point.
 *
 * @param test The test.
 */
export function withChargingApi(
  test: (api: ChargingApi) => void | Promise<void>,
): Promise<void> {
  return withApi(
    async (api) => await test({ ...api, point: await withPoint(api.useCases) }),
    {
      node: {
        site: "MAD",
        roles: ["charging"],
        currency: "EUR",
        timezone: "Europe/Madrid",
      },
    },
  );
}

/**
 * A driver asks for a point.
 *
 * @param api The façade.
 * @param driver The driver.
 * @param more Other fields.
 * @returns The answer.
 */
export function ask(
  api: NativeApi,
  driver: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return api.post("/v1/charging-requests", { driver, point: POINT, ...more });
}

/**
 * Equipment tells of a supply.
 *
 * @param api The façade.
 * @param kind What happened.
 * @param energyWh Energy so far; the amount is 0.20 per kWh.
 * @param more Other fields.
 * @returns What became of it.
 */
export async function supply(
  api: NativeApi,
  kind: string,
  energyWh?: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const figures = energyWh === undefined
    ? {}
    : { energyWh, amount: (energyWh / 5000).toFixed(2) };
  const answer = await api.post(`${AT_POINT}/supply`, {
    ...{ kind, driver: "417", id: randomUUID() },
    ...figures,
    ...more,
  });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.effect;
}

/**
 * A driver asks, charges 1,234 Wh and gets a ticket.
 *
 * @param api The façade.
 * @returns The session's id.
 */
export async function charged(api: ChargingApi): Promise<string> {
  const { body } = await ask(api, "417");
  await supply(api, "started");
  api.clock.advance(1000);
  await supply(api, "meter", 600);
  api.clock.advance(1000);
  await supply(api, "ended", 1234);
  return body.session.id;
}

/**
 * Orders a point, and waits for what its equipment says.
 *
 * @param api The façade.
 * @param command What is ordered.
 * @param path The point's path.
 * @returns What became of it.
 */
export async function ordered(
  api: NativeApi,
  command: "stop" | "resume",
  path: string = AT_POINT,
): Promise<string> {
  const { status, body } = await api.post(`${path}/commands`, { command });
  strictEqual(status, 202, JSON.stringify(body));
  let { state } = body.command;
  for (let i = 0; state === "waiting" && i < 100; i++) {
    await api.clock.run(100);
    const at = `/v1/charging-commands/${body.command.id}`;
    ({ state } = (await api.get(at)).body);
  }
  return state;
}

/** A request of each operation of charging that takes a body, as it should be. */
export const RIGHT_CHARGING: Readonly<
  Record<string, Readonly<Record<string, unknown>>>
> = {
  requestCharge: { driver: "417", point: POINT, connector: 1, holdSeconds: 60 },
  recordSupply: {
    // What would keep the point busy, or out of service, is left to chance.
    ...{ kind: "ended", connector: 1, driver: "417" },
    id: "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3b",
    ...{ energyWh: 1200, amount: "0.24", at: "2026-01-01T00:00:00Z" },
  },
  commandChargingPoint: {
    ...{ command: "resume", cause: "operator", connector: 1 },
    by: { id: "7", name: "Rosa" },
  },
  setTariff: { point: POINT, energy: "0.25", session: "0.50", minute: "0.01" },
  setChargingDriver: { blocked: false },
  setChargingPointPassword: { password: "correct-horse-battery" },
  commandAllChargingPoints: { command: "resume", cause: "weather" },
};
