/**
 * Reading original branches for what they never send: when the node starts, after each day, and on demand.
 *
 * @module
 */
import { type Clock, ok, type Result, type SiteCode } from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import type { Replica } from "../replica.ts";
import { refuse } from "../use_cases/context.ts";
import type { Logger } from "../ports.ts";
import { createWorkLoop } from "../work_loop.ts";
import type { BranchSyncSettings } from "./branch_sync_settings.ts";
import type { BranchSyncUseCases } from "./branch_sync_use_cases.ts";
import {
  type BranchPullPort,
  pullBranch,
  type PullOutcome,
} from "./pull_branch.ts";
import type { NextRun } from "./push_schedule.ts";

/** When branches are read: after the day has ended everywhere in their zone. */
const PULL_AT = "00:20";
/** Wait before the rest of a branch with many missing sales is read, in milliseconds. */
const MORE_MS = 1_000;
/** Longest wait until the clock is looked at again, in milliseconds. */
const LOOK_MS_MAX = 60_000;
/** Wait after a run that broke off, in milliseconds. */
const FAILED_MS = 15 * 60_000;

/** What reading works with. */
export interface PullerParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** Takes what was read. */
  readonly receive: BranchSyncUseCases["receive"];
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** IANA time zone of the node. */
  readonly timezone: string;
  /** How branches keep their clocks. */
  readonly settings: Pick<BranchSyncSettings, "branches">;
  /** The branches: their codes, as far as they are known, and how each is reached. */
  readonly branches: readonly {
    readonly site: SiteCode | null;
    readonly port: BranchPullPort;
  }[];
  /** Reads times of day. */
  readonly nextRun: NextRun;
}

/** Reads branches. */
export interface Puller {
  /** Reads all branches now, and after each day. Start it after the node. */
  start(): void;
  /** Reads all branches now. Refusals: `pull_failed` if none could be read to its end. */
  pull(): Promise<Result<readonly PullOutcome[], Refusal>>;
  /** Stops; a request that is under way is given up. Stop it before the node. */
  stop(): Promise<void>;
}

/**
 * Makes it.
 *
 * @param parts What it works with.
 * @returns It, not started.
 */
export function createPuller(parts: PullerParts): Puller {
  const { clock, logger } = parts;
  const controller = new AbortController();
  const tried = parts.branches.map(() => new Set<string>());
  let running: Promise<readonly PullOutcome[]> | undefined;
  let dueAt = 0;

  const run = () => {
    running ??= pullAll(parts, tried, controller.signal).finally(() =>
      running = undefined
    );
    return running;
  };

  const loop = createWorkLoop(clock, {
    async step() {
      const now = clock.now();
      if (now >= dueAt) {
        const outcomes = await run();
        dueAt = nextDue(parts, outcomes);
      }
      return Math.min(LOOK_MS_MAX, Math.max(1, dueAt - clock.now()));
    },
    failed(error) {
      logger.log("error", "Original branches could not be read", {
        error: String(error),
      });
      dueAt = clock.now() + FAILED_MS;
      return LOOK_MS_MAX;
    },
  });

  return {
    start: () => loop.wake(),
    async pull() {
      if (controller.signal.aborted) {
        return refuse("node_stopping", "The node is stopping");
      }
      const outcomes = await run();
      const [problem] = outcomes.map((outcome) => outcome.problem)
        .filter((one) => one !== null);
      return problem !== undefined &&
          outcomes.every((outcome) => outcome.problem !== null)
        ? refuse("pull_failed", problem)
        : ok(outcomes);
    },
    async stop() {
      controller.abort();
      await loop.stop();
      await running?.catch(() => undefined);
    },
  };
}

/** One after the other: branches have one machine each, and this node's disk is shared. */
async function pullAll(
  parts: PullerParts,
  tried: readonly Set<string>[],
  signal: AbortSignal,
): Promise<readonly PullOutcome[]> {
  const { replica, receive, clock, settings, timezone } = parts;
  const outcomes: PullOutcome[] = [];
  for (const [i, { site, port }] of parts.branches.entries()) {
    if (signal.aborted) break;
    outcomes.push(
      await pullBranch({
        ...{ replica, receive, port, site },
        tried: tried[i] ?? new Set(),
        ruleOf(code) {
          const setting = settings.branches[code];
          return {
            timezone: setting?.timezone ?? timezone,
            isUtc: setting?.fechaVentaZ === "utc",
          };
        },
        pause: () => new Promise((resolve) => clock.defer(resolve)),
      }, signal),
    );
  }
  return outcomes;
}

function nextDue(
  { clock, nextRun, timezone }: PullerParts,
  outcomes: readonly PullOutcome[],
): number {
  const now = clock.now();
  if (outcomes.some(({ more }) => more)) return now + MORE_MS;
  const night = nextRun(PULL_AT, timezone, now) ?? now + 24 * 3_600_000;
  return outcomes.some(({ problem }) => problem !== null)
    ? Math.min(night, now + FAILED_MS)
    : night;
}
