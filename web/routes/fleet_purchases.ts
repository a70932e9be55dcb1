/**
 * `/v1/purchases` and `/v1/purchase-holds`: a card pays. An amount that is known is charged at once; one that is not is held, then charged or let
 * go.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Clock, FactId } from "../../crdt/mod.ts";
import type {
  CompanyId,
  PurchaseInput,
  PurchaseReason,
  PurchaseVerdict,
  UseCases,
} from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { dateSchema, factSchema, maybe, moneyInputSchema } from "../schemas.ts";
import {
  cardSchema,
  companySchema,
  unfitAmount,
  unitFinder,
  unitsFromWire,
  WHOLE_PESOS,
} from "./fleet_wire.ts";

/** The longest that a hold may last, in seconds: a day. */
const HOLD_SECONDS_MAX = 86_400;
const LITERS_MAX = 0xffff_ffff;

const verdictAnswer = z.object({
  id: z.string(),
  accepted: z.boolean(),
  repeated: z.boolean().openapi({
    description: "True if it was known before.",
  }),
}).openapi("PurchaseVerdict");
type WireVerdict = z.output<typeof verdictAnswer>;

const place = z.strictObject({
  province: maybe(z.int().min(0).max(15)),
  station: maybe(z.int().min(0).max(99)),
  pump: maybe(z.int().min(0).max(9)),
});
const liters = z.int().min(1).max(LITERS_MAX);
const purchaseFields = {
  id: maybe(factSchema).openapi({
    description: "One a purchase: a repeat is charged once.",
  }),
  company: companySchema,
  card: cardSchema,
  amount: moneyInputSchema,
  date: maybe(dateSchema).openapi({
    description: "The UTC day; today's if left out.",
  }),
  liters: maybe(liters),
  place: maybe(place).openapi({
    description: "Where at this node's site, as far as it is known.",
  }),
};
const chargeBody = z.strictObject(purchaseFields).openapi("Purchase", {
  example: { company: "99", card: "7", amount: "1606", liters: 1 },
});
const holdBody = z.strictObject({
  ...purchaseFields,
  expiresInSeconds: z.int().min(1).max(HOLD_SECONDS_MAX),
}).openapi("PurchaseHold", {
  description: "The most that the purchase may cost.",
});
const captureBody = z.strictObject({
  amount: moneyInputSchema,
  liters: maybe(liters),
}).openapi("PurchaseCapture");
const releaseAnswer = z.object({ repeated: z.boolean() });
const params = z.object({ id: factSchema });

const WORDS: Readonly<Record<PurchaseReason, string>> = {
  "amount_invalid": "its amount is 0, or beyond what one purchase may cost",
  "company_unknown": "nobody knows the company",
  "card_unknown": "this node cannot learn whether there is such a card",
  "limit_insufficient": "the card's limit is too low",
  "balance_insufficient": "the company's balance is too low",
  "rights_unreachable":
    "this node holds too few rights, and reaches nobody who gives it more",
  "replay_suspected":
    "it came among repeats of an original station, and waits for a person",
  "outcome_unknown":
    "the original program that decides did not answer, so it is not known whether it was charged",
  "id_reused": "its id stands for another purchase",
  "overloaded": "the node has too much to do",
};

type ChargeBody = z.output<typeof chargeBody>;

function refusedPurchase(
  { id, repeated, reason }: PurchaseVerdict,
): Response {
  const why = reason ?? "outcome_unknown";
  const title = why === "outcome_unknown"
    ? { title: "It is not known whether the purchase was charged." }
    : {};
  return problem(
    why === "overloaded" || why === "id_reused" ? why : "purchase_refused",
    `Cannot charge the purchase: ${WORDS[why]}`,
    { ...title, details: { id, reason: why, repeated } },
  );
}

function verdictReply(
  verdict: PurchaseVerdict,
  status: number,
): Reply<WireVerdict> {
  const { id, accepted, repeated } = verdict;
  return accepted
    ? reply({ id, accepted, repeated }, repeated ? 200 : status)
    : refusedPurchase(verdict);
}

/** A purchase as the node takes it, or the answer that refuses its amount. */
function purchaseOf(
  { fleet, node }: UseCases,
  { amount: input, place, date, ...rest }: ChargeBody,
  clock: Clock,
): PurchaseInput | Response {
  const unit = unitFinder(fleet)(rest.company);
  const amount = unitsFromWire(input, unit, 1);
  if (amount === undefined) return unfitAmount("amount", unit, 1);
  return {
    ...rest,
    amount,
    date: date ?? new Date(clock.now()).toISOString().slice(0, 10),
    place: {
      site: node.site,
      province: place?.province ?? null,
      station: place?.station ?? null,
      pump: place?.pump ?? null,
    },
    source: "peer",
  };
}

/**
 * The routes of purchases.
 *
 * @param useCases The node.
 * @param clock Says which day it is.
 * @returns The routes.
 */
export function fleetPurchaseRoutes(useCases: UseCases, clock: Clock): Route[] {
  return [...beginnings(useCases, clock), ...endings(useCases)];
}

function beginnings(useCases: UseCases, clock: Clock): Route[] {
  const { fleet } = useCases;
  return [
    defineRoute({
      method: "post",
      path: "/v1/purchases",
      id: "chargePurchase",
      tag: "fleet",
      summary: "Charge a purchase to a company's account and a card's limit",
      description:
        "Decided by rights at hand, else by rights of linked peers. A refusal says why in `details.reason`. With an " +
        "`id`, a repeat of the same purchase is charged once and gets the first verdict, 200 if it was charged.",
      body: chargeBody,
      answer: verdictAnswer,
      statuses: { 201: "Charged.", 200: "Charged before." },
      errors: ["purchase_refused", "id_reused"],
      run: async ({ body }): Promise<Reply<WireVerdict>> => {
        const input = purchaseOf(useCases, body, clock);
        return input instanceof Response
          ? input
          : verdictReply(await fleet.charge(input), 201);
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/purchase-holds",
      id: "holdPurchase",
      tag: "fleet",
      summary: "Hold an amount for a purchase that is not known yet",
      description:
        "Capture it with what was dispensed, or release it; a hold ends by itself.",
      body: holdBody,
      answer: verdictAnswer,
      statuses: { 201: "Held.", 200: "Held before." },
      errors: ["purchase_refused", "id_reused"],
      run: async ({ body }): Promise<Reply<WireVerdict>> => {
        const { expiresInSeconds, ...rest } = body;
        const input = purchaseOf(useCases, rest, clock);
        if (input instanceof Response) return input;
        const expiresInMs = expiresInSeconds * 1000;
        return verdictReply(await fleet.hold({ ...input, expiresInMs }), 201);
      },
    }),
  ];
}

/** Who pays what is held for a purchase; undefined if nothing is. */
function payerOf(useCases: UseCases, id: FactId): CompanyId | undefined {
  const account = useCases.spend(id)?.bounds.find((bound) =>
    bound.startsWith("account:")
  );
  return account?.slice("account:".length) as CompanyId | undefined;
}

function endings(useCases: UseCases): Route[] {
  const { fleet } = useCases;
  return [
    defineRoute({
      method: "post",
      path: "/v1/purchases/{id}/capture",
      id: "capturePurchase",
      tag: "fleet",
      summary: "Charge what is held for a purchase, with what was dispensed",
      params,
      body: captureBody,
      answer: verdictAnswer,
      errors: ["spend_unknown", "id_reused", "purchase_refused"],
      run: async ({ params: { id }, body }): Promise<Reply<WireVerdict>> => {
        const payer = payerOf(useCases, id);
        const unit = payer === undefined
          ? WHOLE_PESOS
          : unitFinder(fleet)(payer);
        const amount = unitsFromWire(body.amount, unit, 0);
        if (amount === undefined) return unfitAmount("amount", unit, 0);
        return decided(
          await fleet.capture({ ...body, id, amount }),
          (verdict) => verdictReply(verdict, 200),
        );
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/purchases/{id}/release",
      id: "releasePurchase",
      tag: "fleet",
      summary: "Let go of what is held for a purchase",
      params,
      answer: releaseAnswer,
      errors: ["spend_unknown", "spend_captured"],
      run: async ({ params: { id } }): Promise<
        Reply<z.output<typeof releaseAnswer>>
      > =>
        decided(
          await fleet.release({ id }),
          ({ repeated }) => reply({ repeated }),
        ),
    }),
  ];
}
