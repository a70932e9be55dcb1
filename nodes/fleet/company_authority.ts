/**
 * The authority of a region whose accounts an original company keeps (14.4): each purchase is booked there exactly once,
 * over several links with one open question each, whatever breaks.
 *
 * @module
 */
import type { FactId } from "../../crdt/mod.ts";
import { encodeFleetHandshake, type PaymentVerdict } from "../../net/mod.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";
import { CompanyLane, type CompanyTimes } from "./company_lane.ts";
import {
  type FleetDial,
  type FleetWire,
  type FleetWireEvents,
  pauseOn,
} from "./fleet_wire.ts";
import { ForwardDesk, type ForwardDeskParts } from "./forward_desk.ts";
import type { Forward } from "./forward_book.ts";

/** Links that are dialed, each for one purchase at a time. */
export const COMPANY_LANES = 4;
/** Most links that an original company may have opened at once: it dials each regional port. */
export const ADOPTED_LANES_MAX = 16;
/** Wait before the company is dialed again, in milliseconds. */
export const COMPANY_REDIAL_MS = 5_000;
/** Most purchases whose outcome is looked for at a time. */
const RECOVERED_AT_ONCE = 64;

/** How long things take, in milliseconds. */
export interface CompanyLinkTimes extends CompanyTimes {
  /** Wait before the company is dialed again. */
  readonly redialMs: number;
  /** Wait between a handshake and the first frame. */
  readonly handshakePauseMs: number;
  /** After so long a purchase that was not sent is refused. */
  readonly sendMsMax: number;
  /** After so long nobody waits for the outcome any more. */
  readonly answerMsMax: number;
}

/** As documented. */
export const COMPANY_TIMES: CompanyLinkTimes = {
  verdictMs: 2_000,
  pokeMs: 1_000,
  probeMs: 2_000,
  roundMsMax: 60_000,
  redialMs: COMPANY_REDIAL_MS,
  handshakePauseMs: 150,
  sendMsMax: 29_000,
  answerMsMax: 35_000,
};

/** What it works with. */
export interface CompanyAuthorityParts extends ForwardDeskParts {
  /** Dials the company. */
  readonly dial: FleetDial;
  /** This node among others that dial the same company: letters and digits. */
  readonly node: string;
  /** Counts what is dropped. */
  readonly drops: DropCounts;
  /** A verdict of before this node. Durable once it settles. */
  readonly foreign: (verdict: PaymentVerdict) => Promise<void>;
  /** How long things take; as documented if left out. */
  readonly times?: CompanyLinkTimes;
  /** Links that are dialed; `COMPANY_LANES` if left out. */
  readonly lanes?: number;
}

/** The authority. */
export class CompanyAuthority {
  /** Decides purchases. */
  readonly desk: ForwardDesk;
  readonly #parts: CompanyAuthorityParts;
  readonly #times: CompanyLinkTimes;
  readonly #ending = new AbortController();
  readonly #dialed = new Set<CompanyLane>();
  /** By the regional office as which the company knows them. */
  readonly #adopted = new Map<string, CompanyLane>();
  /** Purchases that a lane sees to. */
  readonly #held = new Set<FactId>();
  readonly #work = new Set<Promise<void>>();

  /** @param parts What it works with. */
  constructor(parts: CompanyAuthorityParts) {
    this.#parts = parts;
    this.#times = parts.times ?? COMPANY_TIMES;
    this.desk = new ForwardDesk(parts, { ...this.#times, givesUp: false });
  }

  /** Takes up what waits, and dials. */
  async start(): Promise<void> {
    await this.desk.start();
    const { lanes = COMPANY_LANES } = this.#parts;
    for (let lane = 0; lane < lanes; lane++) this.#track(this.#dialAgain(lane));
  }

  /** Ends all links; what waits stands in the book. */
  async stop(): Promise<void> {
    this.#ending.abort();
    for (const lane of [...this.#dialed, ...this.#adopted.values()]) {
      lane.close();
    }
    await Promise.all(this.#work);
    await this.desk.stop();
  }

  /** Links that stand. */
  get links(): number {
    return [...this.#dialed, ...this.#adopted.values()].filter((it) =>
      it.isOpen
    ).length;
  }

  /**
   * A company has dialed this node. While a link to the one that is configured stands, one of another that has answered,
   * or one that came at the same port, a newcomer is refused (C-30): it may be a second program that got no port.
   *
   * @param id The regional office as which it knows the port.
   * @param open Takes the link over.
   * @returns False if it is refused.
   */
  adopt(id: string, open: (events: FleetWireEvents) => FleetWire): boolean {
    const isHeld = [...this.#dialed].some((it) => it.isOpen) ||
      [...this.#adopted.values()].some((it) => it.isOpen && it.isProven);
    if (
      isHeld || this.#ending.signal.aborted || this.#adopted.has(id) ||
      this.#adopted.size >= ADOPTED_LANES_MAX
    ) {
      this.#parts.drops.add("refused_companies");
      return false;
    }
    const lane = this.#lane(id);
    const wire = open(lane);
    this.#adopted.set(id, lane);
    this.#track(
      this.#guard(lane.run(wire)).finally(() => this.#adopted.delete(id)),
    );
    return true;
  }

  async #dialAgain(number: number): Promise<void> {
    const { clock, node } = this.#parts;
    const { signal } = this.#ending;
    const id = `panal-${node}-${number}`;
    while (!signal.aborted) {
      const lane = this.#lane(id);
      const wire = await this.#parts.dial(lane, signal);
      if (wire !== undefined) await this.#guard(this.#use(lane, wire, id));
      await pauseOn(clock, this.#times.redialMs, signal);
    }
  }

  async #use(lane: CompanyLane, wire: FleetWire, id: string): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#ending;
    // It is sent alone: the company throws away what comes with it.
    wire.send(encodeFleetHandshake({ kind: "regional", id }));
    await pauseOn(clock, this.#times.handshakePauseMs, signal);
    if (!wire.isOpen || signal.aborted) return wire.close();
    this.#dialed.add(lane);
    for (const adopted of this.#adopted.values()) adopted.retire();
    await lane.run(wire).finally(() => this.#dialed.delete(lane));
  }

  #lane(id: string): CompanyLane {
    return new CompanyLane(id, {
      ...this.#parts,
      desk: this.desk,
      times: this.#times,
      next: () => this.#next(),
      done: (purchase) => {
        this.#held.delete(purchase);
        this.desk.wake();
      },
    });
  }

  /** What may have been charged comes first, while its card waits; then what was not sent. */
  #next(): Forward | undefined {
    const { book } = this.#parts;
    const isFree = ({ purchase }: Forward) => !this.#held.has(purchase);
    const limit = RECOVERED_AT_ONCE + this.#held.size;
    const next = book.oldest("queued", limit).find(isFree) ??
      book.oldest("sent", limit).find(isFree);
    if (next !== undefined) this.#held.add(next.purchase);
    return next;
  }

  /** A disk that fails ends a link, not the work: the link is made again. */
  #guard(work: Promise<void>): Promise<void> {
    return work.catch((error) =>
      this.#parts.logger.log("error", "A link to the company failed", {
        error: String(error),
      })
    );
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}
