/**
 * What a node's logs owe to others and others to them, seen to off the way of requests: grants are accepted once their
 * commit is on the disk, rights of voided or doubled sales are given back, holds that have ended are let go, and the
 * books are checked, some bounds at a time.
 *
 * @module
 */
import {
  type BoundName,
  type Clock,
  IN_TRANSIT,
  ok,
  OPEN_HOLDS,
  type Reader,
  RETURNS_DUE,
  RIGHTS,
  RIGHTS_APART,
  RIGHTS_OWED,
  RIGHTS_STATED,
  RIGHTS_TAKEN,
  type Row,
  type Timer,
} from "../crdt/mod.ts";
import {
  RIGHTS_CHECKED_MAX,
  RIGHTS_DEBT_MS,
  RIGHTS_DEBTS_MAX,
  RIGHTS_PASS_MS,
} from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import { isStoreError, type Logger } from "./ports.ts";
import type { DecisionContext, Replica } from "./replica.ts";
import type { RightsNeed } from "./use_cases/context.ts";
import type { InvariantCounter } from "./use_cases/invariants.ts";
import {
  acceptGrants,
  giveBackDue,
  releaseExpired,
  takeOver,
} from "./use_cases/rights.ts";

/** Sees to rights in the background. */
export interface RightsKeeper {
  /** Starts looking for work. */
  start(): void;
  /** Stops; a decision that was begun is finished. */
  stop(): void;
}

/** What the keeper works with. */
export interface RightsKeeperParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Counts of invariants. */
  readonly invariants: InvariantCounter;
  /** Asks other peers for rights. */
  readonly askRights: (need: RightsNeed) => Promise<boolean>;
}

/** When a debt is asked for again. */
interface Debt {
  readonly fromMs: number;
  readonly waitMs: number;
}

/**
 * Makes the keeper of a node's rights.
 *
 * @param parts What it works with.
 * @returns The keeper, not started.
 */
export function createRightsKeeper(parts: RightsKeeperParts): RightsKeeper {
  const { replica, clock, logger, invariants } = parts;
  let timer: Timer | undefined;
  const debts = new Map<BoundName, Debt>();
  let running = false;
  let stopped = true;
  let checkedUpTo: readonly [string] | undefined;

  const ownLogs = () =>
    [...replica.register.all()].filter((entry) => entry.own);

  /** Where nobody has rights there is nothing to see to: a mesh that sells nothing strictly pays one look. */
  const areUsed = () => {
    try {
      return replica.reader.scan(RIGHTS, { limit: 1 }).length > 0;
    } catch (error) {
      // A timer may come while the store is closed.
      if (isStoreError(error)) return false;
      throw error;
    }
  };

  const pass = async () => {
    if (running || stopped || !areUsed()) return;
    running = true;
    try {
      for (const log of ownLogs()) await settleOne(log);
    } finally {
      running = false;
    }
  };

  /** Where this node has closed its log it opens the next at once: others grant to the newest that they know. */
  const openLogs = async () => {
    try {
      const spaces = replica.closedSpaces();
      if (spaces.length === 0) return;
      await replica.decide((context) => {
        for (const space of spaces) context.log(space);
        return ok(null);
      });
    } catch (error) {
      logger.log("warn", "A log could not be opened", { error: String(error) });
    }
  };

  /** One log's rights: what it may not settle keeps no other log from it. */
  const settleOne = async (log: LogEntry) => {
    try {
      if (stopped || !hasWork(replica.reader, log, replica.at)) return;
      await replica.decide((context) => {
        settle(context, replica, log);
        return ok(null);
      });
    } catch (error) {
      // The disk is closed, or the certificate does not allow it: it is still due, and the next pass finds it.
      logger.log("warn", "Rights could not be settled", {
        log: log.name,
        error: String(error),
      });
    }
  };

  const check = () => {
    const { reader } = replica;
    const after = checkedUpTo === undefined ? {} : { after: checkedUpTo };
    const limit = RIGHTS_CHECKED_MAX;
    const rows = reader.scan(RIGHTS, { ...after, limit });
    for (const open of openRights(reader, rows).values()) {
      if (open === 0) invariants.checked(6);
      else invariants.violated(6);
    }
    const last = rows.at(-1)?.["bound"];
    checkedUpTo = rows.length < limit ? undefined : [String(last)];
  };

  const askFor = async (bound: BoundName) => {
    try {
      await parts.askRights({ bound, free: 0 });
    } catch (error) {
      logger.log("warn", "Rights that are owed could not be asked for", {
        bound,
        error: String(error),
      });
    }
  };

  /** What an observation took beyond the rights is asked for, else others sell it again. */
  const payDebts = () => {
    const owed = new Set(ownLogs().flatMap((log) => owedBy(replica, log)));
    for (const bound of debts.keys()) {
      if (!owed.has(bound)) debts.delete(bound);
    }
    const now = clock.monotonic();
    for (const bound of owed) {
      const { fromMs, waitMs } = debts.get(bound) ??
        { fromMs: now, waitMs: RIGHTS_PASS_MS };
      if (now < fromMs) continue;
      debts.set(bound, {
        fromMs: now + waitMs,
        waitMs: Math.min(2 * waitMs, RIGHTS_DEBT_MS),
      });
      void askFor(bound);
    }
  };

  const tick = () => {
    if (stopped) return;
    try {
      if (areUsed()) {
        check();
        payDebts();
      } else debts.clear();
    } catch (error) {
      logger.log("warn", "Rights could not be checked", {
        error: String(error),
      });
    }
    void openLogs();
    void pass();
    timer = clock.timer(RIGHTS_PASS_MS, tick);
  };

  replica.listen({
    written: () => {},
    taken: () => void pass(),
    changed: () => {},
    incident: () => {},
  });
  return {
    start() {
      stopped = false;
      tick();
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function owedBy({ reader }: Replica, { number }: LogEntry): BoundName[] {
  return reader.scan(RIGHTS_OWED, {
    index: "by_log",
    prefix: [number],
    limit: RIGHTS_DEBTS_MAX,
  }).map((row) => row["bound"] as BoundName);
}

function hasWork(reader: Reader, log: LogEntry, at: number): boolean {
  const some = (rows: readonly Row[]) => rows.length > 0;
  return some(reader.scan(IN_TRANSIT, { prefix: [log.name], limit: 1 })) ||
    some(
      reader.scan(RIGHTS_STATED, {
        index: "by_receiver",
        prefix: [log.name],
        limit: 1,
      }),
    ) ||
    some(reader.scan(RETURNS_DUE, { prefix: [log.number], limit: 1 })) ||
    some(
      reader.scan(OPEN_HOLDS, { prefix: [log.number], below: [at], limit: 1 }),
    );
}

function settle(
  context: DecisionContext,
  replica: Replica,
  log: LogEntry,
): void {
  acceptGrants(context, replica.register, { log });
  takeOver(context, replica.register, log);
  giveBackDue(context, log);
  releaseExpired(context, log);
}

/**
 * What logs have granted of each bound of a page of `RIGHTS` and nobody has accepted, less what is in transit: 0 where no
 * right is lost or counted twice. Tables are read once for all bounds: a station with many cards has many.
 */
function openRights(
  reader: Reader,
  page: readonly Row[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const [first, last] = [page[0]?.["bound"], page.at(-1)?.["bound"]];
  if (first === undefined || last === undefined) return sums;
  // A page may end among the rows of a bound.
  const rest = reader.scan(RIGHTS, { prefix: [last] });
  for (const row of [...page.filter((one) => one["bound"] !== last), ...rest]) {
    const bound = String(row["bound"]);
    const open = Number(row["granted"]) - Number(row["accepted"]);
    sums.set(bound, (sums.get(bound) ?? 0) + open);
  }
  const range = { from: [first], below: [`${last}\u0001`] };
  const add = (rows: readonly Row[], count: (row: Row) => number) => {
    for (const row of rows) {
      const bound = String(row["bound"]);
      const open = sums.get(bound);
      if (open !== undefined) sums.set(bound, open + count(row));
    }
  };
  add(
    reader.scan(IN_TRANSIT, { index: "by_bound", ...range }),
    (row) => -Number(row["amount"]),
  );
  add(reader.scan(RIGHTS_TAKEN, range), (row) => Number(row["taken"]));
  add(reader.scan(RIGHTS_APART, range), (row) => Number(row["amount"]));
  return sums;
}
