/**
 * The file in which the original `company` program keeps one company: read with a complaint for all that is not as that
 * program writes it, and written with the same members. Pure; files are somebody else's.
 *
 * @module
 */
import type {
  CardId,
  CompanyId,
  FleetStateFile,
  PurchaseRoute,
} from "./fleet_use_cases.ts";
import { TEXT_LENGTH_MAX } from "../../crdt/mod.ts";
import { confirmationKey, U32_MAX } from "../../net/mod.ts";
import { JsonReader } from "./json_reader.ts";

/** Seconds whose microseconds are exact. */
const SECONDS_MAX = 9_007_199_254;
const DIGITS = /^(?:0|[1-9][0-9]{0,9})$/;

type Card = FleetStateFile["cards"][number];
type Confirmation = FleetStateFile["confirmations"][number];

/** An expense as it stands in the file. */
interface StoredExpense {
  readonly company: number;
  readonly card: number;
  readonly total: number;
  readonly date: string;
}

/**
 * The company that a file is of, by its name.
 *
 * @param name The file's name without its folder, e.g. `42.json`.
 * @returns The company, or undefined if the original program would not read the file.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(companyOfFile("42.json"), "42");
 * strictEqual(companyOfFile("backup.json"), undefined);
 * ```
 */
export function companyOfFile(name: string): CompanyId | undefined {
  const id = name.endsWith(".json") ? name.slice(0, -5) : "";
  return isU32(id) ? id as CompanyId : undefined;
}

function isU32(text: string): boolean {
  return DIGITS.test(text) && Number(text) <= U32_MAX;
}

/**
 * Reads a state file.
 *
 * @param text Its content.
 * @param company The company that its name says.
 * @returns What it holds; cards by number.
 * @throws {PanalError} `invalid_argument` with line, column and member of the first thing that is wrong.
 */
export function parseFleetState(
  text: string,
  company: CompanyId,
): FleetStateFile {
  const reader = new JsonReader(text);
  let confirmations: Confirmation[] = [];
  const state = readMembers(reader, {
    balance: () => reader.natural(U32_MAX),
    cards: () => readCards(reader, company),
  }, {
    "pending_confirmations": () =>
      confirmations = readConfirmations(reader, company),
  });
  reader.end();
  const cards = state.cards.sort((a, b) => Number(a.card) - Number(b.card));
  return { company, balance: state.balance, cards, confirmations };
}

/** Reads an object all of whose members must be there; others are read past. */
function readMembers<T>(
  reader: JsonReader,
  members: { readonly [K in keyof T]: () => T[K] },
  optional: Readonly<Record<string, () => void>> = {},
): T {
  const found: Partial<T> = {};
  const begin = reader.object((name) => {
    if (Object.hasOwn(members, name)) {
      const key = name as keyof T;
      found[key] = members[key]();
    } else if (Object.hasOwn(optional, name)) optional[name]?.();
    else reader.skip();
  });
  for (const name of Object.keys(members)) {
    if (!Object.hasOwn(found, name)) {
      reader.fail(`the member "${name}" is missing`, begin);
    }
  }
  return found as T;
}

function readCards(reader: JsonReader, company: CompanyId): Card[] {
  const cards: Card[] = [];
  reader.object((name) => {
    if (!isU32(name)) reader.fail("a card's number should be the name");
    const card = name as CardId;
    const expenses: Card["expenses"][number][] = [];
    const { "saldo_actual": limit } = readMembers(reader, {
      "saldo_actual": () => reader.natural(U32_MAX),
      "gastos_recientes": () =>
        reader.list(() => {
          const { total, date } = readExpense(reader, company, card);
          expenses.push({ amount: total, date });
        }),
    });
    cards.push({ card, limit, expenses });
  });
  return cards;
}

/** An expense of the file's company, and of a card if one is said. */
function readExpense(
  reader: JsonReader,
  company: CompanyId,
  card?: CardId,
): StoredExpense {
  const same = (what: string, wanted: string | undefined) => () => {
    const number = reader.natural(U32_MAX);
    if (wanted !== undefined && String(number) !== wanted) {
      reader.fail(`it should be the ${what} ${wanted}`);
    }
    return number;
  };
  const { "company_id": of, "card_id": by, total, date } = readMembers(reader, {
    "company_id": same("company", company),
    "card_id": same("card", card),
    total: () => reader.natural(U32_MAX),
    date: () => readDay(reader),
  });
  return { company: of, card: by, total, date };
}

/** The original writes a day as this, and nothing else. */
function readDay(reader: JsonReader): string {
  const text = reader.string();
  return /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? text
    : reader.fail("a day such as 2026-02-03 should stand there");
}

/** A text that a fact can hold. */
function readText(reader: JsonReader): string {
  const text = reader.string();
  const fits = text.length <= TEXT_LENGTH_MAX && text.isWellFormed() &&
    !text.includes("\u0000");
  return fits ? text : reader.fail(
    `a text of at most ${TEXT_LENGTH_MAX} characters should stand there`,
  );
}

function readConfirmations(
  reader: JsonReader,
  company: CompanyId,
): Confirmation[] {
  const all: Confirmation[] = [];
  reader.object(() => {
    const it = readMembers(reader, {
      "pump_address": () => readText(reader),
      expense: () => readExpense(reader, company),
      accepted: () => reader.boolean(),
      timestamp: () => reader.natural(SECONDS_MAX),
      "retry_count": () => reader.natural(U32_MAX),
      "regional_admin_id": () => readText(reader),
      "service_station_id": () => readText(reader),
    });
    const route: PurchaseRoute = {
      pumpAddress: it["pump_address"],
      station: it["service_station_id"],
      regional: it["regional_admin_id"],
    };
    all.push({
      route,
      card: String(it.expense.card) as CardId,
      amount: it.expense.total,
      date: it.expense.date,
      accepted: it.accepted,
      timestamp: it.timestamp,
      retries: it["retry_count"],
    });
  });
  return all;
}

/**
 * Writes a state file, in pieces, as the original program does: two spaces, cards by number. Of verdicts with one key it
 * keeps the last, as that program does.
 *
 * @param state What it holds.
 * @returns The pieces of its text.
 */
export function* printFleetState(state: FleetStateFile): Generator<string> {
  const { company, balance, cards, confirmations } = state;
  yield `{\n  "balance": ${balance},\n  "cards": {`;
  let mark = "";
  for (const { card, limit, expenses } of cards) {
    yield `${mark}\n    "${card}": `;
    mark = ",";
    const value = {
      "saldo_actual": limit,
      "gastos_recientes": expenses.map(({ amount, date }) =>
        expenseJson({ company, card, amount, date })
      ),
    };
    yield indented(value, 2);
  }
  yield cards.length === 0 ? "}" : "\n  }";
  yield ',\n  "pending_confirmations": {';
  const byKey = new Map(
    confirmations.map((it) => [keyOf(it, company), it]),
  );
  mark = "";
  for (const [key, it] of byKey) {
    yield `${mark}\n    ${JSON.stringify(key)}: `;
    mark = ",";
    yield indented(confirmationJson(it, company), 2);
  }
  yield byKey.size === 0 ? "}\n}" : "\n  }\n}";
}

function keyOf(
  { route, card, amount: total, date }: Confirmation,
  company: CompanyId,
): string {
  const what = { company: Number(company), card: Number(card), total, date };
  return confirmationKey(route.pumpAddress, what);
}

function indented(value: unknown, depth: number): string {
  return JSON.stringify(value, null, 2).replaceAll(
    "\n",
    `\n${"  ".repeat(depth)}`,
  );
}

function expenseJson(
  { company, card, amount, date }: {
    readonly company: CompanyId;
    readonly card: CardId;
    readonly amount: number;
    readonly date: string;
  },
) {
  return {
    "company_id": Number(company),
    "card_id": Number(card),
    total: amount,
    date,
  };
}

function confirmationJson(it: Confirmation, company: CompanyId) {
  return {
    "pump_address": it.route.pumpAddress,
    expense: expenseJson({ ...it, company }),
    accepted: it.accepted,
    timestamp: it.timestamp,
    "retry_count": it.retries,
    "regional_admin_id": it.route.regional,
    "service_station_id": it.route.station,
  };
}
