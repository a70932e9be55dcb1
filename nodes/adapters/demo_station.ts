/**
 * The demo's fuel station: two pumps that speak the installed programs' protocol, one pump that is a peer, and an office
 * that changes a price while one of them delivers.
 *
 * @module
 */
import { localTimeText } from "../../crdt/mod.ts";
import { countOf, formatTable } from "../demo/table.ts";
import { askNode, surfaceOf, waitUntil } from "./demo_requests.ts";
import { type DemoPump, dialDemoPump } from "./demo_pump.ts";
import type { NodeProcess } from "./node_process.ts";

/** The station's site. */
export const STATION_SITE = "E01";
/** The number of the pump that is a peer. */
export const PEER_PUMP = 3;
/** The zone of nodes that are told none. */
const TIMEZONE = "America/Lima";
const FUEL = "95";
const FIRST_PRICE = 1590;
const SECOND_PRICE = 1620;
const DELIVERED_ML = 8_000;
const DISPENSING_MS = 2_500;

/** Who plays. */
export interface DemoStation {
  /** The office. */
  readonly office: NodeProcess;
  /** The station. */
  readonly station: NodeProcess;
  /** The pump that is a peer. */
  readonly pump: NodeProcess;
  /** Says what happens. */
  say(text: string): void;
  /** Writes a table. */
  write(text: string): void;
  /** Gives requests up. */
  readonly signal: AbortSignal;
}

const money = (units: number) => (units / 100).toFixed(2);

/**
 * Plays the station's part of the demo.
 *
 * @param play Who plays.
 * @throws {DemoFailure} If something does not happen in time.
 */
export async function playStation(play: DemoStation): Promise<void> {
  const { station, say } = play;
  const address = surfaceOf(station, "forecourt-pumps");
  const port = Number(new URL(address).port);
  const now = () => localTimeText(Date.now() * 1000, TIMEZONE);
  const pumps: DemoPump[] = [];
  try {
    for (const number of [1, 2]) {
      pumps.push(await dialDemoPump(number, port, now));
    }
    say(
      `${STATION_SITE} is a fuel station. Pumps 1 and 2 dialed it over TCP as installed pumps do (${address}); pump ${PEER_PUMP} is a node of its own.`,
    );
    await changePrice(play, pumps);
    await dispense(play);
    await compare(play);
  } finally {
    for (const pump of pumps) pump.close();
  }
}

async function setPrice(
  { office, signal }: DemoStation,
  units: number,
): Promise<void> {
  await askNode(office.ready.http, "/v1/fuel-prices", {
    signal,
    method: "POST",
    body: {
      sites: [STATION_SITE],
      prices: [{ fuel: FUEL, price: money(units) }],
      origin: "demo",
    },
  });
}

/** A change reaches a pump that is free at once, and one that delivers afterwards. */
async function changePrice(
  play: DemoStation,
  [busy, free]: readonly DemoPump[],
): Promise<void> {
  if (busy === undefined || free === undefined) return;
  await setPrice(play, FIRST_PRICE);
  await Promise.all([busy.hears(FIRST_PRICE), free.hears(FIRST_PRICE)]);
  play.say(
    `The office set the price of ${FUEL} to ${
      money(FIRST_PRICE)
    } a liter; both have it.`,
  );
  await busy.begin();
  await waitUntil("the station sees the delivery", play.signal, async () => {
    const path = `/v1/pumps/${STATION_SITE}/${busy.number}`;
    const { live } = await askNode(play.station.ready.http, path, play);
    return (live as { operation?: string } | null)?.operation === "dispensing";
  });
  await setPrice(play, SECOND_PRICE);
  await free.hears(SECOND_PRICE);
  play.say(
    `It changed it to ${
      money(SECOND_PRICE)
    } while pump ${busy.number} delivers: pump ${free.number} has that, pump ${busy.number} still ${
      money(busy.price)
    }.`,
  );
  await busy.finish(DELIVERED_ML);
  await busy.hears(SECOND_PRICE);
  play.say(
    `Pump ${busy.number} ended its delivery of ${
      DELIVERED_ML / 1000
    } liters at the price with which it began, and got the new one then.`,
  );
}

/** The pump that is a peer delivers by its own interface. */
async function dispense({ pump, say, signal }: DemoStation): Promise<void> {
  const surface = surfaceOf(pump, "forecourt-pump");
  const order = (path: string) =>
    askNode(surface, path, { signal, method: "POST" });
  await waitUntil("the pump knows its price", signal, async () => {
    const { "precio_litro": price } = await askNode(surface, "/estado", {
      signal,
    });
    return price === SECOND_PRICE;
  });
  await order("/control/iniciar-carga");
  await new Promise((resolve) => setTimeout(resolve, DISPENSING_MS));
  signal.throwIfAborted();
  const { litros, total } = await order(
    "/control/detener-carga?metodo_pago=tarjeta",
  );
  say(
    `Pump ${PEER_PUMP} delivered ${litros} liters for ${
      money(Number(total))
    }, on its own disk first.`,
  );
}

/** Station and office have the same sums of the day. */
async function compare(play: DemoStation): Promise<void> {
  const { station, office, signal } = play;
  const sums = async ({ ready }: NodeProcess) => {
    const { items } = await askNode(
      ready.http,
      `/v1/transactions?site=${STATION_SITE}&limit=100`,
      { signal },
    ) as {
      items: { volumeMl: number; amount: { amount: string } }[];
    };
    const liters = items.reduce((sum, { volumeMl }) => sum + volumeMl, 0);
    const paid = items.reduce(
      (sum, { amount }) => sum + Number(amount.amount),
      0,
    );
    return {
      count: items.length,
      text: `${countOf(items.length, "delivery").replace(/ys$/, "ies")}, ${
        liters / 1000
      } liters, ${paid.toFixed(2)}`,
    };
  };
  await waitUntil(
    "both know all deliveries",
    signal,
    async () =>
      (await sums(station)).count === 2 && (await sums(office)).count === 2,
  );
  const rows = [["Site", "At the station", "At the office"], [
    STATION_SITE,
    (await sums(station)).text,
    (await sums(office)).text,
  ]];
  play.say("Station and office have the same deliveries:");
  play.write(`\n${formatTable(rows)}\n`);
}
