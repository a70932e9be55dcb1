/**
 * A native pump's link to an original station: it registers, keeps the link up, tells what the pump does, brings its
 * sales, takes prices and obeys. Sales wait in the pump's durable queue; an original station confirms nothing, so a
 * sale counts as told when the link stayed up for 5 s after it.
 *
 * @module
 */
import {
  type Clock,
  localTimeText,
  type Random,
  randomBelow,
  type Result,
  type SiteCode,
  type Timer,
} from "../../crdt/mod.ts";
import {
  DEFAULT_PAYMENT,
  defaultPumpName,
  encodeHeartbeat,
  encodePumpSale,
  encodePumpState,
  encodeRegistration,
  type ForecourtPrice,
  type ListedSale,
  parseForecourtLine,
  readStationMessage,
  STATION_SALES_MAX,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type { ForecourtUseCases, FuelSaleView } from "./forecourt_use_cases.ts";
import { METER_MS } from "./meter_timer.ts";
import type { DialFailure, LineDial, LineLink } from "./line_link.ts";
import type { PumpNews, PumpPeer } from "./pump_peer.ts";
import type { OutboxSale, PumpStore } from "./pump_store.ts";

/** How long things take, in milliseconds. */
export interface StationClientTimes {
  /** To connect. */
  readonly dialMs: number;
  /** From the registration to its confirmation. */
  readonly confirmMs: number;
  /** From the end of a link to the next, a fifth more or less by chance. */
  readonly redialMs: number;
  /** Between two signs of life. */
  readonly heartbeatMs: number;
  /** For which a link must stay up after a sale. */
  readonly settleMs: number;
  /** Between two reports while dispensing. */
  readonly reportMs: number;
  /** After which a link is made anew, if the station's prices cannot be asked for. */
  readonly renewMs: number;
}

/** The documented times. */
export const STATION_CLIENT_TIMES: StationClientTimes = {
  dialMs: 10_000,
  confirmMs: 10_000,
  redialMs: 5_000,
  heartbeatMs: 30_000,
  settleMs: 5_000,
  reportMs: 5_000,
  renewMs: 3_600_000,
};

/** Shortest name of a pump that an original station takes. */
const NAME_LENGTH_MIN = 3;
/** Most sales that are on their way at once: a station lists fewer than it is asked for. */
const SALES_SENT_MAX = STATION_SALES_MAX - 18;

/** How a station is reached. */
export interface StationPort {
  /** Connects to its pump port. */
  readonly dial: LineDial;
  /** Sends a datagram; absent without an address for them. */
  readonly sendFast?: (line: string) => void;
  /** Reads its prices; undefined if it does not answer. Absent without an address. */
  readonly readPrices?: (
    signal: AbortSignal,
  ) => Promise<readonly ForecourtPrice[] | undefined>;
  /** Reads the newest sales of the pump; undefined if it does not answer. Absent without an address. */
  readonly readSales?: (
    signal: AbortSignal,
  ) => Promise<readonly ListedSale[] | undefined>;
}

/** What the client is made of. */
export interface StationClientParts {
  /** The pump. */
  readonly pump: PumpPeer;
  /** Its queue. */
  readonly store: PumpStore;
  /** What the node offers about fuel stations. */
  readonly forecourt: ForecourtUseCases;
  /** How the station is reached. */
  readonly port: StationPort;
  /** Its site. */
  readonly site: SiteCode;
  /** The site's IANA time zone. */
  readonly timezone: string;
  /** Time. */
  readonly clock: Clock;
  /** Spreads redials. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** Reports what a person should look at. */
  readonly report: (
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => void;
  /** The documented times unless set. */
  readonly times?: Partial<StationClientTimes>;
}

/** A pump's link to an original station. */
export interface StationClient {
  /** Whether the station has confirmed the pump on a link that is up. */
  isRegistered(): boolean;
  /** Begins to dial, without an end. */
  start(): void;
  /** Ends the link. */
  stop(): Promise<void>;
}

/**
 * Makes the client. Nothing happens before `start`.
 *
 * @param parts What it is made of.
 * @returns The client.
 */
export function createStationClient(parts: StationClientParts): StationClient {
  return new Client(parts);
}

class Client implements StationClient {
  readonly #parts: StationClientParts;
  readonly #times: StationClientTimes;
  readonly #ending = new AbortController();
  /** Sales that were sent on this link and are not settled yet, by number. */
  readonly #sent = new Map<number, Timer>();
  #work: Promise<void> = Promise.resolve();
  #unwatch = () => {};
  #attempt = 0;
  #link: LineLink | undefined;
  #isRegistered = false;
  #isStopped = false;
  #linkedAt = 0;
  /** Readings of the meter since the last report. */
  #readings = 0;
  /** Ends the attempt, or begins the next. */
  #timer: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor(parts: StationClientParts) {
    this.#parts = parts;
    this.#times = { ...STATION_CLIENT_TIMES, ...parts.times };
  }

  isRegistered(): boolean {
    return this.#isRegistered;
  }

  start(): void {
    this.#unwatch = this.#parts.pump.watch((news) => this.#heard(news));
    void this.#dial();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#unwatch();
    this.#ending.abort();
    this.#forgetLink();
    this.#timer?.cancel();
    await this.#work;
  }

  get #number(): number {
    return this.#parts.pump.control.state().number;
  }

  #time(at: number = this.#parts.clock.now() * 1000): string {
    return localTimeText(at - at % 1000, this.#parts.timezone);
  }

  // The link

  async #dial(): Promise<void> {
    const { clock, port, logger } = this.#parts;
    const attempt = ++this.#attempt;
    const giveUp = new AbortController();
    const abort = () => giveUp.abort();
    this.#ending.signal.addEventListener("abort", abort);
    this.#timer = clock.timer(this.#times.dialMs, abort);
    const isCurrent = () => attempt === this.#attempt && !this.#isStopped;
    const done: Result<LineLink, DialFailure> = await port.dial({
      received: (line) => isCurrent() ? this.#received(line) : undefined,
      closed: (reason) => {
        if (isCurrent()) this.#lost(reason);
      },
    }, giveUp.signal);
    this.#timer.cancel();
    this.#ending.signal.removeEventListener("abort", abort);
    if (!isCurrent()) {
      if (done.ok) done.value.close();
    } else if (done.ok) {
      this.#linked(done.value);
    } else {
      logger.log("debug", "The station cannot be reached", { ...done.error });
      this.#redial();
    }
  }

  #linked(link: LineLink): void {
    const { clock, pump } = this.#parts;
    this.#link = link;
    this.#linkedAt = clock.monotonic();
    this.#timer = clock.timer(
      this.#times.confirmMs,
      () => this.#drop("the station did not confirm the pump in time"),
    );
    const { number, name, fuel, fuels } = pump.control.state();
    // The set fuel stands first: a station that makes the pump takes that one.
    const ordered = [fuel, ...fuels.filter((it) => it !== fuel)];
    this.#send(encodeRegistration({
      pump: number,
      name: name.length < NAME_LENGTH_MIN ? defaultPumpName(number) : name,
      fuels: ordered,
    }));
  }

  /** Sends a line for which nobody waits: if it fails, the link has ended. */
  #send(line: string): void {
    this.#link?.send(line).catch(() => {});
  }

  #drop(reason: string): void {
    this.#link?.close();
    this.#lost(reason);
  }

  #lost(reason: string): void {
    this.#parts.logger.log("info", "The link to the station ended", {
      reason,
    });
    this.#attempt++;
    this.#forgetLink();
    this.#redial();
  }

  #forgetLink(): void {
    this.#link?.close();
    this.#link = undefined;
    this.#isRegistered = false;
    this.#heartbeat?.cancel();
    this.#timer?.cancel();
    for (const timer of this.#sent.values()) timer.cancel();
    this.#sent.clear();
  }

  /** The old socket was closed before: a station that sees its end later would take the new link for ended. */
  #redial(): void {
    const { clock, random } = this.#parts;
    const { redialMs } = this.#times;
    const spreadMs = randomBelow(random, Math.floor(redialMs * 0.4) + 1);
    this.#timer = clock.timer(
      redialMs * 0.8 + spreadMs,
      () => void this.#dial(),
    );
  }

  // What the station says

  #received(line: Uint8Array): void | Promise<void> {
    const { pump, logger } = this.#parts;
    const parsed = parseForecourtLine(line);
    if (parsed.kind !== "object") return;
    const message = readStationMessage(parsed.message);
    switch (message.kind) {
      case "confirmed": {
        const taken = this.#take(message.prices?.prices ?? []);
        this.#registered();
        return taken;
      }
      case "prices":
        return this.#take(message.prices?.prices ?? []);
      case "command":
        return message.command && pump.command(message.command);
      case "state_request":
        return pump.command("report");
      case "refused": {
        const { code, text } = message;
        logger.log("warn", "The station refused the pump", { code, text });
        return;
      }
      case "other":
    }
  }

  #registered(): void {
    if (this.#isRegistered) return;
    this.#timer?.cancel();
    this.#isRegistered = true;
    this.#parts.logger.log("info", "The station confirmed the pump");
    this.#beat();
    this.#inTurn(() => this.#flush());
    this.#inTurn(() => this.#tellState());
  }

  /** Prices are facts of the site; the pump takes them when it is free. */
  #take(prices: readonly ForecourtPrice[]): Promise<void> {
    return this.#inTurn(async () => {
      const { forecourt, site } = this.#parts;
      const known = forecourt.prices(site).prices;
      const isNew = prices.some(({ fuel, price }) =>
        known.find((it) => it.fuel === fuel)?.price !== price
      );
      if (!isNew) return;
      await forecourt.setPrices({
        scope: `site:${site}`,
        prices,
        origin: "forecourt-pumps",
      });
    });
  }

  #beat(): void {
    const { clock } = this.#parts;
    this.#heartbeat = clock.timer(this.#times.heartbeatMs, () => {
      this.#send(encodeHeartbeat(this.#number, this.#time()));
      this.#beat();
      this.#inTurn(() => this.#comparePrices());
    });
  }

  /** A station may have dropped the pump from those that it sends prices to: it is asked, or dialed anew. */
  async #comparePrices(): Promise<void> {
    const { port, clock, pump } = this.#parts;
    const attempt = this.#attempt;
    const prices = await port.readPrices?.(this.#ending.signal);
    if (attempt !== this.#attempt || this.#isStopped) return;
    // Not waited for: it comes after this turn.
    if (prices !== undefined) return void this.#take(prices);
    const isDue = clock.monotonic() - this.#linkedAt >= this.#times.renewMs;
    const isFree = pump.control.state().operation === "idle";
    if (isDue && isFree) this.#drop("the station is asked for its prices");
  }

  // What the pump says

  /** Does work after all that was begun before. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#work = this.#work.then(work).catch((error) =>
      this.#parts.logger.log("error", "The station was not told", {
        error: String(error),
      })
    );
  }

  #heard(news: PumpNews): void {
    if (news === "sale") return void this.#inTurn(() => this.#flush());
    if (news === "state") {
      this.#readings = 0;
      return void this.#inTurn(() => this.#tellState());
    }
    this.#parts.port.sendFast?.(this.#stateLine("quick_state"));
    this.#readings++;
    if (this.#readings * METER_MS >= this.#times.reportMs) {
      this.#readings = 0;
      this.#inTurn(() => this.#tellState());
    }
  }

  #stateLine(kind: "state" | "quick_state"): string {
    const state = this.#parts.pump.control.state();
    return encodePumpState(kind, state.number, {
      ...state,
      timestamp: this.#time(),
    });
  }

  async #tellState(): Promise<void> {
    if (!this.#isRegistered) return;
    await this.#link?.send(this.#stateLine("state"));
  }

  // Sales

  async #flush(): Promise<void> {
    if (!this.#isRegistered) return;
    const { store } = this.#parts;
    const open = [
      ...store.queue("unconfirmed", STATION_SALES_MAX),
      ...store.queue("doubtful", STATION_SALES_MAX),
    ].filter(({ number }) => !this.#sent.has(number));
    if (open.length > 0) await this.#clearUp(open);
    for (const sale of store.queue("waiting", SALES_SENT_MAX)) {
      if (this.#sent.size >= SALES_SENT_MAX || !this.#isRegistered) return;
      await this.#sendSale(sale);
    }
  }

  /** Finds out which of the sales that were sent before the station has. */
  async #clearUp(open: readonly OutboxSale[]): Promise<void> {
    const { store, port, report } = this.#parts;
    const listed = await port.readSales?.(this.#ending.signal);
    for (const row of open) {
      if (!this.#isRegistered) return;
      const sale = this.#parts.forecourt.fuelSale(row.sale);
      const isThere = sale !== undefined &&
        listed?.some((it) => isSame(it, sale));
      if (sale === undefined || isThere === true) {
        await store.settle(row);
      } else if (isThere === false) {
        await this.#sendSale(row);
      } else if (row.state === "doubtful" && row.attempts < 2) {
        report(
          "sale_sent_again",
          "A sale was sent to the station once more, because its link broke and nobody can ask it: it may have it twice",
          { sale: row.sale },
        );
        await this.#sendSale(row);
      } else if (row.state === "doubtful") {
        report(
          "sale_unconfirmed",
          "A sale was sent to the station twice, each time the link broke: it waits until the station's REST answers",
          { sale: row.sale },
        );
        await store.mark(row, {
          state: "unconfirmed",
          attempts: row.attempts,
        });
      }
    }
  }

  async #sendSale(row: OutboxSale): Promise<void> {
    const { forecourt, store, clock } = this.#parts;
    const sale = forecourt.fuelSale(row.sale);
    if (sale === undefined) return await store.settle(row);
    // Noted first: whatever happens from here on, it may have arrived.
    const sent: OutboxSale = {
      ...row,
      state: "doubtful",
      attempts: row.attempts + 1,
    };
    await store.mark(row, sent);
    // The link ended meanwhile: nothing has left.
    if (!this.#isRegistered) return await store.mark(sent, row);
    const attempt = this.#attempt;
    await this.#link?.send(encodePumpSale(this.#number, {
      ...sale,
      payment: sale.payment || DEFAULT_PAYMENT,
      startedAt: this.#time(sale.startedAt ?? sale.at),
      endedAt: this.#time(sale.at),
    }));
    if (attempt !== this.#attempt || this.#isStopped) return;
    this.#sent.set(
      row.number,
      clock.timer(this.#times.settleMs, () =>
        // Until it is settled it counts as sent: nobody must take it for doubtful.
        this.#inTurn(async () => {
          await store.settle(sent);
          this.#sent.delete(row.number);
          await this.#flush();
        })),
    );
  }
}

function isSame(listed: ListedSale, sale: FuelSaleView): boolean {
  return listed.endedMs === Math.floor(sale.at / 1000) &&
    listed.volumeMl === sale.volumeMl && listed.amount === sale.amount;
}
