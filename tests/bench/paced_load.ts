/**
 * Sales that are sent at a fixed rate, whether or not the ones before were answered, until somebody has seen enough:
 * what waits behind a slow answer counts as slow too.
 *
 * @module
 */
import { HttpConnection, postRequest } from "./http_connection.ts";
import { type Latencies, latenciesOf } from "./statistics.ts";

/** What is sent. */
export interface PacedOrder {
  /** Where sales are recorded. */
  readonly url: string;
  /** Sales a second. */
  readonly perSecond: number;
  /** Connections at once. */
  readonly connections: number;
  /** The products, of which each sale takes one. */
  readonly products: readonly string[];
}

/** A load that runs. */
export interface PacedLoad {
  /** What came of it so far; that is forgotten. */
  reset(): PacedOutcome;
  /** Ends it. */
  stop(): Promise<PacedOutcome>;
}

/** What came of it since the last `reset`. */
export interface PacedOutcome extends Latencies {
  /** Sales a second that were answered with 201. */
  readonly perSecond: number;
  /** Sales that were answered in another way. */
  readonly refused: number;
}

const POLL_MS = 1;

/** Starts a load. */
export async function startPacedLoad(order: PacedOrder): Promise<PacedLoad> {
  const url = new URL(order.url);
  const requests = order.products.map((product) =>
    postRequest(url, { lines: [{ product, quantity: 1 }] })
  );
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => HttpConnection.open(url)),
  );
  const startedMs = performance.now();
  let measured = { fromMs: startedMs, latencies: [] as number[], refused: 0 };
  let next = 0;
  let running = true;
  const drive = async (connection: HttpConnection) => {
    while (running) {
      const number = next++;
      const dueMs = startedMs + number * 1000 / order.perSecond;
      while (performance.now() < dueMs && running) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      const request = requests[number % requests.length] as Uint8Array;
      const { status } = await connection.request(request);
      if (dueMs < measured.fromMs) continue;
      if (status === 201) measured.latencies.push(performance.now() - dueMs);
      else measured.refused++;
    }
    connection.close();
  };
  const driving = connections.map(drive);
  const reset = (): PacedOutcome => {
    const { fromMs, latencies, refused } = measured;
    const seconds = (performance.now() - fromMs) / 1000;
    measured = { fromMs: performance.now(), latencies: [], refused: 0 };
    const perSecond = latencies.length / seconds;
    return { ...latenciesOf(latencies), perSecond, refused };
  };
  return {
    reset,
    async stop() {
      const outcome = reset();
      running = false;
      await Promise.all(driving);
      return outcome;
    },
  };
}
