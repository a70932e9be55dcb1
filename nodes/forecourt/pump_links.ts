/**
 * The links of a station's pumps: until when each must register, when it is silent for too long, which pump has several.
 * A state machine without time or network of its own.
 *
 * @module
 */
import type { PumpConnection } from "./live_pumps.ts";

/** Times of links, in milliseconds. */
export interface LinkSettings {
  /** Until when a first complete line must have come. */
  readonly registrationMs: number;
  /** A link without a complete line for so long is closed. */
  readonly idleMs: number;
  /** A link without a complete line for so long is shown as timed out. */
  readonly timeoutMs: number;
  /** Two links of one pump that both bring lines for longer than this are told of. */
  readonly doubleMs: number;
  /** A pump whose last link was lost is told of if it has not come back after so long. */
  readonly missingMs: number;
}

/** The times that the protocol names. */
export const LINK_DEFAULTS: LinkSettings = {
  registrationMs: 10_000,
  idleMs: 90_000,
  timeoutMs: 60_000,
  doubleMs: 120_000,
  missingMs: 15_000,
};

/** The least that `idleMs` may be set to: one lost heartbeat is survived. */
export const IDLE_MS_MIN = 65_000;

/** What a person should look at. */
export type LinkAlert =
  /** A pump has links from several addresses. */
  | "addresses"
  /** A pump has several links that all bring lines. */
  | "double"
  /** A pump has been silent. */
  | "timeout"
  /** A pump was lost and has not come back. */
  | "missing";

/** What follows from events. */
export interface LinkPorts {
  /** A link is to be closed: it did not register in time, or is silent. */
  expire(link: number): void;
  /** How a pump's links are has changed. */
  connection(
    pump: number,
    state: {
      readonly connection: PumpConnection;
      readonly links: number;
      readonly address: string | null;
    },
  ): void;
  /** A person should look at a pump. */
  alert(alert: LinkAlert, pump: number): void;
}

interface Link {
  readonly address: string;
  readonly openedAt: number;
  pump: number | undefined;
  registeredAt: number;
  lineAt: number;
  /** True while the node itself keeps the link from being read. */
  held: boolean;
  timedOut: boolean;
}

interface Pump {
  readonly links: Set<number>;
  /** When its last link was lost. */
  lostAt: number | undefined;
  shown: string;
  toldDouble: boolean;
  toldAddresses: boolean;
}

/** Most pumps without links that are remembered. */
const MISSING_MAX = 10_000;

/** Keeps the links of all pumps. */
export class PumpLinks {
  readonly #settings: LinkSettings;
  readonly #ports: LinkPorts;
  readonly #links = new Map<number, Link>();
  readonly #pumps = new Map<number, Pump>();

  /**
   * Begins without links.
   *
   * @param settings Times.
   * @param ports What follows from events.
   */
  constructor(settings: LinkSettings, ports: LinkPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Links of a pump. */
  of(pump: number): ReadonlySet<number> {
    return this.#pumps.get(pump)?.links ?? new Set();
  }

  /** The pump that a link registered; undefined before. */
  pumpOf(link: number): number | undefined {
    return this.#links.get(link)?.pump;
  }

  /** Whether a pump has a link from an address. */
  isAt(pump: number, address: string): boolean {
    for (const id of this.of(pump)) {
      if (this.#links.get(id)?.address === address) return true;
    }
    return false;
  }

  /** Whether a pump has a link. */
  has(pump: number): boolean {
    return this.of(pump).size > 0;
  }

  /** A link was made. */
  open(link: number, address: string, now: number): void {
    this.#links.set(link, {
      address,
      openedAt: now,
      pump: undefined,
      registeredAt: now,
      lineAt: now,
      held: false,
      timedOut: false,
    });
  }

  /** A link brought a complete line, of whatever kind. */
  line(id: number, now: number): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    link.lineAt = now;
    if (!link.timedOut) return;
    link.timedOut = false;
    this.#show(link.pump);
  }

  /** A link registered its pump. */
  register(id: number, number: number, now: number): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    link.pump = number;
    link.registeredAt = link.lineAt = now;
    const pump = this.#pump(number);
    pump.links.add(id);
    pump.lostAt = undefined;
    this.#show(number);
    const addresses = new Set(
      [...pump.links].map((it) => this.#links.get(it)?.address),
    );
    if (addresses.size > 1 && !pump.toldAddresses) {
      pump.toldAddresses = true;
      this.#ports.alert("addresses", number);
    }
  }

  /** The node does not read a link for a while; meanwhile its silence does not count. */
  hold(id: number, held: boolean, now: number): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    link.held = held;
    link.lineAt = now;
  }

  /** A link is gone; `failed` says that it did not end orderly. */
  close(id: number, failed: boolean, now: number): void {
    const link = this.#links.get(id);
    this.#links.delete(id);
    if (link?.pump === undefined) return;
    const pump = this.#pumps.get(link.pump);
    pump?.links.delete(id);
    if (pump === undefined) return;
    if (pump.links.size < 2) pump.toldDouble = pump.toldAddresses = false;
    if (pump.links.size === 0) pump.lostAt = now;
    this.#show(link.pump, failed ? "error" : "disconnected");
  }

  /** Time has passed. */
  tick(now: number): void {
    for (const [id, link] of this.#links) this.#tickLink(id, link, now);
    for (const [number, pump] of this.#pumps) this.#tickPump(number, pump, now);
  }

  #tickLink(id: number, link: Link, now: number): void {
    const { registrationMs, idleMs, timeoutMs } = this.#settings;
    if (link.held) return;
    if (link.pump === undefined) {
      if (now - link.openedAt >= registrationMs) this.#ports.expire(id);
      return;
    }
    const silentMs = now - link.lineAt;
    if (silentMs >= idleMs) return this.#ports.expire(id);
    if (silentMs < timeoutMs || link.timedOut) return;
    link.timedOut = true;
    this.#show(link.pump);
    this.#ports.alert("timeout", link.pump);
  }

  #tickPump(number: number, pump: Pump, now: number): void {
    if (pump.lostAt !== undefined) {
      if (now - pump.lostAt < this.#settings.missingMs) return;
      this.#pumps.delete(number);
      this.#ports.alert("missing", number);
      return;
    }
    if (pump.links.size < 2 || pump.toldDouble) return;
    const { doubleMs, timeoutMs } = this.#settings;
    const active = [...pump.links].map((it) => this.#links.get(it))
      .filter((it) => it !== undefined && now - it.lineAt < timeoutMs);
    const longest = active.map((it) => now - (it?.registeredAt ?? now));
    if (longest.filter((ms) => ms > doubleMs).length < 2) return;
    pump.toldDouble = true;
    this.#ports.alert("double", number);
  }

  #show(number: number | undefined, gone: PumpConnection = "disconnected") {
    const pump = number === undefined ? undefined : this.#pumps.get(number);
    if (number === undefined || pump === undefined) return;
    const links = [...pump.links].map((it) => this.#links.get(it))
      .filter((it) => it !== undefined);
    const connection = links.length === 0
      ? gone
      : links.every((it) => it.timedOut)
      ? "timeout"
      : "connected";
    const address = links.at(-1)?.address ?? null;
    const shown = `${connection} ${links.length} ${address}`;
    if (shown === pump.shown) return;
    pump.shown = shown;
    this.#ports.connection(number, {
      connection,
      links: links.length,
      address,
    });
  }

  #pump(number: number): Pump {
    const known = this.#pumps.get(number);
    if (known !== undefined) return known;
    const pump: Pump = {
      links: new Set(),
      lostAt: undefined,
      shown: "",
      toldDouble: false,
      toldAddresses: false,
    };
    this.#pumps.set(number, pump);
    if (this.#pumps.size > MISSING_MAX) {
      for (const [it, { links }] of this.#pumps) {
        if (links.size > 0 || it === number) continue;
        this.#pumps.delete(it);
        break;
      }
    }
    return pump;
  }
}
