/**
 * Tells one original central of the site's sales: one request at a time, each sale until it is acknowledged. A sale is
 * marked in the transaction that follows the answer, so a crash between the two only sends it again.
 *
 * @module
 */
import {
  type Clock,
  ok,
  PanalError,
  type Random,
  type Row,
  siteSpace,
  type Writer,
} from "../../crdt/mod.ts";
import { encodeBranchSyncMessage } from "../../net/mod.ts";
import type { Metrics } from "../metrics.ts";
import type { Logger } from "../ports.ts";
import type { DecisionContext } from "../replica.ts";
import { createWorkLoop } from "../work_loop.ts";
import {
  judgeCheck,
  judgePush,
  type PushAnswer,
  type PushVerdict,
} from "./push_answer.ts";
import {
  type BatchParts,
  nextBatch,
  type PushBatch,
  reviewHeld,
  senderOf,
  sentText,
} from "./push_batch.ts";
import { collectPushes, hasUncollectedPushes } from "./push_collect.ts";
import { receiptThere } from "./push_message.ts";
import { keepBroken, recallBroken } from "./push_memory.ts";
import {
  checkedPush,
  confirmPushes,
  isPushInterrupted,
  PUSH_CHECKING,
  PUSH_PENDING,
  pushesOf,
} from "./push_queue.ts";
import {
  isPushStopped,
  NO_FAILURE,
  pushFailed,
  type PushRetry,
} from "./push_retry.ts";
import { appendSyncLog } from "./sync_log.ts";

/** Milliseconds that a request has to end when the node stops. */
export const PUSH_STOP_MS = 1_000;
/** Most centrals that one node tells. */
export const PUSH_TARGETS_MAX = 8;
/** Most callers that wait for one run. */
const WAITERS_MAX = 256;

/** How an original central is talked to. Neither call throws, and each has a deadline. */
export interface CentralPushPort {
  /** Sends a message once. */
  post(body: string, signal: AbortSignal): Promise<PushAnswer>;
  /** Reads a sale. */
  readSale(receipt: string, signal: AbortSignal): Promise<PushAnswer>;
}

/** What came of sending all that waits. */
export type PushOutcome =
  | { readonly ok: true; readonly sent: number }
  /** Why, in Spanish. It is tried again unless it is stopped. */
  | { readonly ok: false; readonly sent: number; readonly reason: string };

/** What it is made of. */
export interface PushTargetParts extends BatchParts {
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** The central. */
  readonly central: CentralPushPort;
  /** Tells of something that a person should look at. */
  readonly incident: (
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => void;
  /** Where it is counted what was sent. */
  readonly metrics: Pick<Metrics, "observeSync" | "countSales">;
  /** Told when all that waited is acknowledged. */
  readonly emptied: (target: string) => void;
}

/** How it stands with a central. */
export interface PushTargetView {
  /** Its address. */
  readonly target: string;
  /** Failures since the last success. */
  readonly failures: number;
  /** True once nothing is sent until a person asks. */
  readonly stopped: boolean;
  /** True while all that waits is to be sent. */
  readonly wanted: boolean;
}

/** One central that is told. */
export interface PushTarget {
  /** Starts reading the site's logs, and goes on with what an end of the process interrupted. */
  start(): void;
  /**
   * Sends all that waits. By a person's word also what waits for a person is looked at again, and a central that was
   * given up is tried again, though never within a minute after it failed.
   *
   * @returns What came of it, once all is acknowledged or an attempt has failed.
   */
  ask(by: "person" | "schedule"): Promise<PushOutcome>;
  /** How many sales this run has had acknowledged so far. */
  readonly sent: number;
  /** How it stands. */
  view(): PushTargetView;
  /** Stops; a request has a second to end. */
  stop(): Promise<void>;
}

/**
 * Makes it.
 *
 * @param parts What it is made of.
 * @returns It, not started.
 */
export function createPushTarget(parts: PushTargetParts): PushTarget {
  return new Target(parts);
}

class Target implements PushTarget {
  readonly #parts: PushTargetParts;
  readonly #ending = new AbortController();
  readonly #collecting;
  readonly #sending;
  #retry: PushRetry = NO_FAILURE;
  #wanted = false;
  #stopped = false;
  /** Sales that wait for a person are looked at again before anything is sent. */
  #reviews = false;
  #sent = 0;
  #lastReason = "";
  #waiters: ((outcome: PushOutcome) => void)[] = [];
  /** What is left to write of a request that has ended; never sent again because of a failing disk. */
  #unwritten: ((writer: Writer) => void) | undefined;

  constructor(parts: PushTargetParts) {
    this.#parts = parts;
    const failed = (error: unknown) => {
      parts.logger.log("error", "The queue of branch sales failed", {
        error: String(error),
      });
      return LOCAL_RETRY_MS;
    };
    this.#sending = createWorkLoop(parts.clock, {
      step: () => this.#send(),
      failed: (error) => {
        const wait = failed(error);
        this.#settle({ ok: false, sent: this.#sent, reason: LOCAL_REASON });
        return wait;
      },
    });
    this.#collecting = createWorkLoop(parts.clock, {
      step: async () => await this.#collect() ? 0 : undefined,
      failed,
    });
  }

  get sent(): number {
    return this.#sent;
  }

  start(): void {
    const { replica, site, target, clock } = this.#parts;
    const space = siteSpace(site);
    const now = { wall: clock.now(), monotonic: clock.monotonic() };
    this.#retry = recallBroken(replica.reader, target, now);
    this.#stopped = isPushStopped(this.#retry);
    const look = (entries: readonly { readonly space: string }[]) => {
      if (entries.some((entry) => entry.space === space)) {
        this.#collecting.wake();
      }
    };
    replica.listen({
      written: (commits) => look(commits.map(({ entry }) => entry)),
      taken: look,
      changed: () => {},
      incident: () => {},
      authorityChanged: () => this.#collecting.wake(),
    });
    this.#collecting.wake();
    if (isPushInterrupted(replica.reader, target)) void this.ask("schedule");
  }

  ask(by: "person" | "schedule"): Promise<PushOutcome> {
    const refused = by === "person" ? this.#asked() : this.#refusal();
    if (refused !== undefined) {
      return Promise.resolve({ ok: false, sent: 0, reason: refused });
    }
    if (this.#waiters.length >= WAITERS_MAX) {
      return Promise.resolve({ ok: false, sent: 0, reason: LOCAL_REASON });
    }
    if (!this.#wanted) this.#sent = 0;
    this.#wanted = true;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#sending.wake();
    });
  }

  view(): PushTargetView {
    return {
      target: this.#parts.target,
      failures: this.#retry.failures,
      stopped: this.#stopped,
      wanted: this.#wanted,
    };
  }

  async stop(): Promise<void> {
    const ended = Promise.all([this.#collecting.stop(), this.#sending.stop()]);
    const timer = this.#parts.clock.timer(
      PUSH_STOP_MS,
      () => this.#ending.abort(),
    );
    await ended;
    timer.cancel();
    this.#ending.abort();
    this.#settle({ ok: false, sent: this.#sent, reason: "El nodo se detiene" });
  }

  /** A person asks: what was given up is tried again, once the central had its time. */
  #asked(): string | undefined {
    const wait = this.#retry.askedAt - this.#parts.clock.monotonic();
    if (wait > 0) {
      return `El central falló hace poco; espere ${Math.ceil(wait / 1000)} s`;
    }
    this.#stopped = false;
    this.#reviews = true;
    this.#retry = { ...this.#retry, nextAt: 0 };
    return undefined;
  }

  #refusal(): string | undefined {
    return this.#stopped
      ? "El central falló varias veces: se espera a una persona"
      : undefined;
  }

  async #write<T>(decide: (context: DecisionContext) => T): Promise<T> {
    const done = await this.#parts.replica.decide((context) =>
      ok(decide(context))
    );
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
    return done.value;
  }

  async #collect(): Promise<boolean> {
    if (!hasUncollectedPushes(this.#parts)) return false;
    const { note } = this.#parts;
    await this.#write(({ writer }) => collectPushes(this.#parts, writer, note));
    return true;
  }

  async #send(): Promise<number | undefined> {
    await this.#flush();
    if (!this.#wanted) return undefined;
    if (await this.#collect()) return 0;
    const wait = this.#retry.nextAt - this.#parts.clock.monotonic();
    if (wait > 0) return wait;
    if (this.#reviews) await this.#review();
    if (this.#first(PUSH_PENDING) !== undefined) {
      const batch = await this.#write(({ writer, at }) =>
        nextBatch(this.#parts, writer, at)
      );
      if (batch.rows.length > 0) await this.#post(batch);
      return this.#wanted ? 0 : undefined;
    }
    // Comparing comes last: what cannot be read there must not hold up what can be sent.
    const unchecked = this.#first(PUSH_CHECKING);
    return unchecked === undefined
      ? await this.#finish()
      : await this.#check(unchecked);
  }

  #first(state: number): Row | undefined {
    const { replica, target } = this.#parts;
    return pushesOf(replica.reader, target, { state, limit: 1 })[0];
  }

  async #flush(): Promise<void> {
    const unwritten = this.#unwritten;
    if (unwritten === undefined) return;
    await this.#write(({ writer }) => unwritten(writer));
    this.#unwritten = undefined;
  }

  async #review(): Promise<void> {
    let after: number | undefined = 0;
    while (after !== undefined) {
      const from: number = after;
      after = await this.#write(({ writer, at }) =>
        reviewHeld(this.#parts, writer, { at, after: from })
      );
    }
    this.#reviews = false;
  }

  async #post(batch: PushBatch): Promise<void> {
    const { central, clock, metrics, site } = this.#parts;
    const begun = clock.monotonic();
    const body = encodeBranchSyncMessage(senderOf(this.#parts), batch.texts);
    const answer = await central.post(body, this.#ending.signal);
    if (this.#ending.signal.aborted && answer.kind === "failed") return;
    const verdict = judgePush(answer, batch.rows.length);
    if (verdict.kind === "failed") return await this.#fail(verdict);
    this.#retry = NO_FAILURE;
    this.#lastReason = "";
    this.#sent += batch.rows.length;
    this.#unwritten = (writer) => this.#confirm(writer, batch, verdict);
    metrics.observeSync(site, (clock.monotonic() - begun) / 1000);
    metrics.countSales(site, "sent", verdict.received);
    await this.#flush();
  }

  #confirm(
    writer: Writer,
    { rows, texts }: PushBatch,
    verdict: Extract<PushVerdict, { kind: "acknowledged" }>,
  ): void {
    const { clock, note, names, site, report } = this.#parts;
    const { check } = verdict;
    this.#keep(writer);
    confirmPushes(writer, rows, { at: clock.now(), check, note });
    const others = new Set(verdict.conflicts);
    for (const [i, { receipt }] of rows.entries()) {
      if (!others.has(receiptThere(String(receipt), names))) continue;
      report(writer, {
        receipt: String(receipt),
        site,
        reason: "El central tiene otra venta con este número",
        first: JSON.parse(texts[i] ?? "null"),
        second: null,
      });
    }
  }

  /** The central had some sales of a request before: whether they are the same is read from it. */
  async #check(row: Row): Promise<number | undefined> {
    const { replica, central, names, site, report } = this.#parts;
    const receipt = String(row["receipt"]);
    const sent = sentText(this.#parts, replica.reader, {
      row,
      at: replica.at,
    });
    const settle = (write: (writer: Writer) => void) => {
      this.#unwritten = (writer) => {
        checkedPush(writer, row);
        this.#keep(writer);
        write(writer);
      };
      return this.#flush().then(() => 0);
    };
    // It does not count any more, so there is nothing to compare.
    if (sent === undefined) return await settle(() => {});
    const there = receiptThere(receipt, names);
    const answer = await central.readSale(there, this.#ending.signal);
    if (this.#ending.signal.aborted) return undefined;
    const verdict = judgeCheck(answer, sent);
    if (verdict.kind === "failed") {
      await this.#fail(verdict);
      return this.#wanted ? 0 : undefined;
    }
    this.#retry = NO_FAILURE;
    return await settle((writer) => {
      if (verdict.kind === "same") return;
      report(writer, {
        receipt,
        site,
        reason: verdict.reason,
        first: JSON.parse(sent),
        second: verdict.there,
      });
    });
  }

  async #fail(
    { reason, status }: { readonly reason: string; readonly status: number },
  ): Promise<void> {
    const { clock, random, logger, target, incident } = this.#parts;
    const chance = (random.bytes(1)[0] ?? 0) / 255;
    const now = clock.monotonic();
    this.#retry = pushFailed(this.#retry, { status, now, chance });
    const { failures } = this.#retry;
    logger.log("warn", "The central did not take branch sales", {
      target,
      reason,
      failures,
    });
    if (isPushStopped(this.#retry)) {
      this.#stopped = true;
      this.#wanted = false;
      const text =
        "An original central failed several times: nothing is sent until somebody asks for it";
      incident("branch_push_stopped", text, { target });
    }
    const isNews = reason !== this.#lastReason;
    this.#lastReason = reason;
    this.#unwritten = (writer) => {
      this.#keep(writer);
      if (!isNews) return;
      this.#log(writer, {
        ok: false,
        message: `Error al enviar a ${hostOf(target)}: ${reason}`,
        records: null,
      });
    };
    await this.#flush();
    this.#settle({ ok: false, sent: this.#sent, reason });
  }

  #keep(writer: Writer): void {
    const { target, clock } = this.#parts;
    keepBroken(writer, target, { retry: this.#retry, at: clock.now() });
  }

  async #finish(): Promise<undefined> {
    const { target, emptied } = this.#parts;
    const sent = this.#sent;
    this.#wanted = false;
    if (sent > 0) {
      const message = `${sent} ventas enviadas a ${hostOf(target)}`;
      this.#unwritten = (writer) =>
        this.#log(writer, { ok: true, message, records: sent });
      await this.#flush();
    }
    emptied(target);
    this.#settle({ ok: true, sent });
    return undefined;
  }

  #log(
    writer: Writer,
    row: {
      readonly ok: boolean;
      readonly message: string;
      readonly records: number | null;
    },
  ): void {
    const at = this.#parts.clock.now();
    appendSyncLog(writer, { ...row, at, direction: "sent", site: null });
  }

  #settle(outcome: PushOutcome): void {
    for (const resolve of this.#waiters.splice(0)) resolve(outcome);
  }
}

/** Milliseconds after which a failing disk is tried again. */
const LOCAL_RETRY_MS = 5_000;
const LOCAL_REASON = "Este nodo no puede guardar ahora lo que envía";

/** What people know a central by. */
function hostOf(target: string): string {
  return URL.canParse(target) ? new URL(target).host : target;
}
