/**
 * Facts of fleet cards: cards, purchases that were decided, verdicts that reached a regional office or wait for their
 * card, floor expenses that were covered, and settlements. What they do stands in `fleet.ts` and its neighbors; money is
 * moved by the facts about rights beside them.
 *
 * @module
 */
import { z } from "zod";
import {
  baseFields,
  currencyField,
  dateField,
  exponentField,
  type FactBase,
  factIdField,
  logIdField,
  siteField,
  textField,
} from "./fact_fields.ts";
import { COVERS_MAX } from "./fuel_facts.ts";
import { type FactId, fixedFactId, type LogId, type SiteCode } from "./ids.ts";
import { type Actor, actorField } from "./tender.ts";

/** Greatest number of a company or a card, and greatest amount of one purchase. */
export const FLEET_NUMBER_MAX = 4_294_967_295;

/** A company's number as decimal digits without leading zeros: `0` to `4294967295`. */
export type CompanyId = string & { readonly __brand: "CompanyId" };
/** A card's number inside its company, as decimal digits without leading zeros. */
export type CardId = string & { readonly __brand: "CardId" };

function isNumber(text: unknown): text is string {
  return typeof text === "string" && /^(0|[1-9][0-9]{0,9})$/.test(text) &&
    Number(text) <= FLEET_NUMBER_MAX;
}

/**
 * Reads a company's number.
 *
 * @param text Anything.
 * @returns The number, or undefined if the text is none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseCompanyId("42"), "42");
 * strictEqual(parseCompanyId("042"), undefined);
 * ```
 */
export function parseCompanyId(text: unknown): CompanyId | undefined {
  return isNumber(text) ? text as CompanyId : undefined;
}

/**
 * Reads a card's number.
 *
 * @param text Anything.
 * @returns The number, or undefined if the text is none.
 */
export function parseCardId(text: unknown): CardId | undefined {
  return isNumber(text) ? text as CardId : undefined;
}

/** Why a purchase was refused; never on the original wire. */
export const EXPENSE_REASONS = [
  "amount_invalid",
  "company_unknown",
  "card_unknown",
  "limit_insufficient",
  "balance_insufficient",
  "rights_unreachable",
  "replay_suspected",
  "outcome_unknown",
  "overloaded",
] as const;
/** Why a purchase was refused. */
export type ExpenseReason = typeof EXPENSE_REASONS[number];

/** Who may tell of a purchase. */
export const EXPENSE_SOURCES = [
  "card",
  "region",
  "company",
  "pump",
  "peer",
  "import",
] as const;
/** Who told of a purchase. */
export type ExpenseSource = typeof EXPENSE_SOURCES[number];

/** Where a purchase was made, as far as its teller said. */
export interface ExpensePlace {
  /** The site in the mesh. */
  readonly site?: SiteCode | undefined;
  /** 0 to 15. */
  readonly province?: number | undefined;
  /** 0 to 99. */
  readonly station?: number | undefined;
  /** The pump's index, 0 to 9. */
  readonly pump?: number | undefined;
}

/** Texts of an original program that must come back unchanged with the verdict. */
export interface ExpenseRoute {
  /** `pump_address`. */
  readonly pumpAddress: string;
  /** `service_station_id`. */
  readonly station: string;
  /** The regional office that brought it and has to confirm its verdict; empty if none did. */
  readonly regional: string;
  /** How often an imported verdict had been sent before. */
  readonly retries?: number | undefined;
}

/** A card was made, with a limit that the issuer's facts about rights make. */
export interface CardRegistered extends FactBase {
  /** The kind. */
  readonly type: "CardRegistered";
  /** Its company. */
  readonly company: CompanyId;
  /** Its number. */
  readonly card: CardId;
  /** The first limit, 0 or more. */
  readonly limit: number;
  /** True if its first purchase made it. */
  readonly automatic?: boolean | undefined;
  /** Who. */
  readonly by?: Actor | undefined;
}

/** A purchase was charged, or its refusal is kept. Its id follows from the purchase's. */
export interface ExpenseDecided extends FactBase {
  /** The kind. */
  readonly type: "ExpenseDecided";
  /** The purchase. */
  readonly purchase: FactId;
  /** Who pays. */
  readonly company: CompanyId;
  /** With which card. */
  readonly card: CardId;
  /** Units of `exponent`, 0 or more. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** The day, as its teller named it. */
  readonly date: string;
  /** Whole liters. */
  readonly liters?: number | undefined;
  /** Where. */
  readonly place: ExpensePlace;
  /** Texts to give back with the verdict. */
  readonly route?: ExpenseRoute | undefined;
  /** Who told of it. */
  readonly source: ExpenseSource;
  /** Whether it was charged. */
  readonly accepted: boolean;
  /** Why not; left out if it was charged. */
  readonly reason?: ExpenseReason | undefined;
  /** True if it may be a repeat. */
  readonly suspect?: boolean | undefined;
  /** True if it was charged to the floor. */
  readonly floor?: boolean | undefined;
  /** True if it ends a hold: it had happened before it was written. */
  readonly held?: boolean | undefined;
}

/** A regional office has the verdict of a purchase. */
export interface VerdictConfirmed extends FactBase {
  /** The kind. */
  readonly type: "VerdictConfirmed";
  /** The purchase. */
  readonly purchase: FactId;
  /** Its company. */
  readonly company: CompanyId;
}

/** The issuer covered a floor expense from the account. */
export interface FloorCovered extends FactBase {
  /** The kind. */
  readonly type: "FloorCovered";
  /** The purchase. */
  readonly purchase: FactId;
  /** Its company. */
  readonly company: CompanyId;
  /** How much. */
  readonly amount: number;
}

/** A verdict did not reach its card: the site keeps it. */
export interface CardResultKept extends FactBase {
  /** The kind. */
  readonly type: "CardResultKept";
  /** Where it is kept. */
  readonly site: SiteCode;
  /** The purchase. */
  readonly purchase: FactId;
  /** The company. */
  readonly company: CompanyId;
  /** The card. */
  readonly card: CardId;
  /** The verdict. */
  readonly success: boolean;
}

/** A month's expenses of a company were settled. The first of a month is its close, later ones settle what came since. */
export interface FleetSettled extends FactBase {
  /** The kind. */
  readonly type: "FleetSettled";
  /** The company. */
  readonly company: CompanyId;
  /** `YYYY-MM`. */
  readonly month: string;
  /** How far each log of the company was known. */
  readonly covers: readonly { readonly log: LogId; readonly seq: number }[];
  /** Accepted expenses that it covers and no earlier one does. */
  readonly count: number;
  /** Their sum, in units of `exponent`. */
  readonly amount: number;
  /** Floor expenses that were covered from the balance with it. */
  readonly floorSettled: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** Who; left out for the schedule. */
  readonly by?: Actor | undefined;
}

/** A fact of fleet cards. */
export type FleetFact =
  | CardRegistered
  | ExpenseDecided
  | VerdictConfirmed
  | FloorCovered
  | CardResultKept
  | FleetSettled;

/** The id of the fact that decides a purchase. */
export function expenseId(purchase: FactId): FactId {
  return fixedFactId(["expense", purchase]);
}

/** The id of the fact that confirms a purchase's verdict. */
export function confirmationId(purchase: FactId): FactId {
  return fixedFactId(["confirmed", purchase]);
}

/** The id of the fact that covers a floor expense. */
export function coverId(purchase: FactId): FactId {
  return fixedFactId(["covered", purchase]);
}

/** The id of the fact that keeps a purchase's verdict for its card. */
export function resultId(purchase: FactId): FactId {
  return fixedFactId(["result", purchase]);
}

const company = z.string().refine(isNumber)
  .transform((text) => text as CompanyId);
const card = z.string().refine(isNumber).transform((text) => text as CardId);
const amount = z.int().min(0);
const money = { currency: currencyField, exponent: exponentField };
const by = actorField.optional();
const upTo = (max: number) => z.int().min(0).max(max).optional();

/** One schema a kind. */
export const fleetSchemas: {
  readonly [T in FleetFact["type"]]: z.ZodType<
    Extract<FleetFact, { readonly type: T }>
  >;
} = {
  CardRegistered: z.strictObject({
    ...baseFields,
    type: z.literal("CardRegistered"),
    company,
    card,
    limit: amount,
    automatic: z.boolean().optional(),
    by,
  }),
  ExpenseDecided: z.strictObject({
    ...baseFields,
    type: z.literal("ExpenseDecided"),
    purchase: factIdField,
    company,
    card,
    amount,
    ...money,
    date: dateField,
    liters: amount.optional(),
    place: z.strictObject({
      site: siteField.optional(),
      province: upTo(15),
      station: upTo(99),
      pump: upTo(9),
    }),
    route: z.strictObject({
      pumpAddress: textField,
      station: textField,
      regional: textField,
      retries: amount.optional(),
    }).optional(),
    source: z.enum(EXPENSE_SOURCES),
    accepted: z.boolean(),
    reason: z.enum(EXPENSE_REASONS).optional(),
    suspect: z.boolean().optional(),
    floor: z.boolean().optional(),
    held: z.boolean().optional(),
  }).refine((fact) =>
    fact.id === expenseId(fact.purchase) &&
    fact.accepted === (fact.reason === undefined)
  ),
  VerdictConfirmed: z.strictObject({
    ...baseFields,
    type: z.literal("VerdictConfirmed"),
    purchase: factIdField,
    company,
  }).refine((fact) => fact.id === confirmationId(fact.purchase)),
  FloorCovered: z.strictObject({
    ...baseFields,
    type: z.literal("FloorCovered"),
    purchase: factIdField,
    company,
    amount,
  }).refine((fact) => fact.id === coverId(fact.purchase)),
  CardResultKept: z.strictObject({
    ...baseFields,
    type: z.literal("CardResultKept"),
    site: siteField,
    purchase: factIdField,
    company,
    card,
    success: z.boolean(),
  }).refine((fact) => fact.id === resultId(fact.purchase)),
  FleetSettled: z.strictObject({
    ...baseFields,
    type: z.literal("FleetSettled"),
    company,
    month: z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/),
    covers: z.array(z.strictObject({ log: logIdField, seq: amount }))
      .max(COVERS_MAX),
    count: z.int(),
    amount: z.int(),
    floorSettled: amount,
    ...money,
    by,
  }),
};

/**
 * What the caller sent of a fact of fleet cards: see `contentOf`. Where a purchase came from is no part of it: the same
 * purchase told twice on two ways is one.
 *
 * @param fact A fact.
 * @returns Its parts, in order.
 */
export function fleetContent(fact: FleetFact): readonly unknown[] {
  switch (fact.type) {
    case "CardRegistered":
      return [fact.company, fact.card, fact.limit];
    case "ExpenseDecided":
      return [
        fact.company,
        fact.card,
        fact.amount,
        fact.currency,
        fact.exponent,
        fact.date,
        fact.liters ?? null,
        fact.accepted,
      ];
    case "VerdictConfirmed":
      return [fact.company, fact.purchase];
    case "FloorCovered":
      return [fact.company, fact.purchase, fact.amount];
    case "CardResultKept":
      return [fact.site, fact.purchase, fact.company, fact.card, fact.success];
    case "FleetSettled":
      return [
        fact.company,
        fact.month,
        fact.covers.map(({ log, seq }) => [log, seq]),
      ];
  }
}
