/**
 * Telling original centrals of the site's sales: on demand, by schedule, and again until each has acknowledged all.
 *
 * @module
 */
import {
  type Clock,
  ok,
  type Random,
  type Result,
  type SiteCode,
  type Writer,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { type Metrics, NO_METRICS } from "../metrics.ts";
import type { Logger } from "../ports.ts";
import type { Replica } from "../replica.ts";
import { refuse } from "../use_cases/context.ts";
import type { BranchSyncSettings } from "./branch_sync_settings.ts";
import type { ReportConflict } from "./push_batch.ts";
import { type PushNote, unconfirmedByAll } from "./push_queue.ts";
import {
  createPushSchedule,
  type NextRun,
  type PushSchedule,
} from "./push_schedule.ts";
import {
  type CentralPushPort,
  createPushTarget,
  PUSH_TARGETS_MAX,
  type PushOutcome,
  type PushTarget,
  type PushTargetView,
} from "./push_target.ts";
import { appendSyncLog } from "./sync_log.ts";

/** Most milliseconds until who asked for a push is answered; what is left goes on. */
export const PUSH_ANSWER_MS_MAX = 60_000;

/** What telling is made of. */
export interface PusherParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** The site. */
  readonly site: SiteCode;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** How codes and users are called at the centrals, and when they are told. */
  readonly settings: Pick<
    BranchSyncSettings,
    "targets" | "schedule" | "branches"
  >;
  /** The centrals, by their addresses. */
  readonly centrals: readonly {
    readonly url: string;
    readonly port: CentralPushPort;
  }[];
  /** Reads times of day. */
  readonly nextRun: NextRun;
  /** Where it is counted what was sent. */
  readonly metrics?: Pick<Metrics, "observeSync" | "countSales">;
  /** Adds a conflict to the list that people see. */
  readonly report: ReportConflict;
  /** Tells of something that a person should look at. */
  readonly incident: (
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => void;
}

/** What a push came to. */
export interface PushDone {
  /** Sales that were acknowledged. */
  readonly sent: number;
  /** What happened, in Spanish. */
  readonly message: string;
}

/** Tells original centrals. */
export interface Pusher {
  /** True if there are any. */
  readonly hasTargets: boolean;
  /** Starts reading the site's logs, and the schedule. Start it after the node. */
  start(): Promise<void>;
  /** Tells all centrals now what they have not confirmed. Refusals: `push_failed`. */
  push(): Promise<Result<PushDone, Refusal>>;
  /** Own sales that no central has confirmed. */
  pending(): number;
  /** How it stands with each central. */
  views(): readonly PushTargetView[];
  /** Stops; a request has a second to end. Stop it before the node. */
  stop(): Promise<void>;
}

/** What a void that no message can express is told as. */
const VOIDS: Readonly<Record<PushNote["kind"], string>> = {
  withdrawn: "anulada antes de enviarse: no se envía",
  "kept_there": "anulada después de enviarse: el central la conserva",
  unknown: "anulada sin saber si llegó al central: no se envía más",
};

/**
 * Makes it.
 *
 * @param parts What it is made of.
 * @returns It, not started.
 */
export function createPusher(parts: PusherParts): Pusher {
  const { replica, clock, settings } = parts;
  const centrals = parts.centrals.slice(0, PUSH_TARGETS_MAX);
  const urls = centrals.map(({ url }) => url);
  const full = new Set<string>();
  const targets = centrals.map((central) =>
    createPushTarget(targetParts(parts, central, emptied))
  );
  const schedule: PushSchedule = createPushSchedule({
    replica,
    clock,
    settings: settings.schedule,
    timezone: parts.timezone,
    nextRun: parts.nextRun,
    run() {
      for (const target of targets) void target.ask("schedule");
    },
  });

  function emptied(target: string): void {
    full.add(target);
    if (full.size < targets.length) return;
    full.clear();
    schedule.done().catch((error) =>
      parts.logger.log("error", "The schedule could not be noted", {
        error: String(error),
      })
    );
  }

  return {
    hasTargets: targets.length > 0,
    async start() {
      for (const target of targets) target.start();
      await schedule.start();
    },
    push: () => pushAll(clock, targets),
    pending: () => unconfirmedByAll(replica.reader, urls),
    views: () => targets.map((target) => target.view()),
    async stop() {
      schedule.stop();
      await Promise.all(targets.map((target) => target.stop()));
    },
  };
}

function targetParts(
  parts: PusherParts,
  { url, port }: PusherParts["centrals"][number],
  emptied: (target: string) => void,
) {
  const { clock, site, timezone, settings } = parts;
  const { codes, users, user } = settings.targets;
  return {
    replica: parts.replica,
    clock,
    random: parts.random,
    logger: parts.logger,
    site,
    target: url,
    central: port,
    names: { site, timezone, codes, users, user },
    name: settings.branches[site]?.name ?? site,
    report: parts.report,
    incident: parts.incident,
    metrics: parts.metrics ?? NO_METRICS,
    emptied,
    note(writer: Writer, { receipt, kind }: PushNote) {
      appendSyncLog(writer, {
        at: clock.now(),
        direction: "sent",
        ok: true,
        message: `Venta ${receipt} ${VOIDS[kind]}`,
        site: null,
        records: null,
      });
    },
  };
}

/** Asks all centrals and waits for them, but not for ever: what is left goes on by itself. */
async function pushAll(
  clock: Clock,
  targets: readonly PushTarget[],
): Promise<Result<PushDone, Refusal>> {
  const runs = targets.map((target) => target.ask("person"));
  const ended = Promise.all(runs);
  const late = Promise.withResolvers<undefined>();
  const timer = clock.timer(
    PUSH_ANSWER_MS_MAX,
    () => late.resolve(undefined),
  );
  const outcomes = await Promise.race([ended, late.promise]);
  timer.cancel();
  if (outcomes === undefined) {
    const sent = targets.reduce((sum, target) => sum + target.sent, 0);
    return ok({ sent, message: `${sent} ventas sincronizadas; se sigue` });
  }
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed !== undefined && !failed.ok) {
    return refuse("push_failed", failed.reason);
  }
  const sent = sumOf(outcomes);
  const message = sent === 0
    ? "No hay ventas pendientes"
    : `${sent} ventas sincronizadas`;
  return ok({ sent, message });
}

function sumOf(outcomes: readonly PushOutcome[]): number {
  return outcomes.reduce((sum, { sent }) => sum + sent, 0);
}
