/**
 * What a node does for companies by itself: the issuer covers what stations sold on the floor and settles months; a
 * station keeps some of the floor at hand, for when it reaches nobody.
 *
 * @module
 */
import {
  type CompanyId,
  FLEET_COMPANIES,
  FLEET_SETTLEMENTS,
  floorBound,
  type Timer,
} from "../../crdt/mod.ts";
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
/** Most companies that one pass looks after. */
const COMPANIES_MAX = 1000;
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

/** Companies with a log or facts here. */
function companiesOf({ replica }: FleetContext): CompanyId[] {
  return replica.reader.scan(FLEET_COMPANIES, { limit: COMPANIES_MAX })
    .map((row) => String(row["company"]) as CompanyId);
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

/** A station's part: it asks for some of the floor while it has none. */
async function stockFloor(
  use: FleetContext,
  company: CompanyId,
): Promise<void> {
  const { register, reader } = use.replica;
  const log = register.own(companySpace(company));
  if (log === undefined || isAllowed(use, company, "price")) return;
  const bound = floorBound(company);
  if (freeRights(reader, bound, log) > 0) return;
  await use.gather({ bound, amount: 1, waitMs: FLOOR_GATHER_MS });
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

  const once = async (
    work: (company: CompanyId) => Promise<unknown>,
    companies: () => readonly CompanyId[],
  ) => {
    try {
      for (const company of companies()) {
        if (stopped) return;
        await work(company);
      }
    } catch (error) {
      // The disk is closed, or the node stops: the next pass finds it.
      if (isStoreError(error)) return;
      logger.log("warn", "A company could not be looked after", {
        error: String(error),
      });
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
      if (isStation) await stockFloor(use, company);
    }, () => companiesOf(use));
  const tick = () => {
    if (stopped) return;
    void pass();
    timer = clock.timer(FLEET_PASS_MS, tick);
  };
  const coverSoon = () => {
    soon = undefined;
    void run(
      (company) => coverFloor(use, company),
      () =>
        replica.reader.scan(FLEET_COMPANIES, { limit: COMPANIES_MAX })
          .filter((row) => Number(row["open_count"]) > 0)
          .map((row) => String(row["company"]) as CompanyId),
    );
  };
  replica.listen({
    written: () => {},
    taken: (entries) => {
      const isCompany = entries.some(({ space }) =>
        space.startsWith("company:")
      );
      if (stopped || soon !== undefined || !isCompany) return;
      soon = clock.timer(COVER_SOON_MS, coverSoon);
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
