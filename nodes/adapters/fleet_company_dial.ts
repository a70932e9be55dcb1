/**
 * The company's dial to original regional offices that have no link to it: they dial a company once, at their start, and
 * never again.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import { connectFrames } from "../../net/mod.ts";
import type { VerdictOutbox } from "../fleet/verdict_outbox.ts";
import type { Logger } from "../ports.ts";
import {
  companyHandshake,
  type RegionalLinks,
} from "./fleet_company_regionals.ts";

/** Longest time to connect to an office, in milliseconds. */
const CONNECT_MS = 2_000;

/** An office that hung up at once is dialed this many times less often at the most. */
const SKIPPED_MAX = 11;

/** What the dialer works with. */
export interface RegionalDialerParts {
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Takes links over. */
  readonly links: RegionalLinks;
  /** Knows which offices have a link. */
  readonly outbox: Pick<VerdictOutbox, "isLinked">;
  /** Ports by province. */
  readonly ports: readonly number[];
  /** Times, in milliseconds. */
  readonly timings: { readonly dialMs: number; readonly pauseMs: number };
  /** Is called each time. */
  readonly everyTime: () => void;
}

/** Dials offices again and again. */
export class RegionalDialer {
  readonly #parts: RegionalDialerParts;
  /** Provinces whose office is dialed, or was and has not been given up. */
  readonly #busy = new Map<number, Promise<void>>();
  /** Offices that hang up at once, as a region of Panal does: how many dials are left out, and how many of them still are. */
  readonly #hangUps = new Map<number, { skipped: number; left: number }>();
  readonly #ending = new AbortController();
  #timer: Timer | undefined;

  /** @param parts What it works with. */
  constructor(parts: RegionalDialerParts) {
    this.#parts = parts;
  }

  /** Begins; a second call does nothing. */
  start(ownPort: number): void {
    if (this.#timer !== undefined || this.#ending.signal.aborted) return;
    const dial = () => {
      const { clock, ports, timings, outbox, everyTime } = this.#parts;
      everyTime();
      for (const [province, port] of ports.entries()) {
        const isServed = this.#busy.has(province) ||
          outbox.isLinked(`${province}`);
        if (isServed || this.#isSkipped(province)) continue;
        const work = this.#dial(province, port, ownPort)
          .finally(() => this.#busy.delete(province));
        this.#busy.set(province, work);
      }
      this.#timer = clock.timer(timings.dialMs, dial);
    };
    dial();
  }

  /** Ends the links that it made. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#timer?.cancel();
    await Promise.all(this.#busy.values());
  }

  #isSkipped(province: number): boolean {
    const hangUps = this.#hangUps.get(province);
    if (hangUps === undefined || hangUps.left === 0) return false;
    hangUps.left--;
    return true;
  }

  #hungUp(province: number): void {
    const { skipped = 0 } = this.#hangUps.get(province) ?? {};
    const next = Math.min(SKIPPED_MAX, 2 * skipped + 1);
    this.#hangUps.set(province, { skipped: next, left: next });
  }

  /** Resolves once the link is over. */
  async #dial(province: number, port: number, ownPort: number): Promise<void> {
    const { clock, links, logger, timings } = this.#parts;
    const { signal } = this.#ending;
    const link = await connectFrames({
      host: "127.0.0.1",
      port,
      connectMs: CONNECT_MS,
      signal,
    }).catch(() => undefined);
    if (link === undefined) return;
    if (signal.aborted) return link.destroy();
    const over = Promise.withResolvers<void>();
    const office = links.take(link, `${province}`, timings.pauseMs);
    const hungUp = () => this.#hungUp(province);
    let isReady = false;
    const pause = clock.timer(timings.pauseMs, () => {
      isReady = true;
      this.#hangUps.delete(province);
      office.ready();
    });
    const end = () => link.destroy();
    signal.addEventListener("abort", end, { once: true });
    link.start({
      frame: (frame) => office.frame(frame),
      closed(why) {
        pause.cancel();
        signal.removeEventListener("abort", end);
        office.closed(why);
        if (!isReady) hungUp();
        logger.log("debug", "A regional office's link is over", {
          ...{ province, why },
        });
        over.resolve();
      },
    });
    link.send(companyHandshake(ownPort));
    await over.promise;
  }
}
