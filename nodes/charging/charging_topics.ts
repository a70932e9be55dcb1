/**
 * The charging network's topics, as one node serves them: it keeps a session with the broker, joins the site's group, and
 * does the group's work while it holds the topics. Without a broker the node goes on, and catches up when it is back.
 *
 * @module
 */
import {
  type Clock,
  PanalError,
  type Random,
  randomBelow,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  CHARGING_TOPICS,
  encodeSimulation,
  type KafkaBroker,
  type KafkaMembership,
  type KafkaSession,
  TOPIC_REQUESTS,
  TOPIC_SIMULATION,
  TOPIC_TELEMETRY,
} from "../../net/mod.ts";
import type { Incidents } from "../incidents.ts";
import type { Logger } from "../ports.ts";
import { TopicCounts, type TopicFigures } from "./topic_counts.ts";
import { holdTopics, STATUS_MS, type TopicUseCases } from "./topic_holder.ts";
import { TOPIC_COMMIT_MS } from "./topic_intake.ts";
import { openClear, type OpenTelemetry } from "./topic_records.ts";
import { untilAborted, waitFor } from "./topic_waits.ts";

/** The first wait before a broker that failed is tried again, in milliseconds. */
export const BROKER_AGAIN_MS = 250;
/** The longest such wait, in milliseconds. */
export const BROKER_AGAIN_MS_MAX = 5000;
/** A session that lasted this long begins the waits anew, in milliseconds. */
const STEADY_MS = 10_000;
/** A broker that is away for this long is an incident, in milliseconds. */
const AWAY_MS = 3000;

/** What it works with. */
export interface TopicsParts {
  /** The broker. */
  readonly broker: KafkaBroker;
  /** Whose points these are; names the group. */
  readonly site: SiteCode;
  /** The node's use-cases. */
  readonly charging: TopicUseCases;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** Where to report. */
  readonly incidents: Pick<Incidents, "report">;
  /** Decimal places of amounts. */
  readonly exponent: number;
  /** Waits, in milliseconds; those of the protocol if left out. */
  readonly times?: {
    readonly statusMs?: number;
    readonly againMs?: number;
    readonly commitMs?: number;
    readonly awayMs?: number;
  };
}

/** How it stands with the broker. */
export interface TopicsView extends TopicFigures {
  /** The broker's address. */
  readonly broker: string;
  /** Whether there is a session with it. */
  readonly connected: boolean;
  /** Whether this node holds the topics. */
  readonly holds: boolean;
}

/** Serves the topics. */
export class ChargingTopics {
  readonly #parts: TopicsParts;
  readonly #counts: TopicCounts;
  readonly #ending = new AbortController();
  #open: OpenTelemetry = openClear;
  #session: KafkaSession | undefined;
  #holds = false;
  #failures = 0;
  #awaySince: number;
  #reason = "it was not reached yet";
  #running: Promise<void> | undefined;

  /**
   * Makes it; `start` begins.
   *
   * @param parts What it works with.
   */
  constructor(parts: TopicsParts) {
    this.#parts = parts;
    this.#counts = new TopicCounts(parts);
    this.#awaySince = parts.clock.monotonic();
  }

  /** How it stands. */
  get view(): TopicsView {
    return {
      ...this.#counts.figures,
      broker: this.#parts.broker.address,
      connected: this.#session !== undefined,
      holds: this.#holds,
    };
  }

  /** What is wrong, in sentences. */
  get problems(): readonly string[] {
    const { broker, clock, times } = this.#parts;
    const awayMs = clock.monotonic() - this.#awaySince;
    return this.#session === undefined && awayMs >= (times?.awayMs ?? AWAY_MS)
      ? [`The Kafka broker at ${broker.address} is away: ${this.#reason}`]
      : [];
  }

  /** Opens telemetry with this from now on. */
  openWith(open: OpenTelemetry): void {
    this.#open = open;
  }

  /** Begins; a second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends: commits what is done, leaves the group and closes. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  /**
   * Commands simulated engines.
   *
   * @param target A point, or `ALL`.
   * @param command `F`, `R`, `I` or `E`.
   * @returns False if the broker is away.
   */
  async simulate(target: string, command: string): Promise<boolean> {
    const session = this.#session;
    if (session === undefined) return false;
    try {
      await session.ensureTopics([TOPIC_SIMULATION]);
      const value = encodeSimulation(target, command);
      await session.send([{ topic: TOPIC_SIMULATION, value }]);
      return true;
    } catch {
      return false;
    }
  }

  async #run(): Promise<void> {
    const { clock, broker, logger } = this.#parts;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const since = clock.monotonic();
      try {
        await this.#serve();
      } catch (error) {
        this.#reason = reasonOf(error);
        logger.log(this.#failures === 0 ? "warn" : "debug", "Kafka failed", {
          broker: broker.address,
          error: this.#reason,
        });
      }
      if (signal.aborted) return;
      if (clock.monotonic() - since >= STEADY_MS) this.#failures = 0;
      await waitFor(clock, this.#wait(), signal);
      if (this.problems.length > 0) {
        this.#counts.away(broker.address, this.#reason);
      }
    }
  }

  /** How long to wait: twice as long after each failure, and by chance up to half of it less. */
  #wait(): number {
    const { random, times } = this.#parts;
    const least = times?.againMs ?? BROKER_AGAIN_MS;
    const full = Math.min(least * 2 ** this.#failures, BROKER_AGAIN_MS_MAX);
    if (full < BROKER_AGAIN_MS_MAX) this.#failures++;
    return full / 2 + randomBelow(random, Math.ceil(full / 2) + 1);
  }

  /** One session, to its end. */
  async #serve(): Promise<void> {
    const { broker, clock, logger, site } = this.#parts;
    const session = await broker.connect();
    const over = new AbortController();
    const signal = AbortSignal.any([this.#ending.signal, over.signal]);
    const ended = session.ended.finally(() => over.abort());
    try {
      for (const topic of await session.ensureTopics(CHARGING_TOPICS)) {
        this.#counts.wide(topic);
      }
      const turns = new HoldTurns();
      const membership = await session.join(
        `panal-${site}`,
        [TOPIC_REQUESTS, TOPIC_TELEMETRY],
        (holds) => turns.set(holds),
      );
      this.#session = session;
      logger.log("info", "Kafka is there", { broker: broker.address });
      while (!signal.aborted) {
        const turn = await turns.next(signal);
        if (turn !== undefined) await this.#hold(membership, session, turn);
      }
    } finally {
      if (this.#session !== undefined) this.#awaySince = clock.monotonic();
      this.#session = undefined;
      await session.close();
    }
    const error = await ended;
    if (error !== undefined) throw error;
  }

  async #hold(
    membership: KafkaMembership,
    session: KafkaSession,
    signal: AbortSignal,
  ): Promise<void> {
    const { charging, clock, logger, exponent, times } = this.#parts;
    this.#holds = true;
    charging.hearing?.(true);
    logger.log("info", "This node holds the charging topics");
    try {
      await holdTopics({
        ...{ charging, clock, logger, exponent, membership, session, signal },
        counts: this.#counts,
        open: () => this.#open,
        statusMs: times?.statusMs ?? STATUS_MS,
        commitMs: times?.commitMs ?? TOPIC_COMMIT_MS,
      });
    } finally {
      this.#holds = false;
      // Supplies go on, but nothing is heard of them here.
      charging.hearing?.(false);
      logger.log("info", "This node holds the charging topics no more");
    }
  }
}

/** The times in which the member holds the topics. */
class HoldTurns {
  #current: AbortController | undefined;
  #changed = Promise.withResolvers<void>();

  set(holds: boolean): void {
    this.#current?.abort();
    this.#current = holds ? new AbortController() : undefined;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Waits for the next one; the signal that ends it, or undefined if `signal` was given before. */
  async next(signal: AbortSignal): Promise<AbortSignal | undefined> {
    while (!signal.aborted) {
      const current = this.#current;
      if (current !== undefined && !current.signal.aborted) {
        return AbortSignal.any([signal, current.signal]);
      }
      await Promise.race([this.#changed.promise, untilAborted(signal)]);
    }
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error instanceof PanalError ? error.cause : undefined;
  return cause instanceof Error
    ? `${error.message}: ${cause.message}`
    : error.message;
}
