/**
 * The demo's charging site: two points, one that speaks the installed programs' text over TCP and one that speaks OCPP over
 * WebSocket, and drivers who charge over HTTP. No broker is needed: the first point's engine tells its node over HTTP.
 *
 * @module
 */
import { connectTcp } from "../../net/mod.ts";
import type { SimulatedCharger } from "../charging/simulated_charger.ts";
import { SimulatedPoint } from "../charging/simulated_point.ts";
import { formatTable } from "../demo/table.ts";
import { DemoFailure } from "./demo_node.ts";
import { askNode, surfaceOf, waitUntil } from "./demo_requests.ts";
import type { NodeProcess } from "./node_process.ts";
import { createSimulatedCharger } from "./simulated_charger.ts";
import { SupplyPoster } from "./supply_poster.ts";
import { createSystemClock } from "./system_clock.ts";

/** The site's code, which is also its node's name. */
export const CHARGING_SITE = "MAD";

const TEXT_POINT = "MAD-01";
const OCPP_POINT = "MAD-02";
/** The engine counts so often, in milliseconds, and so much, in watt-hours. */
const ENGINE = { tickMs: 250, energyWh: 500 };
/** How fast the charger charges, in watts, and how often it tells so, in milliseconds. */
const CHARGER = { powerW: 3_600_000, meterMs: 500, plugMs: 300 };
const SUPPLY_WH = 3_000;
/** What a kWh costs where the equipment does not say itself. */
const TARIFF = "0.30";

/** Who plays. */
export interface DemoCharging {
  /** The site's node. */
  readonly site: NodeProcess;
  /** The office, which reads everything. */
  readonly office: NodeProcess;
  /** Says what happens. */
  say(text: string): void;
  /** Writes a table. */
  write(text: string): void;
  /** Gives requests up. */
  readonly signal: AbortSignal;
}

/** A session as the native interface shows it. */
interface Session {
  readonly id: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly energyWh: number;
  readonly amount: { readonly amount: string; readonly currency: string };
}

/**
 * Plays the charging site's part of the demo.
 *
 * @param play Who plays.
 * @throws {DemoFailure} If something does not happen in time, or the sums stay different.
 */
export async function playCharging(play: DemoCharging): Promise<void> {
  const { site, say } = play;
  const poster = new SupplyPoster({
    url: site.ready.http,
    clock: createSystemClock(),
    failed: (error) => say(`  ${TEXT_POINT}: ${String(error)}`),
  });
  const point = textPoint(play, poster);
  const charger = createSimulatedCharger({
    url: `${surfaceOf(site, "charging-ocpp").replace(/\/$/, "")}/ocpp`,
    point: OCPP_POINT,
    ...CHARGER,
  });
  try {
    await askNode(site.ready.http, "/v1/charging-tariffs", {
      signal: play.signal,
      method: "PUT",
      body: { energy: TARIFF },
    });
    await point.start();
    charger.start();
    await bothFree(play);
    await chargeByText(play, point);
    await chargeByOcpp(play, charger);
    await stopAndResume(play);
    await poster.close();
    await compare(play);
  } finally {
    point.stop();
    charger.stop();
    await poster.close();
  }
}

function textPoint(
  { site }: DemoCharging,
  poster: SupplyPoster,
): SimulatedPoint {
  const port = Number(new URL(surfaceOf(site, "charging")).port);
  return new SimulatedPoint({
    point: TEXT_POINT,
    dialect: "text",
    location: "C/ Serrano 10",
    clock: createSystemClock(),
    dial: () => connectTcp({ host: "127.0.0.1", port }),
    emit: (record) => poster.send(record),
    engine: ENGINE,
    pauseMs: 0,
  });
}

async function stateOf(
  { site, signal }: DemoCharging,
  point: string,
): Promise<unknown> {
  const path = `/v1/charging-points?limit=10`;
  const { items } = await askNode(site.ready.http, path, { signal }) as {
    items: { id: string; state: string }[];
  };
  return items.find(({ id }) => id === point)?.state;
}

/** Waits until a point is in a state. */
async function reaches(
  play: DemoCharging,
  point: string,
  state: string,
): Promise<void> {
  await waitUntil(
    `${point} is ${state}`,
    play.signal,
    async () => await stateOf(play, point) === state,
  );
}

async function bothFree(play: DemoCharging): Promise<void> {
  await reaches(play, TEXT_POINT, "ACTIVADO");
  await reaches(play, OCPP_POINT, "ACTIVADO");
  play.say(
    `${CHARGING_SITE} is a charging site. ${TEXT_POINT} registered over TCP as installed points do (${
      surfaceOf(play.site, "charging")
    }), ${OCPP_POINT} over WebSocket as chargers of today do (${
      surfaceOf(play.site, "charging-ocpp")
    }).`,
  );
}

/** A driver asks; gives the session's id, or the reason of a refusal. */
async function request(
  { site, signal }: DemoCharging,
  driver: string,
  point: string,
): Promise<{ readonly session?: string; readonly words: string }> {
  const response = await fetch(
    new URL("/v1/charging-requests", site.ready.http),
    {
      method: "POST",
      signal,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ driver, point }),
    },
  );
  const body = await response.json();
  return response.status === 201
    ? { session: body.session.id, words: body.words }
    : { words: String(body.details?.words ?? body.detail) };
}

async function accepted(
  play: DemoCharging,
  driver: string,
  point: string,
): Promise<string> {
  const { session, words } = await request(play, driver, point);
  if (session !== undefined) return session;
  throw new DemoFailure(`${point} refused driver ${driver}: ${words}`);
}

async function sessionOf(
  { site, signal }: DemoCharging,
  id: string,
): Promise<Session> {
  const path = `/v1/charging-sessions/${id}`;
  return await askNode(site.ready.http, path, { signal }) as unknown as Session;
}

const kwh = (energyWh: number) => `${(energyWh / 1000).toFixed(3)} kWh`;

/** Waits until a session has supplied enough. */
async function supplies(play: DemoCharging, id: string): Promise<void> {
  await waitUntil("it supplies", play.signal, async () => {
    const { status, energyWh } = await sessionOf(play, id);
    return status === "charging" && energyWh >= SUPPLY_WH;
  });
}

/** Waits for a ticket. */
async function ticketOf(play: DemoCharging, id: string): Promise<string> {
  await waitUntil(
    "there is a ticket",
    play.signal,
    async () => (await sessionOf(play, id)).outcome !== null,
  );
  const { outcome, energyWh, amount } = await sessionOf(play, id);
  if (outcome !== "completed") {
    throw new DemoFailure(`The session ended otherwise: ${outcome}`);
  }
  return `${kwh(energyWh)} for ${amount.amount} ${amount.currency}`;
}

async function chargeByText(
  play: DemoCharging,
  point: SimulatedPoint,
): Promise<void> {
  const id = await accepted(play, "417", TEXT_POINT);
  const other = await request(play, "5", TEXT_POINT);
  play.say(
    `Driver 417 asked for ${TEXT_POINT} over HTTP and has it. Driver 5 asked too: "${other.words}".`,
  );
  const plugged = await point.plugIn();
  if (plugged !== "started") {
    throw new DemoFailure(`${TEXT_POINT} did not start: ${plugged}`);
  }
  await supplies(play, id);
  point.unplug();
  play.say(
    `417 plugged in, unplugged, and has a ticket: ${await ticketOf(play, id)}.`,
  );
}

async function chargeByOcpp(
  play: DemoCharging,
  charger: SimulatedCharger,
): Promise<void> {
  const id = await accepted(play, "5", OCPP_POINT);
  await supplies(play, id);
  charger.unplug();
  play.say(
    `Driver 5 asked for ${OCPP_POINT}, which the node started by remote control; the ticket: ${await ticketOf(
      play,
      id,
    )}.`,
  );
}

async function order(
  { site, signal }: DemoCharging,
  command: "stop" | "resume",
): Promise<void> {
  const path = `/v1/charging-points/${TEXT_POINT}/commands`;
  const options = { signal, method: "POST", body: { command } };
  await askNode(site.ready.http, path, options);
}

async function stopAndResume(play: DemoCharging): Promise<void> {
  await order(play, "stop");
  await reaches(play, TEXT_POINT, "FUERA_DE_SERVICIO");
  const { words } = await request(play, "417", TEXT_POINT);
  await order(play, "resume");
  await reaches(play, TEXT_POINT, "ACTIVADO");
  play.say(
    `An operator stopped ${TEXT_POINT}: a driver was refused (${words}) until it was resumed.`,
  );
}

/** Site and office have the same sums. */
async function compare(play: DemoCharging): Promise<void> {
  const { site, office, signal } = play;
  const sums = async ({ ready }: NodeProcess) => {
    const path = "/v1/charging-reports?by=point";
    const { items } = await askNode(ready.http, path, { signal }) as {
      items: {
        key: string;
        sessions: number;
        energyWh: number;
        amount: { amount: string };
      }[];
    };
    return items.map(({ key, sessions, energyWh, amount }) => [
      key,
      `${sessions} charged ${kwh(energyWh)} for ${amount.amount}`,
    ]);
  };
  await waitUntil("both know all sessions", signal, async () => {
    const [here, there] = [await sums(site), await sums(office)];
    return here.length === 2 && JSON.stringify(here) === JSON.stringify(there);
  });
  const there = new Map(
    (await sums(office)).map(([key = "", text = ""]) => [key, text]),
  );
  const rows = (await sums(site)).map(([key = "", text = ""]) => [
    ...[key, text, there.get(key) ?? ""],
  ]);
  play.say("Site and office have the same sessions:");
  play.write(
    `\n${formatTable([["Point", "At the site", "At the office"], ...rows])}\n`,
  );
}
