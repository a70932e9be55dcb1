/**
 * What running supplies have told this node: in memory, since a record each second is not worth a commit. A fact follows
 * each minute, and what has none yet is read from its topic again after a restart.
 *
 * @module
 */
import { MANUAL_DRIVERS } from "../../crdt/mod.ts";
import type {
  DriverId,
  FactId,
  PointId,
  RecordPosition,
  SiteCode,
  Tariff,
} from "../../crdt/mod.ts";
import type { Figures } from "./supply_figures.ts";

/** Most supplies of which a node holds figures; beyond, figures are taken by facts alone. */
export const LIVE_SUPPLIES_MAX = 20_000;
/** Most places of which the last record is remembered; beyond, all are read from facts again. */
export const TAKEN_POSITIONS_MAX = 50_000;

/** Where a supply runs. */
export interface SupplyPlace {
  /** The site. */
  readonly site: SiteCode;
  /** The point. */
  readonly point: PointId;
  /** The connector. */
  readonly connector: number;
}

/** A running supply. */
export interface LiveSupply extends SupplyPlace {
  /** Its session. */
  readonly session: FactId;
  /** Who charges. */
  readonly driver: DriverId | null;
  /** What the equipment had counted when the session began. */
  readonly base: Figures;
  /** What energy costs where the equipment does not say. */
  readonly tariff: Tariff | null;
  /** When energy began to flow, in microseconds since 1970. */
  readonly startedAt: number;
  /** How far it is. */
  figures: Figures;
  /** When something was heard last, in monotonic milliseconds. */
  heardAt: number;
  /** When a fact was last written, in monotonic milliseconds. */
  sampledAt: number;
  /** The position of the last record. */
  position: RecordPosition | null;
  /** The position of a record that said that a supply begins, since when no reading came; null if there is none. */
  again: RecordPosition | null;
  /** The position of the first record that no fact holds yet. */
  unsaved: RecordPosition | null;
  /** How many records were taken. */
  taken: number;
  /** How many of these facts hold. */
  saved: number;
}

/**
 * Names a place in maps; no id has a `#`.
 *
 * @param place The place.
 */
export function placeKey({ site, point, connector }: SupplyPlace): string {
  return `${site}#${point}#${connector}`;
}

/**
 * Whether a record was taken before: neither of its figures is above those of the last one.
 *
 * @param position Where the record stood.
 * @param taken Where the last record stood that was taken.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const taken = { offset: 7, timestamp: 1000 };
 * strictEqual(isReplay({ offset: 7, timestamp: 1000 }, taken), true);
 * // A topic that was made again begins at 0, later.
 * strictEqual(isReplay({ offset: 0, timestamp: 2000 }, taken), false);
 * ```
 */
export function isReplay(
  position: RecordPosition | null,
  taken: RecordPosition | null | undefined,
): boolean {
  return position !== null && taken !== null && taken !== undefined &&
    position.offset <= taken.offset && position.timestamp <= taken.timestamp;
}

/** Running supplies of a node. */
export class LiveSupplies {
  /** Since when the topic of telemetry cannot be heard, in monotonic milliseconds; undefined while it can. */
  deafSince: number | undefined;
  readonly #bySession = new Map<FactId, LiveSupply>();
  readonly #byPlace = new Map<string, LiveSupply>();
  readonly #taken = new Map<string, RecordPosition>();

  /** How many there are. */
  get size(): number {
    return this.#bySession.size;
  }

  /** All of them. */
  all(): Iterable<LiveSupply> {
    return this.#bySession.values();
  }

  /** The supply of a session. */
  get(session: FactId): LiveSupply | undefined {
    return this.#bySession.get(session);
  }

  /** The supply at a place; undefined if there is none. */
  at(place: SupplyPlace): LiveSupply | undefined {
    return this.#byPlace.get(placeKey(place));
  }

  /**
   * Begins to hold a supply's figures.
   *
   * @returns False if there are as many as a node may hold.
   */
  begin(supply: LiveSupply): boolean {
    if (
      this.#bySession.size >= LIVE_SUPPLIES_MAX &&
      !this.#bySession.has(supply.session)
    ) return false;
    this.#bySession.set(supply.session, supply);
    this.#byPlace.set(placeKey(supply), supply);
    return true;
  }

  /** The session is over, or another node hears of it now. */
  end(session: FactId): void {
    const supply = this.#bySession.get(session);
    if (supply === undefined) return;
    this.#bySession.delete(session);
    const key = placeKey(supply);
    if (this.#byPlace.get(key) === supply) this.#byPlace.delete(key);
  }

  /** A record was taken: a repeat of it, and of those before it, does nothing. */
  take(place: SupplyPlace, position: RecordPosition | null): void {
    if (position === null) return;
    if (this.#taken.size >= TAKEN_POSITIONS_MAX) this.#taken.clear();
    this.#taken.set(placeKey(place), position);
  }

  /** The position of the last record that was taken at a place; undefined if none is remembered. */
  taken(place: SupplyPlace): RecordPosition | undefined {
    return this.#taken.get(placeKey(place));
  }

  /**
   * The position before the oldest record that no fact holds.
   *
   * @returns The position; undefined if facts hold everything.
   */
  floor(): RecordPosition | undefined {
    let first: RecordPosition | undefined;
    for (const { unsaved } of this.#bySession.values()) {
      if (unsaved === null) continue;
      if (first === undefined || unsaved.offset < first.offset) first = unsaved;
    }
    return first === undefined
      ? undefined
      : { offset: first.offset - 1, timestamp: first.timestamp };
  }
}

/** Drivers under which original equipment charges without having asked: nobody. */
const NOBODY: ReadonlySet<string> = new Set(["", ...MANUAL_DRIVERS]);

/**
 * Whether equipment names nobody: who starts a supply by hand, or in a trial (C-20).
 *
 * @param driver The driver that a record names.
 */
export function isNobody(driver: string | null): boolean {
  return driver === null || NOBODY.has(driver);
}
