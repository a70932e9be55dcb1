/**
 * Purchases that were charged when the node was killed, before their cards were told: their verdicts become kept results
 * (C-33). Where nobody can know whether a card was told, the result is kept so that nobody delivers it: it is listed (C-42).
 *
 * @module
 */
import type { FactId, SiteCode } from "../../crdt/mod.ts";
import type { Logger } from "../ports.ts";
import type {
  ExpenseView,
  FleetUseCases,
  ResultLease,
} from "./fleet_use_cases.ts";

/** A card is told at once; what was charged so long before the node's last purchase was told, in microseconds. */
export const UNTOLD_US_MAX = 5_000_000;
/** Most expenses that are looked at in one read. */
const PAGE = 1_000;
/** Most expenses that are looked at. */
const EXPENSES_MAX = 50_000;

/** What is known of the cards that were told before the node ended. */
export interface ToldBefore {
  /** Purchases whose cards were told. */
  readonly told: ReadonlySet<FactId>;
  /** False if some may be missing, because the machine lost power. */
  readonly whole: boolean;
}

/** What it works with. */
export interface UntoldParts {
  /** The node's use-cases. */
  readonly fleet: Pick<
    FleetUseCases,
    "expenses" | "results" | "keepResult" | "takeResult"
  >;
  /** The site. */
  readonly site: SiteCode | null;
  /** Whether this node decided an expense. */
  isOwn(expense: ExpenseView): boolean;
  /** Log lines. */
  readonly logger: Logger;
}

/**
 * Keeps the verdicts of charged purchases whose cards were not told. Call it before cards are served.
 *
 * @param parts What it works with.
 * @param before What is known of the time before.
 * @returns How many there were.
 */
export async function keepUntold(
  parts: UntoldParts,
  before: ToldBefore,
): Promise<number> {
  const kept = keptPurchases(parts.fleet);
  const untold = findUntold(parts, before.told)
    .filter(({ id }) => !kept.has(id));
  for (const expense of untold.toReversed()) {
    const { id: purchase, company, card } = expense;
    await parts.fleet.keepResult({ purchase, company, card, success: true });
    if (!before.whole) await hold(parts, expense);
  }
  if (untold.length > 0) {
    parts.logger.log("warn", "Cards were not told that they were charged", {
      count: untold.length,
      kept: before.whole ? "for their next question" : "for a person",
    });
  }
  return untold.length;
}

/** Purchases whose verdicts wait for their cards already. */
function keptPurchases({ results }: UntoldParts["fleet"]): Set<FactId> {
  const kept = new Set<FactId>();
  let cursor: string | undefined;
  while (kept.size < EXPENSES_MAX) {
    const page = results({
      ...{ state: "kept", limit: PAGE },
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { purchase } of page.items) kept.add(purchase);
    if (page.next === null) break;
    cursor = page.next;
  }
  return kept;
}

/** Its card may have been told: the right to deliver it is taken and never used. Others of the card stay kept. */
async function hold(
  { fleet }: UntoldParts,
  { id, company, card }: ExpenseView,
): Promise<void> {
  const others: ResultLease[] = [];
  for (;;) {
    const lease = await fleet.takeResult({ company, card, waitMs: 0 });
    if (lease === undefined || lease.purchase === id) break;
    others.push(lease);
  }
  for (const lease of others) await lease.failed();
}

/** The latest first. */
function findUntold(
  { fleet, site, isOwn }: UntoldParts,
  told: ReadonlySet<FactId>,
): ExpenseView[] {
  const untold: ExpenseView[] = [];
  let from: number | undefined;
  let cursor: string | undefined;
  for (let seen = 0; seen < EXPENSES_MAX; seen += PAGE) {
    const page = fleet.expenses({
      ...{ accepted: true, limit: PAGE },
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const expense of page.items) {
      const { source, place } = expense;
      if (source !== "card" && source !== "pump") continue;
      if (place.site !== site || !isOwn(expense)) continue;
      from ??= expense.at - UNTOLD_US_MAX;
      if (expense.at < from) return untold;
      if (!told.has(expense.id)) untold.push(expense);
    }
    if (page.next === null) break;
    cursor = page.next;
  }
  return untold;
}
