/**
 * Facts for tests of folds, with everything that does not matter filled in.
 *
 * @module
 */
import {
  type Fact,
  type FactArchive,
  type FactId,
  type FactOf,
  type FactType,
  fixedFactId,
  type LogFact,
  type LogId,
  makeStamp,
  parseFact,
  type SaleRecorded,
  type SpaceId,
} from "../../crdt/mod.ts";

/** An id by a short name. */
export function idOf(name: string): FactId {
  return fixedFactId(["test", name]);
}

/** A fact of a kind; the test fails if it is malformed. */
export function makeFact<T extends FactType>(
  type: T,
  fields: Readonly<Record<string, unknown>>,
): FactOf<T> {
  const fact = parseFact({ type, at: 0, ...fields });
  if (typeof fact === "string") throw new TypeError(`the fact is ${fact}`);
  return fact as FactOf<T>;
}

/** A sale of some units at 10 each. */
export function makeSale(
  name: string,
  fields: Readonly<Record<string, unknown>> & { readonly quantity?: number } =
    {},
): SaleRecorded {
  const { quantity = 1, ...rest } = fields;
  const amount = 10 * quantity;
  return makeFact("SaleRecorded", {
    id: idOf(name),
    site: "CUS",
    date: "2026-01-01",
    receipt: "CUS-20260101-00001001",
    currency: "PEN",
    exponent: 2,
    lines: [{ product: "1", name: "honey", quantity, amount }],
    total: amount,
    ...rest,
  });
}

/** A sale of some units at 10 each that an original branch made under number 001. */
export function makeLegacySale(
  name: string,
  fields: Readonly<Record<string, unknown>> & { readonly quantity?: number } =
    {},
): SaleRecorded {
  return makeSale(name, {
    receipt: "CUS-20260101-001",
    legacy: { system: "branch-sync", wall: "2026-01-01T10:00:00" },
    ...fields,
  });
}

/** Where a fact stands. */
export interface FactPlace {
  /** Number of the log; its name follows from it. */
  readonly log?: number;
  /** The commit's seq. */
  readonly seq?: number;
  /** The commit's stamp, as a small number. */
  readonly stamp?: number;
}

/** A fact at a place. */
export function placeFact<F extends Fact>(
  fact: F,
  { log = 1, seq = 1, stamp = 1 }: FactPlace = {},
): LogFact<F> {
  return {
    fact,
    stamp: makeStamp(stamp, 0),
    log: String(log).padStart(32, "0") as LogId,
    logNumber: log,
    seq,
  };
}

/** An archive of the facts that a test has placed. */
export class TestArchive implements FactArchive {
  /** What can be read again. */
  readonly facts: LogFact[] = [];
  readonly #space: (log: number) => SpaceId;
  readonly #own: number | undefined;

  /** Makes an empty archive; all logs are of one space and none is this node's unless told otherwise. */
  constructor(
    space: (log: number) => SpaceId = () => "site:CUS" as SpaceId,
    own?: number,
  ) {
    this.#space = space;
    this.#own = own;
  }

  /** See `FactArchive`. */
  read(log: number, seq: number, id: Uint8Array): LogFact | undefined {
    const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0"));
    return this.facts.find((placed) =>
      placed.logNumber === log && placed.seq === seq &&
      placed.fact.id.replaceAll("-", "") === hex.join("")
    );
  }

  /** See `FactArchive`. */
  spaceOf(log: number): SpaceId {
    return this.#space(log);
  }

  /** See `FactArchive`. */
  isOwn(log: number): boolean {
    return log === this.#own;
  }
}
