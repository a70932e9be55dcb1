/**
 * The authority of a station whose purchases go to an original regional office (14.5). An expense is sent once in its
 * life. A verdict that does not come is asked for by a new handshake under the same station text, which the regional
 * office passes on to its company.
 *
 * @module
 */
import {
  encodeFleetHandshake,
  encodeFleetMessage,
  type FleetFrame,
  parseFleetMessage,
} from "../../net/mod.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";
import {
  type FleetDial,
  type FleetWire,
  type FleetWireEvents,
  pauseOn,
} from "./fleet_wire.ts";
import type { Forward } from "./forward_book.ts";
import {
  ForwardDesk,
  type ForwardDeskParts,
  markedAddress,
  purchaseOf,
} from "./forward_desk.ts";

/** Most purchases without a verdict that are asked for at a time. */
const ASKED_MAX = 64;

/** How long things take, in milliseconds. */
export interface RegionalTimes {
  /** Wait between a handshake and the first frame. */
  readonly handshakePauseMs: number;
  /** Wait for a verdict before the station announces itself again. */
  readonly verdictMs: number;
  /** Longest pause between two announcements. */
  readonly announceMsMax: number;
  /** Wait after a regional office that does not answer. */
  readonly nextMs: number;
  /** Wait after all sixteen did not. */
  readonly ringMs: number;
  /** After so long a purchase that was not sent is refused. */
  readonly sendMsMax: number;
  /** After so long a purchase is listed as unknown. */
  readonly answerMsMax: number;
}

/** As documented. */
export const REGIONAL_TIMES: RegionalTimes = {
  handshakePauseMs: 150,
  verdictMs: 2_000,
  announceMsMax: 16_000,
  nextMs: 200,
  ringMs: 10_000,
  sendMsMax: 29_000,
  answerMsMax: 35_000,
};

/** What it works with. */
export interface RegionalAuthorityParts extends ForwardDeskParts {
  /** Dials the regional offices, in the order in which they are tried: the own province first. */
  readonly ring: readonly FleetDial[];
  /** The pump's address in the handshake. */
  readonly address: string;
  /** The station's text: none that an original station uses there (C-47). */
  readonly station: string;
  /** Counts what is dropped. */
  readonly drops: DropCounts;
  /** How long things take; as documented if left out. */
  readonly times?: RegionalTimes;
}

/** A link with what came on it. */
interface Link {
  readonly wire: FleetWire;
  /** Ends when the link does. */
  readonly over: AbortSignal;
}

/** The authority. */
export class RegionalAuthority {
  /** Decides purchases. */
  readonly desk: ForwardDesk;
  readonly #parts: RegionalAuthorityParts;
  readonly #times: RegionalTimes;
  readonly #ending = new AbortController();
  #at = 0;
  #work: Promise<void> | undefined;
  /** Verdicts so far: whether one came is seen by its growth. */
  #verdicts = 0;
  #onVerdict: (() => void) | undefined;

  /** @param parts What it works with. */
  constructor(parts: RegionalAuthorityParts) {
    this.#parts = parts;
    this.#times = parts.times ?? REGIONAL_TIMES;
    this.desk = new ForwardDesk(parts, { ...this.#times, givesUp: true });
  }

  /** Takes up what waits, and dials. */
  async start(): Promise<void> {
    await this.desk.start();
    this.#work = this.#run().catch((error) => {
      this.#parts.logger.log(
        "error",
        "The link to the regional office failed",
        {
          error: String(error),
        },
      );
    });
  }

  /** Ends the link; what waits stands in the book. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work;
    await this.desk.stop();
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#parts;
    const { signal } = this.#ending;
    let link: Link | undefined;
    let quiet = 0;
    while (!signal.aborted) {
      try {
        // The older link is closed once the new one stands: its station text never goes without.
        const next = await this.#announce();
        link?.wire.close();
        link = next;
        if (link === undefined) continue;
        quiet = await this.#use(link, quiet) ? 0 : quiet + 1;
      } catch (error) {
        // A disk that fails ends a link, not the work.
        logger.log("error", "The link to the regional office failed", {
          error: String(error),
        });
        await pauseOn(clock, this.#times.ringMs, signal);
      }
    }
    link?.wire.close();
  }

  /** Dials until one regional office takes the handshake; stays in the ring where it is while that one answers. */
  async #announce(): Promise<Link | undefined> {
    const { ring, clock, address, station } = this.#parts;
    const { signal } = this.#ending;
    const over = new AbortController();
    const wire = await ring[this.#at]?.(this.#events(over), signal);
    // It is sent alone: the regional office throws away what comes with it.
    wire?.send(encodeFleetHandshake({ kind: "pump", address, station }));
    const { nextMs, ringMs, handshakePauseMs } = this.#times;
    if (wire !== undefined) await pauseOn(clock, handshakePauseMs, signal);
    // Who hangs up on a handshake is no regional office, or none that works.
    if (wire?.isOpen !== true) {
      this.#at = (this.#at + 1) % ring.length;
      await pauseOn(clock, this.#at === 0 ? ringMs : nextMs, signal);
      return undefined;
    }
    return { wire, over: over.signal };
  }

  #events(over: AbortController): FleetWireEvents {
    return {
      frame: (frame) => this.#take(frame),
      closed: () => over.abort(),
    };
  }

  /**
   * Sends what waits over a link, until it is over or is to be replaced by a new one, which brings one more verdict.
   *
   * @param link The link.
   * @param quiet How many links before it have brought none.
   * @returns True if a verdict came.
   */
  async #use({ wire, over }: Link, quiet: number): Promise<boolean> {
    const { clock, book } = this.#parts;
    const before = this.#verdicts;
    const came = () => this.#verdicts > before;
    const until = clock.monotonic() + this.#pause(quiet);
    // What the announcement brings has the way for itself: of two verdicts at once the company loses one.
    if (this.#open() > 0) await this.#idle(over, this.#times.verdictMs / 2);
    while (wire.isOpen && !this.#ending.signal.aborted) {
      const isAsking = this.#open() > 0;
      if (isAsking && (came() || clock.monotonic() >= until)) break;
      const [forward] = book.oldest("queued", 1);
      if (forward !== undefined) {
        if (!await this.#see(forward, wire, over)) break;
      } else if (isAsking) await this.#idle(over, until - clock.monotonic());
      else await this.#idle(over);
    }
    return came();
  }

  /** Sends one purchase; true if its verdict came in time. */
  async #see(
    forward: Forward,
    wire: FleetWire,
    over: AbortSignal,
  ): Promise<boolean> {
    const { purchase } = forward;
    if (this.desk.isLate(forward)) {
      await this.desk.drop(forward, ["queued"]);
      return true;
    }
    // From here on it may have been charged: it is never sent again.
    if (!await this.#parts.book.move(purchase, ["queued"], "sent")) return true;
    wire.send(encodeFleetMessage({
      kind: "expense",
      pumpAddress: markedAddress(forward),
      expense: forward.expense,
      station: this.#parts.station,
    }));
    return await this.desk.settledWithin(purchase, this.#times.verdictMs, over);
  }

  async #take(frame: FleetFrame): Promise<void> {
    const { drops, book } = this.#parts;
    const reading = parseFleetMessage(frame);
    if (reading.kind !== "message" || reading.message.kind !== "verdict") {
      drops.add(reading.kind);
      return;
    }
    const verdict = reading.message;
    const purchase = purchaseOf(verdict);
    const forward = purchase && book.find(purchase);
    if (
      forward === undefined || markedAddress(forward) !== verdict.pumpAddress
    ) {
      drops.add("verdicts_of_others");
      return;
    }
    if (!await this.desk.settle(forward.purchase, verdict.accepted)) {
      drops.add("surplus_verdicts");
      return;
    }
    this.#verdicts++;
    this.#onVerdict?.();
  }

  /** How many purchases may have been charged and are young enough to be asked for. */
  #open(): number {
    const { book, clock, logger } = this.#parts;
    const since = clock.now() - this.#times.answerMsMax;
    const open = book.oldest("sent", ASKED_MAX);
    for (const { atMs, purchase } of open) {
      if (atMs >= since) continue;
      // Of an earlier run: nobody waits, a person must look.
      book.move(purchase, ["sent"], "unknown").catch((error) =>
        logger.log("error", "A forwarded purchase was not written", {
          error: String(error),
        })
      );
    }
    return open.filter(({ atMs }) => atMs >= since).length;
  }

  #pause(quiet: number): number {
    const { verdictMs, announceMsMax } = this.#times;
    return Math.min(announceMsMax, verdictMs * 2 ** Math.min(quiet, 8));
  }

  /** Waits until there is something to do, a verdict comes, or the link is over. */
  async #idle(over: AbortSignal, msMax?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const ending = this.#ending.signal;
    const timer = msMax === undefined
      ? undefined
      : this.#parts.clock.timer(Math.max(0, msMax), end);
    const leave = this.desk.onWake(end);
    this.#onVerdict = end;
    for (const signal of [over, ending]) signal.addEventListener("abort", end);
    if (over.aborted || ending.aborted) end();
    await promise;
    for (const signal of [over, ending]) {
      signal.removeEventListener("abort", end);
    }
    this.#onVerdict = undefined;
    leave();
    timer?.cancel();
  }
}
