/**
 * The load generator of the bench `charging_points`, a program of its own: thousands of points that are connected, of
 * which some report each second, while others are stopped and resumed through the node's API. Its argument is a
 * `PointOrder` as JSON; it prints a `PointOutcome` a run.
 *
 * @module
 */
import { OcppCharger, TextPoint } from "./charging_links.ts";
import { HttpConnection, postRequest } from "./http_connection.ts";
import { getJson, sleep } from "./node_http.ts";
import { cpuSeconds, watchMemory } from "./process_usage.ts";
import { type Latencies, latenciesOf } from "./statistics.ts";

/** What to do. */
export interface PointOrder {
  /** The node's API. */
  readonly http: string;
  /** Where text points connect. */
  readonly textPort: number;
  /** Where chargers connect. */
  readonly ocppPort: number;
  /** The node's process. */
  readonly pid: number;
  /** How many text points. */
  readonly texts: number;
  /** How many chargers. */
  readonly chargers: number;
  /** How many of the chargers have a session and report each second. */
  readonly reporting: number;
  /** How long reports are counted in each run, in seconds. */
  readonly seconds: number;
  /** Points that are stopped in each run, half of them text points. */
  readonly stops: number;
  /** How often. */
  readonly runs: number;
}

/** What came of one run. */
export interface PointOutcome {
  /** Share of a core that the node uses while nothing is reported. */
  readonly idleShare: number;
  /** The same while points report. */
  readonly share: number;
  /** Reports a second that were acknowledged. */
  readonly perSecond: number;
  /** The most resident memory, in MB. */
  readonly rssMb: number;
  /** From before a report is written to its acknowledgement. */
  readonly reports: Latencies;
  /** From before a stop is posted until the point hears it. */
  readonly stops: Latencies;
}

/** Runs the points in a process of their own. */
export async function runPoints(order: PointOrder): Promise<PointOutcome[]> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, JSON.stringify(order)],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error("the points failed");
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

/** Points that dial at once. */
const DIALING = 64;
/** How long the node may take to know all points, in milliseconds. */
const KNOWN_MS = 120_000;
/** After what has changed much the node does what follows from it, in milliseconds. */
const SETTLED_MS = 5_000;
/** Reports are sent this often, a part of the points at a time, in milliseconds. */
const TICK_MS = 10;
/** Stops that are under way at once. */
const LANES = 4;
/** How long a stop may take, in milliseconds. */
const STOP_MS = 20_000;

async function inParts<T>(all: readonly T[], work: (one: T) => Promise<void>) {
  for (let i = 0; i < all.length; i += DIALING) {
    await Promise.all(all.slice(i, i + DIALING).map(work));
  }
}

/** A charger with a session that reports what its meter shows. */
interface Reporting {
  readonly charger: OcppCharger;
  readonly transactionId: number;
  energy: number;
  isWaiting: boolean;
}

const isoNow = () => new Date().toISOString();

async function begin(charger: OcppCharger): Promise<Reporting> {
  const text = await charger.call("StartTransaction", {
    connectorId: 1,
    idTag: `D-${charger.id}`,
    meterStart: 0,
    timestamp: isoNow(),
  });
  const [, , { transactionId, idTagInfo }] = JSON.parse(text);
  if (idTagInfo.status !== "Accepted") throw new Error(text);
  return { charger, transactionId, energy: 0, isWaiting: false };
}

/** Reports of many chargers with one timer. */
class Reports {
  latencies: number[] = [];
  readonly #all: readonly Reporting[];
  readonly #sent = new Set<Promise<void>>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(all: readonly Reporting[]) {
    this.#all = all;
  }

  start(): void {
    const from = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      const due = (performance.now() - from) / 1000 * this.#all.length;
      for (; sent < due; sent++) {
        const one = this.#all[sent % this.#all.length];
        if (one === undefined || one.isWaiting) continue;
        const report = this.#send(one);
        this.#sent.add(report);
        void report.then(() => this.#sent.delete(report));
      }
    }, TICK_MS);
  }

  /** Sends no more; resolves once all were answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#sent);
  }

  async #send(one: Reporting): Promise<void> {
    one.isWaiting = true;
    one.energy += 3;
    const from = performance.now();
    await one.charger.call("MeterValues", {
      connectorId: 1,
      transactionId: one.transactionId,
      meterValue: [{
        timestamp: isoNow(),
        sampledValue: [{
          value: String(one.energy),
          measurand: "Energy.Active.Import.Register",
          unit: "Wh",
        }],
      }],
    });
    this.latencies.push(performance.now() - from);
    one.isWaiting = false;
  }
}

async function command(
  connection: HttpConnection,
  { http, id, stop }: {
    readonly http: string;
    readonly id: string;
    readonly stop: boolean;
  },
): Promise<void> {
  const url = new URL(`/v1/charging-points/${id}/commands`, http);
  const body = { command: stop ? "stop" : "resume", cause: "operator" };
  const { status, body: answer } = await connection.request(
    postRequest(url, body),
  );
  if (status !== 202) throw new Error(new TextDecoder().decode(answer));
}

/** Stops points and lets them go on; gives how long each stop took to reach its point. */
async function stopAll(
  http: string,
  points: readonly (TextPoint | OcppCharger)[],
): Promise<number[]> {
  const latencies: number[] = [];
  const all = points[Symbol.iterator]();
  const lane = async () => {
    const connection = await HttpConnection.open(new URL(http));
    for (let it = all.next(); it.done !== true; it = all.next()) {
      const point = it.value;
      for (const stop of [true, false]) {
        const heard = Promise.withResolvers<number>();
        point.heard = (isStop) =>
          isStop === stop && heard.resolve(performance.now());
        const late = setTimeout(
          () => heard.reject(new Error(`${point.id} heard nothing`)),
          STOP_MS,
        );
        const from = performance.now();
        await command(connection, { http, id: point.id, stop });
        const at = await heard.promise;
        clearTimeout(late);
        if (stop) latencies.push(at - from);
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return latencies;
}

async function shareOf(pid: number, work: () => Promise<void>) {
  const [from, before] = [performance.now(), await cpuSeconds(pid)];
  await work();
  const seconds = (performance.now() - from) / 1000;
  return { seconds, share: (await cpuSeconds(pid) - before) / seconds };
}

/** Every so manyth of a list, others in each run. */
function spread<T>(all: readonly T[], count: number, run: number): T[] {
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => (i + run) % step === 0).slice(0, count);
}

async function connectAll(order: PointOrder) {
  const texts = Array.from(
    { length: order.texts },
    (_, i) => new TextPoint(`T${i + 1}`),
  );
  const chargers = Array.from(
    { length: order.chargers },
    (_, i) => new OcppCharger(`C${i + 1}`),
  );
  await inParts(texts, (point) => point.connect(order.textPort));
  await inParts(chargers, (charger) => charger.connect(order.ocppPort));
  const all = texts.length + chargers.length;
  const end = performance.now() + KNOWN_MS;
  for (;;) {
    const page = await getJson(`${order.http}/v1/charging-points?limit=1`);
    if (page["total"] === all) return { texts, chargers };
    if (performance.now() > end) throw new Error(`${page["total"]} of ${all}`);
    await sleep(500);
  }
}

async function generate(order: PointOrder): Promise<PointOutcome[]> {
  const { http, pid } = order;
  const { texts, chargers } = await connectAll(order);
  const reporting: Reporting[] = [];
  await inParts(chargers.slice(0, order.reporting), async (charger) => {
    reporting.push(await begin(charger));
  });
  const outcomes: PointOutcome[] = [];
  for (let run = 0; run < order.runs; run++) {
    await sleep(SETTLED_MS);
    const idle = await shareOf(pid, () => sleep(1000 * order.seconds / 2));
    const memory = watchMemory(pid);
    const reports = new Reports(reporting);
    reports.start();
    const { share, seconds } = await shareOf(
      pid,
      () => sleep(1000 * order.seconds),
    );
    const reported = reports.latencies;
    reports.latencies = [];
    const some = order.stops / 2;
    const stops = await stopAll(http, [
      ...spread(texts, some, run),
      ...spread(chargers.slice(order.reporting), some, run),
    ]);
    await reports.stop();
    outcomes.push({
      idleShare: idle.share,
      share,
      perSecond: reported.length / seconds,
      rssMb: await memory.stop(),
      reports: latenciesOf(reported),
      stops: latenciesOf(stops),
    });
  }
  for (const one of [...texts, ...chargers]) one.close();
  return outcomes;
}

if (import.meta.main) {
  const outcome = await generate(JSON.parse(Deno.args[0] ?? ""));
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcome)));
  Deno.exit(0);
}
