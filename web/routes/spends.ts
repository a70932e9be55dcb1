/**
 * `/v1/spends`: purchases from accounts, cards and limits. An amount is held, then charged or let go.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { BOUNDS_MAX, RIGHTS_AMOUNT_MAX } from "../../crdt/mod.ts";
import type { SpendView, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { boundSchema, factSchema, maybe, safeText } from "../schemas.ts";
import { instantToWire } from "../wire.ts";

/** The longest that a hold may last, in seconds: a year. */
const HOLD_SECONDS_MAX = 366 * 86_400;

const spendAnswer = z.object({
  id: z.string(),
  bounds: z.array(z.string()).readonly(),
  amount: z.int().openapi({ description: "What was held of each bound." }),
  expiresAt: z.string(),
  captured: z.int().nullable().openapi({
    description: "What was charged; null while it is not.",
  }),
  state: z.enum(["held", "captured", "released"]),
}).openapi("Spend");
type WireSpend = z.output<typeof spendAnswer>;

const holdBody = z.strictObject({
  id: maybe(factSchema),
  bounds: z.array(boundSchema).min(1).max(BOUNDS_MAX)
    .refine((list) => new Set(list).size === list.length, {
      message: "must name each bound once",
    }).readonly(),
  amount: z.int().min(1).max(RIGHTS_AMOUNT_MAX),
  expiresInSeconds: z.int().min(1).max(HOLD_SECONDS_MAX),
}).openapi("SpendAuthorization");
const captureBody = z.strictObject({
  amount: z.int().min(0).max(RIGHTS_AMOUNT_MAX),
}).openapi("SpendCapture");
const issueBody = z.strictObject({
  id: maybe(factSchema),
  bound: boundSchema,
  amount: z.int().min(-RIGHTS_AMOUNT_MAX).max(RIGHTS_AMOUNT_MAX).refine((it) =>
    it !== 0
  ),
  note: maybe(safeText(0)),
}).openapi("RightsIssue");
const issueAnswer = z.object({ fact: z.string() });
const params = z.object({ id: factSchema });

function toWire(spend: SpendView): WireSpend {
  return { ...spend, expiresAt: instantToWire(spend.expiresAt) };
}

function answer(
  { spend, repeated }: {
    readonly spend: SpendView;
    readonly repeated: boolean;
  },
  status: number,
): Reply<WireSpend> {
  return reply(toWire(spend), repeated ? 200 : status);
}

/**
 * The routes of spending.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function spendRoutes(useCases: UseCases): Route[] {
  return [...holds(useCases), ...endings(useCases), issuing(useCases)];
}

function holds(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/spends",
      id: "authorizeSpend",
      tag: "rights",
      summary: "Hold an amount of each bound for a purchase",
      description:
        "With an `id`, a repeat of the same request holds once and answers 200.",
      body: holdBody,
      answer: spendAnswer,
      statuses: { 201: "Held.", 200: "Held before." },
      errors: ["rights_insufficient", "id_reused", "invalid_argument"],
      run: async ({ body }): Promise<Reply<WireSpend>> => {
        const { expiresInSeconds, ...rest } = body;
        const input = { ...rest, expiresInMs: expiresInSeconds * 1000 };
        return decided(
          await useCases.authorizeSpend(input),
          (value) => answer(value, 201),
        );
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/spends/{id}",
      id: "getSpend",
      tag: "rights",
      summary: "One purchase that this node holds or held rights for",
      params,
      answer: spendAnswer,
      run: ({ params: { id } }): Reply<WireSpend> => {
        const spend = useCases.spend(id);
        return spend === undefined
          ? problem("not_found", `This node holds nothing for purchase ${id}`)
          : reply(toWire(spend));
      },
    }),
  ];
}

function endings(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/spends/{id}/capture",
      id: "captureSpend",
      tag: "rights",
      summary: "Charge a purchase, once",
      description:
        "What exceeds the hold has happened all the same: it is recorded, and the node's log owes it.",
      params,
      body: captureBody,
      answer: spendAnswer,
      errors: ["spend_unknown", "id_reused"],
      run: async ({ params: { id }, body }): Promise<Reply<WireSpend>> =>
        decided(
          await useCases.captureSpend({ id, ...body }),
          (value) => answer(value, 200),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/spends/{id}/release",
      id: "releaseSpend",
      tag: "rights",
      summary: "Let go of what is held for a purchase",
      params,
      answer: spendAnswer,
      errors: ["spend_unknown", "spend_captured"],
      run: async ({ params: { id } }): Promise<Reply<WireSpend>> =>
        decided(
          await useCases.releaseSpend({ id }),
          (value) => answer(value, 200),
        ),
    }),
  ];
}

function issuing(useCases: UseCases): Route {
  return defineRoute({
    method: "post",
    path: "/v1/rights",
    id: "issueRights",
    tag: "rights",
    summary: "Make rights of an account, a card, a limit or a tank",
    description:
      "A deposit or a new limit; below 0, rights are destroyed. With an `id`, a repeat counts once and answers 200.",
    body: issueBody,
    answer: issueAnswer,
    statuses: { 201: "Recorded.", 200: "Recorded before." },
    errors: ["rights_insufficient", "id_reused", "invalid_argument"],
    run: async ({ body }): Promise<Reply<z.output<typeof issueAnswer>>> =>
      decided(
        await useCases.issueRights(body),
        ({ fact, repeated }) => reply({ fact }, repeated ? 200 : 201),
      ),
  });
}
