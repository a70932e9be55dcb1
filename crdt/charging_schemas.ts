/**
 * The schemas of facts of charging, and what of them a caller sent.
 *
 * @module
 */
import { z } from "zod";
import {
  CHARGE_REFUSALS,
  CHARGE_SOURCES,
  CHARGING_JSON_MAX,
  type ChargingFact,
  COMMAND_OUTCOMES,
  CONNECTOR_MAX,
  POINT_ASPECTS,
  POINT_DIALECTS,
  POINT_REPORTS,
  type PointAspect,
  type PointReport,
  type PointReported,
  type RecordPosition,
  SESSION_OUTCOMES,
  STOP_CAUSES,
  TOLD_MAX,
} from "./charging_facts.ts";
import {
  type DriverId,
  endId,
  informedId,
  parseDriverId,
  parsePointId,
  type PointId,
  refusalId,
  sessionOfRequest,
  startId,
} from "./charging_ids.ts";
import {
  baseFields,
  currencyField,
  dateField,
  exponentField,
  factIdField,
  siteField,
  textField,
} from "./fact_fields.ts";
import { TRANSACTION_MAX } from "./charging_transaction.ts";
import type { WattHours } from "./quantity.ts";
import { actorField } from "./tender.ts";

const point = z.string().refine((text) => parsePointId(text) !== undefined)
  .transform((text) => text as PointId);
const driver = z.string().refine((text) => parseDriverId(text) !== undefined)
  .transform((text) => text as DriverId);
const count = z.int().min(0);
const connector = count.max(CONNECTOR_MAX);
const socket = connector.min(1);
const energy = count.transform((value) => value as WattHours);
const money = { currency: currencyField, exponent: exponentField };
const flag = z.boolean().optional();
const source = z.enum(CHARGE_SOURCES);
const refusal = z.enum(CHARGE_REFUSALS);
const cause = z.enum(STOP_CAUSES);
const by = actorField.optional();
const position = z.strictObject({ offset: z.int(), timestamp: z.int() })
  .optional();
const json = z.string().max(CHARGING_JSON_MAX)
  .refine((text) =>
    !text.includes("\u0000") && text.isWellFormed() && isJson(text)
  )
  .optional();

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What each aspect may say. */
const REPORTS: Readonly<Record<PointAspect, readonly PointReport[]>> = {
  connection: ["closed"],
  health: ["ok", "faulted"],
  service: ["stopped", "running", "unconfirmed"],
  stop: ["set", "lifted"],
  listed: ["removed"],
};

function fits({ aspect, value, cause, link }: PointReported): boolean {
  return REPORTS[aspect].includes(value) &&
    (aspect === "stop") === (cause !== undefined) &&
    (aspect === "connection") === (link !== undefined);
}

const base = { ...baseFields, site: siteField };

/** One schema a kind. */
export const chargingSchemas: {
  readonly [T in ChargingFact["type"]]: z.ZodType<
    Extract<ChargingFact, { readonly type: T }>
  >;
} = {
  PointConnected: z.strictObject({
    ...base,
    type: z.literal("PointConnected"),
    point,
    dialect: z.enum(POINT_DIALECTS),
    location: textField.optional(),
    price: count.optional(),
    connectors: socket,
    hardware: z.strictObject({
      vendor: textField,
      model: textField,
      serial: textField.optional(),
      firmware: textField.optional(),
    }).optional(),
  }),
  PointReported: z.strictObject({
    ...base,
    type: z.literal("PointReported"),
    point,
    connector,
    aspect: z.enum(POINT_ASPECTS),
    value: z.enum(POINT_REPORTS),
    cause: cause.optional(),
    code: textField.optional(),
    link: factIdField.optional(),
  }).refine(fits),
  PointCommanded: z.strictObject({
    ...base,
    type: z.literal("PointCommanded"),
    point,
    command: textField.refine((text) => text !== ""),
    cause: cause.optional(),
    session: factIdField.optional(),
    args: json,
    expiresAt: z.int(),
    by,
  }).refine((fact) =>
    ["stop", "resume"].includes(fact.command) === (fact.cause !== undefined) &&
    (fact.command === "end") === (fact.session !== undefined)
  ),
  PointCommandEnded: z.strictObject({
    ...base,
    type: z.literal("PointCommandEnded"),
    point,
    command: factIdField,
    outcome: z.enum(COMMAND_OUTCOMES),
    answer: json,
  }),
  ChargeRequested: z.strictObject({
    ...base,
    type: z.literal("ChargeRequested"),
    point,
    connector: socket.optional(),
    driver,
    source,
    expiresAt: z.int(),
    holdMs: count.optional(),
    tellPoint: flag,
  }),
  ChargeRefused: z.strictObject({
    ...base,
    type: z.literal("ChargeRefused"),
    request: factIdField,
    point: textField,
    driver: textField,
    refusal,
    words: textField,
    quiet: flag,
  }).refine((fact) => fact.id === refusalId(fact.request)),
  ChargeAuthorized: z.strictObject({
    ...base,
    type: z.literal("ChargeAuthorized"),
    request: factIdField,
    point,
    connector: socket,
    driver,
    source,
    expiresAt: z.int().optional(),
  }).refine((fact) => fact.id === sessionOfRequest(fact.request)),
  PointInformed: z.strictObject({
    ...base,
    type: z.literal("PointInformed"),
    session: factIdField,
    point,
    driver,
    quiet: flag,
  }).refine((fact) => fact.id === informedId(fact.session)),
  ChargeFreed: z.strictObject({
    ...base,
    type: z.literal("ChargeFreed"),
    session: factIdField,
    point,
    connector: socket,
    driver,
    refusal,
    words: textField,
    quiet: flag,
  }).refine((fact) => fact.id === endId(fact.session)),
  ChargeStarted: z.strictObject({
    ...base,
    type: z.literal("ChargeStarted"),
    session: factIdField,
    point,
    connector: socket,
    driver: driver.nullable(),
    source,
    position,
    begins: flag,
    transaction: z.int().min(1).max(TRANSACTION_MAX).optional(),
    tariff: z.strictObject({ energy: count, session: count, minute: count })
      .optional(),
    meterStart: z.int().optional(),
  }).refine((fact) => fact.id === startId(fact.session)),
  ChargeMetered: z.strictObject({
    ...base,
    type: z.literal("ChargeMetered"),
    session: factIdField,
    point,
    energy,
    amount: count,
    position,
    begins: flag,
  }),
  ChargeEnded: z.strictObject({
    ...base,
    type: z.literal("ChargeEnded"),
    session: factIdField,
    point,
    connector: socket,
    driver: driver.nullable(),
    date: dateField,
    outcome: z.enum(SESSION_OUTCOMES),
    words: textField.optional(),
    energy,
    amount: count,
    ...money,
    priceDiffers: flag,
    unauthenticated: flag,
    position,
    reason: textField.optional(),
    kept: z.strictObject({
      session: factIdField,
      point,
      driver: driver.nullable(),
    }).optional(),
    quiet: flag,
  }).refine((fact) =>
    fact.id === endId(fact.session) &&
    (fact.outcome === "completed") === (fact.words === undefined)
  ),
  EnergyCounted: z.strictObject({
    ...base,
    type: z.literal("EnergyCounted"),
    point,
    session: factIdField.optional(),
    stop: z.strictObject({
      transaction: z.int().min(1).max(TRANSACTION_MAX),
      meter: z.int(),
      energy: count.optional(),
      at: z.int(),
      outcome: z.enum(["completed", "stopped"]),
      reason: textField,
    }).optional(),
    driver: textField.optional(),
    date: dateField,
    energy,
    amount: count,
    ...money,
    position,
  }).refine((fact) => fact.stop === undefined || fact.session === undefined),
  ChargeTold: z.strictObject({
    ...base,
    type: z.literal("ChargeTold"),
    notices: z.array(factIdField).min(1).max(TOLD_MAX),
  }),
  PointCredential: z.strictObject({
    ...base,
    type: z.literal("PointCredential"),
    point,
    tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
    key: textField,
  }),
  PointCredentialRevoked: z.strictObject({
    ...base,
    type: z.literal("PointCredentialRevoked"),
    point,
    by,
  }),
};

function place(position: RecordPosition | undefined): readonly number[] | null {
  return position === undefined ? null : [position.offset, position.timestamp];
}

/**
 * What the caller sent of a fact of charging: see `contentOf`. A repeat that says something else of the same session is
 * another fact, of which the fold takes one.
 *
 * @param fact A fact.
 * @returns Its parts, in order.
 */
export function chargingContent(fact: ChargingFact): readonly unknown[] {
  switch (fact.type) {
    case "PointConnected":
      return [
        fact.site,
        fact.point,
        fact.dialect,
        fact.location ?? null,
        fact.price ?? null,
        fact.connectors,
      ];
    case "PointReported":
      return [
        fact.site,
        fact.point,
        fact.connector,
        fact.aspect,
        fact.value,
        fact.cause ?? null,
        fact.link ?? null,
      ];
    case "PointCommanded":
      return [
        fact.site,
        fact.point,
        fact.command,
        fact.cause ?? null,
        fact.session ?? null,
        fact.args ?? null,
      ];
    case "PointCommandEnded":
      return [fact.site, fact.command, fact.outcome, fact.answer ?? null];
    case "ChargeRequested":
      return [fact.site, fact.point, fact.connector ?? null, fact.driver];
    case "ChargeRefused":
      return [fact.site, fact.request, fact.refusal, fact.words];
    case "ChargeAuthorized":
      return [fact.site, fact.request, fact.point, fact.connector, fact.driver];
    case "PointInformed":
      return [fact.site, fact.session];
    case "ChargeFreed":
      return [fact.site, fact.session, fact.refusal, fact.words];
    case "ChargeStarted":
      return [
        fact.site,
        fact.session,
        fact.point,
        fact.connector,
        fact.driver,
        fact.transaction ?? null,
        place(fact.position),
      ];
    case "ChargeMetered":
      return [fact.site, fact.session, fact.energy, fact.amount];
    case "ChargeEnded":
      return [
        fact.site,
        fact.session,
        fact.outcome,
        fact.energy,
        fact.amount,
        fact.currency,
        fact.exponent,
        place(fact.position),
      ];
    case "EnergyCounted":
      // What nodes reckon of a stop by what they know differs; what the charger told does not.
      if (fact.stop !== undefined) {
        const { transaction, meter, at } = fact.stop;
        return [fact.site, fact.point, "stop", transaction, meter, at];
      }
      return [
        fact.site,
        fact.point,
        fact.session ?? null,
        fact.energy,
        fact.amount,
        fact.currency,
        fact.exponent,
        place(fact.position),
      ];
    case "ChargeTold":
      return [fact.site, fact.notices];
    case "PointCredential":
      return [fact.site, fact.point, fact.tokenHash];
    case "PointCredentialRevoked":
      return [fact.site, fact.point];
  }
}
