/**
 * Feeds one sink: piece by piece, as fast as it takes them. What fails is tried again, ever more rarely up to a bound,
 * and told to whoever asks. A piece that is refused for one of its rows is given again in halves, until the row is found.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import {
  SINK_IDLE_MS,
  SINK_INCIDENT_MS,
  SINK_LOAD_MAX,
  SINK_RETRY_MS,
  SINK_RETRY_MS_MAX,
} from "../limits.ts";
import { isStoreError } from "../ports.ts";
import { createWorkLoop, type WorkLoop } from "../work_loop.ts";
import {
  SinkError,
  type SinkFault,
  type SinkLink,
  type SinkProblem,
  type SinkState,
  type SinkTarget,
  type SinkView,
} from "./sink_port.ts";
import type { SinkLag, SinkSource } from "./sink_source.ts";

/** What a person can do, by what went wrong. */
const REMEDIES: Readonly<Record<SinkFault, string>> = {
  away:
    "Start the sink, or mend the network between it and this node: it catches up by itself.",
  "read_only":
    "Let the sink take writes again, or name the one that does: it catches up by itself.",
  refused:
    "Give the user of --sink the right password and rights (CREATE on the database, or to own the schema panal).",
  lost: "Nothing: its tables are made again and loaded anew.",
  row:
    "See what the sink has against the row (a constraint or trigger that somebody added, a size limit) and remove it; the row is tried again each minute.",
  shared:
    "Stop the other program that feeds this sink with this node's key: a copy of the data folder.",
};

/** What feeding works with. */
export interface SinkRunnerParts {
  /** The sink. */
  readonly target: SinkTarget;
  /** What the node gives. */
  readonly source: SinkSource;
  /** Time. */
  readonly clock: Clock;
  /** Told when how it stands has changed. */
  readonly changed?: () => void;
  /** Told once of each failure that lasts. */
  readonly incident?: (message: string) => void;
}

/** Feeds one sink. */
export class SinkRunner {
  readonly #parts: SinkRunnerParts;
  readonly #loop: WorkLoop;
  #link: SinkLink | undefined;
  #state: SinkState = "connecting";
  #since: number;
  #problem: SinkProblem | null = null;
  #failures = 0;
  #failingSince: number | undefined;
  #isTold = false;
  #limit = SINK_LOAD_MAX;
  #rows = 0;
  #facts = 0;
  #confirmed: number | null = null;

  /** Makes a feeder; nothing runs before `start`. */
  constructor(parts: SinkRunnerParts) {
    this.#parts = parts;
    this.#since = parts.clock.now();
    this.#loop = createWorkLoop(parts.clock, {
      step: () => this.#step(),
      failed: (error) => this.#failed(error),
    });
  }

  /** Begins. */
  start(): void {
    this.#loop.wake();
  }

  /** Ends it; what the sink was about to confirm is found out at the next start. */
  async stop(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
    await this.#loop.stop();
    await this.#end();
  }

  /** The number of the journal up to which the sink has everything; null if that is not known. */
  get confirmed(): number | null {
    return this.#confirmed;
  }

  /** How the sink stands. */
  get view(): SinkView {
    const { target, clock } = this.#parts;
    const lag = this.#lag();
    return {
      name: target.name,
      kind: target.kind,
      state: this.#state,
      since: this.#since,
      lagFacts: lag?.facts ?? null,
      lagSeconds: lag === undefined || this.#link?.loading === true
        ? null
        : lag.since === null
        ? 0
        : Math.max(0, clock.now() - lag.since) / 1000,
      rows: this.#rows,
      facts: this.#facts,
      error: this.#problem,
    };
  }

  /** How far the sink is behind; unknown while the store cannot be read, which the next piece tells. */
  #lag(): SinkLag | undefined {
    try {
      return this.#link?.lag();
    } catch (error) {
      if (isStoreError(error)) return undefined;
      throw error;
    }
  }

  async #step(): Promise<number | undefined> {
    const { target, source } = this.#parts;
    this.#link ??= await target.open(source);
    const link = this.#link;
    const { rows, facts, more } = await link.step(this.#limit);
    this.#rows += rows;
    this.#facts += facts;
    this.#confirmed = link.confirmed ?? this.#confirmed;
    this.#worked(link.loading ? "loading" : "following");
    return more ? 0 : SINK_IDLE_MS;
  }

  #worked(state: SinkState): void {
    const wasTrouble = this.#problem !== null;
    this.#limit = Math.min(SINK_LOAD_MAX, this.#limit * 2);
    this.#failures = 0;
    this.#failingSince = undefined;
    this.#isTold = false;
    this.#problem = null;
    this.#enter(state, wasTrouble);
  }

  #enter(state: SinkState, tell: boolean): void {
    const isNew = state !== this.#state;
    if (isNew) {
      this.#state = state;
      this.#since = this.#parts.clock.now();
    }
    if (isNew || tell) this.#parts.changed?.();
  }

  /** Says how long to wait. */
  #failed(error: unknown): number {
    const fault = error instanceof SinkError ? error.fault : "away";
    if (fault === "row" && this.#link !== undefined && this.#limit > 1) {
      this.#limit = Math.ceil(this.#limit / 2);
      return 0;
    }
    const named = fault === "row" ? this.#link?.suspects() : undefined;
    void this.#end();
    const now = this.#parts.clock.now();
    this.#failures++;
    this.#failingSince ??= now;
    const reason = error instanceof Error ? error.message : String(error);
    this.#problem = {
      message: named === undefined ? reason : `${reason} (${named})`,
      remedy: REMEDIES[fault],
      at: now,
    };
    const isStopped = fault === "row" || fault === "shared";
    this.#enter(isStopped ? "stopped" : "failing", true);
    if (
      !this.#isTold &&
      (isStopped || now - this.#failingSince >= SINK_INCIDENT_MS)
    ) {
      this.#isTold = true;
      this.#parts.incident?.(this.#problem.message);
    }
    return isStopped ? SINK_RETRY_MS_MAX : this.#retryMs();
  }

  #retryMs(): number {
    return Math.min(
      SINK_RETRY_MS_MAX,
      SINK_RETRY_MS * 2 ** Math.min(this.#failures - 1, 16),
    );
  }

  async #end(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }
}
