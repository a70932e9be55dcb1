/**
 * A charging desk in memory, as the topics see one: it accepts each request of a free point, tells of supplies, and keeps
 * what was published; several adapters can share one, as nodes of a site share their facts.
 *
 * @module
 */
import { type FactId, fixedFactId } from "../../crdt/mod.ts";
import type {
  ChargeNotification,
  ChargeRequest,
  ChargeVerdict,
  DriverId,
  PointId,
  PointState,
  PointView,
  SupplyEffect,
  SupplyRecord,
} from "../../nodes/mod.ts";
import type { TopicUseCases } from "../../nodes/charging/topic_holder.ts";

/** The desk. */
export class MemoryDesk implements TopicUseCases {
  /** Requests in the order in which they came, repeats too. */
  readonly requests: ChargeRequest[] = [];
  /** Supplies in the order in which they came. */
  readonly supplies: SupplyRecord[] = [];
  /** Drivers that left. */
  readonly quits: string[] = [];
  /** Points and their states. */
  readonly states = new Map<string, PointState>();
  /** Durable notifications, oldest first. */
  readonly notices: ChargeNotification[] = [];
  /** Those that are known to be on the topic. */
  readonly told = new Set<FactId>();
  /** The first offset whose effect is in memory alone. */
  unsaved: number | undefined;
  /** Called before a request is decided; may throw. */
  before: (input: ChargeRequest) => Promise<void> = () => Promise.resolve();
  /** Called before published words are noted; may throw. */
  noting: () => Promise<void> = () => Promise.resolve();
  readonly #listeners = new Set<(told: ChargeNotification) => void>();
  readonly #verdicts = new Map<FactId, ChargeVerdict>();

  async request(input: ChargeRequest): Promise<ChargeVerdict> {
    this.requests.push(input);
    await this.before(input);
    const id = input.id ?? fixedFactId(["drawn", String(this.requests.length)]);
    const known = this.#verdicts.get(id);
    if (known !== undefined) return { ...known, repeated: true };
    const state = this.states.get(String(input.point));
    const words = state === "ACTIVADO" ? "Autorizado" : state ?? "NO_EXISTE";
    const isFree = state === "ACTIVADO";
    const verdict: ChargeVerdict = {
      request: id,
      session: isFree ? fixedFactId(["session", id]) : null,
      refusal: isFree ? null : "point_unready",
      words,
      repeated: false,
    };
    this.#verdicts.set(id, verdict);
    if (isFree) this.states.set(String(input.point), "RESERVADO");
    this.notify({
      id: fixedFactId(["word", id]),
      point: String(input.point),
      driver: String(input.driver),
      body: isFree
        ? { type: "AUTH_OK" }
        : { type: "AUTH_DENIED", reason: words },
    });
    return verdict;
  }

  /** Something happened that a driver is told of. */
  notify(
    told: Pick<ChargeNotification, "id" | "point" | "driver" | "body"> & {
      readonly at?: number;
      readonly durable?: boolean;
    },
  ): void {
    const notice = { at: Date.now() * 1000, durable: true, ...told };
    if (notice.durable) this.notices.push(notice);
    for (const listener of this.#listeners) listener(notice);
  }

  // deno-lint-ignore require-await -- the use-case's form
  async supply(record: SupplyRecord): Promise<SupplyEffect> {
    this.supplies.push(record);
    const { kind, point, driver, energy, amount } = record;
    if (energy === null || amount === null || driver === null) return "ignored";
    if (kind === "meter") {
      this.states.set(point, "SUMINISTRANDO");
      this.notify({
        id: fixedFactId(["meter", String(this.supplies.length)]),
        ...{ point, driver, durable: false },
        body: { type: "CONSUMO_UPDATE", energy, amount },
      });
      return "live";
    }
    const id = fixedFactId(["end", point, String(record.position?.offset)]);
    if (this.notices.some((it) => it.id === id)) return "repeated";
    this.states.set(point, kind === "fault" ? "AVERIADO" : "ACTIVADO");
    this.notify({
      ...{ id, point, driver },
      body: kind === "ended" ? { type: "TICKET", energy, amount } : {
        type: "SUPPLY_ERROR",
        reason: "Carga interrumpida",
        energy,
        amount,
      },
    });
    return "stored";
  }

  supplyFloor(): { offset: number; timestamp: number } | undefined {
    return this.unsaved === undefined
      ? undefined
      : { offset: this.unsaved - 1, timestamp: 0 };
  }

  // deno-lint-ignore require-await -- the use-case's form
  async driverQuit(driver: DriverId): Promise<void> {
    this.quits.push(driver);
  }

  listen(listener: (told: ChargeNotification) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  unpublished(limit: number): readonly ChargeNotification[] {
    return this.notices.filter(({ id }) => !this.told.has(id)).slice(0, limit);
  }

  async published(ids: readonly FactId[]): Promise<void> {
    await this.noting();
    for (const id of ids) this.told.add(id);
  }

  points({ limit, cursor }: { limit: number; cursor?: string }) {
    const from = Number(cursor ?? 0);
    const all = [...this.states.keys()].toSorted();
    const items = all.slice(from, from + limit).flatMap((id) => {
      const view = this.point(id);
      return view === undefined ? [] : [view];
    });
    const next = from + limit < all.length ? String(from + limit) : null;
    return { items, total: all.length, next };
  }

  point(id: string): PointView | undefined {
    const state = this.states.get(id);
    if (state === undefined) return undefined;
    return {
      id: id as PointId,
      site: "SEV" as PointView["site"],
      location: "C/ Sierpes 1",
      color: "#28a745",
      legend: "",
      price: null,
      dialect: "text",
      connectors: [],
      connected: true,
      authority: null,
      stops: [],
      unconfirmed: false,
      faulty: false,
      at: 0,
      state,
    };
  }
}
