/**
 * A head office's links to the original stations of its list: one for each station that no member of the mesh is at.
 *
 * @module
 */
import {
  type Clock,
  localTimeText,
  saleIdOfShort,
  type SiteCode,
  type Timer,
} from "../../crdt/mod.ts";
import {
  type JsonObject,
  readControlSale,
  readForecourtSale,
} from "../../net/mod.ts";
import { isStoreError, type Logger } from "../ports.ts";
import type { Refusal } from "../use_cases.ts";
import type {
  ForecourtUseCases,
  RecordFuelSaleInput,
  StationEntry,
} from "./forecourt_use_cases.ts";
import type { LineDial } from "./line_link.ts";
import {
  OfficeLink,
  type StationLinkTimes,
  type WantedPrices,
} from "./station_link.ts";
import type { StationLink, StationPusher } from "./station_pusher.ts";

/** The list is compared with the links at least this often, in milliseconds. */
const LOOK_MS = 5_000;
/** How long changes are gathered before they are brought, in milliseconds. */
const GATHER_MS = 100;
/** Most stations that are linked at once. */
const STATIONS_MAX = 2_000;
/** Wait before a sale that could not be stored is tried again, in milliseconds. */
const RETRY_MS = 1_000;
/** Longest message of a sale that is kept beside it, in UTF-16 units. */
const RAW_LENGTH_MAX = 4_096;

const NO_SITES: ReadonlySet<SiteCode> = new Set();

/** What the links are made of. */
export interface StationLinksParts {
  /** What the node offers about fuel stations. */
  readonly forecourt: ForecourtUseCases;
  /** Sites of members of the mesh: these need no original program. */
  readonly memberSites: () => ReadonlySet<SiteCode>;
  /** How a station is dialed. */
  readonly dialTo: (entry: StationEntry) => LineDial;
  /** The stations' IANA time zone. */
  readonly timezone: string;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** The documented times unless set. */
  readonly times?: Partial<StationLinkTimes>;
}

/** Links to original stations. */
export interface StationLinks extends StationPusher {
  /** Begins to dial. */
  start(): void;
  /** Ends all links, once what they told is recorded. */
  stop(): Promise<void>;
}

/**
 * Makes the links. Nothing happens before `start`.
 *
 * @param parts What they are made of.
 * @returns The links.
 */
export function createStationLinks(parts: StationLinksParts): StationLinks {
  return new Links(parts);
}

interface Linked {
  readonly link: OfficeLink;
  /** Where it leads: another address needs another link. */
  readonly address: string;
  entry: StationEntry;
  lastSentAt: number | null;
}

class Links implements StationLinks {
  readonly #parts: StationLinksParts;
  readonly #links = new Map<number, Linked>();
  #work: Promise<void> = Promise.resolve();
  #unwatch = () => {};
  #endPause = () => {};
  #look: Timer | undefined;
  #lastTime = 0;
  #isStarted = false;

  constructor(parts: StationLinksParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isStarted = true;
    this.#unwatch = this.#parts.forecourt.watch((event) => {
      if (event.kind === "prices" || event.kind === "station") {
        this.#lookIn(GATHER_MS);
      }
    });
    this.#lookNow();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#unwatch();
    this.#look?.cancel();
    for (const { link } of this.#links.values()) link.stop();
    this.#links.clear();
    this.#endPause();
    await this.#work;
  }

  async push(
    entry: StationEntry,
    prices: WantedPrices["prices"],
    timestamp: number,
  ): Promise<{ readonly delivered: boolean }> {
    if (!this.#isStarted) return { delivered: false };
    this.#compare();
    const linked = this.#links.get(entry.number);
    if (linked === undefined) return { delivered: false };
    linked.lastSentAt = this.#parts.clock.now() * 1000;
    const time = localTimeText(timestamp, this.#parts.timezone);
    const wanted = { name: entry.name, prices };
    return { delivered: await linked.link.push(wanted, time) };
  }

  links(): readonly StationLink[] {
    return [...this.#links].toSorted(([a], [b]) => a - b)
      .flatMap(([number, { link, lastSentAt }]) =>
        link.state === undefined
          ? []
          : [{ number, state: link.state, lastSentAt }]
      );
  }

  #lookIn(ms: number): void {
    this.#look?.cancel();
    this.#look = this.#parts.clock.timer(ms, () => this.#lookNow());
  }

  #lookNow(): void {
    this.#lookIn(LOOK_MS);
    try {
      this.#compare();
      for (const { link } of this.#links.values()) link.sync();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A store that cannot be read just now is this node's own trouble: the next look finds what was missed. */
  #failed(error: unknown): void {
    this.#parts.logger.log("error", "Stations were not looked after", {
      error: String(error),
    });
  }

  #wanted({ name, site }: StationEntry): WantedPrices {
    try {
      const { prices } = this.#parts.forecourt.prices(site);
      return {
        name,
        prices: prices.map(({ fuel, price }) => ({ fuel, price })),
      };
    } catch (error) {
      this.#failed(error);
      return { name, prices: [] };
    }
  }

  /** Brings the links in line with the list. */
  #compare(): void {
    const { forecourt, memberSites } = this.#parts;
    const listed = forecourt.stationEntries();
    // Who is a member is read only where it matters.
    const members = listed.length === 0 ? NO_SITES : memberSites();
    const entries = listed.filter(({ site }) => !members.has(site))
      .slice(0, STATIONS_MAX);
    const wanted = new Map(entries.map((entry) => [entry.number, entry]));
    for (const [number, linked] of this.#links) {
      const entry = wanted.get(number);
      if (entry !== undefined && addressOf(entry) === linked.address) {
        linked.entry = entry;
        continue;
      }
      linked.link.stop();
      this.#links.delete(number);
    }
    for (const entry of entries) {
      if (!this.#links.has(entry.number)) this.#add(entry);
    }
  }

  #add(entry: StationEntry): void {
    const { dialTo, clock, times } = this.#parts;
    const link = new OfficeLink({
      dial: dialTo(entry),
      clock,
      ...(times === undefined ? {} : { times }),
      wanted: () => this.#wanted(linked.entry),
      time: () => {
        linked.lastSentAt = clock.now() * 1000;
        return this.#nextTime();
      },
      changed: (change) => this.#record(() => this.#changed(linked, change)),
      sold: (sale) => this.#record(() => this.#sold(entry.site, sale)),
    });
    const linked: Linked = {
      link,
      address: addressOf(entry),
      entry,
      lastSentAt: null,
    };
    this.#links.set(entry.number, linked);
    link.start();
  }

  /** No two pushes have the same text: the echo says which it answers. */
  #nextTime(): string {
    const { clock, timezone } = this.#parts;
    this.#lastTime = Math.max(clock.now() * 1000, this.#lastTime + 1);
    return localTimeText(this.#lastTime, timezone);
  }

  /** Records what a station told, after what was told before; more of it is read when it is recorded. */
  #record(work: () => Promise<void>): Promise<void> {
    return this.#work = this.#work.then(work).catch((error) =>
      this.#parts.logger.log("error", "What a station told was not recorded", {
        error: String(error),
      })
    );
  }

  async #changed(
    { entry }: Linked,
    { prices, name }: {
      readonly prices: WantedPrices["prices"];
      readonly name: string | null;
    },
  ): Promise<void> {
    const { forecourt } = this.#parts;
    await forecourt.setPrices({
      scope: `site:${entry.site}`,
      prices,
      origin: "forecourt-prices",
    });
    if (name !== null) {
      await forecourt.changeStationEntry({ number: entry.number, name });
    }
  }

  async #sold(site: SiteCode, told: JsonObject): Promise<void> {
    const { timezone } = this.#parts;
    const named = readControlSale(told);
    if (named === undefined) return;
    const { id, pump, message } = named;
    const sale = readForecourtSale(message, timezone);
    const known = saleIdOfShort(id);
    await this.#recordSale({
      ...(known === undefined ? {} : { id: known }),
      site,
      pump,
      fuel: sale.fuel ?? "",
      volumeMl: sale.volumeMl,
      price: sale.price,
      amount: sale.amount,
      payment: sale.payment,
      ...(sale.endedAt === null ? {} : { at: sale.endedAt }),
      ...(sale.startedAt === null ? {} : { startedAt: sale.startedAt }),
      timeEstimated: sale.timeUnreadable,
      source: "pump",
      ...(sale.repaired
        ? { raw: JSON.stringify(told).slice(0, RAW_LENGTH_MAX).toWellFormed() }
        : {}),
    });
  }

  /** Records a sale; its station tells it once, so what the disk or a full queue refuses is tried until the stop. */
  async #recordSale(sale: RecordFuelSaleInput): Promise<void> {
    const { forecourt, logger } = this.#parts;
    for (;;) {
      let problem: Refusal | string;
      try {
        const done = await forecourt.recordFuelSale(sale);
        if (done.ok) return;
        problem = done.error;
      } catch (error) {
        if (!isStoreError(error)) throw error;
        problem = error.code;
      }
      const again = typeof problem === "string" ||
        problem.code === "overloaded";
      if (!again || !this.#isStarted) {
        const { site, pump } = sale;
        return logger.log("warn", "A sale of a station was not recorded", {
          ...{ site, pump, problem },
        });
      }
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.clock.timer(RETRY_MS, resolve);
    this.#endPause = resolve;
    await promise;
    timer.cancel();
  }
}

function addressOf({ host, port, site }: StationEntry): string {
  return `${host}:${port}/${site}`;
}
