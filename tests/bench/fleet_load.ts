/**
 * Cards that pay, a program of its own: each card opens a connection, sends its purchase, reads the verdict, and comes
 * again. Its argument is a `CardOrder` as JSON; it prints a `CardOutcome`.
 *
 * @module
 */
import { equalBytes } from "../../crdt/mod.ts";
import { encodeFleetMessage } from "../../net/mod.ts";
import { type Latencies, latenciesOf } from "./statistics.ts";

/** What to do. */
export interface CardOrder {
  /** Ports of the pumps. */
  readonly ports: readonly number[];
  /** The company. */
  readonly company: number;
  /** Cards that pay at once, numbered from 1. */
  readonly cards: number;
  /** Before anything is counted, in milliseconds. */
  readonly warmUpMs: number;
  /** How long is counted, in milliseconds. */
  readonly countedMs: number;
}

/** What came of it; latencies are from before the connection to the verdict. */
export interface CardOutcome extends Latencies {
  /** Purchases a second that were charged. */
  readonly perSecond: number;
  /** Purchases that were charged, also while warming up. */
  readonly charged: number;
  /** Purchases with another answer. */
  readonly refused: number;
}

/** Runs the cards in a process of their own. */
export async function runCards(order: CardOrder): Promise<CardOutcome> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, JSON.stringify(order)],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error("the cards failed");
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

const CHARGED = encodeFleetMessage({ kind: "fuelComplete", success: true });
const CARD_PORT = 40_000;

/** One purchase on one connection; true if it was charged. */
async function pay(port: number, request: Uint8Array): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  await connection.write(request);
  const answer = new Uint8Array(CHARGED.length);
  let size = 0;
  while (size < answer.length) {
    const read = await connection.read(answer.subarray(size));
    if (read === null) return false;
    size += read;
  }
  return equalBytes(answer, CHARGED);
}

async function generate(order: CardOrder): Promise<CardOutcome> {
  const { ports, company, cards } = order;
  const from = performance.now() + order.warmUpMs;
  const end = from + order.countedMs;
  const latencies: number[] = [];
  let [charged, refused] = [0, 0];
  const drive = async (card: number) => {
    const cardAddress = `127.0.0.1:${CARD_PORT + card}`;
    const request = encodeFleetMessage({
      kind: "fuelRequest",
      ...{ company, card, liters: 1, cardAddress },
    });
    const port = ports[card % ports.length] ?? 0;
    for (let now = performance.now(); now < end;) {
      const isCharged = await pay(port, request);
      const then = performance.now();
      if (isCharged) charged++;
      else refused++;
      if (isCharged && now >= from && then < end) latencies.push(then - now);
      now = then;
    }
  };
  await Promise.all(Array.from({ length: cards }, (_, i) => drive(i + 1)));
  return {
    ...latenciesOf(latencies),
    perSecond: latencies.length / order.countedMs * 1000,
    charged,
    refused,
  };
}

if (import.meta.main) {
  const outcome = await generate(JSON.parse(Deno.args[0] ?? ""));
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcome)));
}
