/**
 * How much one address may have a listener do at once, and how long it may take to send what it has begun. While little
 * runs nobody is counted, so that a sale pays for none of it.
 *
 * @module
 */

/** Requests that run at once before addresses are told apart. */
export const REQUESTS_FREE = 512;
/** Most requests of one address that run at once beyond those; programs of the same machine have all the room. */
export const REQUESTS_PER_ADDRESS_MAX = 128;
/** Most requests that run at once. */
export const REQUESTS_MAX = 8_192;
/** How long a client may take to send a body, in milliseconds. */
export const BODY_MS_MAX = 30_000;
/** How often it is looked for bodies that take too long, in milliseconds. */
const LOOK_MS = 2_000;
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** Counts requests that run. */
export interface HttpLoad {
  /**
   * Counts a request.
   *
   * @param addressOf Looks the asking machine's address up; asked only under load.
   * @returns What ends it; undefined if there is no room for it.
   */
  enter(addressOf: () => string): (() => void) | undefined;
}

/** How much may run; what stands above if left out. */
export interface LoadBounds {
  /** Before addresses are told apart. */
  readonly free?: number;
  /** Of one address beyond that. */
  readonly perAddress?: number;
  /** At all. */
  readonly all?: number;
}

/**
 * Makes a count.
 *
 * @param bounds How much may run.
 * @returns The count, of nothing yet.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const load = createHttpLoad({ free: 1, perAddress: 1, all: 3 });
 * const enter = (address: string) => load.enter(() => address) !== undefined;
 * const far = "192.168.1.9";
 * deepStrictEqual([far, far, far, "10.0.0.7", "10.0.0.8"].map(enter), [
 *   ...[true, true, false, true, false],
 * ]);
 * ```
 */
export function createHttpLoad(
  {
    free = REQUESTS_FREE,
    perAddress = REQUESTS_PER_ADDRESS_MAX,
    all = REQUESTS_MAX,
  }: LoadBounds = {},
): HttpLoad {
  let running = 0;
  const byAddress = new Map<string, number>();
  const leave = () => void running--;
  const leaveOf = (address: string) => () => {
    running--;
    const left = (byAddress.get(address) ?? 1) - 1;
    if (left === 0) byAddress.delete(address);
    else byAddress.set(address, left);
  };
  return {
    enter(addressOf) {
      if (running >= all) return undefined;
      if (running < free) {
        running++;
        return leave;
      }
      const address = addressOf();
      const own = byAddress.get(address) ?? 0;
      if (own >= perAddress && !LOOPBACK.test(address)) return undefined;
      running++;
      byAddress.set(address, own + 1);
      return leaveOf(address);
    },
  };
}

/** A body that is being read. */
interface Reading {
  readonly since: number;
  readonly cut: () => void;
}

/** Waits for bodies, each no longer than it may take. */
export class BodyPatience {
  readonly #readings = new Set<Reading>();
  readonly #maxMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Waits for nothing yet.
   *
   * @param maxMs How long each may take, in milliseconds.
   */
  constructor(maxMs: number = BODY_MS_MAX) {
    this.#maxMs = maxMs;
  }

  /**
   * Waits for a body.
   *
   * @param reading Reads it.
   * @returns The body; undefined if the client takes too long to send it.
   */
  within<T>(reading: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const one: Reading = {
        since: performance.now(),
        cut: () => resolve(undefined),
      };
      this.#readings.add(one);
      // One timer for all: most bodies are there before a timer of their own were made.
      this.#timer ??= this.#wait();
      reading.then(resolve, reject).finally(() => this.#readings.delete(one));
    });
  }

  /** Waits for nothing any more; what is still being read is given up. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { cut } of this.#readings) cut();
    this.#readings.clear();
  }

  #wait(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(
      () => this.#look(),
      Math.min(LOOK_MS, this.#maxMs),
    );
    Deno.unrefTimer(timer);
    return timer;
  }

  #look(): void {
    const latest = performance.now() - this.#maxMs;
    for (const one of this.#readings) {
      // They stand in the order in which they began.
      if (one.since > latest) break;
      this.#readings.delete(one);
      one.cut();
    }
    this.#timer = this.#readings.size === 0 ? undefined : this.#wait();
  }
}
