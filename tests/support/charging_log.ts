/**
 * Facts of charging brought into rows one by one, with short names for their ids.
 *
 * @module
 */
import {
  createLedger,
  endId,
  type Fact,
  type FactId,
  type FactType,
  informedId,
  type Ledger,
  type LogFact,
  type PointId,
  sessionOfRequest,
  type SiteCode,
  startId,
} from "../../crdt/mod.ts";
import {
  type FactPlace,
  idOf,
  makeFact,
  placeFact,
  TestArchive,
} from "./facts.ts";
import { MemoryRows } from "./memory_rows.ts";

/** The site of all facts. */
export const CHARGING_SITE = "CUS" as SiteCode;
/** The point of most. */
export const CHARGING_PLACE: {
  readonly site: SiteCode;
  readonly point: PointId;
} = { site: CHARGING_SITE, point: "A" as PointId };

/** The session of a request by its short name. */
export function sessionNamed(request: string): FactId {
  return sessionOfRequest(idOf(request));
}

type Fields = Readonly<Record<string, unknown>>;
type Make = (name: string, fields: Fields) => Fact;

const supply = { ...CHARGING_PLACE, connector: 1, driver: "417" };

function ended(name: string, fields: Fields): Fact {
  const { outcome = "completed" } = fields;
  const session = sessionNamed(name);
  return makeFact("ChargeEnded", {
    ...supply,
    id: endId(session),
    session,
    date: "2026-02-03",
    outcome,
    ...(outcome === "completed" ? {} : { words: String(outcome) }),
    energy: 100,
    amount: 20,
    currency: "EUR",
    exponent: 2,
    ...fields,
  });
}

/** Makers of facts of a session, by the short name of its request. */
export const CHARGING_FACTS: {
  readonly authorized: Make;
  readonly informed: Make;
  readonly freed: Make;
  readonly started: Make;
  readonly metered: Make;
  readonly ended: Make;
} = {
  authorized: (name, fields) =>
    makeFact("ChargeAuthorized", {
      ...supply,
      id: sessionNamed(name),
      request: idOf(name),
      source: "kafka",
      ...fields,
    }),
  informed: (name, fields) => {
    const session = sessionNamed(name);
    const of = { ...CHARGING_PLACE, driver: "417", session };
    return makeFact("PointInformed", {
      ...of,
      id: informedId(session),
      ...fields,
    });
  },
  freed: (name, fields) => {
    const session = sessionNamed(name);
    return makeFact("ChargeFreed", {
      ...supply,
      id: endId(session),
      session,
      refusal: "point_unreachable",
      words: "DESCONECTADO",
      ...fields,
    });
  },
  started: (name, fields) => {
    const session = sessionNamed(name);
    return makeFact("ChargeStarted", {
      ...supply,
      id: startId(session),
      session,
      source: "equipment",
      ...fields,
    });
  },
  metered: (name, fields) =>
    makeFact("ChargeMetered", {
      ...CHARGING_PLACE,
      id: idOf(`${name} ${JSON.stringify(fields)}`),
      session: sessionNamed(name),
      energy: 0,
      amount: 0,
      ...fields,
    }),
  ended,
};

/** Rows of charging and how they come to be. */
export class ChargingLog {
  /** The rows. */
  readonly rows: MemoryRows = new MemoryRows();
  readonly #archive = new TestArchive();
  readonly #ledger: Ledger = createLedger(this.#archive);
  #seq = 0;

  /** Brings a fact in; each commit has one. */
  add(fact: Fact, place: FactPlace = {}): LogFact {
    const seq = place.seq ?? ++this.#seq;
    const placed = placeFact(fact, { stamp: seq, ...place, seq });
    this.#archive.facts.push(placed);
    this.#ledger.place(this.rows, placed);
    return placed;
  }

  /** Takes a fact out again. */
  remove(placed: LogFact): void {
    this.#ledger.unplace(this.rows, placed);
  }

  /** Brings a fact of a session in. */
  session(
    kind: keyof typeof CHARGING_FACTS,
    name: string,
    fields: Fields = {},
    place: FactPlace = {},
  ): LogFact {
    return this.add(CHARGING_FACTS[kind](name, fields), place);
  }

  /** Brings a fact about a point in. */
  point<T extends FactType>(
    type: T,
    name: string,
    fields: Fields,
    place: FactPlace = {},
  ): LogFact {
    const fact = makeFact(type, {
      ...CHARGING_PLACE,
      id: idOf(name),
      ...fields,
    });
    return this.add(fact, place);
  }
}
