/**
 * Which prices a pump gets, and when: a running delivery keeps its price, a free pump gets a change at once, and one that
 * comes back gets what it missed. A state machine without time or network of its own: events in, lines to send out.
 *
 * @module
 */
import type { FactId } from "../../crdt/mod.ts";
import type { FuelPrice } from "./forecourt_use_cases.ts";

/** All prices of a station at a moment. */
export interface PriceSet {
  /** The same text for the same prices. */
  readonly key: string;
  /** The fact that set the newest of them; null for prices that nobody set. */
  readonly set: FactId | null;
  /** The prices. */
  readonly prices: readonly FuelPrice[];
}

/** Whether a pump may get other prices now, as it was last seen. */
export type PumpBusy = "free" | "dispensing" | "paused";

/** What must outlast a restart. */
export interface DeliveredPrices {
  /** The pump. */
  readonly pump: number;
  /** How it was last seen. */
  readonly busy: PumpBusy;
  /** The prices that were written to it last; null if none were. */
  readonly sent: PriceSet | null;
}

/** Keeps what must outlast a restart. */
export interface DeliveredStore {
  /** Everything that was saved. */
  load(): readonly DeliveredPrices[];
  /** Saves some pumps in one step. */
  save(pumps: readonly DeliveredPrices[]): void;
}

/** Times of price delivery, in milliseconds. */
export interface DeliverySettings {
  /** True sends every change at once, also during a delivery. */
  readonly immediate: boolean;
  /** A paused pump that is silent for so long is free; 0 waits for ever. */
  readonly pausedHoldMs: number;
  /** A connected pump that was dispensing and is silent for so long is free. */
  readonly silentMs: number;
  /** A pump that was dispensing when its link was lost is free if it is silent for so long after it came back. */
  readonly returnMs: number;
  /** What was written is delivered once the link has stayed up for so long, or brought a line. */
  readonly settledMs: number;
}

/** The times that the protocol names. */
export const DELIVERY_DEFAULTS: DeliverySettings = {
  immediate: false,
  pausedHoldMs: 600_000,
  silentMs: 30_000,
  returnMs: 15_000,
  settledMs: 5_000,
};

/** Most pumps that are kept; a pump without links goes beyond. */
export const DELIVERY_PUMPS_MAX = 10_000;

/** What follows from events. */
export interface DeliveryPorts {
  /** Prices are to be written on a link, instead of others that still wait there. Tell `wrote` and `flushed`. */
  send(link: number, prices: PriceSet): void;
  /** A pump has prices: they were written, and its link has proved to be up. */
  taken(pump: number, prices: PriceSet): void;
  /** Something that must outlast a restart has changed. */
  changed(pump: DeliveredPrices): void;
}

interface Link {
  readonly pump: number;
  /** What was last offered to this link. */
  offered: PriceSet;
  /** What was last written on this link. */
  written: PriceSet;
  /** What the system has taken for this link and when, until it is delivered. */
  flushed: { readonly prices: PriceSet; readonly at: number } | undefined;
}

interface Pump {
  readonly pump: number;
  busy: PumpBusy;
  /** When it last showed that it is busy. */
  signAt: number;
  /** When it came back busy, until it shows itself. */
  returnedAt: number | undefined;
  /** What was written to it last. */
  sent: PriceSet | null;
  /** What it has taken last. */
  taken: PriceSet | undefined;
  readonly links: Set<number>;
}

/** Decides which prices go to which pump. */
export class PriceDelivery {
  readonly #settings: DeliverySettings;
  readonly #ports: DeliveryPorts;
  readonly #pumps = new Map<number, Pump>();
  readonly #links = new Map<number, Link>();
  #current: PriceSet;

  /**
   * Begins with what was saved.
   *
   * @param settings Times and the policy.
   * @param ports What follows from events.
   * @param start The prices that hold now, and what was saved.
   */
  constructor(
    settings: DeliverySettings,
    ports: DeliveryPorts,
    start: {
      readonly current: PriceSet;
      readonly saved: readonly DeliveredPrices[];
    },
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#current = start.current;
    for (const { pump, busy, sent } of start.saved) {
      this.#pumps.set(pump, { ...createPump(pump), busy, sent });
    }
  }

  /** The prices that hold. */
  get current(): PriceSet {
    return this.#current;
  }

  /** How a pump was last seen. */
  busy(pump: number): PumpBusy {
    return this.#pumps.get(pump)?.busy ?? "free";
  }

  /** The prices that were last written to a pump. */
  sent(pump: number): PriceSet | null {
    return this.#pumps.get(pump)?.sent ?? null;
  }

  /** Other prices hold. */
  setCurrent(prices: PriceSet): void {
    this.#current = prices;
    for (const pump of this.#pumps.values()) this.#offer(pump);
  }

  /**
   * A pump registered on a new link.
   *
   * @returns The prices that its confirmation carries; tell `wrote` and `flushed`.
   */
  register(number: number, link: number, now: number): PriceSet {
    const pump = this.#pump(number);
    const offered = this.#holds(pump) && pump.sent !== null
      ? pump.sent
      : this.#current;
    if (pump.busy !== "free" && pump.links.size === 0) pump.returnedAt = now;
    pump.links.add(link);
    this.#links.set(link, {
      pump: number,
      offered,
      written: offered,
      flushed: undefined,
    });
    return offered;
  }

  /**
   * Prices that waited for a link can be written now.
   *
   * @returns False if its pump has become busy meanwhile: it is offered them when it is free.
   */
  isDue(link: number): boolean {
    const pump = this.#pumpOf(link);
    const found = this.#links.get(link);
    if (found === undefined || pump === undefined) return false;
    if (!this.#holds(pump)) return true;
    found.offered = found.written;
    return false;
  }

  /** Prices were handed to the system: from now on the pump may have them. */
  wrote(link: number, prices: PriceSet): void {
    const found = this.#links.get(link);
    if (found !== undefined) found.written = prices;
    const pump = this.#pumpOf(link);
    if (pump === undefined || pump.sent === prices) return;
    pump.sent = prices;
    this.#save(pump);
  }

  /** The system has taken prices for a link. */
  flushed(link: number, prices: PriceSet, now: number): void {
    const found = this.#links.get(link);
    if (found !== undefined) found.flushed = { prices, at: now };
  }

  /** A link brought a line: what was written before has arrived. */
  line(link: number): void {
    const found = this.#links.get(link);
    if (found?.flushed !== undefined) this.#settle(found);
  }

  /** A pump told what it does, on a link or beside one. */
  state(
    number: number,
    told: { readonly busy: PumpBusy; readonly quick: boolean },
    now: number,
  ): void {
    // A stray datagram may say that a pump is free while it is not: only its link frees it.
    if (told.busy === "free") {
      if (!told.quick) this.freed(number);
      return;
    }
    const pump = this.#pump(number);
    pump.signAt = now;
    pump.returnedAt = undefined;
    if (pump.busy === told.busy) return;
    pump.busy = told.busy;
    this.#save(pump);
  }

  /** A pump said that it is free, or told of a delivery that has ended. */
  freed(number: number): void {
    const pump = this.#pumps.get(number);
    if (pump === undefined || pump.busy === "free") return;
    pump.busy = "free";
    pump.returnedAt = undefined;
    this.#save(pump);
    this.#offer(pump);
  }

  /** A link is gone. */
  closed(link: number): void {
    const pump = this.#pumpOf(link);
    this.#links.delete(link);
    pump?.links.delete(link);
  }

  /** A pump is no longer listed. */
  forget(number: number): void {
    const pump = this.#pumps.get(number);
    if (pump?.links.size !== 0) return;
    this.#pumps.delete(number);
    this.#save(createPump(number));
  }

  /** Time has passed. */
  tick(now: number): void {
    const { settledMs } = this.#settings;
    for (const link of this.#links.values()) {
      if (link.flushed !== undefined && now - link.flushed.at >= settledMs) {
        this.#settle(link);
      }
      const pump = this.#pumps.get(link.pump);
      if (pump !== undefined && this.#isOver(pump, now)) this.freed(pump.pump);
    }
  }

  /** Whether a connected pump has been silent for so long that its delivery must be over. */
  #isOver(pump: Pump, now: number): boolean {
    if (pump.busy === "free") return false;
    const { pausedHoldMs, returnMs, silentMs } = this.#settings;
    const since = Math.max(pump.returnedAt ?? -Infinity, pump.signAt);
    if (pump.busy === "paused") {
      return pausedHoldMs > 0 && now - since >= pausedHoldMs;
    }
    return now - since >= (pump.returnedAt === undefined ? silentMs : returnMs);
  }

  #holds(pump: Pump): boolean {
    return pump.busy !== "free" && !this.#settings.immediate;
  }

  #offer(pump: Pump): void {
    if (this.#holds(pump)) return;
    const prices = this.#current;
    for (const id of pump.links) {
      const link = this.#links.get(id);
      if (link === undefined) continue;
      const known = link.offered.key === prices.key;
      link.offered = prices;
      if (!known) this.#ports.send(id, prices);
    }
    // The same prices under a new name: the pump has them already.
    if (pump.taken?.key === prices.key && pump.taken.set !== prices.set) {
      this.#take(pump, prices);
    }
  }

  #settle(link: Link): void {
    const prices = link.flushed?.prices;
    link.flushed = undefined;
    const pump = this.#pumps.get(link.pump);
    if (prices === undefined || pump === undefined) return;
    const current = this.#current;
    this.#take(pump, prices.key === current.key ? current : prices);
  }

  #take(pump: Pump, prices: PriceSet): void {
    const { taken } = pump;
    if (taken?.key === prices.key && taken.set === prices.set) return;
    pump.taken = prices;
    this.#ports.taken(pump.pump, prices);
  }

  #save({ pump, busy, sent }: Pump): void {
    this.#ports.changed({ pump, busy, sent });
  }

  #pumpOf(link: number): Pump | undefined {
    const found = this.#links.get(link);
    return found === undefined ? undefined : this.#pumps.get(found.pump);
  }

  #pump(number: number): Pump {
    const known = this.#pumps.get(number);
    if (known !== undefined) return known;
    if (this.#pumps.size >= DELIVERY_PUMPS_MAX) this.#makeRoom();
    const pump = createPump(number);
    this.#pumps.set(number, pump);
    return pump;
  }

  #makeRoom(): void {
    for (const pump of this.#pumps.values()) {
      if (pump.links.size > 0) continue;
      this.#pumps.delete(pump.pump);
      return;
    }
  }
}

function createPump(pump: number): Pump {
  return {
    pump,
    busy: "free",
    signAt: -Infinity,
    returnedAt: undefined,
    sent: null,
    taken: undefined,
    links: new Set(),
  };
}
