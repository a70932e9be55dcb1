/**
 * Purchases that an original program decides, row by row. A row is there before the first byte is sent, and says before
 * each step what may have happened, so that a purchase is never sent twice by mistake, whenever the process ends.
 *
 * @module
 */
import {
  type FactId,
  ok,
  PanalError,
  type Row,
  type Writer,
} from "../../crdt/mod.ts";
import type { FleetExpense } from "../../net/mod.ts";
import type { Replica } from "../replica.ts";
import type { ForwardState, ForwardTarget } from "./fleet_use_cases.ts";
import { FLEET_FORWARDS } from "../tables.ts";

/** The states, as rows number them. */
export const FORWARD_STATES: readonly ForwardState[] = [
  "queued",
  "sent",
  "unknown",
  "accepted",
  "refused",
  "dropped",
  "review",
];

/** A forwarded purchase. */
export interface Forward {
  /** The purchase. */
  readonly purchase: FactId;
  /** What is known of it. */
  readonly state: ForwardState;
  /** When it was asked for, in milliseconds since 1970. */
  readonly atMs: number;
  /** `pump_address` as the station said it. */
  readonly address: string;
  /** `service_station_id` as the station said it. */
  readonly station: string;
  /** What is to be charged. */
  readonly expense: FleetExpense;
}

/** The rows of one program. */
export interface ForwardBook {
  /** One purchase. */
  find(purchase: FactId): Forward | undefined;
  /** The oldest purchases of a state. */
  oldest(state: ForwardState, limit: number): readonly Forward[];
  /** Whether an equal purchase of the same station was forwarded under another address before. */
  hasEqual(one: Pick<Forward, "address" | "expense">): boolean;
  /** Adds a purchase. Durable. */
  add(one: Forward): Promise<void>;
  /**
   * Changes what is known of a purchase. Durable.
   *
   * @param purchase The purchase.
   * @param from The states in which it may be; in another nothing is changed.
   * @param to What is known now.
   * @returns True if it was changed.
   */
  move(
    purchase: FactId,
    from: readonly ForwardState[],
    to: ForwardState,
  ): Promise<boolean>;
}

/**
 * Makes the book of one program.
 *
 * @param replica The node's replica.
 * @param target The program.
 * @returns The book.
 */
export function createForwardBook(
  replica: Replica,
  target: ForwardTarget,
): ForwardBook {
  const write = async <T>(body: (writer: Writer) => T): Promise<T> => {
    const done = await replica.decide(({ writer }) => ok(body(writer)));
    if (done.ok) return done.value;
    throw new PanalError(done.error.code, done.error.message);
  };
  const find = (purchase: FactId) =>
    replica.reader.get(FLEET_FORWARDS, [target, purchase]);
  return {
    find(purchase) {
      const row = find(purchase);
      return row === undefined ? undefined : forwardOf(row);
    },
    oldest: (state, limit) =>
      replica.reader.scan(FLEET_FORWARDS, {
        index: "by_state",
        prefix: [target, FORWARD_STATES.indexOf(state)],
        limit,
      }).map(forwardOf),
    hasEqual: ({ address, expense }) =>
      replica.reader.scan(FLEET_FORWARDS, {
        index: "by_content",
        prefix: [target, expense.date, expense.company, expense.card],
        limit: EQUALS_MAX,
      }).map(forwardOf).some((it) =>
        it.expense.total === expense.total && it.address !== address
      ),
    add: (one) => write((writer) => writer.put(FLEET_FORWARDS, rowOf(one))),
    move: (purchase, from, to) =>
      write((writer) => {
        const row = writer.get(FLEET_FORWARDS, [target, purchase]);
        if (row === undefined || !from.includes(forwardOf(row).state)) {
          return false;
        }
        writer.put(FLEET_FORWARDS, {
          ...row,
          state: FORWARD_STATES.indexOf(to),
        });
        return true;
      }),
  };

  function rowOf(one: Forward): Row {
    return {
      target,
      purchase: one.purchase,
      state: FORWARD_STATES.indexOf(one.state),
      at: one.atMs,
      address: one.address,
      station: one.station,
      ...one.expense,
    };
  }
}

/** Most purchases of one card and day that are compared with a new one. */
const EQUALS_MAX = 1_000;

/**
 * Reads a row.
 *
 * @param row A row of `FLEET_FORWARDS`.
 * @returns The purchase.
 */
export function forwardOf(row: Row): Forward {
  return {
    purchase: String(row["purchase"]) as FactId,
    state: FORWARD_STATES[Number(row["state"])] ?? "unknown",
    atMs: Number(row["at"]),
    address: String(row["address"]),
    station: String(row["station"]),
    expense: {
      company: Number(row["company"]),
      card: Number(row["card"]),
      total: Number(row["total"]),
      date: String(row["date"]),
    },
  };
}
