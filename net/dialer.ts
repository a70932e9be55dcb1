/**
 * Keeps links to the addresses that the node wants: dials, and dials again after a wait that doubles with each failure
 * and is spread by chance, so that a mesh which comes back does not dial in step.
 *
 * @module
 */
import type { Clock, Timer } from "../crdt/clock.ts";
import type { PeerId } from "../crdt/ids.ts";
import { type Random, randomBelow } from "../crdt/random.ts";
import { peerOfAddress } from "./address.ts";
import {
  ADMISSION_MS_MAX,
  DIAL_ADDRESSES_MAX,
  REDIAL_MS_MAX,
  REDIAL_MS_MIN,
} from "./limits.ts";
import type { Link, Transport } from "./transport.ts";

/** Most dials at once, unless told otherwise. */
export const DIALS_MAX = 8;
/** After so many failures the wait has long reached its maximum. */
const FAILURES_MAX = 30;

/** What the dialer needs of a log; `nodes/ports.ts` has the whole interface. */
export interface DialerLog {
  /**
   * Writes one line.
   *
   * @param level How important it is.
   * @param message A sentence without changing parts.
   * @param fields The changing parts.
   */
  log(
    level: "debug" | "info" | "warn" | "error",
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
}

/** What a dialer is made of. */
export interface DialerInit {
  /** Dials. */
  readonly transport: Transport;
  /** Measures the waits. */
  readonly clock: Clock;
  /** Spreads the waits. */
  readonly random: Random;
  /** Where failures are noted, at level `debug`. */
  readonly logger?: DialerLog;
  /** Most dials at once; `DIALS_MAX` if left out. */
  readonly dialsMax?: number;
}

/** Keeps links to wanted addresses. */
export interface Dialer {
  /** The wanted addresses, in the order in which they were wanted. */
  readonly wanted: readonly string[];
  /**
   * Wants a link to whoever is at an address; dials at the clock's next turn. An address that is wanted already stays
   * as it is.
   *
   * @param address A multiaddr; without `/p2p/…` it is dialed again every `REDIAL_MS_MAX` when it cannot be told which
   * link it led to.
   * @returns False if the address is the node's own, or `DIAL_ADDRESSES_MAX` others are wanted.
   */
  want(address: string): boolean;
  /**
   * Wants it no more; a dial under way is given up, a link that is up stays.
   *
   * @param address An address.
   */
  forget(address: string): void;
  /**
   * To be called when a link is up.
   *
   * @param link The link.
   */
  linked(link: Link): void;
  /**
   * To be called when a link has ended.
   *
   * @param link The link.
   */
  unlinked(link: Link): void;
  /** Gives up all dials and waits for their end; a second call waits too. */
  stop(): Promise<void>;
}

interface Wanted {
  readonly address: string;
  /** Who is there: from the address, or learned from the link that a dial made. */
  peer: PeerId | undefined;
  readonly named: boolean;
  failures: number;
  timer: Timer | undefined;
  dial: AbortController | undefined;
}

/**
 * Makes a dialer that wants nothing.
 *
 * @param init Its parts.
 * @returns The dialer.
 */
export function createDialer(init: DialerInit): Dialer {
  return new BackoffDialer(init);
}

class BackoffDialer implements Dialer {
  readonly #init: DialerInit;
  readonly #wanted = new Map<string, Wanted>();
  /** When each peer's link came up, by the monotonic clock. */
  readonly #up = new Map<
    PeerId,
    { readonly link: Link; readonly sinceMs: number }
  >();
  readonly #running = new Map<Wanted, Promise<void>>();
  readonly #queue: Wanted[] = [];
  #stopped = false;

  constructor(init: DialerInit) {
    this.#init = init;
  }

  get wanted(): readonly string[] {
    return [...this.#wanted.keys()];
  }

  want(address: string): boolean {
    if (this.#wanted.has(address)) return true;
    const peer = peerOfAddress(address);
    const full = this.#wanted.size >= DIAL_ADDRESSES_MAX;
    if (this.#stopped || full || peer === this.#init.transport.peer) {
      return false;
    }
    const wanted: Wanted = {
      address,
      peer,
      named: peer !== undefined,
      failures: 0,
      timer: undefined,
      dial: undefined,
    };
    this.#wanted.set(address, wanted);
    if (!this.#isUp(wanted)) this.#wait(wanted, 0);
    return true;
  }

  forget(address: string): void {
    const wanted = this.#wanted.get(address);
    if (wanted === undefined) return;
    this.#wanted.delete(address);
    this.#rest(wanted);
    wanted.dial?.abort();
  }

  linked(link: Link): void {
    const sinceMs = this.#init.clock.monotonic();
    this.#up.set(link.peer, { link, sinceMs });
    for (const wanted of this.#wanted.values()) {
      if (
        !wanted.named && wanted.dial !== undefined && link.outbound &&
        leadsTo(wanted.address, link.address)
      ) wanted.peer = link.peer;
      if (wanted.peer === link.peer) this.#rest(wanted);
    }
  }

  unlinked(link: Link): void {
    const up = this.#up.get(link.peer);
    // Of two links in a row with one peer the later one counts.
    if (up?.link !== link) return;
    this.#up.delete(link.peer);
    const lastedMs = this.#init.clock.monotonic() - up.sinceMs;
    for (const wanted of this.#wanted.values()) {
      if (wanted.peer !== link.peer || wanted.dial !== undefined) continue;
      // Who refuses us after each dial is dialed less and less often.
      if (lastedMs >= ADMISSION_MS_MAX) wanted.failures = 0;
      this.#waitAgain(wanted);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const address of this.wanted) this.forget(address);
    await Promise.all(this.#running.values());
  }

  #isUp(wanted: Wanted): boolean {
    return wanted.peer !== undefined && this.#up.has(wanted.peer);
  }

  /** Takes an address out of the line. */
  #rest(wanted: Wanted): void {
    wanted.timer?.cancel();
    wanted.timer = undefined;
    const at = this.#queue.indexOf(wanted);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #wait(wanted: Wanted, delayMs: number): void {
    this.#rest(wanted);
    wanted.timer = this.#init.clock.timer(delayMs, () => {
      wanted.timer = undefined;
      this.#queue.push(wanted);
      this.#next();
    });
  }

  #waitAgain(wanted: Wanted): void {
    const ceilingMs = Math.min(
      REDIAL_MS_MAX,
      2 * REDIAL_MS_MIN * 2 ** wanted.failures,
    );
    wanted.failures = Math.min(wanted.failures + 1, FAILURES_MAX);
    const spreadMs = randomBelow(
      this.#init.random,
      ceilingMs - REDIAL_MS_MIN + 1,
    );
    this.#wait(wanted, REDIAL_MS_MIN + spreadMs);
  }

  #next(): void {
    const dialsMax = this.#init.dialsMax ?? DIALS_MAX;
    while (this.#running.size < dialsMax) {
      const wanted = this.#queue.shift();
      if (wanted === undefined) return;
      if (this.#isUp(wanted)) continue;
      if (this.#isDialing(wanted.peer)) {
        // Another address of the same peer is being dialed; this one's turn comes if that fails.
        this.#wait(wanted, REDIAL_MS_MIN);
        continue;
      }
      this.#running.set(
        wanted,
        this.#dial(wanted).finally(() => {
          this.#running.delete(wanted);
          this.#next();
        }),
      );
    }
  }

  #isDialing(peer: PeerId | undefined): boolean {
    if (peer === undefined) return false;
    for (const wanted of this.#running.keys()) {
      if (wanted.peer === peer) return true;
    }
    return false;
  }

  /** Dials once and sees to what comes next; never rejects. */
  async #dial(wanted: Wanted): Promise<void> {
    const dial = new AbortController();
    wanted.dial = dial;
    let failure: unknown;
    try {
      await this.#init.transport.dial(wanted.address, { signal: dial.signal });
    } catch (error) {
      failure = error;
    }
    wanted.dial = undefined;
    if (this.#wanted.get(wanted.address) !== wanted) return;
    if (failure !== undefined) {
      this.#init.logger?.log("debug", "dial failed", {
        address: wanted.address,
        failures: wanted.failures + 1,
        reason: failure instanceof Error ? failure.message : String(failure),
      });
    }
    if (this.#isUp(wanted)) return;
    // Up already by a link that we cannot match with an address that names nobody: look again later.
    if (failure === undefined && wanted.peer === undefined) {
      wanted.failures = 0;
      this.#wait(wanted, REDIAL_MS_MAX);
    } else this.#waitAgain(wanted);
  }
}

/** Whether a link's address is what an address without a peer was dialed by. */
function leadsTo(address: string, linkAddress: string): boolean {
  return linkAddress === address || linkAddress.startsWith(`${address}/p2p/`);
}
