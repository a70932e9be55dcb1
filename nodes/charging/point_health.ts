/**
 * What a point says of its health, until it is on disk. A monitor tells of a fault once and never again, so what met a node
 * that had no room for it is written as soon as it has: of each connector the newest, for as long as the point is connected.
 *
 * @module
 */
import {
  chargingPoint,
  type ChargingSession,
  isKeyVoid,
  ok,
  stopsInForce,
  type Timer,
} from "../../crdt/mod.ts";
import { isStoreError } from "../ports.ts";
import type { DecisionContext } from "../replica.ts";
import { type ChargingContext, guarded } from "./charging_context.ts";
import { holderOf, sessionsAt } from "./charging_rows.ts";
import type { LiveLink } from "./point_links.ts";
import { recordFault, recordHealth, recordReport } from "./point_records.ts";
import { figuresOf, recordEnd } from "./session_ends.ts";

/** What was not written is tried again after so long, in milliseconds, and then each time after twice as long. */
export const HEALTH_RETRY_MS = 250;
/** It is never waited longer, in milliseconds. */
export const HEALTH_RETRY_MAX_MS = 10_000;

/** What is said of a connector; 0 is the whole point. */
export type Health =
  | {
    readonly kind: "fault";
    readonly connector: number;
    readonly code?: string | undefined;
  }
  | { readonly kind: "recover"; readonly connector: number };

/** The health of the equipment on one connection. */
export class PointHealth {
  readonly #use: ChargingContext;
  readonly #link: LiveLink;
  /** What is not on disk yet, by connector: at most one each. */
  readonly #waiting = new Map<number, Health>();
  #retry: Timer | undefined;
  #retryMs = HEALTH_RETRY_MS;

  /**
   * Nothing was said yet.
   *
   * @param use The node.
   * @param link The connection.
   */
  constructor(use: ChargingContext, link: LiveLink) {
    this.#use = use;
    this.#link = link;
  }

  /**
   * The equipment says something.
   *
   * @param health What.
   * @returns Resolves when it is on disk, or waits to be tried again.
   */
  async say(health: Health): Promise<void> {
    this.#waiting.delete(health.connector);
    this.#waiting.set(health.connector, health);
    await this.#write();
  }

  /** The connection counts no more. */
  stop(): void {
    this.#retry?.cancel();
    this.#waiting.clear();
  }

  /** Writes what waits, in the order in which it was said; what is said meanwhile is not taken for written. */
  async #write(): Promise<void> {
    const { replaced, ended } = this.#link;
    if (replaced || ended) return this.stop();
    if (this.#waiting.size === 0) return;
    const said = [...this.#waiting.values()];
    if (!await this.#isWritten(said)) return this.#tryLater();
    for (const one of said) {
      if (this.#waiting.get(one.connector) === one) {
        this.#waiting.delete(one.connector);
      }
    }
    if (this.#waiting.size > 0) return;
    this.#retry?.cancel();
    this.#retryMs = HEALTH_RETRY_MS;
  }

  async #isWritten(said: readonly Health[]): Promise<boolean> {
    const { replica, logger } = this.#use;
    const { point } = this.#link;
    let code: string;
    try {
      const done = await replica.decide((decision) => {
        for (const health of said) this.#record(decision, health);
        return ok(null);
      });
      if (done.ok) return true;
      code = done.error.code;
    } catch (error) {
      if (!isStoreError(error)) throw error;
      code = error.code;
    }
    logger.log("warn", "What a charging point said was not stored yet", {
      ...{ point, code },
    });
    return false;
  }

  #tryLater(): void {
    this.#retry?.cancel();
    this.#retry = this.#use.clock.timer(
      this.#retryMs,
      () => guarded(this.#use, "note a point's health", this.#write()),
    );
    this.#retryMs = Math.min(this.#retryMs * 2, HEALTH_RETRY_MAX_MS);
  }

  #record(decision: DecisionContext, health: Health): void {
    if (health.kind === "fault") this.#fault(decision, health);
    else this.#recover(decision, health);
  }

  #fault(
    decision: DecisionContext,
    { connector, code }: Health & { readonly kind: "fault" },
  ): void {
    const use = this.#use;
    const facts = chargingPoint(decision.rows, this.#link);
    if (facts === undefined) return;
    recordFault(decision, facts, { connector, code });
    for (const session of sessionsAt(decision.rows, this.#link)) {
      const concerns = connector === 0 || connector === session.connector;
      if (!concerns || !isOwn(use, session)) continue;
      recordEnd(decision, use, session, {
        outcome: "fault",
        ...figuresOf(use, session),
        position: use.live.get(session.id)?.position ?? null,
      });
    }
  }

  #recover(decision: DecisionContext, { connector }: Health): void {
    const facts = chargingPoint(decision.rows, this.#link);
    if (facts === undefined) return;
    recordHealth(decision, facts, connector);
    // Who was revoked and has registered anew is in service again (C-15).
    const isRevoked = stopsInForce(facts).includes("revoked");
    if (!isRevoked || isKeyVoid(decision.rows, facts)) return;
    recordReport(decision, facts, {
      connector: 0,
      aspect: "stop",
      value: "lifted",
      cause: "revoked",
    });
  }
}

/** Whether this node itself sees to the end of a session: it hears of the supply, or nobody does. */
function isOwn(
  { replica: { register } }: ChargingContext,
  session: ChargingSession,
): boolean {
  const holder = holderOf(session);
  if (holder === undefined) return true;
  return register.isOwnKey(register.byName(holder)?.publicKey);
}
