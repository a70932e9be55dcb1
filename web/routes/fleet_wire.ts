/**
 * How companies, cards, purchases and expenses look on the wire of the native interface.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { RIGHTS_AMOUNT_MAX } from "../../crdt/mod.ts";
import type {
  CardId,
  CardView,
  CompanyId,
  CompanyView,
  ExpenseView,
  FleetUseCases,
  Page,
  RightsHeldView,
} from "../../nodes/mod.ts";
import { invalidRequest } from "../errors.ts";
import {
  instantSchema,
  moneySchema,
  pageToWire,
  priceSchema,
} from "../schemas.ts";
import {
  instantToWire,
  moneyFromWire,
  moneyToWire,
  type WireMoney,
  type WireMoneyInput,
} from "../wire.ts";

const NUMBER = /^(?:0|[1-9][0-9]{0,9})$/;
const NUMBER_MAX = 0xffff_ffff;

function numberSchema<T extends string>(what: string): z.ZodType<T> {
  return z.string().refine(
    (text) => NUMBER.test(text) && Number(text) <= NUMBER_MAX,
    { error: `Expected a ${what}'s number: digits, 0 to ${NUMBER_MAX}` },
  ).openapi({
    pattern: NUMBER.source,
    example: "99",
  }) as unknown as z.ZodType<T>;
}

/** A company's number. */
export const companySchema: z.ZodType<CompanyId> = numberSchema("company");
/** A card's number. */
export const cardSchema: z.ZodType<CardId> = numberSchema("card");

/** The path of a company. */
export const companyParams = z.object({ company: companySchema });
/** The path of a card. */
export const cardParams = z.object({
  company: companySchema,
  card: cardSchema,
});

/** In what a company counts. */
export interface FleetUnit {
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places. */
  readonly exponent: number;
}

/** In what a company counts that says nothing else. */
export const WHOLE_PESOS: FleetUnit = { currency: "ARS", exponent: 0 };

/** Finds in what companies count. */
export type UnitFinder = (company: CompanyId) => FleetUnit;

/**
 * Makes a finder that asks once for each company, for one answer.
 *
 * @param fleet Knows companies.
 * @returns The finder.
 */
export function unitFinder(
  fleet: Pick<FleetUseCases, "company">,
): UnitFinder {
  const known = new Map<CompanyId, FleetUnit>();
  return (company) => {
    const unit = known.get(company) ?? fleet.company(company) ?? WHOLE_PESOS;
    known.set(company, unit);
    return unit;
  };
}

/**
 * An amount for an answer.
 *
 * @param units Whole units.
 * @param unit In what they count.
 * @returns Its wire form.
 */
export function fleetMoney(units: number, unit: FleetUnit): WireMoney {
  const { currency, exponent } = unit;
  return moneyToWire({ units, currency, exponent });
}

/**
 * An amount of a request in whole units.
 *
 * @param input The amount.
 * @param unit In what the company counts.
 * @param min The least units.
 * @returns The units, or undefined if the company cannot hold the amount.
 */
export function unitsFromWire(
  input: WireMoneyInput,
  unit: FleetUnit,
  min: number,
): number | undefined {
  const money = moneyFromWire(input, unit.currency);
  if (money === undefined || money.currency !== unit.currency) return undefined;
  const shift = 10 ** Math.abs(money.exponent - unit.exponent);
  const units = money.exponent > unit.exponent
    ? money.units / shift
    : money.units * shift;
  return Number.isSafeInteger(units) && units >= min &&
      units <= RIGHTS_AMOUNT_MAX
    ? units
    : undefined;
}

/**
 * The answer to an amount that a company cannot hold.
 *
 * @param field Which field of the body it is.
 * @param unit In what the company counts.
 * @param min The least units.
 * @returns Status 422.
 */
export function unfitAmount(
  field: string,
  unit: FleetUnit,
  min: number,
): Response {
  const { amount, currency } = fleetMoney(RIGHTS_AMOUNT_MAX, unit);
  const message = `Expected ${
    fleetMoney(min, unit).amount
  } to ${amount} ${currency} with at most ${unit.exponent} decimal places`;
  return invalidRequest("body", [{ path: [field], message }]);
}

/** A company of an answer. */
export const companyAnswer = z.object({
  company: z.string(),
  name: z.string().openapi({ description: "Empty if nobody gave one." }),
  balance: moneySchema.openapi({
    description:
      "Deposits less accepted expenses known here, wherever the rights are held.",
  }),
  free: moneySchema.openapi({ description: "Rights at hand at this node." }),
  inTransit: moneySchema.openapi({
    description: "Rights granted by one log and not accepted by another yet.",
  }),
  cards: z.int(),
  expenses: z.int().openapi({ description: "Accepted ones." }),
  spent: moneySchema,
  floor: moneySchema.openapi({
    description:
      "What stations may sell without contact beyond the rights they hold: the stated risk.",
  }),
  floorOpen: moneySchema.openapi({
    description: "Floor expenses that no balance has covered yet.",
  }),
  issuer: z.boolean().openapi({
    description: "True if this node may make deposits, cards and limits.",
  }),
}).openapi("Company");

/** A card of an answer. */
export const cardAnswer = z.object({
  company: z.string(),
  card: z.string(),
  limit: moneySchema.openapi({
    description: "What it may still spend, wherever the rights are held.",
  }),
  expenses: z.int().openapi({ description: "Accepted ones." }),
  spent: moneySchema,
  registeredAt: instantSchema,
  automatic: z.boolean().openapi({
    description: "True if its first purchase made it.",
  }),
}).openapi("Card");

/** Where rights are, of an answer. */
export const holdersAnswer = z.object({
  items: z.array(z.object({
    log: z.string(),
    site: z.string().nullable(),
    free: moneySchema,
  })).readonly(),
}).openapi("RightsHolders");

/** Why a purchase is refused, in an answer or a filter. */
export const reasonSchema = z.enum([
  "amount_invalid",
  "company_unknown",
  "card_unknown",
  "limit_insufficient",
  "balance_insufficient",
  "rights_unreachable",
  "replay_suspected",
  "outcome_unknown",
  "id_reused",
  "overloaded",
]);

/** Texts of an original program, of an answer. */
export const routeAnswer = z.object({
  pumpAddress: z.string(),
  station: z.string(),
  regional: z.string(),
});

/** An expense of an answer. */
export const expenseAnswer = z.object({
  id: z.string().openapi({ description: "The purchase." }),
  company: z.string(),
  card: z.string(),
  amount: moneySchema,
  date: z.string().openapi({
    description: "The UTC day as its teller named it.",
  }),
  at: instantSchema,
  liters: z.int().nullable(),
  place: z.object({
    site: z.string().nullable(),
    province: z.int().nullable(),
    station: z.int().nullable(),
    pump: z.int().nullable(),
  }),
  route: z.union([routeAnswer, z.null()]).openapi({
    description: "What an original program wants back with the verdict.",
  }),
  source: z.string().openapi({
    description: "Who told of it.",
    example: "card",
  }),
  accepted: z.boolean(),
  reason: z.union([reasonSchema, z.null()]).openapi({
    description: "Why not; null if it was charged.",
  }),
  suspect: z.boolean().openapi({
    description: "True if it may be a repeat of another purchase.",
  }),
  floor: z.boolean().openapi({
    description: "True if it was charged to the floor.",
  }),
  settled: z.boolean().openapi({
    description: "False for a floor expense that no balance has covered yet.",
  }),
  log: z.string().openapi({ description: "The log that decided it." }),
}).openapi("Expense");

/** A money field that may be missing. */
export const maybeMoneySchema = priceSchema("Null where no amount is meant.");

/** A company in wire form. */
export function companyToWire(
  view: CompanyView,
): z.output<typeof companyAnswer> {
  const { company, name, cards, expenses, issuer } = view;
  const money = (units: number) => fleetMoney(units, view);
  return {
    ...{ company, name, cards, expenses, issuer },
    balance: money(view.balance),
    free: money(view.free),
    inTransit: money(view.inTransit),
    spent: money(view.spent),
    floor: money(view.floor),
    floorOpen: money(view.floorOpen),
  };
}

/** A card in wire form. */
export function cardToWire(
  view: CardView,
  unit: FleetUnit,
): z.output<typeof cardAnswer> {
  return {
    ...view,
    limit: fleetMoney(view.limit, unit),
    spent: fleetMoney(view.spent, unit),
    registeredAt: instantToWire(view.registeredAt),
  };
}

/** Holders of rights in wire form. */
export function holdersToWire(
  holders: readonly RightsHeldView[],
  unit: FleetUnit,
): z.output<typeof holdersAnswer> {
  return {
    items: holders.map(({ log, site, free }) => ({
      ...{ log, site },
      free: fleetMoney(free, unit),
    })),
  };
}

/** An expense in wire form. */
export function expenseToWire(
  view: ExpenseView,
  units: UnitFinder,
): z.output<typeof expenseAnswer> {
  return {
    ...view,
    amount: fleetMoney(view.amount, units(view.company)),
    at: instantToWire(view.at),
  };
}

/** A page of expenses in wire form. */
export function expensesToWire(
  page: Page<ExpenseView>,
  fleet: Pick<FleetUseCases, "company">,
): Page<z.output<typeof expenseAnswer>> {
  const units = unitFinder(fleet);
  return pageToWire(page, (view) => expenseToWire(view, units));
}
