/**
 * The folds of what concerns pumps beside their deliveries: the prices that they took, and orders to them.
 *
 * @module
 */
import type {
  PricesTaken,
  PumpCommanded,
  PumpCommandEnded,
} from "./fuel_facts.ts";
import type { Fold } from "./fold.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Prices that pumps took, in their order. `prices` is JSON: `[fuel, price]` each. */
export const PRICES_TAKEN: TableSchema = {
  name: "prices_taken",
  columns: {
    site: "text",
    pump: "integer",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    at: "integer",
    price_set: "text",
    prices: "text",
  },
  key: ["site", "pump", "stamp", "log", "seq", "id"],
};

/** Orders to pumps, by site and instant. */
export const PUMP_COMMANDS: TableSchema = {
  name: "pump_commands",
  columns: {
    site: "text",
    at: "integer",
    id: "blob",
    log: "integer",
    pump: "integer",
    command: "text",
    reason: "text",
    expires_at: "integer",
  },
  key: ["site", "at", "id", "log"],
  indexes: { by_pump: ["site", "pump", "at"] },
};

/** What became of orders: of several words about one the least in (stamp, log, seq) is shown. */
export const PUMP_COMMAND_ENDS: TableSchema = {
  name: "pump_command_ends",
  columns: {
    site: "text",
    command: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    outcome: "text",
  },
  key: ["site", "command", "stamp", "log", "seq", "id"],
};

/** A pump once in a fact that names it twice. */
function pumpsOf({ pumps }: PricesTaken): readonly number[] {
  return [...new Set(pumps)];
}

/** Prices that pumps took, from `PricesTaken`. */
export const pricesTakenFold: Fold<PricesTaken> = {
  add(rows, { fact, stamp, log, seq }) {
    const prices = JSON.stringify(
      fact.prices.map(({ fuel, price }) => [fuel, price]),
    );
    for (const pump of pumpsOf(fact)) {
      rows.put(PRICES_TAKEN, {
        site: fact.site,
        pump,
        stamp,
        log,
        seq,
        id: fact.id,
        at: fact.at,
        price_set: fact.set,
        prices,
      });
    }
  },
  remove(rows, { fact, stamp, log, seq }) {
    for (const pump of pumpsOf(fact)) {
      rows.delete(PRICES_TAKEN, [fact.site, pump, stamp, log, seq, fact.id]);
    }
  },
};

/**
 * The prices that a pump took last.
 *
 * @param rows The rows.
 * @param site The site.
 * @param pump The pump's number.
 * @returns A row of `PRICES_TAKEN`; undefined if it never took any.
 */
export function lastTaken(
  rows: Reader,
  site: SiteCode,
  pump: number,
): Row | undefined {
  return rows.scan(PRICES_TAKEN, {
    prefix: [site, pump],
    reverse: true,
    limit: 1,
  })[0];
}

/**
 * Who gave an order, and why, in one line for people.
 *
 * @param order The order.
 * @returns The giver's name and the reason, of which either may be missing.
 */
export function signedReason(
  { by, reason }: Pick<PumpCommanded, "by" | "reason">,
): string {
  return [by?.name ?? "", reason].filter((part) => part !== "").join(": ");
}

/** Orders, from `PumpCommanded`; their reasons name who gave them. */
export const pumpCommandFold: Fold<PumpCommanded> = {
  add(rows, { fact, logNumber }) {
    rows.put(PUMP_COMMANDS, {
      site: fact.site,
      at: fact.at,
      id: idBytes(fact.id),
      log: logNumber,
      pump: fact.pump,
      command: fact.command,
      reason: signedReason(fact),
      expires_at: fact.expiresAt,
    });
  },
  remove(rows, { fact, logNumber }) {
    rows.delete(PUMP_COMMANDS, [
      fact.site,
      fact.at,
      idBytes(fact.id),
      logNumber,
    ]);
  },
};

/** What became of orders, from `PumpCommandEnded`. */
export const pumpCommandEndFold: Fold<PumpCommandEnded> = {
  add(rows, { fact, stamp, log, seq }) {
    rows.put(PUMP_COMMAND_ENDS, {
      site: fact.site,
      command: fact.command,
      stamp,
      log,
      seq,
      id: fact.id,
      outcome: fact.outcome,
    });
  },
  remove(rows, { fact, stamp, log, seq }) {
    rows.delete(PUMP_COMMAND_ENDS, [
      fact.site,
      fact.command,
      stamp,
      log,
      seq,
      fact.id,
    ]);
  },
};

/**
 * What became of an order.
 *
 * @param rows The rows.
 * @param site The site.
 * @param command The order.
 * @returns Its outcome; undefined while nobody has told.
 */
export function commandOutcome(
  rows: Reader,
  site: SiteCode,
  command: FactId,
): "sent" | "unreachable" | "expired" | undefined {
  const found = rows.scan(PUMP_COMMAND_ENDS, { prefix: [site, command] });
  const sent = found.find((row) => row["outcome"] === "sent") ?? found[0];
  return sent?.["outcome"] as "sent" | undefined;
}
