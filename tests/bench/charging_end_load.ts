/**
 * The load generator of the bench `charging_ends`, a program of its own: chargers that began sessions end all of them,
 * each charger one after another. Its argument is an `EndOrder` as JSON; it prints an `EndOutcome`.
 *
 * @module
 */
import { OcppCharger } from "./charging_links.ts";
import { cpuSeconds } from "./process_usage.ts";
import { type Latencies, latenciesOf } from "./statistics.ts";

/** What to do. */
export interface EndOrder {
  /** Where chargers connect. */
  readonly port: number;
  /** The node's process. */
  readonly pid: number;
  /** How many chargers. */
  readonly chargers: number;
  /** Connectors of each, with a session at each. */
  readonly connectors: number;
}

/** What came of it; latencies are those of ends. */
export interface EndOutcome extends Latencies {
  /** Ends a second that were acknowledged. */
  readonly perSecond: number;
  /** Ends that were acknowledged. */
  readonly ended: number;
  /** CPU seconds of the node for them. */
  readonly cpuSeconds: number;
  /** Sessions a second that were begun before. */
  readonly begunPerSecond: number;
  /** CPU seconds of the node for that. */
  readonly begunCpuSeconds: number;
}

/** Runs the chargers in a process of their own. */
export async function runEnds(order: EndOrder): Promise<EndOutcome> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, JSON.stringify(order)],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error("the chargers failed");
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

/** What each session takes, in watt-hours. */
export const ENDED_ENERGY = 5_000;
const METER_START = 1_000;
/** Chargers that dial at once. */
const DIALING = 64;
/** What follows from beginnings has ended after so long, in milliseconds. */
const SETTLED_MS = 3_000;

const isoNow = () => new Date().toISOString();

async function inParts<T>(all: readonly T[], work: (one: T) => Promise<void>) {
  for (let i = 0; i < all.length; i += DIALING) {
    await Promise.all(all.slice(i, i + DIALING).map(work));
  }
}

/** Begins a session at each connector; gives the numbers of their transactions. */
async function begin(
  charger: OcppCharger,
  connectors: number,
): Promise<number[]> {
  const numbers: number[] = [];
  for (let connectorId = 1; connectorId <= connectors; connectorId++) {
    const text = await charger.call("StartTransaction", {
      connectorId,
      idTag: `${charger.id}-${connectorId}`,
      meterStart: METER_START,
      timestamp: isoNow(),
    });
    const [, , { transactionId, idTagInfo }] = JSON.parse(text);
    if (idTagInfo.status !== "Accepted") throw new Error(text);
    numbers.push(transactionId);
  }
  return numbers;
}

async function generate(order: EndOrder): Promise<EndOutcome> {
  const { port, pid, connectors } = order;
  const chargers = Array.from(
    { length: order.chargers },
    (_, i) => new OcppCharger(`C${i + 1}`),
  );
  await inParts(chargers, async (charger) => {
    await charger.connect(port);
    await charger.call("StatusNotification", {
      connectorId: connectors,
      status: "Available",
      errorCode: "NoError",
    });
  });
  const spent = async (work: () => Promise<unknown>) => {
    const [from, before] = [performance.now(), await cpuSeconds(pid)];
    await work();
    const seconds = (performance.now() - from) / 1000;
    return { seconds, cpu: await cpuSeconds(pid) - before };
  };
  let numbers: number[][] = [];
  const begun = await spent(async () => {
    numbers = await Promise.all(chargers.map((it) => begin(it, connectors)));
  });
  // What follows from the beginnings is not to be counted.
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const latencies: number[] = [];
  const ended = await spent(() =>
    Promise.all(chargers.map(async (charger, i) => {
      for (const transactionId of numbers[i] ?? []) {
        const from = performance.now();
        await charger.call("StopTransaction", {
          transactionId,
          meterStop: METER_START + ENDED_ENERGY,
          timestamp: isoNow(),
          reason: "EVDisconnected",
        });
        latencies.push(performance.now() - from);
      }
    }))
  );
  for (const charger of chargers) charger.close();
  return {
    ...latenciesOf(latencies),
    perSecond: latencies.length / ended.seconds,
    ended: latencies.length,
    cpuSeconds: ended.cpu,
    begunPerSecond: latencies.length / begun.seconds,
    begunCpuSeconds: begun.cpu,
  };
}

if (import.meta.main) {
  const outcome = await generate(JSON.parse(Deno.args[0] ?? ""));
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcome)));
  Deno.exit(0);
}
