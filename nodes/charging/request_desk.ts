/**
 * Drivers' requests. The node that holds a point's connection decides in one commit, tells the equipment, and only then the
 * driver (section 11.3). Elsewhere the request goes there as a fact, and its answer comes back as one.
 *
 * @module
 */
import {
  CHARGE_WORDS,
  type ChargeRefusal,
  chargingPoint,
  type FactId,
  ok,
  parseDriverId,
  parsePointId,
  type PointId,
  type RoutedRequest,
  type SiteCode,
  siteSpace,
  unansweredRequests,
  type WaitingPage,
} from "../../crdt/mod.ts";
import { type ChargingContext, guarded } from "./charging_context.ts";

import { type FinalAnswer, finalAnswer, requestSent } from "./charging_rows.ts";
import type {
  ChargeRequest,
  ChargeVerdict,
  ChargingUseCases,
} from "./charging_use_cases.ts";
import { OVERLOADED, UNREACHABLE } from "./charging_words.ts";
import { createInforming, type Informing } from "./informing.ts";
import { authorityOf } from "./point_states.ts";
import { decideRequest, isBlocked, type Wanted } from "./request_decision.ts";
import { recordRefusal } from "./request_records.ts";
import { orphansBefore, Turns } from "./turns.ts";

/** A request that is routed to another node is answered in this time, in milliseconds. */
export const ROUTED_MS = 3_000;
/** Most requests that are being answered; more are refused as `overloaded`. */
export const REQUESTS_MAX = 4_096;
/** Most requests of other nodes that one look takes up of those in time, and of the others. */
export const ROUTED_LOOKED_MAX = 256;
/** Longest text of a point or driver that a refusal repeats, in UTF-16 units. */
const REFUSED_TEXT_MAX = 256;

/** Answers requests, also those of other nodes. */
export interface RequestDesk
  extends Pick<ChargingUseCases, "request" | "driverRefusal">, Informing {
  /**
   * Looks for requests of other nodes that this one has to answer.
   *
   * @returns How many it has seen that have no answer.
   */
  answerRouted(): number;
}

/**
 * Makes it.
 *
 * @param use The node.
 */
export function createRequestDesk(use: ChargingContext): RequestDesk {
  const informing = createInforming(use);
  const desk = new Desk(use, informing);
  return {
    ...informing,
    request: (input) => desk.request(input),
    driverRefusal: (driver) => desk.driverRefusal(driver),
    answerRouted: () => desk.answerRouted(),
  };
}

type Why = Pick<ChargeVerdict, "words"> & { readonly refusal: ChargeRefusal };

class Desk {
  readonly #use: ChargingContext;
  readonly #informing: Informing;
  readonly #answering = new Map<FactId, Promise<ChargeVerdict>>();
  readonly #turns = new Turns<RoutedRequest>(ROUTED_LOOKED_MAX);

  constructor(use: ChargingContext, informing: Informing) {
    this.#use = use;
    this.#informing = informing;
  }

  driverRefusal(driver: unknown): ChargeRefusal | null {
    const known = parseDriverId(driver);
    if (known === undefined) return "driver_invalid";
    const { node: { site }, replica } = this.#use;
    return site !== null && isBlocked(replica.reader, site, known)
      ? "driver_blocked"
      : null;
  }

  request(input: ChargeRequest): Promise<ChargeVerdict> {
    const id = input.id ?? this.#use.newId();
    const running = this.#answering.get(id);
    if (running !== undefined) {
      return running.then((verdict) => ({ ...verdict, repeated: true }));
    }
    if (this.#answering.size >= REQUESTS_MAX) {
      return Promise.resolve(refused(id, BUSY));
    }
    return this.#keep(id, this.#answer(id, input));
  }

  #keep(id: FactId, answer: Promise<ChargeVerdict>): Promise<ChargeVerdict> {
    const kept = answer.finally(() => this.#answering.delete(id));
    this.#answering.set(id, kept);
    return kept;
  }

  async #answer(id: FactId, input: ChargeRequest): Promise<ChargeVerdict> {
    const { reader } = this.#use.replica;
    const pointId = parsePointId(input.point);
    const driver = parseDriverId(input.driver);
    const site = this.#siteOf(pointId);
    const invalid = {
      refusal: "driver_invalid",
      words: CHARGE_WORDS.driverInvalid,
    } as const;
    if (site === undefined) {
      return refused(
        id,
        driver === undefined ? invalid : {
          refusal: "point_unknown",
          words: CHARGE_WORDS.pointUnknown,
        },
      );
    }
    const known = finalAnswer(reader, site, id);
    if (known !== undefined) return await this.#verdictOf(id, known, true);
    if (driver === undefined) {
      return await this.#refuse(site, { id, ...input }, invalid);
    }
    const point = pointId === undefined
      ? undefined
      : chargingPoint(reader, { site, point: pointId });
    const wanted: Wanted = {
      ...{ id, site, driver, source: input.source },
      point: point?.point ?? null,
      named: textOf(input.point),
      connector: input.connector ?? null,
      holdMs: input.holdMs ?? null,
      tellPoint: input.tellPoint ?? true,
      expiresAt: null,
    };
    if (point === undefined) return await this.#decide(wanted);
    const { peer, isSelf } = authorityOf(this.#use, point);
    const isRouted = !isSelf && peer !== null && point.connected &&
      this.#use.telling.linked().has(peer);
    return await (isRouted
      ? this.#route({ ...wanted, point: point.point })
      : this.#decide(wanted));
  }

  /** The node's own site, or where the point is. */
  #siteOf(point: PointId | undefined): SiteCode | undefined {
    const { node, replica: { reader }, sites } = this.#use;
    if (node.site !== null) return node.site;
    return point === undefined
      ? undefined
      : sites().find((site) =>
        chargingPoint(reader, { site, point }) !== undefined
      );
  }

  // Deciding here

  async #decide(wanted: Wanted): Promise<ChargeVerdict> {
    const { id, site } = wanted;
    let repeated = false;
    const decided = await this.#use.replica.decide<FinalAnswer>((decision) => {
      const known = finalAnswer(decision.rows, site, id);
      repeated = known !== undefined;
      if (known === undefined) decideRequest(decision, this.#use, wanted);
      const answer = known ?? finalAnswer(decision.rows, site, id);
      return ok(answer ?? { kind: "refused", ...UNREACHABLE });
    });
    return decided.ok
      ? await this.#verdictOf(id, decided.value, repeated)
      : refused(id, BUSY);
  }

  async #refuse(
    site: SiteCode,
    { id, point, driver }: {
      readonly id: FactId;
      readonly point: unknown;
      readonly driver: unknown;
    },
    why: Why,
  ): Promise<ChargeVerdict> {
    const of = { request: id, point: textOf(point), driver: textOf(driver) };
    let repeated = false;
    const done = await this.#use.replica.decide<FinalAnswer>((decision) => {
      const known = finalAnswer(decision.rows, site, id);
      repeated = known !== undefined;
      if (known !== undefined) return ok(known);
      recordRefusal(decision, site, { ...of, ...why });
      return ok({ kind: "refused", ...why });
    });
    return done.ok
      ? await this.#verdictOf(id, done.value, repeated)
      : refused(id, BUSY);
  }

  /** An accepted request is answered once the equipment knows. */
  async #verdictOf(
    id: FactId,
    answer: FinalAnswer,
    repeated: boolean,
  ): Promise<ChargeVerdict> {
    if (answer.kind === "refused") return { ...refused(id, answer), repeated };
    const { session } = answer;
    if (session.informed === undefined && session.status === "authorized") {
      await this.#informing.inform(session);
    }
    const now = finalAnswer(this.#use.replica.reader, session.site, id);
    if (now === undefined || now.kind === "refused") {
      return { ...refused(id, now ?? UNREACHABLE), repeated };
    }
    const words = CHARGE_WORDS.accepted;
    return { request: id, session: session.id, refusal: null, words, repeated };
  }

  // Routing

  /** The request goes to the node that decides, and its answer comes back. */
  async #route(
    wanted: Wanted & { readonly point: PointId },
  ): Promise<ChargeVerdict> {
    const { replica, waits } = this.#use;
    const { id, site, point, connector, driver, source, holdMs } = wanted;
    let until = 0;
    const sent = await replica.decide((decision) => {
      const before = requestSent(decision.rows, site, id);
      until = before ?? decision.at + ROUTED_MS * 1000;
      if (before !== undefined) return ok(null);
      if (finalAnswer(decision.rows, site, id) !== undefined) return ok(null);
      decision.record(siteSpace(site), {
        type: "ChargeRequested",
        ...{ id, at: decision.at, site, point, driver, source },
        expiresAt: until,
        ...(connector === null ? {} : { connector }),
        ...(holdMs === null ? {} : { holdMs }),
        ...(wanted.tellPoint ? {} : { tellPoint: false }),
      });
      return ok(null);
    });
    if (!sent.ok) return refused(id, BUSY);
    const answer = await waits.wait(
      id,
      () => finalAnswer(replica.reader, site, id),
      Math.min(ROUTED_MS, until / 1000 - this.#use.clock.now()),
    );
    // Nobody has answered: it is refused here, and whoever would accept it later sees that.
    return answer === undefined
      ? await this.#refuse(site, { id, driver, point }, UNREACHABLE)
      : await this.#verdictOf(id, answer, false);
  }

  answerRouted(): number {
    const { node: { site }, replica: { reader, at } } = this.#use;
    if (site === null) return 0;
    const read = (page: WaitingPage) => unansweredRequests(reader, site, page);
    let orphaned: number | undefined;
    const waiting = this.#turns.next(read, at);
    for (const routed of waiting) {
      if (this.#answering.has(routed.id)) continue;
      const point = chargingPoint(reader, routed);
      const isOwn = point !== undefined && authorityOf(this.#use, point).isSelf;
      if (!isOwn && routed.expiresAt >= at) continue;
      orphaned ??= orphansBefore(this.#use);
      if (!isOwn && routed.expiresAt >= orphaned) continue;
      if (this.#answering.size >= REQUESTS_MAX) break;
      const answer = isOwn
        ? this.#decide(wantedOf(routed))
        : this.#refuse(site, routed, UNREACHABLE);
      guarded(this.#use, "answer a request", this.#keep(routed.id, answer));
    }
    return waiting.length;
  }
}

function wantedOf({ source, ...routed }: RoutedRequest): Wanted {
  return {
    ...routed,
    named: routed.point,
    source: source as Wanted["source"],
  };
}

const BUSY: Why = { refusal: "overloaded", words: OVERLOADED };

function refused(
  request: FactId,
  { refusal, words }: Why,
): ChargeVerdict {
  return { request, session: null, refusal, words, repeated: false };
}

/** What a request named, as far as a fact can repeat it. */
function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return text.slice(0, REFUSED_TEXT_MAX).toWellFormed();
}
