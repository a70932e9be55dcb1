/**
 * What a node does for companies by itself: the issuer covers what stations sold on the floor and settles months; a
 * station keeps some of the floor at hand, for when it reaches nobody.
 *
 * @module
 */
import {
  type Cell,
  type CompanyId,
  FLEET_COMPANIES,
  FLEET_SETTLEMENTS,
  floorBound,
  parseCompanyId,
  type Row,
  type Timer,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import { isStoreError } from "../ports.ts";
import { freeRights } from "../use_cases/rights.ts";
import {
  companySpace,
  type FleetContext,
  isAllowed,
  isIssuer,
} from "./fleet_context.ts";
import { dueMonths } from "./fleet_schedule.ts";
import { coverFloor } from "./floor.ts";
import { settle, unsettled } from "./settlements.ts";

/** Companies are looked after this often, in milliseconds; floor expenses that come in at once. */
export const FLEET_PASS_MS = 30_000;
/** How long after facts came in floor expenses are covered, in milliseconds: what comes together is covered together. */
const COVER_SOON_MS = 200;
/** How many companies a pass reads at once. */
const COMPANIES_READ = 500;
/** A station that got nothing of a company's floor asks again after so long, in milliseconds. */
const FLOOR_AGAIN_MS = 600_000;
/** Most companies of which a station remembers that; beyond, all are forgotten. */
const FLOORS_MAX = 10_000;
/** How many months back late expenses are settled. */
const MONTHS_BACK = 12;
/** Most passes that run or wait. */
const QUEUED_MAX = 4;
/** How long a station waits for rights of a floor, in milliseconds. */
const FLOOR_GATHER_MS = 2000;

/** Looks after companies. */
export interface FleetKeeper {
  /** Starts. */
  start(): void;
  /** Stops; what was begun is finished. */
  stop(): void;
  /** One pass more, after those that wait. */
  pass(): Promise<void>;
}

/** Rows; none while the store is closed. */
function readOpen(read: () => Row[]): Row[] {
  try {
    return read();
  } catch (error) {
    if (isStoreError(error)) return [];
    throw error;
  }
}

/** All companies that are known here, some read at a time; a store that is closed has none. */
function* companiesOf({ replica }: FleetContext): Generator<CompanyId> {
  let after: { after?: readonly Cell[] } = {};
  for (;;) {
    const limit = COMPANIES_READ;
    const page = readOpen(() =>
      replica.reader.scan(FLEET_COMPANIES, { ...after, limit })
    );
    for (const row of page) yield String(row["company"]) as CompanyId;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = { after: [last["company"] ?? null] };
  }
}

/** Months that are due and were not settled since. */
function dueOf({ replica }: FleetContext, company: CompanyId): string[] {
  const { reader } = replica;
  return dueMonths(company, replica.at, MONTHS_BACK).filter(
    ({ month, since }) => {
      const { count, amount, floorSettled } = unsettled(reader, company, month);
      if (count === 0 && amount === 0 && floorSettled === 0) return false;
      return reader.scan(FLEET_SETTLEMENTS, {
        prefix: [Number(company), month],
      }).every((row) => Number(row["at"]) < since);
    },
  ).map(({ month }) => month);
}

/** The issuer's part. */
async function lookAfter(use: FleetContext, company: CompanyId): Promise<void> {
  if (!isIssuer(use, use.replica.reader, company)) return;
  await coverFloor(use, company);
  for (const month of dueOf(use, company)) {
    await settle(use, { company, month });
  }
}

/** A station's part: it asks for some of the floor while it has none, seldom where there was none. */
async function stockFloor(
  use: FleetContext,
  company: CompanyId,
  again: Map<CompanyId, number>,
): Promise<void> {
  const { register, reader } = use.replica;
  const now = use.clock.monotonic();
  if (now < (again.get(company) ?? 0)) return;
  const log = register.own(companySpace(company));
  if (log === undefined || isAllowed(use, company, "price")) return;
  const bound = floorBound(company);
  if (freeRights(reader, bound, log) > 0) return;
  const waitMs = FLOOR_GATHER_MS;
  if (await use.gather({ bound, amount: 1, waitMs }) > 0) return;
  if (again.size >= FLOORS_MAX) again.clear();
  again.set(company, now + FLOOR_AGAIN_MS);
}

/**
 * Makes the keeper of a node's companies.
 *
 * @param use The node.
 * @returns The keeper, not started.
 */
export function createFleetKeeper(use: FleetContext): FleetKeeper {
  const { replica, clock, logger } = use;
  const isStation = use.node.roles.some((role) =>
    role === "station" || role === "pump"
  );
  let timer: Timer | undefined;
  let soon: Timer | undefined;
  let stopped = true;
  let last = Promise.resolve();
  let queued = 0;
  const again = new Map<CompanyId, number>();
  const touched = new Set<CompanyId>();

  /** What one company needs keeps no other from it. */
  const once = async (
    work: (company: CompanyId) => Promise<unknown>,
    companies: () => Iterable<CompanyId>,
  ) => {
    for (const company of companies()) {
      if (stopped) return;
      try {
        await work(company);
      } catch (error) {
        logger.log("warn", "A company could not be looked after", {
          company,
          error: String(error),
        });
        // The disk is closed, or the node stops: the next pass finds it.
        if (isStoreError(error)) return;
      }
    }
  };
  /** One after another; what waits already does what is asked for too. */
  const run = (...task: Parameters<typeof once>): Promise<void> => {
    if (queued >= QUEUED_MAX) return last;
    queued++;
    last = last.then(() => once(...task)).finally(() => queued--);
    return last;
  };
  const pass = () =>
    run(async (company) => {
      await lookAfter(use, company);
      if (isStation) await stockFloor(use, company, again);
    }, () => companiesOf(use));
  const tick = () => {
    if (stopped) return;
    void pass();
    timer = clock.timer(FLEET_PASS_MS, tick);
  };
  const coverSoon = () => {
    soon = undefined;
    const companies = [...touched];
    touched.clear();
    void run((company) => coverFloor(use, company), () => companies);
  };
  const note = ({ space }: LogEntry) => {
    const company = parseCompanyId(space.split(":")[1]);
    if (!space.startsWith("company:") || company === undefined) return;
    touched.add(company);
    soon ??= clock.timer(COVER_SOON_MS, coverSoon);
  };
  replica.listen({
    written: () => {},
    taken: (entries) => {
      if (!stopped) entries.forEach(note);
    },
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
      soon?.cancel();
    },
    pass,
  };
}
