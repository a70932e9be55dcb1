/**
 * Values that OCPP 1.6 messages share, as the specification bounds them. Written from the public specification.
 *
 * @module
 */
import { z } from "zod";

/** Text of at most so many characters. */
export function text(max: number): z.ZodString {
  // Characters, not code units: one outside the basic plane counts once.
  return z.string().refine((it) => it.length <= max || [...it].length <= max, {
    error: `more than ${max} characters`,
  });
}

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads an instant.
 *
 * @param value ISO 8601 with date, time and mostly an offset; without one it is UTC.
 * @returns Microseconds since 1970; undefined if there is no such instant.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseOcppTime("1970-01-01T00:00:01.5Z"), 1_500_000);
 * strictEqual(parseOcppTime("1970-01-01T01:00:00+01:00"), 0);
 * strictEqual(parseOcppTime("2026-02-30T00:00:00Z"), undefined);
 * ```
 */
export function parseOcppTime(value: string): number | undefined {
  const match = DATE_TIME.exec(value);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(
    Number,
  );
  const ms = Date.UTC(
    year ?? 0,
    (month ?? 0) - 1,
    day ?? 0,
    hour ?? 0,
    minute ?? 0,
    second ?? 0,
  );
  const shown = new Date(ms).toISOString().slice(0, 19);
  if (shown !== value.slice(0, 19)) return undefined;
  const micros = Number((match[7] ?? "").slice(0, 6).padEnd(6, "0"));
  const offset = /^([+-])(\d\d):(\d\d)$/.exec(match[8] ?? "Z");
  if (offset === null) return ms * 1000 + micros;
  const [, sign, hours, minutes] = offset;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  const shift = (Number(hours) * 60 + Number(minutes)) * 60_000_000;
  return ms * 1000 + micros - (sign === "-" ? -shift : shift);
}

/**
 * Writes an instant.
 *
 * @param at Microseconds since 1970.
 * @returns UTC with milliseconds, e.g. `2026-11-22T17:00:00.000Z`.
 */
export function encodeOcppTime(at: number): string {
  return new Date(Math.floor(at / 1000)).toISOString();
}

/** An instant. */
export const dateTime: z.ZodString = z.string().refine(
  (it) => parseOcppTime(it) !== undefined,
  { error: "no date and time" },
);

/** A whole number of 32 bits. */
export const integer: z.ZodNumber = z.int().min(-(2 ** 31)).max(2 ** 31 - 1);
/** A connector, or the whole point. */
export const connectorOrPoint: z.ZodNumber = integer.min(0);
/** A connector. */
export const connector: z.ZodNumber = integer.min(1);
/** A token's identifier. */
export const idTag: z.ZodString = text(20);
/** A place that files are fetched from or put to. */
export const place: z.ZodString = text(1024).refine((it) => URL.canParse(it), {
  error: "no URI",
});
/** A number with at most one decimal place. */
const tenth = z.number().refine(
  (it) => Math.abs(it * 10 - Math.round(it * 10)) < 1e-6,
  { error: "more than one decimal place" },
);

/** What a token may do. */
export const idTagInfo = z.strictObject({
  expiryDate: dateTime.optional(),
  parentIdTag: idTag.optional(),
  status: z.enum([
    "Accepted",
    "Blocked",
    "Expired",
    "Invalid",
    "ConcurrentTx",
  ]),
});

const sampledValue = z.strictObject({
  value: z.string(),
  context: z.enum([
    "Interruption.Begin",
    "Interruption.End",
    "Other",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
  ]).optional(),
  format: z.enum(["Raw", "SignedData"]).optional(),
  measurand: z.enum([
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval",
    "Energy.Active.Import.Interval",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "RPM",
    "SoC",
    "Temperature",
    "Voltage",
  ]).optional(),
  phase: z.enum([
    "L1",
    "L2",
    "L3",
    "N",
    "L1-N",
    "L2-N",
    "L3-N",
    "L1-L2",
    "L2-L3",
    "L3-L1",
  ]).optional(),
  location: z.enum(["Body", "Cable", "EV", "Inlet", "Outlet"]).optional(),
  unit: z.enum([
    "Wh",
    "kWh",
    "varh",
    "kvarh",
    "W",
    "kW",
    "VA",
    "kVA",
    "var",
    "kvar",
    "A",
    "V",
    "Celcius",
    "Celsius",
    "Fahrenheit",
    "K",
    "Percent",
    // Not of the specification, which has none for frequencies; chargers send it.
    "Hertz",
  ]).optional(),
});

/** What meters showed at one instant. */
export const meterValue = z.strictObject({
  timestamp: dateTime,
  sampledValue: z.array(sampledValue).min(1),
});

/** How much may be drawn when. */
export const chargingSchedule = z.strictObject({
  duration: integer.min(0).optional(),
  startSchedule: dateTime.optional(),
  chargingRateUnit: z.enum(["A", "W"]),
  chargingSchedulePeriod: z.array(z.strictObject({
    startPeriod: integer.min(0),
    limit: tenth,
    numberPhases: integer.min(1).max(3).optional(),
  })).min(1),
  minChargingRate: tenth.optional(),
});

/** What a schedule is for. */
export const profilePurpose = z.enum([
  "ChargePointMaxProfile",
  "TxDefaultProfile",
  "TxProfile",
]);

/** A schedule and when it holds. */
export const chargingProfile = z.strictObject({
  chargingProfileId: integer,
  transactionId: integer.optional(),
  stackLevel: integer.min(0),
  chargingProfilePurpose: profilePurpose,
  chargingProfileKind: z.enum(["Absolute", "Recurring", "Relative"]),
  recurrencyKind: z.enum(["Daily", "Weekly"]).optional(),
  validFrom: dateTime.optional(),
  validTo: dateTime.optional(),
  chargingSchedule,
});

/** A message without members. */
export const nothing = z.strictObject({});

/** A message with a status alone. */
export function status<const T extends readonly [string, ...string[]]>(
  ...words: T
): z.ZodObject<{ status: z.ZodEnum<{ [K in T[number]]: K }> }, z.core.$strict> {
  return z.strictObject({ status: z.enum(words) });
}
