/**
 * What a node measures of charging: sessions by what became of them, refusals, points by state, and orders that no
 * equipment has confirmed.
 *
 * @module
 */
import type { Clock, FactId } from "../../crdt/mod.ts";
import type { ChargingFigures, Metrics } from "../metrics.ts";
import type {
  ChargingSessionFeed,
  ChargingUseCases,
  PointState,
  SessionStage,
} from "./charging_use_cases.ts";

/** Most sessions whose end is waited for; beyond, beginnings are not counted. */
export const MEASURED_SESSIONS_MAX = 20_000;
/** A session that was never seen open counts if it ended so long ago at most, in milliseconds. */
const FRESH_MS = 60_000;
const PAGE = 1_000;

/** What is measured. */
export type MeasuredCharging =
  & Pick<ChargingUseCases, "request" | "points">
  & ChargingSessionFeed;

/** What measuring works with. */
export interface MeasureChargingParts {
  /** Where counts and figures go. */
  readonly metrics: Pick<
    Metrics,
    "countCharge" | "countChargeRefusal" | "watchCharging"
  >;
  /** Says what is long ago. */
  readonly clock: Clock;
}

/**
 * Measures charging.
 *
 * @param charging Decides and shows sessions.
 * @param parts Where counts go.
 * @returns The same, measured.
 */
export function measureCharging<T extends MeasuredCharging>(
  charging: T,
  parts: MeasureChargingParts,
): T {
  const { metrics } = parts;
  const counter = new SessionCounter(parts);
  charging.watchSessions((session) => counter.look(session));
  metrics.watchCharging(() => figuresOf(charging));
  const request: ChargingUseCases["request"] = async (input) => {
    const verdict = await charging.request(input);
    if (verdict.refusal !== null && !verdict.repeated) {
      metrics.countChargeRefusal(verdict.refusal);
    }
    return verdict;
  };
  return Object.create(charging, { request: { value: request } });
}

/** Counts each session once when its supply begins, and once when it ends. */
class SessionCounter {
  readonly #parts: MeasureChargingParts;
  /** Sessions that last, and whether their beginning was counted. */
  readonly #open = new Map<FactId, boolean>();
  readonly #ended = new Set<FactId>();

  constructor(parts: MeasureChargingParts) {
    this.#parts = parts;
  }

  /** A session has changed. */
  look({ id, outcome, startedAt, endedAt }: SessionStage): void {
    const isBegun = startedAt !== null;
    const known = this.#open.get(id);
    if (outcome !== null) {
      const isCounted = known === undefined && !this.#isFresh(id, endedAt);
      this.#open.delete(id);
      if (isCounted) return;
      this.#remember(id);
    } else if (known === undefined && this.#isFull(this.#open)) return;
    else this.#open.set(id, isBegun);
    const { metrics } = this.#parts;
    if (isBegun && known !== true) metrics.countCharge("started");
    if (outcome !== null) metrics.countCharge(outcome);
  }

  /** What ended long ago comes from a node that was apart, or was counted before. */
  #isFresh(id: FactId, endedAt: number | null): boolean {
    const agoMs = this.#parts.clock.now() - (endedAt ?? 0) / 1000;
    return agoMs <= FRESH_MS && !this.#ended.has(id);
  }

  #remember(id: FactId): void {
    if (this.#isFull(this.#ended)) this.#ended.clear();
    this.#ended.add(id);
  }

  #isFull({ size }: { readonly size: number }): boolean {
    return size >= MEASURED_SESSIONS_MAX;
  }
}

/** Points by state, and those that have not confirmed an order. */
function figuresOf(charging: MeasuredCharging): ChargingFigures {
  const states: Record<PointState, number> = {
    ...{ DESCONECTADO: 0, ACTIVADO: 0, RESERVADO: 0 },
    ...{ SUMINISTRANDO: 0, AVERIADO: 0, FUERA_DE_SERVICIO: 0 },
  };
  let unconfirmed = 0;
  let cursor: string | null = null;
  do {
    const page: ReturnType<ChargingUseCases["points"]> = charging.points({
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const point of page.items) {
      states[point.state] += 1;
      if (point.unconfirmed) unconfirmed += 1;
    }
    cursor = page.next;
  } while (cursor !== null);
  return { states, unconfirmed };
}
