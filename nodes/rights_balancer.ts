/**
 * Moves rights ahead of need, off the way of requests: watches how fast each log spends, and grants what this node's
 * logs have above their share to linked peers that have too little.
 *
 * @module
 */
import {
  balanceOf,
  type BoundName,
  type Clock,
  type FactId,
  IN_TRANSIT,
  type LogId,
  ok,
  type Reader,
  RIGHTS,
  type RightsSums,
  type Row,
  type SpaceId,
  spaceOfBound,
  type Timer,
} from "../crdt/mod.ts";
import {
  RIGHTS_BALANCE_MS,
  RIGHTS_BALANCED_MAX,
  RIGHTS_DEMAND_HALF_MS,
  RIGHTS_RATES_MAX,
} from "./limits.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import type { Logger } from "./ports.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Replica } from "./replica.ts";
import {
  type BalancedLog,
  nextRate,
  planGrants,
  type PlannedGrant,
} from "./rights_balance.ts";
import { grantRights } from "./rights_grants.ts";

/** Moves rights ahead of need. */
export interface RightsBalancer {
  /** Starts watching. */
  start(): void;
  /** Stops; a decision that was begun is finished. */
  stop(): void;
}

/** What the balancer works with. */
export interface RightsBalancerParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Draws the ids of grants that nobody asked for. */
  readonly newId: () => FactId;
  /** Who is linked. */
  readonly sessions: () => readonly PeerSession[];
}

/** How fast a log spends, as of the last look. */
interface Rate {
  readonly spent: number;
  readonly atMs: number;
  readonly rate: number;
}

/**
 * Makes the balancer of a node.
 *
 * @param parts What it works with.
 * @returns The balancer, not started.
 */
export function createRightsBalancer(
  parts: RightsBalancerParts,
): RightsBalancer {
  const { replica, clock, logger } = parts;
  const rates = new Map<string, Rate>();
  let timer: Timer | undefined;
  let stopped = true;
  let seenUpTo: readonly [string] | undefined;

  const watch = (bound: BoundName, log: number, spent: number): number => {
    const key = `${log} ${bound}`;
    const known = rates.get(key);
    const atMs = clock.monotonic();
    const seconds = (atMs - (known?.atMs ?? atMs)) / 1000;
    if (known !== undefined && seconds <= 0) return known.rate;
    const rate = known === undefined ? 0 : nextRate(
      known.rate,
      Math.max(0, spent - known.spent),
      { seconds, halfSeconds: RIGHTS_DEMAND_HALF_MS / 1000 },
    );
    if (known === undefined && rates.size >= RIGHTS_RATES_MAX) rates.clear();
    rates.set(key, { spent, atMs, rate });
    return rate;
  };

  const look = (bound: BoundName, rows: readonly Row[]): PlannedGrant[] => {
    const space = spaceOfBound(bound);
    const own = replica.register.own(space);
    const linked = linkedKeys(parts.sessions());
    const takers = newestLogs(replica.register, space, linked);
    const logs = rows.map((row): BalancedLog => {
      const log = Number(row["log"]);
      const sums = row as unknown as RightsSums;
      const name = replica.register.byNumber(log)?.name;
      return {
        log,
        rate: watch(bound, log, sums.spent),
        free: balanceOf(sums) - sums.held +
          onItsWay(replica.reader, bound, name),
        takes: takers.has(log),
      };
    });
    if (own === undefined) return [];
    // Another till of the site has a share before it sells the first one, a station one of what it may risk offline.
    const seen = new Set(logs.map(({ log }) => log));
    if (space.startsWith("site:") || bound.startsWith("floor:")) {
      for (const [log, name] of takers) {
        const free = onItsWay(replica.reader, bound, name);
        if (!seen.has(log)) logs.push({ log, rate: 0, free, takes: true });
      }
    }
    // What may be risked offline is needed where nobody can be asked: it must be there before.
    return planGrants(logs, own.number, { idle: bound.startsWith("floor:") });
  };

  const grant = async (bound: BoundName, plan: readonly PlannedGrant[]) => {
    if (plan.length === 0) return;
    await replica.decide((context) => {
      for (const { log, amount } of plan) {
        const to = replica.register.byNumber(log)?.name;
        if (to === undefined) continue;
        const request = parts.newId();
        const wanted = { bound, amount, to, request, exact: true };
        grantRights(context, replica, wanted);
      }
      return ok(null);
    });
  };

  const pass = async () => {
    const { reader } = replica;
    const after = seenUpTo === undefined ? {} : { after: seenUpTo };
    const limit = RIGHTS_BALANCED_MAX;
    const rows = reader.scan(RIGHTS, { ...after, limit });
    const last = String(rows.at(-1)?.["bound"]);
    seenUpTo = rows.length < limit ? undefined : [last];
    const bounds = new Set(rows.map((row) => row["bound"] as BoundName));
    for (const bound of bounds) {
      if (stopped) return;
      // A card's rights stay where it last bought, a result where it was made, until somebody asks.
      if (/^(card|result):/.test(bound)) continue;
      const all = reader.scan(RIGHTS, { prefix: [bound] });
      await grant(bound, look(bound, all));
    }
  };

  const tick = () => {
    if (stopped) return;
    pass().catch((error) =>
      logger.log("warn", "Rights could not be moved ahead", {
        error: String(error),
      })
    );
    timer = clock.timer(RIGHTS_BALANCE_MS, tick);
  };
  return {
    start() {
      stopped = false;
      timer = clock.timer(RIGHTS_BALANCE_MS, tick);
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function linkedKeys(sessions: readonly PeerSession[]): Set<string> {
  return new Set(
    sessions.map(({ member }) => member?.publicKey.join() ?? ""),
  );
}

/** The log that each linked peer writes now: of several the one with the newest commit. */
function newestLogs(
  register: LogRegister,
  space: SpaceId,
  linked: ReadonlySet<string>,
): Map<number, LogId> {
  const newest = new Map<string, LogEntry>();
  for (const entry of register.ofSpace(space)) {
    const key = entry.publicKey.join();
    if (!linked.has(key) || register.isEnded(entry)) continue;
    const before = newest.get(key);
    if (before === undefined || before.stamp < entry.stamp) {
      newest.set(key, entry);
    }
  }
  return new Map(
    [...newest.values()].map(({ number, name }) => [number, name]),
  );
}

function onItsWay(
  reader: Reader,
  bound: BoundName,
  receiver: string | undefined,
): number {
  if (receiver === undefined) return 0;
  return reader.scan(IN_TRANSIT, { prefix: [receiver, bound] })
    .reduce((sum, row) => sum + Number(row["amount"]), 0);
}
