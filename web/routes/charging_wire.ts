/**
 * How charging points, sessions, commands and notifications look on the wire of the native interface.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { parseDriverId, parsePointId } from "../../crdt/mod.ts";
import type {
  ChargeNotification,
  ChargingUseCases,
  CommandView,
  DriverId,
  PointId,
  PointState,
  PointView,
  SessionView,
  Tariff,
  UseCases,
} from "../../nodes/mod.ts";
import { POINT_STATES, STATE_COLORS } from "../charging_palette.ts";
import {
  actorSchema,
  instantSchema,
  moneySchema,
  priceSchema,
} from "../schemas.ts";
import { instantToWire, moneyToWire, type WireMoney } from "../wire.ts";

/** What routes of charging ask. */
export type ChargingNode =
  & Pick<UseCases, "node" | "people" | "subscribe">
  & { readonly charging: ChargingUseCases };

/** Prices of energy are whole 1/10,000 of the currency's unit. */
const PRICE_EXPONENT = 4;
/** Live figures that are older than this, in milliseconds, are stale (C-50). */
const STALE_MS = 5_000;

function idSchema<T extends string>(
  what: string,
  parse: (text: string) => T | undefined,
): z.ZodType<T> {
  return z.string().refine((text) => parse(text) !== undefined, {
    error:
      `Expected a ${what}'s id: 1 to 200 bytes without "#", control characters and outer spaces`,
  }).openapi({
    example: what === "driver" ? "417" : "MAD-01",
  }) as unknown as z.ZodType<T>;
}

/** A charging point's id. */
export const pointSchema: z.ZodType<PointId> = idSchema(
  "charging point",
  parsePointId,
);
/** A driver's id. */
export const driverSchema: z.ZodType<DriverId> = idSchema(
  "driver",
  parseDriverId,
);
/** A connector's number. */
export const connectorSchema: z.ZodInt = z.int().min(1).max(1_000);

/** A point's state; the words are those of the original wire. */
export const stateSchema: z.ZodType<PointState> = z.enum(
  POINT_STATES as [PointState, ...PointState[]],
);

/** The path of a point. */
export const pointParams = z.object({ id: pointSchema });

const maybeText = z.string().nullable();
const maybeInstant = z.string().nullable().openapi({ format: "date-time" });

/** What energy costs, of an answer. */
export const tariffAnswer = z.object({
  energy: moneySchema.openapi({ description: "Per kWh." }),
  session: moneySchema.openapi({ description: "Per session." }),
  minute: moneySchema.openapi({ description: "Per begun minute." }),
}).openapi("Tariff");

/** A session of an answer. */
export const sessionAnswer = z.object({
  id: z.string(),
  site: z.string(),
  point: z.string(),
  connector: z.int(),
  driver: maybeText.openapi({
    description: "Null for a supply that nobody asked for.",
  }),
  status: z.enum(["authorized", "charging", "ended"]),
  source: z.enum(["kafka", "http", "ocpp", "operator", "equipment"]),
  at: instantSchema,
  startedAt: maybeInstant,
  endedAt: maybeInstant,
  expiresAt: maybeInstant.openapi({
    description: "When the reservation runs out; null for never.",
  }),
  energyWh: z.int().openapi({ description: "So far, or in all." }),
  amount: moneySchema.openapi({
    description: "So far, or in all; as the equipment computed it if it did.",
  }),
  ageMs: z.int().nullable().openapi({
    description: "How old the live figures are; null if it is not charging.",
  }),
  stale: z.boolean().openapi({
    description: "True if the equipment has said nothing for over 5 seconds.",
  }),
  outcome: z.enum([
    ...["completed", "fault", "disconnected", "stopped"] as const,
    ...["expired", "cancelled", "displaced"] as const,
  ]).nullable().openapi({ description: "Null while it lasts." }),
  words: maybeText.openapi({
    description: "What the driver was told of an end without a ticket.",
  }),
  reason: maybeText.openapi({
    description: "Why it ended, as a charger of OCPP says it.",
  }),
  tariff: z.union([tariffAnswer, z.null()]),
  priceDiffers: z.boolean().openapi({
    description: "True if the equipment's price is not the registered one.",
  }),
  transaction: z.int().nullable().openapi({
    description: "The number of an OCPP transaction.",
  }),
}).openapi("ChargingSession");
/** A session in wire form. */
export type WireSession = z.output<typeof sessionAnswer>;

/** The documented color of a state, of an answer. */
export const colorAnswer = z.object({
  hex: z.string().openapi({ example: "#28a745" }),
  name: z.string().openapi({ example: "green" }),
  ansi: z.string().openapi({
    description: "For terminals: between `ESC [` and `m`.",
    example: "92",
  }),
  emoji: z.string(),
}).openapi("StateColor");

/** A point of an answer. */
export const pointAnswer = z.object({
  id: z.string(),
  site: z.string(),
  state: stateSchema,
  color: colorAnswer,
  legend: z.string().openapi({
    description: "`Out of Order` for a point out of service.",
  }),
  location: z.string(),
  price: priceSchema("Per kWh; null if nobody said."),
  dialect: z.enum(["text", "framed", "ocpp", "unverified"]).openapi({
    description: "`unverified` if only telemetry was ever heard of it.",
  }),
  connectors: z.array(z.object({
    number: z.int(),
    state: stateSchema,
    session: z.union([sessionAnswer, z.null()]),
    errorCode: maybeText,
  })).readonly(),
  connected: z.boolean(),
  authority: maybeText.openapi({
    description: "The node that decides its sessions.",
  }),
  stops: z.array(z.enum(["operator", "weather", "revoked"])).readonly()
    .openapi({ description: "What keeps it out of service." }),
  unconfirmed: z.boolean().openapi({
    description: "True if it has not confirmed a stop or resume.",
  }),
  faulty: z.boolean(),
  at: instantSchema,
}).openapi("ChargingPoint");
/** A point in wire form. */
export type WirePoint = z.output<typeof pointAnswer>;

/** A command of an answer. */
export const commandAnswer = z.object({
  id: z.string(),
  point: z.string(),
  command: z.string(),
  cause: z.enum(["operator", "weather", "revoked"]).nullable(),
  by: z.union([actorSchema, z.null()]),
  at: instantSchema,
  state: z.enum([
    ...["waiting", "expired", "confirmed"] as const,
    ...["refused", "silent", "failed"] as const,
  ]).openapi({
    description:
      "`confirmed` or `refused` as the equipment said, `silent` if it said nothing in time, `failed` if the word could " +
      "not be written, `expired` if nobody could be told.",
  }),
  answer: z.union([z.record(z.string(), z.unknown()), z.null()]).openapi({
    description: "The equipment's answer to a command of its protocol.",
  }),
}).openapi("ChargingCommand");
/** A command in wire form. */
export type WireCommand = z.output<typeof commandAnswer>;

/** A notification of an answer. */
export const notificationAnswer = z.object({
  id: z.string().openapi({
    description: "The same at every node, for ever.",
  }),
  at: instantSchema,
  point: z.string(),
  driver: z.string(),
  type: z.enum([
    ...["AUTH_OK", "AUTH_DENIED", "CONSUMO_UPDATE"] as const,
    ...["TICKET", "SUPPLY_ERROR"] as const,
  ]),
  reason: maybeText,
  energyWh: z.int().nullable(),
  amount: z.union([moneySchema, z.null()]),
}).openapi("ChargingNotification");
/** A notification in wire form. */
export type WireNotification = z.output<typeof notificationAnswer>;

/** In what a site counts. */
export interface ChargingUnit {
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of its minor units. */
  readonly exponent: number;
}

/**
 * A price of energy for an answer.
 *
 * @param price In 1/10,000 of the currency's unit, or null.
 * @param currency ISO 4217 code.
 * @returns Its wire form, or null.
 */
export function energyPriceToWire(
  price: number | null,
  currency: string,
): WireMoney | null {
  return price === null ? null : fine(price, currency);
}

function fine(units: number, currency: string): WireMoney {
  return moneyToWire({ units, currency, exponent: PRICE_EXPONENT });
}

/** What energy costs in wire form. */
export function tariffToWire(
  { energy, session, minute }: Tariff,
  { currency, exponent }: ChargingUnit,
): z.output<typeof tariffAnswer> {
  return {
    energy: fine(energy, currency),
    session: moneyToWire({ units: session, currency, exponent }),
    minute: fine(minute, currency),
  };
}

function maybeAt(at: number | null): string | null {
  return at === null ? null : instantToWire(at);
}

/** A session in wire form. */
export function sessionToWire(view: SessionView): WireSession {
  const { id, site, point, connector, driver, status, source, outcome } = view;
  const { currency, exponent, ageMs, tariff } = view;
  return {
    ...{ id, site, point, connector, driver, status, source, outcome },
    at: instantToWire(view.at),
    startedAt: maybeAt(view.startedAt),
    endedAt: maybeAt(view.endedAt),
    expiresAt: maybeAt(view.expiresAt),
    energyWh: view.energy,
    amount: moneyToWire({ units: view.amount, currency, exponent }),
    ageMs: ageMs === null ? null : Math.round(ageMs),
    stale: ageMs !== null && ageMs > STALE_MS,
    words: view.words,
    reason: view.reason,
    tariff: tariff === null ? null : tariffToWire(tariff, view),
    priceDiffers: view.priceDiffers,
    transaction: view.transaction,
  };
}

/** A state's color in wire form. */
export function colorToWire(state: PointState): z.output<typeof colorAnswer> {
  const { hex, name, ansi, emoji } = STATE_COLORS[state];
  return { hex, name, ansi, emoji };
}

/** A point in wire form. */
export function pointToWire(view: PointView, currency: string): WirePoint {
  const { id, site, state, legend, location, dialect, connected } = view;
  const { authority, stops, unconfirmed, faulty } = view;
  return {
    ...{ id, site, state, legend, location, dialect, connected },
    ...{ authority, stops, unconfirmed, faulty },
    color: colorToWire(state),
    price: energyPriceToWire(view.price, currency),
    connectors: view.connectors.map((
      { number, state, session, errorCode },
    ) => ({
      ...{ number, state, errorCode },
      session: session === null ? null : sessionToWire(session),
    })),
    at: instantToWire(view.at),
  };
}

/** A command in wire form. */
export function commandToWire(view: CommandView): WireCommand {
  const { id, point, command, cause, by, state, answer } = view;
  return {
    ...{ id, point, command, cause, by, state, answer },
    at: instantToWire(view.at),
  };
}

/** A notification in wire form. */
export function notificationToWire(
  { id, at, point, driver, body }: ChargeNotification,
  { currency, exponent }: ChargingUnit,
): WireNotification {
  const figures = "energy" in body
    ? {
      energyWh: body.energy,
      amount: moneyToWire({ units: body.amount, currency, exponent }),
    }
    : { energyWh: null, amount: null };
  return {
    ...{ id, at: instantToWire(at), point, driver, type: body.type },
    reason: "reason" in body ? body.reason : null,
    ...figures,
  };
}
