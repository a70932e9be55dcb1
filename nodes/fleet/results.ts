/**
 * Verdicts that cards did not get: kept in the site's space with a right of one, so that one node delivers each. A node
 * that dies while it delivers leaves its hold: nobody delivers that one again.
 *
 * @module
 */
import {
  type BoundName,
  type CardId,
  type CompanyId,
  type FactId,
  FACTS,
  FLEET_RESULTS,
  idBytes,
  idText,
  logFactId,
  ok,
  PanalError,
  type Reader,
  type Result,
  resultBound,
  resultId,
  RIGHTS,
  type Row,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import { acceptGrants, freeRights, rightsFor } from "../use_cases/rights.ts";
import { capture, release } from "../use_cases/spends.ts";
import type { FleetContext } from "./fleet_context.ts";
import type {
  CardResultView,
  FleetUseCases,
  ResultLease,
} from "./fleet_use_cases.ts";
import { type ListOrder, rowPage } from "./row_page.ts";

/** Most results of one card number that are tried, the oldest first. */
const RESULTS_TRIED_MAX = 4;

type Results = Pick<FleetUseCases, "keepResult" | "takeResult" | "results">;

/** A result as a row of `FLEET_RESULTS` names it. */
interface KeptResult {
  readonly site: SiteCode;
  readonly purchase: FactId;
  readonly success: boolean;
}

function keptOf(row: Row): KeptResult {
  return {
    site: row["site"] as SiteCode,
    purchase: idText(row["id"] as Uint8Array),
    success: row["success"] === 1,
  };
}

/** What cannot be refused to a card is thrown: its adapter tries again or says so. */
function required<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new PanalError(result.error.code, result.error.message);
}

async function keep(
  use: FleetContext,
  { purchase, company, card, success }: Parameters<Results["keepResult"]>[0],
): Promise<void> {
  const { site } = use.node;
  if (site === null) {
    throw new PanalError(
      "invalid_argument",
      "Cannot keep a verdict for a card: this node has no site",
    );
  }
  const space = siteSpace(site);
  const id = resultId(purchase);
  required(
    await decideExactly(use.replica, (context) => {
      const known = context.rows.scan(FACTS, { prefix: [idBytes(id)] })
        .some(({ log }) => context.spaceOf(Number(log)) === space);
      if (known) return ok(null);
      const { at } = context;
      const { name } = context.log(space);
      context.record(space, {
        type: "CardResultKept",
        id,
        at,
        site,
        purchase,
        company,
        card,
        success,
      });
      context.record(space, {
        type: "RightsIssued",
        id: logFactId(name, id),
        at,
        bound: resultBound(site, purchase),
        amount: 1,
      });
      return ok(null);
    }),
  );
}

function isHeld(rows: Reader, bound: BoundName): boolean {
  return rows.scan(RIGHTS, { prefix: [bound] })
    .some((row) => Number(row["held"]) > 0);
}

/** Results of a card that nobody delivers, the oldest first; then one of this node's own, if others come before it. */
function candidates(
  { replica, node }: FleetContext,
  { company, card }: {
    readonly company?: CompanyId | undefined;
    readonly card: CardId;
  },
): KeptResult[] {
  const { reader, register } = replica;
  const order = { table: FLEET_RESULTS, index: "by_card" };
  const prefix = [Number(card), 0];
  const shows = (row: Row) =>
    row["site"] === node.site &&
    (company === undefined || row["company"] === Number(company)) &&
    !isHeld(reader, boundOf(keptOf(row)));
  const oldest = rowPage(reader, { ...order, prefix }, {
    limit: RESULTS_TRIED_MAX,
    shows,
  }).found;
  if (oldest.length < RESULTS_TRIED_MAX) return oldest.map(keptOf);
  const log = node.site === null
    ? undefined
    : register.own(siteSpace(node.site));
  const own = rowPage(reader, { ...order, prefix }, {
    limit: 1,
    shows: (row) =>
      shows(row) && freeRights(reader, boundOf(keptOf(row)), log) > 0,
  }).found;
  return [...oldest, ...own].map(keptOf);
}

function boundOf({ site, purchase }: KeptResult): BoundName {
  return resultBound(site, purchase);
}

/** Holds the right to deliver a result, if this node has it. */
function holdResult(
  use: FleetContext,
  context: DecisionContext,
  kept: KeptResult,
): Result<FactId, Refusal> {
  const { register } = use.replica;
  const space = siteSpace(kept.site);
  const bound = boundOf(kept);
  const log = register.own(space);
  const { free, accepting } = rightsFor(context.rows, register, {
    log,
    bound,
    amount: 1,
  });
  if (free < 1) {
    return refuse("rights_insufficient", "Another node has the result");
  }
  const id = context.newId();
  context.record(space, {
    type: "HoldPlaced",
    id,
    at: context.at,
    bounds: [bound],
    amount: 1,
    // Nobody knows what a node that died had delivered: it is never let go by itself.
    expiresAt: Number.MAX_SAFE_INTEGER,
  });
  if (accepting && log !== undefined) {
    acceptGrants(context, register, { log, bound });
  }
  return ok(id);
}

function leaseOf(
  use: FleetContext,
  { purchase, success }: KeptResult,
  hold: FactId,
): ResultLease {
  const { replica } = use;
  return {
    purchase,
    success,
    async delivered() {
      required(
        await decideExactly(
          replica,
          (context) => capture(context, use, { id: hold, amount: 1 }),
        ),
      );
    },
    async failed() {
      required(
        await decideExactly(
          replica,
          (context) => release(context, replica, hold),
        ),
      );
    },
  };
}

async function take(
  use: FleetContext,
  { waitMs, ...wanted }: Parameters<Results["takeResult"]>[0],
): Promise<ResultLease | undefined> {
  const latest = use.clock.monotonic() + waitMs;
  for (const kept of candidates(use, wanted)) {
    const tryHold = () =>
      decideExactly(use.replica, (context) => holdResult(use, context, kept));
    let held = await tryHold();
    const left = latest - use.clock.monotonic();
    if (!held.ok && held.error.code === "rights_insufficient" && left > 0) {
      await use.gather({ bound: boundOf(kept), amount: 1, waitMs: left });
      held = await tryHold();
    }
    if (held.ok) return leaseOf(use, kept, held.value);
  }
  return undefined;
}

function viewOf(rows: Reader, row: Row): CardResultView {
  const kept = keptOf(row);
  return {
    purchase: kept.purchase,
    site: kept.site,
    company: String(row["company"]) as CompanyId,
    card: String(row["card"]) as CardId,
    success: kept.success,
    at: Number(row["at"]),
    state: row["delivered"] === 1
      ? "delivered"
      : isHeld(rows, boundOf(kept))
      ? "delivering"
      : "kept",
  };
}

function list(
  { replica }: FleetContext,
  { state, company, ...page }: Parameters<Results["results"]>[0],
): Page<CardResultView> {
  const { reader } = replica;
  const table = FLEET_RESULTS;
  const order: ListOrder = state === undefined
    ? { table, index: "by_time", prefix: [] }
    : { table, index: "by_state", prefix: [state === "delivered" ? 1 : 0] };
  const { found, next } = rowPage(reader, order, {
    ...page,
    shows: (row) =>
      (company === undefined || row["company"] === Number(company)) &&
      (state === undefined || viewOf(reader, row).state === state),
  });
  const items = found.map((row) => viewOf(reader, row));
  return { items, total: null, next };
}

/**
 * Makes the use-cases about verdicts that cards did not get.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createResults(use: FleetContext): Results {
  return {
    keepResult: (input) => keep(use, input),
    takeResult: (input) => take(use, input),
    results: (query) => list(use, query),
  };
}
