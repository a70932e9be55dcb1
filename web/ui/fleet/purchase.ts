/**
 * The purchase at hand: what was typed, and whether nobody knows if it was charged. It outlives a reload of the page and a
 * restart of the node together with its id, so that whatever happens between, it is charged once.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type { Answer, Problem } from "../base/http.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { isUnsure } from "../base/intent.ts";
import { load, save } from "../base/memory.ts";
import type { Expense, Purchase, PurchaseVerdict } from "../wire_types.ts";
import { amountOf, litersOf, numberOf } from "./amount_text.ts";

const STORED = "panal.fleet.purchase";
/** Purchases of this visit that are shown. */
const DONE_MAX = 20;
const PUMP = /^[0-9]?$/;

/** Why a purchase was not charged. */
export type Reason = NonNullable<Expense["reason"]>;

/** What was typed. */
export interface Draft {
  readonly company: string;
  readonly card: string;
  readonly amount: string;
  readonly liters: string;
  readonly pump: string;
  /** The id under which it was sent, while nobody knows what came of it. */
  readonly sent?: string;
}

/** A purchase that was decided. */
export interface DonePurchase {
  readonly id: string;
  readonly company: string;
  readonly card: string;
  /** Decimal text. */
  readonly amount: string;
  readonly accepted: boolean;
  /** True if the node knew it before. */
  readonly repeated: boolean;
  readonly reason: Reason | null;
  readonly at: number;
}

const FRESH: Draft = {
  company: "",
  card: "",
  amount: "",
  liters: "",
  pump: "",
};

/** The purchase at hand. */
export const draft: Signal<Draft> = signal(stored());
/** Purchases that were decided since the page was loaded, the latest first. */
export const done: Signal<readonly DonePurchase[]> = signal([]);

function stored(): Draft {
  try {
    const kept: unknown = JSON.parse(load(STORED) ?? "null");
    if (typeof kept !== "object" || kept === null) return FRESH;
    const fields = Object.entries({ ...FRESH, sent: "", ...kept })
      .filter(([name]) => name === "sent" || name in FRESH)
      .map(([name, value]) => [name, typeof value === "string" ? value : ""]);
    const { sent, ...typed } = Object.fromEntries(fields);
    return sent === "" ? typed : { ...typed, sent };
  } catch {
    return FRESH;
  }
}

function keep(value: Draft): void {
  draft.value = value;
  save(STORED, value === FRESH ? undefined : JSON.stringify(value));
}

/**
 * Takes in what a person types.
 *
 * @param fields What changed.
 */
export function type(fields: Partial<Omit<Draft, "sent">>): void {
  if (draft.value.sent === undefined) keep({ ...draft.value, ...fields });
}

/** Gives the purchase at hand up. */
export function discard(): void {
  keep(FRESH);
}

/**
 * What is wrong with what was typed.
 *
 * @param typed The draft.
 * @returns Names of fields.
 */
export function wrongFields(typed: Draft): readonly (keyof Draft)[] {
  const { company, card, amount, liters, pump } = typed;
  return [
    ...(numberOf(company) === undefined ? ["company" as const] : []),
    ...(numberOf(card) === undefined ? ["card" as const] : []),
    ...(amountOf(amount) === undefined ? ["amount" as const] : []),
    ...(liters.trim() !== "" && litersOf(liters) === undefined
      ? ["liters" as const]
      : []),
    ...(PUMP.test(pump.trim()) ? [] : ["pump" as const]),
  ];
}

function bodyOf(typed: Draft, id: string): Purchase {
  const liters = litersOf(typed.liters);
  const pump = typed.pump.trim();
  return {
    id,
    company: numberOf(typed.company) ?? "",
    card: numberOf(typed.card) ?? "",
    amount: amountOf(typed.amount) ?? "",
    ...(liters === undefined ? {} : { liters }),
    ...(pump === "" ? {} : { place: { pump: Number(pump) } }),
  };
}

/** The node's verdict where it refused a purchase by its rules; undefined where it could not decide. */
function refusalOf({ code, details }: Problem): Reason | undefined {
  const reason = details?.["reason"];
  return code === "purchase_refused" && typeof reason === "string"
    ? reason as Reason
    : undefined;
}

/**
 * Charges the purchase at hand, under the id that it had before if nobody knows what came of it.
 *
 * @returns What was decided, or why nothing was.
 */
export async function charge(): Promise<Answer<DonePurchase>> {
  const id = draft.value.sent ?? newId();
  keep({ ...draft.value, sent: id });
  const body = bodyOf(draft.value, id);
  const answer = await change<PurchaseVerdict>("POST", "/v1/purchases", body);
  const reason = answer.ok ? null : refusalOf(answer.problem);
  // Another id could charge it twice, so the same purchase is to be asked for again.
  if (!answer.ok && (isUnsure(answer) || reason === "outcome_unknown")) {
    return answer;
  }
  const { sent: _, ...typed } = draft.value;
  keep(answer.ok ? FRESH : typed);
  if (!answer.ok && reason === undefined) return answer;
  const verdict = decided(body, { id, reason: reason ?? null, answer });
  done.value = [verdict, ...done.value].slice(0, DONE_MAX);
  return { ok: true, status: answer.ok ? answer.status : 200, value: verdict };
}

function decided(
  { company, card, amount }: Purchase,
  { id, reason, answer }: {
    readonly id: string;
    readonly reason: Reason | null;
    readonly answer: Answer<PurchaseVerdict>;
  },
): DonePurchase {
  return {
    ...{ id, company, card, reason },
    amount: String(amount),
    accepted: answer.ok,
    repeated: answer.ok && answer.value.repeated,
    at: Date.now(),
  };
}
