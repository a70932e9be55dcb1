/**
 * What this node owes original stations, row by row: purchases that were asked for and whose verdict is not delivered.
 * A row is there before the purchase is charged, so that a charge is never forgotten, and gone once the station has its
 * verdict.
 *
 * @module
 */
import {
  type FactId,
  ok,
  PanalError,
  type Reader,
  type Row,
  type Writer,
} from "../../crdt/mod.ts";
import type { PumpExpense } from "../../net/mod.ts";
import type { Replica } from "../replica.ts";
import { FLEET_OWED, FLEET_STATION_PUMPS } from "../tables.ts";

/** It is being decided. */
export const OWED_DECIDING = 0;
/** It is decided; the station does not have the verdict. */
export const OWED_DECIDED = 1;
/** The verdict is being written: after a crash nobody knows whether the station has it. */
export const OWED_WRITING = 2;

/** A purchase whose verdict is owed. */
export interface OwedVerdict {
  /** The purchase. */
  readonly purchase: FactId;
  /** One of the states above. */
  readonly state: number;
  /** The verdict, once there is one. */
  readonly accepted: boolean;
  /** When the expense came, in milliseconds since 1970. */
  readonly receivedMs: number;
  /** The expense as it came. */
  readonly told: PumpExpense;
}

/** The rows. */
export interface RegionBook {
  /** What was owed when the node started, the oldest first. */
  owed(): readonly OwedVerdict[];
  /** The pumps that stations ever announced. */
  pumps(): readonly { readonly station: string; readonly address: string }[];
  /** Adds a row, or changes it. Durable. */
  put(owed: OwedVerdict): Promise<void>;
  /** Takes a row out: the station has the verdict, or it is of no use. Durable. */
  remove(purchase: FactId): Promise<void>;
  /** Remembers a pump of a station. Durable. */
  announced(station: string, address: string): Promise<void>;
}

/**
 * Makes the book of a node.
 *
 * @param replica The node's replica.
 * @returns The book.
 */
export function createRegionBook(replica: Replica): RegionBook {
  const write = async (body: (writer: Writer) => void) => {
    const done = await replica.decide(({ writer }) => ok(body(writer)));
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
  };
  const rows = (): Reader => replica.reader;
  return {
    owed: () => rows().scan(FLEET_OWED).map(owedOf),
    pumps: () =>
      rows().scan(FLEET_STATION_PUMPS).map((row) => ({
        station: String(row["station"]),
        address: String(row["address"]),
      })),
    put: (owed) => write((writer) => writer.put(FLEET_OWED, rowOf(owed))),
    remove: (purchase) =>
      write((writer) => writer.delete(FLEET_OWED, [purchase])),
    announced: (station, address) =>
      write((writer) => writer.put(FLEET_STATION_PUMPS, { station, address })),
  };
}

function rowOf({ purchase, state, accepted, receivedMs, told }: OwedVerdict) {
  return {
    purchase,
    state,
    accepted: accepted ? 1 : 0,
    received: receivedMs,
    address: told.pumpAddress,
    station: told.station,
    ...told.expense,
  };
}

/**
 * Reads a row.
 *
 * @param row A row of `FLEET_OWED`.
 * @returns What is owed.
 */
export function owedOf(row: Row): OwedVerdict {
  return {
    purchase: String(row["purchase"]) as FactId,
    state: Number(row["state"]),
    accepted: row["accepted"] === 1,
    receivedMs: Number(row["received"]),
    told: {
      kind: "expense",
      pumpAddress: String(row["address"]),
      station: String(row["station"]),
      expense: {
        company: Number(row["company"]),
        card: Number(row["card"]),
        total: Number(row["total"]),
        date: String(row["date"]),
      },
    },
  };
}
