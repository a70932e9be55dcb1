/**
 * Counts what passes over the topics, and reports what a person should look at: records that nobody can read, positions
 * that are gone.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { Incidents } from "../incidents.ts";
import type { Logger } from "../ports.ts";
import type { SupplyEffect } from "./charging_use_cases.ts";

/** The same thing is reported at most this often, in milliseconds. */
const REPORT_MS = 60_000;

/** What passed since the node was started. */
export interface TopicFigures {
  /** Requests of drivers. */
  readonly requests: number;
  /** Records of telemetry by what became of them. */
  readonly telemetry: Readonly<Record<SupplyEffect, number>>;
  /** Records that nobody can read. */
  readonly poison: number;
  /** Encrypted records that could not be opened. */
  readonly sealed: number;
  /** Words to drivers that were published once. */
  readonly notices: number;
  /** Running totals that were passed on. */
  readonly updates: number;
  /** Running totals that were left out because too much waited. */
  readonly dropped: number;
  /** States of the network that were published. */
  readonly statuses: number;
}

/** Counts, and reports. */
export class TopicCounts {
  readonly #incidents: Pick<Incidents, "report">;
  readonly #logger: Logger;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #reported = new Map<string, number>();
  readonly #telemetry: Record<SupplyEffect, number> = {
    live: 0,
    stored: 0,
    repeated: 0,
    ignored: 0,
  };
  #requests = 0;
  #poison = 0;
  #sealed = 0;
  #notices = 0;
  #updates = 0;
  #dropped = 0;
  #statuses = 0;

  /**
   * Makes counts of nothing.
   *
   * @param parts Where to report, log lines, and time.
   */
  constructor(
    { incidents, logger, clock }: {
      readonly incidents: Pick<Incidents, "report">;
      readonly logger: Logger;
      readonly clock: Pick<Clock, "monotonic">;
    },
  ) {
    this.#incidents = incidents;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** The figures so far. */
  get figures(): TopicFigures {
    return {
      requests: this.#requests,
      telemetry: { ...this.#telemetry },
      poison: this.#poison,
      sealed: this.#sealed,
      notices: this.#notices,
      updates: this.#updates,
      dropped: this.#dropped,
      statuses: this.#statuses,
    };
  }

  /** A driver's request was read. */
  request(): void {
    this.#requests++;
  }

  /** Telemetry had an effect. */
  telemetry(effect: SupplyEffect): void {
    this.#telemetry[effect]++;
  }

  /** An encrypted record could not be opened. */
  sealed(): void {
    this.#sealed++;
  }

  /** Words were published, and running totals passed on or left out. */
  published(durable: number, passing: number, dropped: number): void {
    this.#notices += durable;
    this.#updates += passing;
    this.#dropped += dropped;
  }

  /** The network's state was published, without so many points. */
  status(left: number): void {
    this.#statuses++;
    if (left === 0) return;
    this.#report("kafka_status_cut", "The network's status is too long", {
      topic: "network_status",
    });
  }

  /** A record is skipped (C-47). */
  poison(topic: string, offset: number, why: string): void {
    this.#poison++;
    this.#logger.log("debug", "A record of a topic was skipped", {
      topic,
      offset,
      why,
    });
    this.#report(
      "kafka_poison",
      `Records of ${topic} cannot be read, and were skipped`,
      { topic },
    );
  }

  /** A topic was cut, or made anew. */
  lost(topic: string, from: number, to: number): void {
    this.#report(
      "kafka_records_lost",
      `Records of ${topic} were gone before they were read: from ${from}, now from ${to}`,
      { topic },
    );
  }

  /** A topic has more than one partition; only the first is read. */
  wide(topic: string): void {
    this.#report(
      "kafka_partitions",
      `The topic ${topic} has more than one partition: make it with one, records elsewhere are not read`,
      { topic },
    );
  }

  /** The broker is away. */
  away(address: string, reason: string): void {
    this.#report(
      "kafka_away",
      `The Kafka broker at ${address} is away: ${reason}`,
      {
        address,
      },
    );
  }

  #report(
    kind: string,
    message: string,
    details: Readonly<Record<string, string>>,
  ): void {
    const key = `${kind} ${Object.values(details).join(" ")}`;
    const now = this.#clock.monotonic();
    if (now - (this.#reported.get(key) ?? -Infinity) < REPORT_MS) return;
    this.#reported.set(key, now);
    this.#logger.log("warn", message, details);
    this.#incidents.report(kind, message, details);
  }
}
