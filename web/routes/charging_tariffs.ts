/**
 * `/v1/charging-tariffs` and `/v1/charging-drivers/{id}`: what energy costs where the equipment does not say itself, and
 * which drivers may not charge.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { currencyExponent } from "../../crdt/mod.ts";
import type { ChargingSettings } from "../../nodes/mod.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { maybe, moneyInputSchema } from "../schemas.ts";
import {
  type ChargingNode,
  driverSchema,
  pointSchema,
  tariffAnswer,
  tariffToWire,
} from "./charging_wire.ts";
import { unfitAmount, unitsFromWire } from "./fleet_wire.ts";

/** Decimal places of prices per kWh and per minute. */
const PRICE_EXPONENT = 4;

const pointField = maybe(pointSchema).openapi({
  description: "Of one point; the site's for all others if left out.",
});

const tariffBody = z.strictObject({
  point: pointField,
  energy: moneyInputSchema.openapi({ description: "Per kWh." }),
  session: maybe(moneyInputSchema).openapi({
    description: "Per session; nothing if left out.",
  }),
  minute: maybe(moneyInputSchema).openapi({
    description: "Per begun minute; nothing if left out.",
  }),
}).openapi("TariffSetting", { example: { energy: "0.25", session: "0.50" } });

const settingAnswer = z.object({
  point: z.string().nullable(),
  tariff: z.union([tariffAnswer, z.null()]).openapi({
    description:
      "Null if nobody set one: the price that a point registers with counts then.",
  }),
}).openapi("TariffSettingAnswer");

const driverBody = z.strictObject({ blocked: z.boolean() })
  .openapi("ChargingDriverSetting");
const driverAnswer = z.object({ driver: z.string(), blocked: z.boolean() });

/** What the routes ask. */
export type SettingsNode = ChargingNode & {
  readonly charging: ChargingSettings;
};

/**
 * The routes of what people set.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function chargingTariffRoutes(useCases: SettingsNode): Route[] {
  return [...tariffs(useCases), ...drivers(useCases)];
}

function tariffs({ charging, node }: SettingsNode): Route[] {
  const { currency } = node;
  const unit = { currency, exponent: currencyExponent(currency) };
  const fine = { currency, exponent: PRICE_EXPONENT };
  return [
    defineRoute({
      method: "get",
      path: "/v1/charging-tariffs",
      id: "getTariff",
      tag: "charging",
      summary: "What energy costs at a point, or at the site",
      query: z.strictObject({ point: pointField }),
      answer: settingAnswer,
      run: ({ query: { point = null } }) => {
        const tariff = charging.tariff(point);
        return reply({
          point,
          tariff: tariff === undefined ? null : tariffToWire(tariff, unit),
        });
      },
    }),
    defineRoute({
      method: "put",
      path: "/v1/charging-tariffs",
      id: "setTariff",
      tag: "charging",
      summary: "Set what energy costs at a point, or at the site",
      description:
        "For sessions that begin from now on, where the equipment does not compute the amount itself: what it says is " +
        "never computed again.",
      body: tariffBody,
      answer: settingAnswer,
      run: async ({ body }): Promise<Reply<z.output<typeof settingAnswer>>> => {
        const { point = null } = body;
        const energy = unitsFromWire(body.energy, fine, 0);
        const session = unitsFromWire(body.session ?? "0", unit, 0);
        const minute = unitsFromWire(body.minute ?? "0", fine, 0);
        if (energy === undefined) return unfitAmount("energy", fine, 0);
        if (session === undefined) return unfitAmount("session", unit, 0);
        if (minute === undefined) return unfitAmount("minute", fine, 0);
        return decided(
          await charging.setTariff({
            point,
            tariff: { energy, session, minute },
          }),
          (tariff) => reply({ point, tariff: tariffToWire(tariff, unit) }),
        );
      },
    }),
  ];
}

function drivers({ charging }: SettingsNode): Route[] {
  const params = z.object({ id: driverSchema });
  return [
    defineRoute({
      method: "get",
      path: "/v1/charging-drivers/{id}",
      id: "getChargingDriver",
      tag: "charging",
      summary: "Whether a driver may charge at this site",
      params,
      answer: driverAnswer,
      run: ({ params: { id } }) =>
        reply({ driver: id, blocked: charging.isBlocked(id) }),
    }),
    defineRoute({
      method: "put",
      path: "/v1/charging-drivers/{id}",
      id: "setChargingDriver",
      tag: "charging",
      summary: "Block a driver at this site, or let him charge again",
      description:
        "A blocked driver is refused at every node of the site; what he charges now goes on.",
      params,
      body: driverBody,
      answer: driverAnswer,
      run: async ({ params: { id }, body: { blocked } }): Promise<
        Reply<z.output<typeof driverAnswer>>
      > =>
        decided(
          await charging.blockDriver({ driver: id, blocked }),
          () => reply({ driver: id, blocked }),
        ),
    }),
  ];
}
