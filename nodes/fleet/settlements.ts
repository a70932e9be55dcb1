/**
 * Settlements of companies' months and statements. A purchase was debited when it was accepted: a settlement says how
 * far a month is known and covers what stations sold on the floor, and moves nothing else.
 *
 * @module
 */
import {
  type Actor,
  ALL_CARDS,
  cardBound,
  type CardId,
  type CompanyId,
  COVERS_MAX,
  type FactId,
  FLEET_MONTHS,
  FLEET_SETTLEMENTS,
  idText,
  ok,
  type Reader,
  type Result,
  type Row,
} from "../../crdt/mod.ts";
import { coversOf } from "../close_coverage.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import {
  decideExactly,
  findRepeat,
  refuse,
  refuseReuse,
} from "../use_cases/context.ts";
import {
  companyBalance,
  companySpace,
  FLEET_MONEY,
  type FleetContext,
  isKnown,
  mayChange,
  openCompanyLog,
  refuseChange,
  totalOf,
} from "./fleet_context.ts";
import type {
  FleetUseCases,
  SettlementView,
  StatementView,
} from "./fleet_use_cases.ts";
import { coverFloor } from "./floor.ts";
import { rowPage } from "./row_page.ts";

type Settlements = Pick<
  FleetUseCases,
  "statement" | "settle" | "settlements"
>;

const MONTH = /^[0-9]{4}-(0[1-9]|1[0-2])$/;

/** Sums of a month: how many, how much, and what was covered of the floor. */
export interface MonthSums {
  /** Accepted expenses. */
  readonly count: number;
  /** Their sum. */
  readonly amount: number;
  /** Floor expenses that the account has paid. */
  readonly floorSettled: number;
}

/**
 * What a month has that no settlement has covered.
 *
 * @param rows The views.
 * @param company The company.
 * @param month `YYYY-MM`.
 * @returns Sums; below 0 where facts that a settlement covered count no longer.
 */
export function unsettled(
  rows: Reader,
  company: CompanyId,
  month: string,
): MonthSums & { readonly closed: boolean } {
  const key = [Number(company), month];
  const all = rows.get(FLEET_MONTHS, [...key, ALL_CARDS]);
  const before = rows.scan(FLEET_SETTLEMENTS, { prefix: key });
  const settled = (column: string) =>
    before.reduce((sum, row) => sum + Number(row[column]), 0);
  return {
    count: Number(all?.["expenses"] ?? 0) - settled("count"),
    amount: Number(all?.["spent"] ?? 0) - settled("amount"),
    floorSettled: Number(all?.["covered"] ?? 0) - settled("floor_settled"),
    closed: before.length > 0,
  };
}

function viewOf(rows: Reader, row: Row): SettlementView {
  const company = Number(row["company"]);
  const month = String(row["month"]);
  const [first] = rows.scan(FLEET_SETTLEMENTS, {
    prefix: [company, month],
    limit: 1,
  });
  const id = idText(row["id"] as Uint8Array);
  return {
    id,
    company: String(company) as CompanyId,
    month,
    kind: first !== undefined && idText(first["id"] as Uint8Array) === id
      ? "month"
      : "extra",
    at: Number(row["at"]),
    count: Number(row["count"]),
    amount: Number(row["amount"]),
    floorSettled: Number(row["floor_settled"]),
  };
}

function decideSettle(
  use: FleetContext,
  context: DecisionContext,
  { company, month, by, id }: {
    readonly company: CompanyId;
    readonly month: string;
    readonly by?: Actor | undefined;
    readonly id: FactId;
  },
): Result<FactId, Refusal> {
  const space = companySpace(company);
  if (!mayChange(use, context.rows, company)) return refuseChange(company);
  const { closed, count, amount, floorSettled } = unsettled(
    context.rows,
    company,
    month,
  );
  if (closed && count === 0 && amount === 0 && floorSettled === 0) {
    return refuse(
      "nothing_to_settle",
      `${month} is settled, and nothing has come since`,
      { month },
    );
  }
  const covers = coversOf(use.replica, space);
  if (covers.length > COVERS_MAX) {
    return refuse("overloaded", "The company has too many logs to settle");
  }
  context.record(space, {
    type: "FleetSettled",
    id,
    at: context.at,
    company,
    month,
    covers,
    count,
    amount,
    floorSettled: Math.max(0, floorSettled),
    ...FLEET_MONEY,
    ...(by === undefined ? {} : { by }),
  });
  return ok(id);
}

/** A settlement that was made before under the caller's id. */
function settledBefore(
  context: DecisionContext,
  { company, month, id }: {
    readonly company: CompanyId;
    readonly month: string;
    readonly id: FactId;
  },
): FactId | "other" | undefined {
  const found = findRepeat(context, companySpace(company), {
    type: "FleetSettled",
    id,
    at: 0,
    company,
    month,
    covers: [],
    count: 0,
    amount: 0,
    floorSettled: 0,
    ...FLEET_MONEY,
  });
  if (found === undefined) return undefined;
  const rows = context.rows.scan(FLEET_SETTLEMENTS, {
    prefix: [Number(company), month],
  });
  return rows.some((row) => idText(row["id"] as Uint8Array) === id)
    ? id
    : "other";
}

/** Settles a month. */
export async function settle(
  use: FleetContext,
  { company, month, by, id }: Parameters<Settlements["settle"]>[0],
): ReturnType<Settlements["settle"]> {
  const { replica } = use;
  if (!MONTH.test(month)) {
    return refuse("invalid_argument", `"${month}" is no month (YYYY-MM)`);
  }
  if (!mayChange(use, replica.reader, company)) return refuseChange(company);
  if (!isKnown(replica.reader, company)) {
    return refuse("company_unknown", `Nobody knows company ${company}`);
  }
  const opened = await openCompanyLog(use, company);
  if (!opened.ok) return opened;
  while (await coverFloor(use, company) > 0);
  const settled = await decideExactly(replica, (context) => {
    const wanted = { company, month, by, id: id ?? context.newId() };
    const before = id === undefined
      ? undefined
      : settledBefore(context, wanted);
    if (before === "other") return refuseReuse(wanted.id);
    return before === undefined
      ? decideSettle(use, context, wanted)
      : ok(before);
  });
  if (!settled.ok) return settled;
  const row = replica.reader.scan(FLEET_SETTLEMENTS, {
    prefix: [Number(company), month],
  }).find((one) => idText(one["id"] as Uint8Array) === settled.value);
  return row === undefined
    ? refuse("forbidden", "The settlement was stored and does not count")
    : ok(viewOf(replica.reader, row));
}

function statement(
  { replica }: FleetContext,
  { company, month, card }: Parameters<Settlements["statement"]>[0],
): StatementView | undefined {
  const { reader } = replica;
  if (!isKnown(reader, company)) return undefined;
  const prefix = [Number(company), month];
  const rows = card === undefined
    ? reader.scan(FLEET_MONTHS, { prefix, from: [0] })
    : [reader.get(FLEET_MONTHS, [...prefix, Number(card)])]
      .filter((row) => row !== undefined);
  const cards = rows.map((row) => ({
    card: String(row["card"]) as CardId,
    count: Number(row["expenses"]),
    amount: Number(row["spent"]),
  }));
  const settlements = reader.scan(FLEET_SETTLEMENTS, { prefix })
    .map((row) => viewOf(reader, row));
  return {
    company,
    card: card ?? null,
    month,
    balance: card === undefined
      ? companyBalance(reader, company)
      : totalOf(reader, cardBound(company, card)),
    cards,
    count: cards.reduce((sum, one) => sum + one.count, 0),
    amount: cards.reduce((sum, one) => sum + one.amount, 0),
    settlements,
    at: replica.at,
  };
}

/**
 * Makes the use-cases about statements and settlements.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createSettlements(use: FleetContext): Settlements {
  return {
    statement: (input) => statement(use, input),
    settle: (input) => settle(use, input),
    settlements({ company, ...page }) {
      const { reader } = use.replica;
      const { found, next } = rowPage(reader, {
        table: FLEET_SETTLEMENTS,
        index: "by_time",
        prefix: [Number(company)],
        reverse: true,
      }, page);
      const items = found.map((row) => viewOf(reader, row));
      return { items, total: null, next };
    },
  };
}
