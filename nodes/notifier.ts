/**
 * Tells an original central of this site's sales: in order, one at a time, each until it is confirmed, refused, or until
 * nobody can know whether it was counted. A sale never waits for it.
 *
 * An original central cannot recognize a repeat. So a notice is sent again only when it is certain that it was not
 * processed: nothing reached the central, or its count of notices is what it was before. What is being sent is noted
 * durably first, so this holds also when the process ends at any instant.
 *
 * @module
 */
import {
  type Clock,
  ok,
  PanalError,
  type SiteCode,
  siteSpace,
  type Writer,
} from "../crdt/mod.ts";
import {
  type Breaker,
  breakerFailed,
  breakerRefused,
  breakerReleased,
  breakerTried,
  breakerWaitMs,
  CLOSED_BREAKER,
} from "./circuit_breaker.ts";
import {
  collectSales,
  firstWaiting,
  hasUncollected,
  markSent,
  outboxTotals,
  settleNotice,
  type WaitingNotice,
} from "./outbox.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import type { NotifierView } from "./use_cases.ts";
import { createWorkLoop } from "./work_loop.ts";

/** Milliseconds between two attempts while the breaker is closed and no other sale asks for one. */
export const NOTICE_RETRY_MS = 5_000;
/**
 * Milliseconds after an attempt that got no answer until the central's count is compared: what it has received, it has
 * processed by then.
 */
export const NOTICE_SETTLE_MS = 5_000;
/** Milliseconds that an attempt has to end when the node stops. */
export const NOTIFIER_STOP_MS = 1_000;

/** What the central's overview says. */
export type TotalReading =
  /** It answered; `total` is null if it does not say how many notices it counted. */
  | { readonly kind: "read"; readonly total: number | null }
  /** It did not answer, or only that it is ill. */
  | { readonly kind: "unreachable"; readonly reason: string };

/** What is known of an attempt. */
export type NoticeDelivery =
  | { readonly kind: "answered"; readonly status: number }
  /** Nothing reached the central. */
  | { readonly kind: "not_sent"; readonly reason: string }
  /** It may have been processed. */
  | { readonly kind: "broken"; readonly reason: string };

/** How a central is talked to. Neither call throws. */
export interface CentralPort {
  /** Reads how many notices it has counted. */
  readTotal(signal: AbortSignal): Promise<TotalReading>;
  /** Sends a notice once. */
  postNotice(body: string, signal: AbortSignal): Promise<NoticeDelivery>;
}

/** What a notifier is made of. */
export interface NotifierParts {
  /** The node's replica: its log says what to tell, its store holds the queue. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** The central. */
  readonly central: CentralPort;
  /** Where the central is, to be shown. */
  readonly url: string;
  /** The site. */
  readonly site: SiteCode;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** The branch id, if one is set. */
  readonly branchId?: string;
}

/** A notifier. */
export interface Notifier {
  /** How it stands. */
  view(): NotifierView;
  /** Starts reading the log and sending. Start it after the node. */
  start(): void;
  /** Stops; what is being sent has a second to end. Stop it before the node. */
  stop(): Promise<void>;
}

/**
 * Makes a notifier.
 *
 * @param parts What it is made of.
 * @returns The notifier, not started.
 */
export function createNotifier(parts: NotifierParts): Notifier {
  const { replica, clock, logger, central, url } = parts;
  const ending = new AbortController();
  let breaker: Breaker = CLOSED_BREAKER;
  /** What the central had counted when it was last known, if nobody else tells it. */
  let expected: number | null = null;
  let shared = false;
  /** Until then what became of the last attempt is not asked. */
  let settledAt = 0;
  /** What is left to write of an attempt that has ended; never sent again because of a failing disk. */
  let unwritten: ((writer: Writer) => void) | undefined;

  const write = async (body: (writer: Writer) => void) => {
    const done = await replica.decide(({ writer }) => ok(body(writer)));
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
  };

  const flush = async () => {
    if (unwritten === undefined) return;
    await write(unwritten);
    unwritten = undefined;
  };

  const fail = (reason: string) => {
    breaker = breakerFailed(breaker, clock.monotonic());
    const { state, failures } = breaker;
    logger.log("warn", "The central was not told", { reason, state, failures });
  };

  const see = (total: number | null) => {
    if (total !== null && expected !== null && total > expected) shared = true;
    expected = total;
  };

  const settle = (notice: WaitingNotice, end: SettledAs) => {
    if (end.kind !== "confirmed") {
      logger.log("warn", "A notice waits for a person", { ...end });
    }
    unwritten = (writer) => settleNotice(writer, notice.number, end);
  };

  const judge = (notice: WaitingNotice, { kind, ...sent }: NoticeDelivery) => {
    const status = "status" in sent ? sent.status : 0;
    const reason = "reason" in sent
      ? sent.reason
      : `The central answered ${status}`;
    if (status === 200) {
      breaker = CLOSED_BREAKER;
      if (expected !== null) expected++;
      settle(notice, { kind: "confirmed" });
    } else if (isRefusal(status)) {
      breaker = breakerRefused(breaker);
      settle(notice, { kind: "set_aside", note: reason });
    } else {
      fail(reason);
      if (kind === "not_sent" || status >= 400 && status < 500) {
        unwritten = (writer) =>
          markSent(writer, notice.number, { sent: false });
      } else if (kind === "broken" || isGateway(status)) {
        settledAt = clock.monotonic() + NOTICE_SETTLE_MS;
      }
    }
  };

  const send = async (notice: WaitingNotice) => {
    const before = await central.readTotal(ending.signal);
    if (ending.signal.aborted) return;
    if (before.kind === "unreachable") return fail(before.reason);
    const { total } = before;
    see(total);
    await write((writer) =>
      markSent(writer, notice.number, { sent: true, total, shared })
    );
    if (ending.signal.aborted) return;
    const delivery = await central.postNotice(notice.body, ending.signal);
    if (ending.signal.aborted && delivery.kind !== "answered") return;
    judge(notice, delivery);
  };

  /** Finds out what became of an attempt that nobody answered. */
  const resolve = async (notice: WaitingNotice) => {
    const after: TotalReading = notice.total === null
      ? { kind: "read", total: null }
      : await central.readTotal(ending.signal);
    if (ending.signal.aborted) return;
    if (after.kind === "unreachable") return fail(after.reason);
    const { total } = after;
    const more = total === null || notice.total === null
      ? undefined
      : total - notice.total;
    if (more !== undefined && more > 1) shared = true;
    expected = total;
    if (more === 0) {
      unwritten = (writer) => markSent(writer, notice.number, { sent: false });
    } else if (more === 1 && !shared) {
      breaker = CLOSED_BREAKER;
      settle(notice, { kind: "confirmed" });
    } else {
      breaker = breakerReleased(breaker);
      settle(notice, { kind: "unconfirmed", note: doubtOf(notice, total) });
    }
  };

  const deliver = async (): Promise<number | undefined> => {
    await flush();
    const notice = firstWaiting(replica.reader);
    if (notice === undefined) {
      breaker = breakerReleased(breaker);
      return undefined;
    }
    const { pending } = outboxTotals(replica.reader);
    const now = clock.monotonic();
    const wait = Math.max(
      breakerWaitMs(breaker, now),
      notice.sent ? settledAt - now : retryWaitMs(breaker, pending, now),
    );
    if (wait > 0) return wait;
    breaker = breakerTried(breaker);
    await (notice.sent ? resolve(notice) : send(notice));
    await flush();
    return 0;
  };

  const failed = (error: unknown) => {
    logger.log("error", "The queue of notices failed", {
      error: String(error),
    });
    return NOTICE_RETRY_MS;
  };
  const sending = createWorkLoop(clock, { step: deliver, failed });
  const collecting = createWorkLoop(clock, {
    async step() {
      const more = hasUncollected(parts);
      if (more) await write((writer) => collectSales(parts, writer));
      sending.wake();
      return more ? 0 : undefined;
    },
    failed,
  });

  return {
    view() {
      const { state, failures } = breaker;
      const { pending, confirmed, setAside, unconfirmed } = outboxTotals(
        replica.reader,
      );
      return {
        url,
        state,
        failures,
        pending,
        confirmed,
        setAside,
        unconfirmed,
      };
    },
    start() {
      ({ shared } = outboxTotals(replica.reader));
      // Whoever sent last may have ended only just now.
      settledAt = clock.monotonic() + NOTICE_SETTLE_MS;
      const space = siteSpace(parts.site);
      const look = (entries: readonly { readonly space: string }[]) => {
        if (entries.some((entry) => entry.space === space)) collecting.wake();
      };
      replica.listen({
        written: (commits) => look(commits.map(({ entry }) => entry)),
        taken: look,
        changed: () => {},
        incident: () => {},
      });
      // The log is read first: it may say that what waits must not be sent.
      collecting.wake();
    },
    async stop() {
      const ended = Promise.all([collecting.stop(), sending.stop()]);
      const timer = clock.timer(NOTIFIER_STOP_MS, () => ending.abort());
      await ended;
      timer.cancel();
      ending.abort();
    },
  };
}

type SettledAs = Parameters<typeof settleNotice>[2];

/** A refusal of what the notice says; the other 4xx say that the central could not take any just then. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

/** Somebody between answered, while the central may still be at it. */
function isGateway(status: number): boolean {
  return [502, 503, 504].includes(status);
}

/**
 * An original branch makes one attempt a sale. So as many attempts as notices wait are made without a pause; those that
 * it would not make, with one.
 */
function retryWaitMs(breaker: Breaker, pending: number, now: number): number {
  const { state, failures, failedAt } = breaker;
  if (state !== "closed" || failures === 0 || pending > failures) return 0;
  return failedAt + NOTICE_RETRY_MS - now;
}

function doubtOf({ total: before }: WaitingNotice, after: number | null) {
  const told = "The central gave no answer that tells whether it counted this";
  return before === null || after === null
    ? told
    : `${told}: it had ${before} notices before and ${after} after`;
}
