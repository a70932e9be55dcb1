/**
 * Telemetry: running totals stay in memory, everything else is decided in one commit. Records of one place are taken one
 * after another, in the order in which they came.
 *
 * @module
 */
import {
  type ChargingSession,
  chargingSession,
  CONNECTOR_MAX,
  type FactId,
  informedId,
  isCount,
  ok,
  PanalError,
  type PointId,
} from "../../crdt/mod.ts";
import { type ChargingContext, chargingMoney } from "./charging_context.ts";
import type {
  ChargingUseCases,
  SupplyEffect,
  SupplyRecord,
} from "./charging_use_cases.ts";
import {
  isNobody,
  isReplay,
  type LiveSupply,
  placeKey,
  type SupplyPlace,
} from "./live_supplies.ts";
import { decideSupply, type SupplyDecided } from "./supply_decision.ts";
import { recordMeter } from "./supply_records.ts";
import { isFactKnown, markOf } from "./supply_marks.ts";
import { type Figures, figuresWith, NO_FIGURES } from "./supply_figures.ts";

/** Most records that wait for those before them; then who brings more is told so. */
export const SUPPLY_WAITING_MAX = 20_000;
/** Most supplies that one commit makes durable. */
export const SAMPLES_MAX = 256;

/** Takes telemetry. */
export interface SupplyDesk extends
  Pick<
    ChargingUseCases,
    "supply" | "supplyFloor" | "supplyTaken" | "hearing"
  > {
  /** Makes running totals durable that have waited for long enough; all of them with `all`. */
  sample(options?: { readonly all?: boolean }): Promise<void>;
}

/**
 * Makes it.
 *
 * @param use The node.
 */
export function createSupplyDesk(use: ChargingContext): SupplyDesk {
  const desk = new Desk(use);
  return {
    supply: (record) => desk.supply(record),
    supplyFloor: () => use.live.floor(),
    supplyTaken: (point, id) => desk.taken(point, id),
    hearing: (isHearing) => desk.hearing(isHearing),
    sample: (options) => desk.sample(options),
  };
}

class Desk {
  readonly #use: ChargingContext;
  /** The last record of each place that is being decided. */
  readonly #busy = new Map<string, Promise<unknown>>();
  #waiting = 0;

  constructor(use: ChargingContext) {
    this.#use = use;
  }

  async supply(told: SupplyRecord): Promise<SupplyEffect> {
    const { site } = this.#use.node;
    if (site === null) return "ignored";
    const { point, connector } = told;
    if (!isCount(connector) || connector < 1 || connector > CONNECTOR_MAX) {
      return "ignored";
    }
    const place = { site, point, connector };
    const record = { ...told, ...soundFigures(told) };
    const key = placeKey(place);
    if (!this.#busy.has(key)) {
      const effect = this.#takeLive(place, record);
      if (effect !== undefined) return effect;
    }
    return await this.#queue(
      key,
      async () =>
        this.#takeLive(place, record) ?? await this.#decide(place, record),
    );
  }

  taken(point: PointId, id: FactId): boolean {
    const { node: { site }, replica } = this.#use;
    const mark = site === null
      ? undefined
      : markOf({ site, point }, { id, position: null });
    return mark !== undefined && isFactKnown(replica.reader, mark);
  }

  hearing(isHearing: boolean): void {
    const { live, clock } = this.#use;
    const now = clock.monotonic();
    if (!isHearing) {
      live.deafSince ??= now;
      return this.#use.telling.wake();
    }
    if (live.deafSince === undefined) return;
    live.deafSince = undefined;
    // What was not told meanwhile comes now: silence counts from here on.
    for (const supply of live.all()) {
      if (supply.position !== null) supply.heardAt = now;
    }
  }

  async #queue<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= SUPPLY_WAITING_MAX) throw overloaded();
    this.#waiting++;
    const before = this.#busy.get(key) ?? Promise.resolve();
    const done = before.then(work);
    const last = done.catch(() => {});
    this.#busy.set(key, last);
    try {
      return await done;
    } finally {
      this.#waiting--;
      if (this.#busy.get(key) === last) this.#busy.delete(key);
    }
  }

  // Running totals

  /** Takes a running total of a supply that this node hears of; undefined if it needs a decision. */
  #takeLive(
    place: SupplyPlace,
    record: SupplyRecord,
  ): SupplyEffect | undefined {
    const { live, replica } = this.#use;
    if (isReplay(record.position, live.taken(place))) return "repeated";
    if (record.kind !== "meter" || record.id !== undefined) return undefined;
    const { driver, session } = record;
    const supply = session === null ? live.at(place) : live.get(session);
    if (supply === undefined || supply.again !== null) return undefined;
    // Another name may be that of the session before: facts tell.
    const isOther = supply.driver !== null && driver !== supply.driver;
    if (isOther && !isNobody(driver)) return undefined;
    const { known, base, tariff, startedAt } = {
      ...supply,
      known: supply.figures,
    };
    const figures = figuresWith(record, {
      ...{ known, base, tariff, startedAt },
      at: replica.at,
      exponent: chargingMoney(this.#use).exponent,
    });
    this.#renew(supply, record, figures);
    return "live";
  }

  #renew(supply: LiveSupply, record: SupplyRecord, figures: Figures): void {
    const { position } = record;
    supply.figures = figures;
    supply.heardAt = this.#use.clock.monotonic();
    supply.again = null;
    supply.taken++;
    this.#use.telling.wake();
    if (position !== null) {
      supply.position = position;
      supply.unsaved ??= position;
      this.#use.live.take(supply, position);
    }
    this.#tell(supply);
  }

  /** A driver hears how far his supply is. */
  #tell({ session, point, driver, figures }: LiveSupply): void {
    if (driver === null || isNobody(driver)) return;
    this.#use.tell({
      id: informedId(session),
      at: this.#use.replica.at,
      ...{ point, driver },
      body: { type: "CONSUMO_UPDATE", ...figures },
      durable: false,
    });
  }

  // Decisions

  async #decide(
    place: SupplyPlace,
    record: SupplyRecord,
  ): Promise<SupplyEffect> {
    const use = this.#use;
    const decided = await use.replica.decide<SupplyDecided>((decision) =>
      ok(decideSupply({ decision, use, place, record }))
    );
    if (!decided.ok) {
      throw new PanalError(decided.error.code, decided.error.message);
    }
    const { effect, runs, figures, base, priceDiffers } = decided.value;
    this.#mayBeginAnew(decided.value, record);
    use.live.take(place, record.position);
    if (priceDiffers === true) use.reports.priceDiffers(place);
    if (runs !== undefined && figures !== undefined) {
      this.#run(runs, { record, figures, base: base ?? NO_FIGURES });
    }
    return effect;
  }

  /** A supply may have begun anew: the next reading tells. */
  #mayBeginAnew({ again }: SupplyDecided, { position }: SupplyRecord): void {
    const supply = again === undefined ? undefined : this.#use.live.get(again);
    if (supply === undefined || position === null) return;
    supply.again ??= position;
  }

  /** From now on this node holds the figures of a supply. */
  #run(
    { id, site: where }: ChargingSession,
    { record, figures, base }: {
      readonly record: SupplyRecord;
      readonly figures: Figures;
      readonly base: Figures;
    },
  ): void {
    const { live, clock, replica } = this.#use;
    // It may be over since: by another decision of the same commit.
    const session = chargingSession(replica.reader, id, where);
    if (session === undefined || session.status === "ended") return;
    const { site, point, connector, driver, started } = session;
    const now = clock.monotonic();
    const supply: LiveSupply = live.get(id) ?? {
      ...{ session: id, site, point, connector, driver, base, figures },
      tariff: started?.tariff ?? null,
      startedAt: started?.at ?? session.at,
      heardAt: now,
      sampledAt: now,
      position: null,
      again: null,
      unsaved: null,
      taken: 0,
      saved: 0,
    };
    if (!live.begin(supply)) return;
    if (record.kind === "started") {
      supply.heardAt = now;
      return;
    }
    this.#renew(supply, record, figures);
  }

  // Samples

  async sample(
    { all = false }: { readonly all?: boolean } = {},
  ): Promise<void> {
    const { live, clock, timers } = this.#use;
    const dueAt = clock.monotonic() - (all ? 0 : timers.sampleMs);
    const due = [...live.all()].filter(({ taken, saved, sampledAt }) =>
      taken > saved && sampledAt <= dueAt
    );
    for (let from = 0; from < due.length; from += SAMPLES_MAX) {
      await this.#save(due.slice(from, from + SAMPLES_MAX));
    }
  }

  async #save(supplies: readonly LiveSupply[]): Promise<void> {
    const { replica, clock } = this.#use;
    const states = supplies.map((supply) => ({
      supply,
      taken: supply.taken,
      figures: supply.figures,
      position: supply.position,
    }));
    const saved = await replica.decide((decision) => {
      for (const { supply, figures, position } of states) {
        const { session: id, site } = supply;
        const session = chargingSession(decision.rows, id, site);
        if (session?.status !== "charging") continue;
        const of = { decision, place: supply, record: { position } };
        recordMeter(of, supply.session, figures);
      }
      return ok(null);
    });
    if (!saved.ok) return;
    for (const { supply, taken, position } of states) {
      supply.saved = taken;
      supply.sampledAt = clock.monotonic();
      // What came meanwhile is kept from its own first record on; that is at most one behind the one that was written.
      supply.unsaved = supply.taken === taken ? null : position;
    }
  }
}

/** What is no number of watt-hours or minor units says nothing. */
function soundFigures(
  { energy, amount }: SupplyRecord,
): Pick<SupplyRecord, "energy" | "amount"> {
  return {
    energy: isCount(energy) ? energy : null,
    amount: isCount(amount) ? amount : null,
  };
}

function overloaded(): PanalError {
  return new PanalError(
    "overloaded",
    "Cannot take telemetry: more records are waiting than the node may hold",
  );
}
