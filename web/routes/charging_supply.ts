/**
 * `/v1/charging-points/{id}/supply`: what equipment tells of a supply, where no broker and no charger's protocol carries
 * it.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { currencyExponent, type WattHours } from "../../crdt/mod.ts";
import type { SupplyRecord } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  factSchema,
  instantInputSchema,
  maybe,
  moneyInputSchema,
} from "../schemas.ts";
import {
  type ChargingNode,
  connectorSchema,
  driverSchema,
  pointParams,
} from "./charging_wire.ts";
import { unfitAmount, unitsFromWire } from "./fleet_wire.ts";

/** The most energy that one supply may tell of, in watt-hours: a gigawatt-hour. */
const ENERGY_MAX = 1_000_000_000;

const supplyBody = z.strictObject({
  kind: z.enum(["started", "meter", "ended", "fault", "lost"]).openapi({
    description:
      "`meter` is a running total, `lost` a supply that the equipment ended because its monitor was gone.",
  }),
  connector: connectorSchema.default(1),
  driver: maybe(driverSchema).openapi({
    description: "As the equipment names it; the point's session has its own.",
  }),
  energyWh: maybe(z.int().min(0).max(ENERGY_MAX)).openapi({
    description: "Since the start of the supply.",
  }),
  amount: maybe(moneyInputSchema).openapi({
    description:
      "Since the start of the supply, if the equipment computes it; else the point's price counts.",
  }),
  session: maybe(factSchema).openapi({
    description:
      "Where the equipment knows it; the point's if left out. `started` of one that nobody knows begins it.",
  }),
  id: maybe(factSchema).openapi({
    description:
      "One a record: told again, it does nothing. Needed where there is no `session`, but for `meter`.",
  }),
  at: maybe(instantInputSchema).openapi({
    description: "By the equipment's clock; now if left out.",
  }),
}).openapi("SupplyRecord", {
  example: {
    ...{ kind: "ended", driver: "417", energyWh: 1200, amount: "0.24" },
    id: "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a",
  },
});

const supplyAnswer = z.object({
  effect: z.enum(["live", "stored", "repeated", "ignored"]).openapi({
    description:
      "`live`: a running session's figures were renewed in memory, and reach the disk each minute. `stored`: on disk. " +
      "`repeated`: taken before, or of a session that is over. `ignored`: it says nothing that counts.",
  }),
}).openapi("SupplyAnswer");

/** Whether nothing tells a record that is posted again from a new one. A running total needs nothing: the greatest counts. */
function isNameless({ kind, id, session }: z.output<typeof supplyBody>) {
  return kind !== "meter" && id === undefined && session === undefined;
}

function nameless(kind: string): Response {
  const remedy =
    `draw an "id" for the record and send the same one again when you repeat it, or name the "session"`;
  return problem(
    "request_invalid",
    `Cannot take "${kind}" without "id" and "session": ${remedy}`,
    { errors: [{ in: "body", path: "id", message: remedy }] },
  );
}

/**
 * The route of what equipment tells.
 *
 * @param useCases The node.
 * @returns The route.
 */
export function chargingSupplyRoutes(
  { charging, node }: ChargingNode,
): Route[] {
  const unit = {
    currency: node.currency,
    exponent: currencyExponent(node.currency),
  };
  return [defineRoute({
    method: "post",
    path: "/v1/charging-points/{id}/supply",
    id: "recordSupply",
    tag: "charging",
    summary: "Tell of a supply, as equipment",
    description:
      "For equipment that has neither a broker nor a charger's protocol: its gateway posts here what an engine would put " +
      "on the topic of telemetry, one record after another. A supply begins with `started` or the first `meter` and ends " +
      "with one of the others. Draw an `id` for each record and post it with the same one until it is answered: then it " +
      "counts once, whichever node takes it. Energy is money: with users it takes a supervisor's sign-in.",
    params: pointParams,
    body: supplyBody,
    answer: supplyAnswer,
    run: async ({ params: { id }, body }): Promise<
      Reply<z.output<typeof supplyAnswer>>
    > => {
      if (isNameless(body)) return nameless(body.kind);
      const amount = body.amount === undefined
        ? null
        : unitsFromWire(body.amount, unit, 0);
      if (amount === undefined) return unfitAmount("amount", unit, 0);
      const record: SupplyRecord = {
        kind: body.kind,
        point: id,
        connector: body.connector,
        driver: body.driver ?? null,
        energy: body.energyWh === undefined ? null : body.energyWh as WattHours,
        amount,
        position: null,
        session: body.session ?? null,
        at: body.at ?? null,
        // Of running totals the greatest counts, however often one is told.
        ...(body.id === undefined || body.kind === "meter"
          ? {}
          : { id: body.id }),
      };
      return reply({ effect: await charging.supply(record) });
    },
  })];
}
