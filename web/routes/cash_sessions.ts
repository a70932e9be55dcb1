/**
 * `/v1/cash-sessions`: the drawers of tills, from their float to their count.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { type FactId, PAYMENTS_MAX } from "../../crdt/mod.ts";
import type {
  CashSessionView,
  MethodAmount,
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
import {
  actorInputSchema,
  actorSchema,
  factSchema,
  flagSchema,
  instantSchema,
  maybe,
  methodSchema,
  moneyInputSchema,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import {
  instantToWire,
  moneyFromWire,
  moneyToWire,
  type WireMoney,
  type WireMoneyInput,
} from "../wire.ts";
import { unrepresentable } from "./products.ts";

/** Amounts by method of payment, in an answer. */
export const methodsAnswer = z.array(
  z.object({ method: z.string(), amount: moneySchema }),
).readonly();

/** An actor that may be missing. */
export const actorAnswer = z.union([actorSchema, z.null()]);

const sessionAnswer = z.object({
  id: z.string(),
  site: z.string(),
  log: z.string().openapi({ description: "The till's log." }),
  till: z.string().openapi({ description: "What people call the till." }),
  openedAt: instantSchema,
  date: z.string(),
  openedBy: actorAnswer,
  float: moneySchema,
  moves: z.array(z.object({
    id: z.string(),
    at: instantSchema,
    direction: z.enum(["in", "out"]),
    amount: moneySchema,
    reason: z.string(),
    by: actorAnswer,
  })).readonly(),
  expected: methodsAnswer.openapi({
    description:
      "What should be there, or should have been at the close: cash with float and moves. `unstated` is what sales brought that do not say how they were paid.",
  }),
  counted: z.union([methodsAnswer, z.null()]),
  differences: z.union([methodsAnswer, z.null()]).openapi({
    description: "`counted` less `expected`.",
  }),
  closedAt: z.union([instantSchema, z.null()]),
  closedBy: actorAnswer,
  note: z.string().nullable(),
}).openapi("CashSession");
type WireSession = z.output<typeof sessionAnswer>;

const openBody = z.strictObject({
  id: maybe(factSchema),
  till: maybe(safeText(1, 64)),
  float: moneyInputSchema,
  by: maybe(actorInputSchema),
}).openapi("CashSessionOpening", { example: { float: "50.00" } });

const moveBody = z.strictObject({
  id: maybe(factSchema),
  direction: z.enum(["in", "out"]),
  amount: moneyInputSchema,
  reason: safeText(1),
  by: maybe(actorInputSchema),
}).openapi("CashMove");

const closeBody = z.strictObject({
  id: maybe(factSchema),
  counted: z.array(
    z.strictObject({ method: methodSchema, amount: moneyInputSchema }),
  ).max(PAYMENTS_MAX).readonly(),
  note: maybe(safeText(0)),
  by: maybe(actorInputSchema),
}).openapi("CashSessionClosing", {
  example: { counted: [{ method: "cash", amount: "312.40" }] },
});

const openParams = z.object({
  id: z.union([z.literal("current"), factSchema]).openapi({
    type: "string",
    description: "The session, or `current` for the one that is open.",
  }),
});

/**
 * Amounts by method for an answer.
 *
 * @param amounts The amounts.
 * @returns Their wire form.
 */
export function methodsToWire(
  amounts: readonly MethodAmount[],
): { method: string; amount: WireMoney }[] {
  return amounts.map(({ method, amount }) => ({
    method,
    amount: moneyToWire(amount),
  }));
}

function toWire(view: CashSessionView): WireSession {
  const { counted, differences, closedAt } = view;
  return {
    id: view.id,
    site: view.site,
    log: view.log,
    till: view.till,
    openedAt: instantToWire(view.openedAt),
    date: view.date,
    openedBy: view.openedBy,
    float: moneyToWire(view.float),
    moves: view.moves.map((move) => ({
      ...move,
      at: instantToWire(move.at),
      amount: moneyToWire(move.amount),
    })),
    expected: methodsToWire(view.expected),
    counted: counted === null ? null : methodsToWire(counted),
    differences: differences === null ? null : methodsToWire(differences),
    closedAt: closedAt === null ? null : instantToWire(closedAt),
    closedBy: view.closedBy,
    note: view.note,
  };
}

/** The session that a path names; undefined for the open one. */
function named(id: FactId | "current"): { readonly session?: FactId } {
  return id === "current" ? {} : { session: id };
}

/**
 * The routes of cash sessions.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function cashSessionRoutes(useCases: UseCases): Route[] {
  return [...decisions(useCases), ...readings(useCases)];
}

function decisions(useCases: UseCases): Route[] {
  const { tills, node } = useCases;
  const money = (input: WireMoneyInput) => moneyFromWire(input, node.currency);
  const isRepeat = (id: FactId | undefined) =>
    id !== undefined && useCases.fact(id).length > 0;
  return [
    defineRoute({
      method: "post",
      path: "/v1/cash-sessions",
      id: "openCashSession",
      tag: "tills",
      summary: "Open this node's drawer",
      description:
        "Sales of this node belong to it until it is closed. With an `id`, a repeat of the same request answers 200.",
      body: openBody,
      answer: sessionAnswer,
      statuses: { 201: "Opened.", 200: "Opened before by this request." },
      errors: [
        "cash_session_open",
        "id_reused",
        "invalid_argument",
        "amount_out_of_range",
      ],
      run: async ({ body, caller }): Promise<Reply<WireSession>> => {
        const float = money(body.float);
        if (float === undefined) return unrepresentable("float");
        const by = caller?.actor ?? body.by;
        const status = isRepeat(body.id) ? 200 : 201;
        return decided(
          await tills.openCashSession({
            ...body,
            float,
            ...(by === undefined ? {} : { by }),
          }),
          (view) =>
            reply(toWire(view), status, {
              location: `/v1/cash-sessions/${view.id}`,
            }),
        );
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/cash-sessions/{id}/moves",
      id: "moveCash",
      tag: "tills",
      summary: "Put cash into this node's drawer, or take it out",
      params: openParams,
      body: moveBody,
      answer: sessionAnswer,
      statuses: { 201: "Moved.", 200: "Moved before by this request." },
      errors: [
        "cash_session_unknown",
        "id_reused",
        "invalid_argument",
        "currency_mismatch",
        "amount_out_of_range",
      ],
      run: async ({ params, body, caller }): Promise<Reply<WireSession>> => {
        const amount = money(body.amount);
        if (amount === undefined) return unrepresentable("amount");
        const by = caller?.actor ?? body.by;
        const status = isRepeat(body.id) ? 200 : 201;
        return decided(
          await tills.moveCash({
            ...body,
            ...named(params.id),
            amount,
            ...(by === undefined ? {} : { by }),
          }),
          (view) => reply(toWire(view), status),
        );
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/cash-sessions/{id}/close",
      id: "closeCashSession",
      tag: "tills",
      summary: "Count and close this node's drawer",
      params: openParams,
      body: closeBody,
      answer: sessionAnswer,
      statuses: { 201: "Closed.", 200: "Closed before by this request." },
      errors: [
        "cash_session_unknown",
        "id_reused",
        "payment_invalid",
        "currency_mismatch",
        "amount_out_of_range",
      ],
      run: async ({ params, body, caller }): Promise<Reply<WireSession>> => {
        const counted: MethodAmount[] = [];
        for (const [i, { method, amount: input }] of body.counted.entries()) {
          const amount = money(input);
          if (amount === undefined) {
            return unrepresentable(`counted.${i}.amount`);
          }
          counted.push({ method, amount });
        }
        const by = caller?.actor ?? body.by;
        const status = isRepeat(body.id) ? 200 : 201;
        return decided(
          await tills.closeCashSession({
            ...body,
            ...named(params.id),
            counted,
            ...(by === undefined ? {} : { by }),
          }),
          (view) => reply(toWire(view), status),
        );
      },
    }),
  ];
}

function readings({ tills }: UseCases): Route[] {
  const shown = (view: CashSessionView | undefined): Reply<WireSession> =>
    view === undefined
      ? problem("cash_session_unknown", "There is no such cash session here")
      : reply(toWire(view));
  return [
    defineRoute({
      method: "get",
      path: "/v1/cash-sessions",
      id: "listCashSessions",
      tag: "tills",
      summary: "Drawers of a site, newest first",
      query: z.strictObject({
        site: maybe(siteSchema),
        open: maybe(flagSchema),
        ...pageFields,
      }),
      answer: pageSchema(sessionAnswer),
      run: ({ query }) => reply(pageToWire(tills.cashSessions(query), toWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/cash-sessions/{id}",
      id: "getCashSession",
      tag: "tills",
      summary: "One drawer; `current` is this node's open one",
      params: openParams,
      answer: sessionAnswer,
      errors: ["cash_session_unknown"],
      run: ({ params: { id } }) =>
        shown(id === "current" ? tills.openSession() : tills.cashSession(id)),
    }),
  ];
}
