/**
 * The views of fleet cards. Sums are kept, never counted anew; what is open (a verdict without confirmation, a floor
 * expense without cover, a result without delivery) has an index of its own. Numbers of companies and cards are
 * integers, so that lists are in their order.
 *
 * @module
 */
import type { TableSchema } from "./rows.ts";

/**
 * Sums by company. `known` counts the facts that speak of it; `expenses` and `spent` are of accepted ones, `open_count`
 * and `open` of those on the floor that nothing has covered.
 */
export const FLEET_COMPANIES: TableSchema = {
  name: "fleet_companies",
  columns: {
    company: "integer",
    known: "integer",
    cards: "integer",
    expenses: "integer",
    spent: "integer",
    open_count: "integer",
    open: "integer",
  },
  key: ["company"],
};

/** Registrations of cards; the least (stamp, log, seq) is shown. */
export const FLEET_CARDS: TableSchema = {
  name: "fleet_cards",
  columns: {
    company: "integer",
    card: "integer",
    stamp: "text",
    name: "text",
    log: "integer",
    seq: "integer",
    id: "blob",
    at: "integer",
    first: "integer",
    automatic: "integer",
  },
  key: ["company", "card", "stamp", "name", "seq", "id"],
  indexes: { by_log: ["company", "log", "seq"] },
};

/** Sums by card: how often it was registered, and its accepted expenses. */
export const FLEET_CARD_SUMS: TableSchema = {
  name: "fleet_card_sums",
  columns: {
    company: "integer",
    card: "integer",
    registered: "integer",
    expenses: "integer",
    spent: "integer",
  },
  key: ["company", "card"],
};

/**
 * Accepted expenses by month of their day and card; the card `-1` stands for all. `covered` is what the account has paid
 * of those on the floor, of all cards together.
 */
export const FLEET_MONTHS: TableSchema = {
  name: "fleet_months",
  columns: {
    company: "integer",
    month: "text",
    card: "integer",
    expenses: "integer",
    spent: "integer",
    covered: "integer",
  },
  key: ["company", "month", "card"],
};

/**
 * Purchases that were decided. `id` is the purchase; `place` is JSON `[site, province, station, pump]`, `route` JSON of
 * the texts or null, `reason` null if it was accepted.
 */
export const FLEET_EXPENSES: TableSchema = {
  name: "fleet_expenses",
  columns: {
    company: "integer",
    at: "integer",
    id: "blob",
    log: "integer",
    seq: "integer",
    card: "integer",
    amount: "integer",
    currency: "text",
    exponent: "integer",
    date: "text",
    liters: "integer",
    place: "text",
    route: "text",
    source: "text",
    accepted: "integer",
    reason: "text",
    flags: "integer",
  },
  key: ["company", "at", "id", "log"],
  indexes: {
    by_card: ["company", "card", "at"],
    by_date: ["company", "date", "at"],
    by_log: ["company", "log", "seq"],
    by_time: ["at"],
  },
};

/** Bit of `flags`: it may be a repeat. */
export const EXPENSE_SUSPECT = 1;
/** Bit of `flags`: it was charged to the floor. */
export const EXPENSE_FLOOR = 2;

/**
 * Expenses that few are looking for, by what marks them: their reason, `refused` for any reason, and `suspect`. So they
 * are found without reading all others.
 */
export const FLEET_MARKED: TableSchema = {
  name: "fleet_marked",
  columns: {
    company: "integer",
    mark: "text",
    at: "integer",
    id: "blob",
    log: "integer",
  },
  key: ["company", "mark", "at", "id", "log"],
  indexes: { by_mark: ["mark", "at"] },
};

/** Expenses whose verdict a regional office has to confirm; `confirmed` is 1 once it has. */
export const FLEET_ROUTED: TableSchema = {
  name: "fleet_routed",
  columns: {
    company: "integer",
    id: "blob",
    at: "integer",
    log: "integer",
    confirmed: "integer",
  },
  key: ["company", "id", "at", "log"],
  indexes: {
    by_company: ["company", "confirmed", "at"],
    by_state: ["confirmed", "at"],
  },
};

/** Confirmations by purchase; the expense may not be here yet. */
export const FLEET_CONFIRMED: TableSchema = {
  name: "fleet_confirmed",
  columns: { company: "integer", id: "blob", at: "integer" },
  key: ["company", "id"],
};

/** Expenses that were charged to the floor; `covered` is 1 once the account has paid. */
export const FLEET_FLOOR: TableSchema = {
  name: "fleet_floor",
  columns: {
    company: "integer",
    id: "blob",
    at: "integer",
    log: "integer",
    card: "integer",
    month: "text",
    amount: "integer",
    covered: "integer",
  },
  key: ["company", "id", "at", "log"],
  indexes: { by_state: ["company", "covered", "at"] },
};

/** Covers of floor expenses by purchase; the expense may not be here yet. */
export const FLEET_COVERED: TableSchema = {
  name: "fleet_covered",
  columns: {
    company: "integer",
    id: "blob",
    amount: "integer",
    at: "integer",
  },
  key: ["company", "id", "amount"],
};

/** What issuers made (above 0) and destroyed: of the account, the floor (`card` is -1) or a card. */
export const FLEET_ISSUED: TableSchema = {
  name: "fleet_issued",
  columns: {
    company: "integer",
    stamp: "text",
    name: "text",
    log: "integer",
    seq: "integer",
    id: "blob",
    at: "integer",
    of: "text",
    card: "integer",
    amount: "integer",
  },
  key: ["company", "stamp", "name", "seq", "id"],
  indexes: { by_log: ["company", "log", "seq"] },
};

/** Verdicts that cards did not get; `delivered` is 1 once one has it. */
export const FLEET_RESULTS: TableSchema = {
  name: "fleet_results",
  columns: {
    site: "text",
    id: "blob",
    at: "integer",
    log: "integer",
    company: "integer",
    card: "integer",
    success: "integer",
    delivered: "integer",
  },
  key: ["site", "id", "at", "log"],
  indexes: {
    by_card: ["card", "delivered", "at"],
    by_state: ["delivered", "at"],
    by_time: ["at"],
  },
};

/** Deliveries of results; the result may not be here yet. */
export const FLEET_DELIVERIES: TableSchema = {
  name: "fleet_deliveries",
  columns: { site: "text", id: "blob", capture: "blob", log: "integer" },
  key: ["site", "id", "capture", "log"],
};

/** Settlements. `covers` is JSON, `[log, seq]` each; `by` is JSON or null. */
export const FLEET_SETTLEMENTS: TableSchema = {
  name: "fleet_settlements",
  columns: {
    company: "integer",
    month: "text",
    stamp: "text",
    name: "text",
    log: "integer",
    seq: "integer",
    id: "blob",
    at: "integer",
    covers: "text",
    count: "integer",
    amount: "integer",
    floor_settled: "integer",
    by: "text",
  },
  key: ["company", "month", "stamp", "name", "seq", "id"],
  indexes: {
    by_time: ["company", "at"],
    by_log: ["company", "log", "seq"],
  },
};

/** Tables of sums. */
export const FLEET_SUMS: readonly TableSchema[] = [
  FLEET_COMPANIES,
  FLEET_CARD_SUMS,
  FLEET_MONTHS,
];

/** Every view of fleet cards. */
export const FLEET_TABLES: readonly TableSchema[] = [
  ...FLEET_SUMS,
  FLEET_CARDS,
  FLEET_EXPENSES,
  FLEET_MARKED,
  FLEET_ROUTED,
  FLEET_CONFIRMED,
  FLEET_FLOOR,
  FLEET_COVERED,
  FLEET_ISSUED,
  FLEET_RESULTS,
  FLEET_DELIVERIES,
  FLEET_SETTLEMENTS,
];
