/**
 * The load generator, a program of its own: connections that each send one sale after another. Its argument is a
 * `LoadOrder` as JSON; it prints a `LoadOutcome`.
 *
 * @module
 */
import { HttpConnection, postRequest } from "./http_connection.ts";
import { type Latencies, latenciesOf } from "./statistics.ts";

/** What to send. */
export interface LoadOrder {
  /** Where sales are recorded. */
  readonly url: string;
  /** Connections at once. */
  readonly connections: number;
  /** Before anything is counted, in milliseconds. */
  readonly warmUpMs: number;
  /** How long is counted, in milliseconds. */
  readonly countedMs: number;
  /** The products, of which each sale takes one by chance. */
  readonly products: readonly string[];
}

/** What came of it. */
export interface LoadOutcome extends Latencies {
  /** Sales a second that were answered with 201. */
  readonly perSecond: number;
  /** Sales that were answered in another way. */
  readonly refused: number;
}

/** Runs the generator in a process of its own. */
export async function runLoad(order: LoadOrder): Promise<LoadOutcome> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, JSON.stringify(order)],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error("the load generator failed");
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

async function generate(order: LoadOrder): Promise<LoadOutcome> {
  const url = new URL(order.url);
  const requests = order.products.map((product) =>
    postRequest(url, { lines: [{ product, quantity: 1 }] })
  );
  const from = performance.now() + order.warmUpMs;
  const end = from + order.countedMs;
  const latencies: number[] = [];
  let refused = 0;
  const drive = async (connection: HttpConnection) => {
    for (let now = performance.now(); now < end;) {
      const request = requests[Math.floor(Math.random() * requests.length)];
      const { status } = await connection.request(request as Uint8Array);
      const then = performance.now();
      if (status !== 201) refused++;
      else if (then >= from && then < end) latencies.push(then - now);
      now = then;
    }
    connection.close();
  };
  const opening = Array.from(
    { length: order.connections },
    () => HttpConnection.open(url),
  );
  await Promise.all((await Promise.all(opening)).map(drive));
  return {
    ...latenciesOf(latencies),
    perSecond: latencies.length / order.countedMs * 1000,
    refused,
  };
}

if (import.meta.main) {
  const outcome = await generate(JSON.parse(Deno.args[0] ?? ""));
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcome)));
}
