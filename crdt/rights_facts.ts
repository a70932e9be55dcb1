/**
 * Facts about rights: their forms and schemas. What they do to balances stands in `rights.ts`.
 *
 * @module
 */
import { z } from "zod";
import { type BoundName, parseBoundName, spaceOfBound } from "./bounds.ts";
import {
  baseFields,
  type FactBase,
  factIdField,
  logIdField,
  textField,
} from "./fact_fields.ts";
import { type FactId, fixedFactId, type LogId } from "./ids.ts";

/** Most bounds that one fact touches beside sales and deliveries. */
export const BOUNDS_MAX = 8;

/** Most rights that one fact makes, moves, holds or takes of a bound: sums of thousands of facts stay exact. */
export const RIGHTS_AMOUNT_MAX = 1_000_000_000_000;

/**
 * Whether one fact may make or take so many rights of a bound.
 *
 * @param amount Whole units; below 0 if they are given back.
 */
export function isRightsAmount(amount: number): boolean {
  return Math.abs(amount) <= RIGHTS_AMOUNT_MAX;
}

/** Rights were made (a deposit, a new limit) or destroyed (a payout, a lower limit) by the issuer. */
export interface RightsIssued extends FactBase {
  /** The kind. */
  readonly type: "RightsIssued";
  /** The bound. */
  readonly bound: BoundName;
  /** How many; below 0 if they were destroyed. */
  readonly amount: number;
  /** Free text. */
  readonly note?: string | undefined;
}

/** A log gave rights to another log. Its id contains the giving log. */
export interface RightsGranted extends FactBase {
  /** The kind. */
  readonly type: "RightsGranted";
  /** The bound. */
  readonly bound: BoundName;
  /** How many, above 0. */
  readonly amount: number;
  /** The receiving log. */
  readonly to: LogId;
  /** The request that it answers; drawn by the giver where nobody asked. */
  readonly request: FactId;
}

/** A log took over rights that were granted to it. */
export interface RightsAccepted extends FactBase {
  /** The kind. */
  readonly type: "RightsAccepted";
  /** The bound, as the grant has it. */
  readonly bound: BoundName;
  /** How many, as the grant has it. */
  readonly amount: number;
  /** The grant. */
  readonly grant: FactId;
}

/** What a fact took of a bound; below 0 if it made rights. */
export interface BoundAmount {
  /** The bound. */
  readonly bound: BoundName;
  /** How many. */
  readonly amount: number;
}

/** The log that spent rights gave them back: what it recorded was voided, or counts in another log. */
export interface RightsReturned extends FactBase {
  /** The kind. */
  readonly type: "RightsReturned";
  /** The fact of this log that spent them. */
  readonly of: FactId;
  /** Exactly what that fact took. */
  readonly rights: readonly BoundAmount[];
}

/** Rights were set apart for a purchase whose amount is not known yet. Its id is the purchase's. */
export interface HoldPlaced extends FactBase {
  /** The kind. */
  readonly type: "HoldPlaced";
  /** What it takes from each bound. */
  readonly bounds: readonly BoundName[];
  /** How many, above 0. */
  readonly amount: number;
  /** When its log may let it go by itself, in whole microseconds since 1970. */
  readonly expiresAt: number;
}

/** What another payment of the same purchase would be. */
export interface OtherPayment {
  /** The purchase. */
  readonly purchase: FactId;
  /** What it takes from each bound. */
  readonly bounds: readonly BoundName[];
  /** How many. */
  readonly amount: number;
}

/** A purchase was charged. Its id follows from the purchase's, so it counts once. */
export interface SpendCaptured extends FactBase {
  /** The kind. */
  readonly type: "SpendCaptured";
  /** The purchase. */
  readonly purchase: FactId;
  /** What it takes from each bound. */
  readonly bounds: readonly BoundName[];
  /** How many, 0 or more. */
  readonly amount: number;
  /** The part of it that had happened already and took rights that were not held. */
  readonly observed?: number | undefined;
  /**
   * The payment in whose place it stands, under an id of `standInId`: once that is here, what this took is given back.
   */
  readonly insteadOf?: OtherPayment | undefined;
}

/** What was held for a purchase is free again. */
export interface HoldReleased extends FactBase {
  /** The kind. */
  readonly type: "HoldReleased";
  /** The purchase. */
  readonly purchase: FactId;
  /** `caller`, or `expired`. */
  readonly reason: "caller" | "expired";
}

/** A fact about rights. */
export type RightsFact =
  | RightsIssued
  | RightsGranted
  | RightsAccepted
  | RightsReturned
  | HoldPlaced
  | SpendCaptured
  | HoldReleased;

const bound = z.string().max(160)
  .refine((text) => parseBoundName(text) === text)
  .transform((text) => text as BoundName);
const bounds = z.array(bound).min(1).max(BOUNDS_MAX).refine((list) =>
  new Set(list).size === list.length &&
  new Set(list.map(spaceOfBound)).size === 1
);
const amount = z.int().positive().max(RIGHTS_AMOUNT_MAX);

/**
 * The id of the fact that charges a purchase: it follows from the purchase, so that it counts once.
 *
 * @param purchase The purchase.
 * @returns The id.
 */
export function captureId(purchase: FactId): FactId {
  return fixedFactId(["capture", purchase]);
}

/** What stands in the place of a payment: the account's part of a cover, or the card's. */
export type StandIn = "floor" | "floor card";
const STAND_INS: readonly StandIn[] = ["floor", "floor card"];

/**
 * The purchase under which something is charged in the place of another purchase's payment.
 *
 * @param kind What stands in its place.
 * @param purchase The other purchase.
 * @returns Its id, which follows from both.
 */
export function standInId(
  kind: StandIn,
  purchase: FactId,
): FactId {
  return fixedFactId([kind, purchase]);
}

/** Whether a charge takes nothing that the payment in whose place it stands would not take. */
function isStandIn({ purchase, bounds, amount, insteadOf }: Charge): boolean {
  return insteadOf === undefined || (
    STAND_INS.some((kind) =>
      purchase === standInId(kind, insteadOf.purchase)
    ) &&
    bounds.every((bound) => insteadOf.bounds.includes(bound)) &&
    amount <= insteadOf.amount
  );
}

type Charge = Pick<
  SpendCaptured,
  "purchase" | "bounds" | "amount" | "insteadOf"
>;

/** One schema for each kind of fact about rights. */
export const rightsSchemas: {
  readonly [T in RightsFact["type"]]: z.ZodType<
    Extract<RightsFact, { readonly type: T }>
  >;
} = {
  RightsIssued: z.strictObject({
    ...baseFields,
    type: z.literal("RightsIssued"),
    bound,
    amount: z.int().refine((value) => value !== 0 && isRightsAmount(value)),
    note: textField.optional(),
  }).refine((fact) => /^(account|card|floor|result|tank):/.test(fact.bound)),
  RightsGranted: z.strictObject({
    ...baseFields,
    type: z.literal("RightsGranted"),
    bound,
    amount,
    to: logIdField,
    request: factIdField,
  }),
  RightsAccepted: z.strictObject({
    ...baseFields,
    type: z.literal("RightsAccepted"),
    bound,
    amount,
    grant: factIdField,
  }),
  RightsReturned: z.strictObject({
    ...baseFields,
    type: z.literal("RightsReturned"),
    of: factIdField,
    rights: z.array(
      z.strictObject({ bound, amount: z.int().refine((it) => it !== 0) }),
    ).min(1).max(500),
  }),
  HoldPlaced: z.strictObject({
    ...baseFields,
    type: z.literal("HoldPlaced"),
    bounds,
    amount,
    expiresAt: z.int(),
  }),
  SpendCaptured: z.strictObject({
    ...baseFields,
    type: z.literal("SpendCaptured"),
    purchase: factIdField,
    bounds,
    amount: z.int().nonnegative().max(RIGHTS_AMOUNT_MAX),
    observed: amount.optional(),
    insteadOf: z.strictObject({ purchase: factIdField, bounds, amount })
      .optional(),
  }).refine((fact) =>
    fact.id === captureId(fact.purchase) &&
    (fact.observed ?? 0) <= fact.amount && isStandIn(fact)
  ),
  HoldReleased: z.strictObject({
    ...baseFields,
    type: z.literal("HoldReleased"),
    purchase: factIdField,
    reason: z.enum(["caller", "expired"]),
  }),
};

/**
 * What the caller sent of a fact about rights, for its canonical text.
 *
 * @param fact The fact.
 * @returns Plain values.
 */
export function rightsContent(fact: RightsFact): unknown[] {
  switch (fact.type) {
    case "RightsIssued":
      return [fact.bound, fact.amount, fact.note ?? null];
    case "RightsGranted":
      return [fact.bound, fact.amount, fact.to, fact.request];
    case "RightsAccepted":
      return [fact.bound, fact.amount, fact.grant];
    case "RightsReturned":
      return [fact.of, fact.rights.map((one) => [one.bound, one.amount])];
    case "HoldPlaced":
      return [fact.bounds, fact.amount];
    case "SpendCaptured":
      return [fact.purchase, fact.bounds, fact.amount];
    case "HoldReleased":
      return [fact.purchase];
  }
}
