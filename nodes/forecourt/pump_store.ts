/**
 * What a native pump keeps on the disk beside its facts: the delivery that runs, as of the last tick, and the sales of
 * which an original station was not told yet. A delivery leaves the first and enters the second in one transaction,
 * after it was recorded: a process that ends in between finds it again, and records it again under the same id.
 *
 * @module
 */
import {
  type FactId,
  ok,
  PanalError,
  type ProductId,
  type Row,
  type Writer,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import { PUMP_OUTBOX, PUMP_SESSIONS } from "../tables.ts";
import type { Delivery } from "./pump_machine.ts";

/** A stored delivery. */
export interface SavedDelivery {
  /** The delivery; its end is null. */
  readonly delivery: Delivery;
  /** When it was stored, in microseconds since 1970. */
  readonly at: number;
}

/**
 * How a sale stands that an original station is to be told of: it waits; it was handed to the network and nobody knows
 * yet whether it arrived; or nobody could find out, and a person must look.
 */
export type OutboxSaleState = "waiting" | "doubtful" | "unconfirmed";

/** A sale that an original station is to be told of. */
export interface OutboxSale {
  /** Its place in the order of sales. */
  readonly number: number;
  /** The sale. */
  readonly sale: FactId;
  /** How it stands. */
  readonly state: OutboxSaleState;
  /** How often it was handed to the network. */
  readonly attempts: number;
}

/** What a pump keeps. Writes settle when they are durable, and reject with the store's error. */
export interface PumpStore {
  /** The delivery that was running when the process ended. */
  saved(): SavedDelivery | undefined;
  /** Stores the running delivery. */
  save(delivery: Delivery, at: number): Promise<void>;
  /** Forgets the delivery; `tell` puts its sale into the queue for the original station. */
  close(sale: FactId, tell: boolean): Promise<void>;
  /** Sales of the queue that stand so, oldest first. */
  queue(state: OutboxSaleState, limit: number): readonly OutboxSale[];
  /** How many sales of the queue stand so. */
  count(state: OutboxSaleState): number;
  /** Notes how a sale stands now. */
  mark(
    sale: OutboxSale,
    to: Pick<OutboxSale, "state" | "attempts">,
  ): Promise<void>;
  /** Of a copied folder: the other copy may have told of all that waits. */
  doubtAll(): Promise<void>;
  /** Takes a sale of which the station knows out of the queue. */
  settle(sale: OutboxSale): Promise<void>;
}

const STATES: readonly OutboxSaleState[] = [
  "doubtful",
  "waiting",
  "unconfirmed",
];

/**
 * Makes the store of a pump.
 *
 * @param replica The node's replica.
 * @param pump The pump's number.
 * @returns The store.
 */
export function createPumpStore(replica: Replica, pump: number): PumpStore {
  const write = async (body: (writer: Writer) => void) => {
    const done = await replica.decide(({ writer }) => ok(body(writer)));
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
  };
  return {
    saved() {
      const row = replica.reader.get(PUMP_SESSIONS, [pump]);
      return row === undefined ? undefined : savedOf(row);
    },
    save: (delivery, at) =>
      write((writer) => writer.put(PUMP_SESSIONS, rowOf(delivery, pump, at))),
    close: (sale, tell) =>
      write((writer) => {
        // Without a delivery it was closed before: it must not enter the queue twice.
        if (writer.get(PUMP_SESSIONS, [pump])?.["sale"] !== sale) return;
        writer.delete(PUMP_SESSIONS, [pump]);
        if (tell) enqueue(writer, sale);
      }),
    queue: (state, limit) =>
      replica.reader.scan(PUMP_OUTBOX, {
        prefix: [STATES.indexOf(state)],
        limit,
      }).map((row) => saleOf(row, state)),
    count: (state) =>
      replica.reader.count(PUMP_OUTBOX, [STATES.indexOf(state)]),
    mark: (sale, { state, attempts }) =>
      write((writer) => {
        const key = keyOf(sale);
        if (writer.get(PUMP_OUTBOX, key) === undefined) return;
        writer.delete(PUMP_OUTBOX, key);
        const { number } = sale;
        put(writer, { number, sale: sale.sale, state, attempts });
      }),
    doubtAll: () =>
      write((writer) => {
        const prefix = [STATES.indexOf("waiting")];
        for (const row of writer.scan(PUMP_OUTBOX, { prefix })) {
          const sale = saleOf(row, "waiting");
          writer.delete(PUMP_OUTBOX, keyOf(sale));
          put(writer, { ...sale, state: "doubtful", attempts: 1 });
        }
      }),
    settle: (sale) =>
      write((writer) => writer.delete(PUMP_OUTBOX, keyOf(sale))),
  };
}

function saleOf(row: Row, state: OutboxSaleState): OutboxSale {
  return {
    number: Number(row["number"]),
    sale: String(row["sale"]) as FactId,
    state,
    attempts: Number(row["attempts"]),
  };
}

function keyOf({ state, number }: OutboxSale): [number, number] {
  return [STATES.indexOf(state), number];
}

function put(writer: Writer, sale: OutboxSale): void {
  writer.put(PUMP_OUTBOX, { ...sale, state: STATES.indexOf(sale.state) });
}

function enqueue(writer: Writer, sale: FactId): void {
  const last = Math.max(
    0,
    ...STATES.flatMap((_, state) =>
      writer.scan(PUMP_OUTBOX, { prefix: [state], reverse: true, limit: 1 })
    ).map((row) => Number(row["number"])),
  );
  put(writer, { number: last + 1, sale, state: "waiting", attempts: 0 });
}

function rowOf(delivery: Delivery, pump: number, at: number): Row {
  return {
    pump,
    sale: delivery.id,
    fuel: delivery.fuel,
    price: delivery.price,
    started: delivery.startedAt,
    volume: delivery.volumeMl,
    at,
  };
}

function savedOf(row: Row): SavedDelivery {
  return {
    delivery: {
      id: String(row["sale"]) as FactId,
      fuel: String(row["fuel"]) as ProductId,
      price: Number(row["price"]),
      startedAt: Number(row["started"]),
      volumeMl: Number(row["volume"]),
      end: null,
    },
    at: Number(row["at"]),
  };
}
