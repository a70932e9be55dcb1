/**
 * What an administrator of a company asks the installed `company` program, and what it answers: objects without a tag,
 * request and answer under the same opcode, members in alphabetical order.
 *
 * @module
 */
import { encodeFleetFrame, type FleetFrame } from "./fleet_frames.ts";
import { parseU32Text } from "./fleet_handshake.ts";
import {
  asFleetObject,
  readFleetJson,
  readString,
  readU32,
  U32_MAX,
} from "./fleet_json.ts";
import { FLEET_OPCODES, isFleetOpcode } from "./fleet_messages.ts";

/** What an administrator asks. Amounts and cards are u32. */
export type AdminRequest =
  | {
    /** How much is on the account, which cards there are, or which expenses. */
    readonly kind: "totalBalance" | "cards" | "expenses";
  }
  | {
    /** Puts money on the account. */
    readonly kind: "charge";
    /** How much. */
    readonly amount: number;
  }
  | {
    /** Makes a card, or sets what it may spend. */
    readonly kind: "registerCard" | "setLimit";
    /** The card. */
    readonly card: number;
    /** How much. */
    readonly amount: number;
  }
  | {
    /** What a card may spend. */
    readonly kind: "cardLimit";
    /** The card. */
    readonly card: number;
  };

/** What a frame of an administrator turned out to be. */
export type AdminReading =
  | {
    /** A request. */
    readonly kind: "request";
    /** The request. */
    readonly request: AdminRequest;
  }
  | {
    /** An amount that is no u32, or a card that is no text of digits (C-31): to be answered with an error. */
    readonly kind: "invalid";
    /** What was asked for. */
    readonly asked: AdminRequest["kind"];
    /** Which member is wrong. */
    readonly member: "amount" | "card_id";
  }
  | {
    /** An opcode of another link, or one that means nothing. */
    readonly kind: "foreign" | "unassigned";
  };

const REQUESTS: ReadonlyMap<number, AdminRequest["kind"]> = new Map([
  [FLEET_OPCODES.totalBalance, "totalBalance"],
  [FLEET_OPCODES.charge, "charge"],
  [FLEET_OPCODES.registerCard, "registerCard"],
  [FLEET_OPCODES.cardLimit, "cardLimit"],
  [FLEET_OPCODES.setLimit, "setLimit"],
  [FLEET_OPCODES.cards, "cards"],
  [FLEET_OPCODES.expenses, "expenses"],
]);

/**
 * Reads a frame of an administrator.
 *
 * @param frame A whole frame.
 * @returns The request, or why there is none. Never throws.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const payload = new TextEncoder().encode('{"amount":500,"card_id":"7"}');
 * deepStrictEqual(parseAdminRequest({ opcode: 12, payload }), {
 *   kind: "request",
 *   request: { kind: "registerCard", card: 7, amount: 500 },
 * });
 * ```
 */
export function parseAdminRequest(
  { opcode, payload }: FleetFrame,
): AdminReading {
  const asked = REQUESTS.get(opcode);
  if (asked === undefined) {
    return { kind: isFleetOpcode(opcode) ? "foreign" : "unassigned" };
  }
  if (asked === "totalBalance" || asked === "cards" || asked === "expenses") {
    return { kind: "request", request: { kind: asked } };
  }
  const members = asFleetObject(readFleetJson(payload));
  const amount = readU32(members, "amount");
  if (asked === "charge") {
    return amount === undefined
      ? { kind: "invalid", asked, member: "amount" }
      : { kind: "request", request: { kind: asked, amount } };
  }
  const card = parseU32Text(readString(members, "card_id") ?? "");
  if (card === undefined) return { kind: "invalid", asked, member: "card_id" };
  if (asked === "cardLimit") {
    return { kind: "request", request: { kind: asked, card } };
  }
  return amount === undefined
    ? { kind: "invalid", asked, member: "amount" }
    : { kind: "request", request: { kind: asked, card, amount } };
}

/**
 * Writes a request.
 *
 * @param request The request.
 * @returns Its frame, to be sent with one write.
 */
export function encodeAdminRequest(request: AdminRequest): Uint8Array {
  return encodeFleetFrame(
    FLEET_OPCODES[request.kind],
    JSON.stringify(requestPayload(request)),
  );
}

function requestPayload(request: AdminRequest): Record<string, unknown> {
  switch (request.kind) {
    case "totalBalance":
    case "cards":
    case "expenses":
      return {};
    case "charge":
      return { "amount": request.amount };
    case "cardLimit":
      return { "card_id": `${request.card}` };
    case "registerCard":
    case "setLimit":
      return { "amount": request.amount, "card_id": `${request.card}` };
  }
}

/** A card in a list. */
export interface AdminCard {
  /** Its number. */
  readonly card: number;
  /** How many accepted expenses it has. */
  readonly expenses: number;
  /** What it may still spend. */
  readonly limit: number;
}

/** An expense in a list. */
export interface AdminExpense {
  /** The card. */
  readonly card: number;
  /** The company. */
  readonly company: number;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** How much. */
  readonly amount: number;
}

/** What a company answers. Amounts are u32. */
export type AdminAnswer =
  | {
    /** What is on the account. */
    readonly kind: "totalBalance";
    /** How much. */
    readonly balance: number;
  }
  | {
    /** What is on the account after money came. */
    readonly kind: "charge";
    /** How much. */
    readonly balance: number;
  }
  | {
    /** What a card may spend: a new one, one that was asked for, or one that was changed. */
    readonly kind: "registerCard" | "cardLimit" | "setLimit";
    /** The card. */
    readonly card: number;
    /** How much. */
    readonly limit: number;
  }
  | {
    /** The cards. */
    readonly kind: "cards";
    /** In any order. */
    readonly cards: readonly AdminCard[];
  }
  | {
    /** The expenses. */
    readonly kind: "expenses";
    /** In any order. */
    readonly expenses: readonly AdminExpense[];
  }
  | {
    /** Nothing was done. */
    readonly kind: "error";
    /** What was asked for. */
    readonly asked: AdminRequest["kind"];
    /** Why. */
    readonly text: string;
  };

/**
 * Writes an answer.
 *
 * @param answer The answer.
 * @returns Its frame, under the opcode of the request, to be sent with one write.
 */
export function encodeAdminAnswer(answer: AdminAnswer): Uint8Array {
  const kind = answer.kind === "error" ? answer.asked : answer.kind;
  return encodeFleetFrame(
    FLEET_OPCODES[kind],
    JSON.stringify(answerPayload(answer)),
  );
}

/** Members stand in alphabetical order. */
function answerPayload(answer: AdminAnswer): Record<string, unknown> {
  switch (answer.kind) {
    case "totalBalance":
      return { "saldo_total": answer.balance };
    case "charge":
      return { "nuevo_saldo": answer.balance };
    case "registerCard":
      return { "saldo_inicial": answer.limit, "tarjeta_id": answer.card };
    case "cardLimit":
      return { "card_id": answer.card, "limite": answer.limit };
    case "setLimit":
      return { "nuevo_saldo": answer.limit, "tarjeta_id": answer.card };
    case "cards":
      return {
        "cantidad_tarjetas": answer.cards.length,
        "tarjetas": answer.cards.map(({ card, expenses, limit }) => ({
          "card_id": card,
          "gastos_recientes": expenses,
          "saldo_actual": limit,
        })),
      };
    case "expenses":
      return {
        "gastos": answer.expenses.map(({ card, company, date, amount }) => ({
          "card_id": card,
          "company_id": company,
          "date": date,
          "monto": amount,
        })),
      };
    case "error":
      return { "error": answer.text };
  }
}

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the answer to a request; answers are matched by their order, their opcode says nothing.
 *
 * @param asked What was asked for.
 * @param payload The payload of the frame that came, of any size.
 * @returns The answer; undefined if it is something else. Never throws.
 */
export function parseAdminAnswer(
  asked: AdminRequest["kind"],
  payload: Uint8Array,
): AdminAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(DECODER.decode(payload));
  } catch {
    return undefined;
  }
  const members = record(value);
  const error = members["error"];
  if (typeof error === "string") return { kind: "error", asked, text: error };
  switch (asked) {
    case "totalBalance":
    case "charge":
      return readBalance(asked, members);
    case "registerCard":
    case "cardLimit":
    case "setLimit":
      return readLimit(asked, members);
    case "cards":
      return readCards(members);
    case "expenses":
      return readExpenses(members);
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function isU32(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 &&
    value <= U32_MAX;
}

function readBalance(
  kind: "totalBalance" | "charge",
  members: Readonly<Record<string, unknown>>,
): AdminAnswer | undefined {
  const balance =
    members[kind === "totalBalance" ? "saldo_total" : "nuevo_saldo"];
  return isU32(balance) ? { kind, balance } : undefined;
}

/** What a card and its limit are called. */
const LIMIT_MEMBERS = {
  registerCard: ["tarjeta_id", "saldo_inicial"],
  cardLimit: ["card_id", "limite"],
  setLimit: ["tarjeta_id", "nuevo_saldo"],
} as const;

function readLimit(
  kind: keyof typeof LIMIT_MEMBERS,
  members: Readonly<Record<string, unknown>>,
): AdminAnswer | undefined {
  const [card, limit] = LIMIT_MEMBERS[kind].map((name) => members[name]);
  return isU32(card) && isU32(limit) ? { kind, card, limit } : undefined;
}

function readCards(
  members: Readonly<Record<string, unknown>>,
): AdminAnswer | undefined {
  const list: unknown = members["tarjetas"];
  if (!Array.isArray(list)) return undefined;
  const cards: AdminCard[] = [];
  for (const entry of list) {
    const one = record(entry);
    const [card, expenses, limit] = [
      one["card_id"],
      one["gastos_recientes"],
      one["saldo_actual"],
    ];
    if (!isU32(card) || !isU32(expenses) || !isU32(limit)) return undefined;
    cards.push({ card, expenses, limit });
  }
  return { kind: "cards", cards };
}

function readExpenses(
  members: Readonly<Record<string, unknown>>,
): AdminAnswer | undefined {
  const list: unknown = members["gastos"];
  if (!Array.isArray(list)) return undefined;
  const expenses: AdminExpense[] = [];
  for (const entry of list) {
    const one = record(entry);
    const [card, company, date, amount] = [
      one["card_id"],
      one["company_id"],
      one["date"],
      one["monto"],
    ];
    if (
      !isU32(card) || !isU32(company) || typeof date !== "string" ||
      !isU32(amount)
    ) return undefined;
    expenses.push({ card, company, date, amount });
  }
  return { kind: "expenses", expenses };
}
