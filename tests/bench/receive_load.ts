/**
 * The load generator of the bench `receive`, a program of its own: installed branches that all send at once, each one
 * message after another, new sales in each. Its argument is a `ReceiveOrder` as JSON; it prints a `ReceiveOutcome`.
 *
 * @module
 */
import {
  catalogSales,
  type DaySale,
  daySales,
  messageOf,
} from "./branch_day.ts";
import { HttpConnection, type RawAnswer } from "./http_connection.ts";
import { type Latencies, latenciesOf } from "./statistics.ts";

/** What to send. */
export interface ReceiveOrder {
  /** Where messages are received. */
  readonly url: string;
  /** How many branches. */
  readonly branches: number;
  /** Sales of one message. */
  readonly batch: number;
  /** Before anything is counted, in milliseconds. */
  readonly warmUpMs: number;
  /** How long is counted, in milliseconds. */
  readonly countedMs: number;
}

/** What came of it; latencies are those of messages. */
export interface ReceiveOutcome extends Latencies {
  /** Sales a second that were acknowledged as new. */
  readonly perSecond: number;
  /** Sales that were acknowledged as new in all, warm-up and end included. */
  readonly received: number;
  /** Messages that were answered in another way. */
  readonly refused: number;
  /** Bytes of JSON a second. */
  readonly bytesPerSecond: number;
  /** Branches that were given sales of the last second. */
  readonly branches: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FIRST_DAY = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;
/** Sales of a branch and day: after so many the next day begins. */
const DAY_SALES = 2000;

/** Runs the generator in a process of its own. */
export async function runReceiveLoad(
  order: ReceiveOrder,
): Promise<ReceiveOutcome> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, JSON.stringify(order)],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error("the load generator failed");
  return JSON.parse(decoder.decode(output.stdout));
}

/** The code of a branch: three letters. */
export function branchCode(index: number): string {
  const letter = (value: number) => String.fromCharCode(65 + value % 26);
  return `B${letter(Math.floor(index / 26))}${letter(index)}`;
}

/** A branch's messages, one after another. */
class Sender {
  readonly #site: string;
  readonly #batch: number;
  readonly #sales: readonly DaySale[];
  readonly #head: string;
  #sent = 0;

  constructor(url: URL, index: number, batch: number) {
    this.#site = branchCode(index);
    this.#batch = batch;
    this.#sales = daySales(this.#site, DAY_SALES, index + 1);
    this.#head =
      `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\n` +
      "Accept: */*\r\nContent-Length: ";
  }

  /** A message of an earlier day that has every product in a line. */
  first(): Uint8Array {
    const day = new Date(FIRST_DAY - DAY_MS).toISOString().slice(0, 10);
    return this.#withHead(
      messageOf(this.#site, day, catalogSales(this.#site)),
    );
  }

  /** The next message, with its head. */
  next(): Uint8Array {
    const from = this.#sent % DAY_SALES;
    const day = new Date(
      FIRST_DAY + Math.floor(this.#sent / DAY_SALES) * DAY_MS,
    ).toISOString().slice(0, 10);
    const sales = this.#sales.slice(from, from + this.#batch);
    this.#sent += sales.length;
    return this.#withHead(messageOf(this.#site, day, sales, from + 1));
  }

  #withHead(body: string): Uint8Array {
    // Only letters that are one byte each.
    return encoder.encode(`${this.#head}${body.length}\r\n\r\n${body}`);
  }
}

/** How many sales an answer acknowledges as new. */
function receivedBy({ status, body }: RawAnswer): number {
  return status === 200
    ? JSON.parse(decoder.decode(body)).ventasRecibidas as number
    : 0;
}

async function generate(order: ReceiveOrder): Promise<ReceiveOutcome> {
  const url = new URL(order.url);
  const branches = await Promise.all(
    Array.from({ length: order.branches }, async (_, i) => ({
      index: i,
      connection: await HttpConnection.open(url),
      sender: new Sender(url, i, order.batch),
    })),
  );
  // Their products are known from the days before.
  let known = 0;
  for (const { connection, sender } of branches) {
    known += receivedBy(await connection.request(sender.first()));
  }
  const from = performance.now() + order.warmUpMs;
  const end = from + order.countedMs;
  const latencies: number[] = [];
  const active = new Set<number>();
  let [counted, received, refused, bytes] = [0, known, 0, 0];
  const drive = async (
    { index, connection, sender }: (typeof branches)[number],
  ) => {
    for (let now = performance.now(); now < end;) {
      const message = sender.next();
      const answer = receivedBy(await connection.request(message));
      const then = performance.now();
      received += answer;
      if (answer === 0) refused++;
      else if (then >= from && then < end) {
        latencies.push(then - now);
        active.add(index);
        counted += answer;
        bytes += message.length;
      }
      now = then;
    }
    connection.close();
  };
  await Promise.all(branches.map(drive));
  const seconds = order.countedMs / 1000;
  return {
    ...latenciesOf(latencies),
    perSecond: counted / seconds,
    received,
    refused,
    bytesPerSecond: bytes / seconds,
    branches: active.size,
  };
}

if (import.meta.main) {
  const outcome = await generate(JSON.parse(Deno.args[0] ?? ""));
  await Deno.stdout.write(encoder.encode(JSON.stringify(outcome)));
}
