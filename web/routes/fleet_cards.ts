/**
 * `/v1/companies/{company}/cards`: cards, what they may still spend and where the rights to it are.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { CardView, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  moneyInputSchema,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { changeFields, unknownCompany } from "./fleet_changes.ts";
import {
  cardAnswer,
  cardParams,
  cardSchema,
  cardToWire,
  companyParams,
  holdersAnswer,
  holdersToWire,
  unfitAmount,
  unitFinder,
  unitsFromWire,
} from "./fleet_wire.ts";

type WireCard = z.output<typeof cardAnswer>;

const cardBody = z.strictObject({
  card: cardSchema,
  limit: moneyInputSchema,
  ...changeFields,
}).openapi("CardRegistration", { example: { card: "7", limit: "20000" } });
const limitBody = z.strictObject({ limit: moneyInputSchema, ...changeFields })
  .openapi("LimitSetting", { example: { limit: "30000" } });

function unknownCard({ company, card }: z.output<typeof cardParams>): Response {
  return problem(
    "card_unknown",
    `This node knows no card ${card} of company ${company}`,
  );
}

/**
 * The routes of cards.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fleetCardRoutes(useCases: UseCases): Route[] {
  return [...readings(useCases), ...decisions(useCases)];
}

function readings({ fleet }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/companies/{company}/cards",
      id: "listCards",
      tag: "fleet",
      summary: "A company's cards, by number",
      params: companyParams,
      query: z.strictObject(pageFields),
      answer: pageSchema(cardAnswer),
      errors: ["company_unknown"],
      run: ({ params: { company }, query }) => {
        const unit = fleet.company(company);
        if (unit === undefined) return unknownCompany(company);
        const page = fleet.cards({ ...query, company });
        return reply(pageToWire(page, (card) => cardToWire(card, unit)));
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/companies/{company}/cards/{card}",
      id: "getCard",
      tag: "fleet",
      summary: "One card with what it may still spend",
      params: cardParams,
      answer: cardAnswer,
      errors: ["card_unknown"],
      run: ({ params }): Reply<WireCard> => {
        const view = fleet.card(params.company, params.card);
        return view === undefined
          ? unknownCard(params)
          : reply(cardToWire(view, unitFinder(fleet)(params.company)));
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/companies/{company}/cards/{card}/holders",
      id: "listCardHolders",
      tag: "fleet",
      summary: "Where the rights of a card's limit are",
      params: cardParams,
      answer: holdersAnswer,
      errors: ["card_unknown"],
      run: ({ params }): Reply<z.output<typeof holdersAnswer>> => {
        const { company, card } = params;
        if (fleet.card(company, card) === undefined) return unknownCard(params);
        const unit = unitFinder(fleet)(company);
        return reply(holdersToWire(fleet.holders(company, { card }), unit));
      },
    }),
  ];
}

function decisions(useCases: UseCases): Route[] {
  const { fleet } = useCases;
  return [
    defineRoute({
      method: "post",
      path: "/v1/companies/{company}/cards",
      id: "registerCard",
      tag: "fleet",
      summary: "Register a card with a limit of at most the balance",
      description:
        "Nothing of the balance is reserved for it. With an `id`, a repeat counts once and answers 200.",
      params: companyParams,
      body: cardBody,
      answer: cardAnswer,
      statuses: { 201: "Registered.", 200: "Registered before." },
      errors: ["card_exists", "limit_above_balance", "id_reused"],
      run: async ({ params: { company }, body, caller }): Promise<
        Reply<WireCard>
      > => {
        const unit = unitFinder(fleet)(company);
        const limit = unitsFromWire(body.limit, unit, 0);
        if (limit === undefined) return unfitAmount("limit", unit, 0);
        const by = caller?.actor ?? body.by;
        const isRepeat = body.id !== undefined &&
          useCases.fact(body.id).length > 0;
        return decided(
          await fleet.registerCard({
            ...body,
            ...{ company, limit },
            ...(by === undefined ? {} : { by }),
          }),
          (view: CardView) =>
            reply(cardToWire(view, unit), isRepeat ? 200 : 201),
        );
      },
    }),
    defineRoute({
      method: "put",
      path: "/v1/companies/{company}/cards/{card}/limit",
      id: "setCardLimit",
      tag: "fleet",
      summary: "Set what a card may still spend",
      description:
        "At most the balance. A lower limit takes back what this node holds and asks the other holders for the rest " +
        "within 8 seconds: the answer has the limit that was reached.",
      params: cardParams,
      body: limitBody,
      answer: cardAnswer,
      errors: ["card_unknown", "id_reused"],
      run: async ({ params, body, caller }): Promise<Reply<WireCard>> => {
        const unit = unitFinder(fleet)(params.company);
        const limit = unitsFromWire(body.limit, unit, 0);
        if (limit === undefined) return unfitAmount("limit", unit, 0);
        const by = caller?.actor ?? body.by;
        return decided(
          await fleet.setLimit({
            ...body,
            ...params,
            limit,
            ...(by === undefined ? {} : { by }),
          }),
          (view) => reply(cardToWire(view, unit)),
        );
      },
    }),
  ];
}
