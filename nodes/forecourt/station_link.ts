/**
 * A head office's link to one original station: kept up, and brought the prices that are wanted there on every new link
 * and on every change. The station's echo is the word that it has them. What somebody else pushed shows as an echo too:
 * it is recorded, not fought.
 *
 * @module
 */
import type { Clock, Result, Timer } from "../../crdt/mod.ts";
import {
  type ControlMessage,
  encodeControlPrices,
  FORECOURT_FUELS,
  type ForecourtPrice,
  type JsonObject,
  parseForecourtLine,
  readControlMessage,
} from "../../net/mod.ts";
import type { DialFailure, LineDial, LineLink } from "./line_link.ts";
import type { StationLinkState } from "./station_pusher.ts";

/** How long things take, in milliseconds. */
export interface StationLinkTimes {
  /** To connect. */
  readonly dialMs: number;
  /** From a push to its echo. */
  readonly echoMs: number;
  /** From the end of a link to the next dial, at first; doubled each time that nothing was echoed. */
  readonly redialMsMin: number;
  /** The longest of these waits. */
  readonly redialMsMax: number;
}

/** The documented times. */
export const STATION_LINK_TIMES: StationLinkTimes = {
  dialMs: 5_000,
  echoMs: 5_000,
  redialMsMin: 2_000,
  redialMsMax: 60_000,
};

/** Most pushes of one station that wait for their echo. */
const PUSHES_MAX = 64;

/** What a station is to have. */
export interface WantedPrices {
  /** Its name. */
  readonly name: string;
  /** Its prices; none if nobody has set any, and then nothing is pushed. */
  readonly prices: readonly ForecourtPrice[];
}

/** What a link is made of. */
export interface StationLinkParts {
  /** Connects to the station's control port. */
  readonly dial: LineDial;
  /** What the station is to have now. */
  readonly wanted: () => WantedPrices;
  /** The wall clock of the station, each time another text. */
  readonly time: () => string;
  /** Time. */
  readonly clock: Clock;
  /** Somebody else changed the station's prices, or its name unless that is null. */
  readonly changed: (
    change: {
      readonly prices: readonly ForecourtPrice[];
      readonly name: string | null;
    },
  ) => void | Promise<void>;
  /** The station sold: its `transaccion`. */
  readonly sold: (sale: JsonObject) => void | Promise<void>;
  /** The documented times unless set. */
  readonly times?: Partial<StationLinkTimes>;
}

interface Push {
  readonly wanted: WantedPrices;
  readonly timer: Timer;
  /** Nobody waits for it but the link itself. */
  readonly settle: (delivered: boolean) => void;
}

/** A link to one station. */
export class OfficeLink {
  readonly #parts: StationLinkParts;
  readonly #times: StationLinkTimes;
  /** Pushes that are not echoed yet, by their time text, oldest first. */
  readonly #pushes = new Map<string, Push>();
  /** Who waits for what the next link brings. */
  readonly #waiters = new Set<(delivered: boolean) => void>();
  /** What the station has, by its last echo; undefined if that is not known. */
  #known: string | undefined;
  #state: StationLinkState = "error";
  #wasDialed = false;
  #link: LineLink | undefined;
  #attempt = 0;
  #timer: Timer | undefined;
  #giveUp = new AbortController();
  #waitMs: number;
  #isStopped = false;

  /**
   * Makes a link; `start` begins to dial.
   *
   * @param parts What it is made of.
   */
  constructor(parts: StationLinkParts) {
    this.#parts = parts;
    this.#times = { ...STATION_LINK_TIMES, ...parts.times };
    this.#waitMs = this.#times.redialMsMin;
  }

  /** How the link is, by the last attempt; undefined before the first has ended. */
  get state(): StationLinkState | undefined {
    return this.#wasDialed ? this.#state : undefined;
  }

  /** Begins to dial, without an end. */
  start(): void {
    void this.#dial();
  }

  /** Ends the link; who waits for an echo is told that there is none. */
  stop(): void {
    this.#isStopped = true;
    this.#attempt++;
    this.#timer?.cancel();
    this.#giveUp.abort();
    this.#forgetLink();
  }

  /** Brings what is wanted now, unless the station has it or it is on its way. */
  sync(): void {
    const wanted = this.#parts.wanted();
    const newest = [...this.#pushes.values()].at(-1)?.wanted;
    const there = newest === undefined ? this.#known : textOf(newest);
    if (textOf(wanted) !== there) this.#push(wanted, this.#parts.time());
  }

  /**
   * Brings prices now.
   *
   * @param wanted What to bring.
   * @param time The push's time text; one that is on its way already is replaced by another.
   * @returns True if the station echoed them in time. What could not be sent is brought by the next link.
   */
  push(wanted: WantedPrices, time: string): Promise<boolean> {
    const unique = this.#pushes.has(time) ? this.#parts.time() : time;
    return new Promise((resolve) => {
      if (this.#link === undefined) this.#await(resolve);
      else this.#push(wanted, unique, resolve);
    });
  }

  /** Without a link the answer is that of what the next link brings, if it comes in time. */
  #await(resolve: (delivered: boolean) => void): void {
    const { clock } = this.#parts;
    const timer = clock.timer(this.#times.echoMs, () => {
      this.#waiters.delete(settle);
      resolve(false);
    });
    const settle = (delivered: boolean) => {
      timer.cancel();
      resolve(delivered);
    };
    if (this.#waiters.size < PUSHES_MAX && !this.#isStopped) {
      this.#waiters.add(settle);
    } else settle(false);
  }

  async #dial(): Promise<void> {
    const { clock, dial } = this.#parts;
    const attempt = ++this.#attempt;
    this.#giveUp = new AbortController();
    const { signal } = this.#giveUp;
    const timer = clock.timer(this.#times.dialMs, () => this.#giveUp.abort());
    const isCurrent = () => attempt === this.#attempt && !this.#isStopped;
    const done: Result<LineLink, DialFailure> = await dial({
      received: (line) => isCurrent() ? this.#received(line) : undefined,
      closed: () => {
        if (isCurrent()) this.#lost("error");
      },
    }, signal);
    timer.cancel();
    if (!isCurrent()) {
      if (done.ok) done.value.close();
      return;
    }
    this.#wasDialed = true;
    if (!done.ok) return this.#lost(done.error.state);
    this.#state = "connected";
    this.#link = done.value;
    const wanted = this.#parts.wanted();
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    // Each new link brings everything: the station may have started again with built-in prices.
    this.#push(wanted, this.#parts.time(), (delivered) => {
      for (const settle of waiters) settle(delivered);
    });
  }

  #push(
    wanted: WantedPrices,
    time: string,
    settle: (delivered: boolean) => void = () => {},
  ): void {
    const link = this.#link;
    if (link === undefined || wanted.prices.length === 0) return settle(false);
    if (this.#pushes.size >= PUSHES_MAX) {
      settle(false);
      return this.#drop("timeout");
    }
    const { clock } = this.#parts;
    const timer = clock.timer(
      this.#times.echoMs,
      () => this.#drop("timeout"),
    );
    this.#pushes.set(time, { wanted, timer, settle });
    link.send(encodeControlPrices({ ...wanted, timestamp: time }))
      .catch(() => {});
  }

  #received(line: Uint8Array): void | Promise<void> {
    const parsed = parseForecourtLine(line);
    if (parsed.kind !== "object") return;
    const message = readControlMessage(parsed.message);
    if (message.kind === "sale") return this.#parts.sold(message.sale);
    return message.kind === "prices" ? this.#echoed(message) : undefined;
  }

  #echoed(
    echo: Extract<ControlMessage, { kind: "prices" }>,
  ): void | Promise<void> {
    const time = `${echo.timestamp}`;
    const own = this.#pushes.get(time);
    if (own !== undefined && samePrices(own.wanted.prices, echo.prices)) {
      return this.#delivered(time, own);
    }
    // What is on its way comes after it, and replaces it.
    if (own !== undefined || this.#pushes.size > 0) return;
    const { name, prices } = this.#parts.wanted();
    const newName = echo.name ?? name;
    this.#known = textOf({ name: newName, prices: echo.prices });
    if (newName === name && samePrices(prices, echo.prices)) return;
    return this.#parts.changed({
      prices: echo.prices,
      name: newName === name ? null : newName,
    });
  }

  #delivered(time: string, own: Push): void {
    this.#waitMs = this.#times.redialMsMin;
    // Echoes come in the order of the pushes: those before it were heard, or are never echoed.
    for (const [before, push] of this.#pushes) {
      this.#pushes.delete(before);
      push.timer.cancel();
      push.settle(before === time);
      if (before === time) break;
    }
    this.#known = textOf(own.wanted);
    this.sync();
  }

  #drop(state: StationLinkState): void {
    this.#link?.close();
    this.#lost(state);
  }

  #lost(state: StationLinkState): void {
    this.#state = state;
    this.#attempt++;
    this.#forgetLink();
    const { clock } = this.#parts;
    this.#timer = clock.timer(this.#waitMs, () => void this.#dial());
    this.#waitMs = Math.min(this.#waitMs * 2, this.#times.redialMsMax);
  }

  #forgetLink(): void {
    this.#link?.close();
    this.#link = undefined;
    this.#known = undefined;
    for (const { timer, settle } of this.#pushes.values()) {
      timer.cancel();
      settle(false);
    }
    this.#pushes.clear();
    if (!this.#isStopped) return;
    for (const settle of this.#waiters) settle(false);
    this.#waiters.clear();
  }
}

function samePrices(
  wanted: readonly ForecourtPrice[],
  echoed: readonly ForecourtPrice[],
): boolean {
  return wanted.every(({ fuel, price }) => {
    const there = echoed.find((it) => it.fuel === fuel);
    return there === undefined ? !isKnown(fuel) : there.price === price;
  });
}

function isKnown(fuel: string): boolean {
  return FORECOURT_FUELS.some((it) => it === fuel);
}

function textOf({ name, prices }: WantedPrices): string {
  const known = prices.filter(({ fuel }) => isKnown(fuel))
    .map(({ fuel, price }) => `${fuel}=${price}`).toSorted();
  return JSON.stringify([name, known]);
}
