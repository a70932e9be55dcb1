/**
 * Amounts, quantities, dates and instants as people read them in the language shown now. Amounts stay decimal text:
 * nothing is computed in floating point here.
 *
 * @module
 */
import { language } from "./i18n.ts";

/** An amount on the wire. */
export interface Amount {
  /** Decimal text, e.g. `12.50`. */
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
}

const LOCALES = { es: "es-PE", en: "en-GB" } as const;

/** The locale of the language shown now. */
export function locale(): string {
  return LOCALES[language.value];
}

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale()}${JSON.stringify(options)}`;
  const found = made.get(key) ?? new Intl.NumberFormat(locale(), options);
  made.set(key, found);
  return found as Intl.NumberFormat;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale()}${JSON.stringify(options)}`;
  const found = made.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  made.set(key, found);
  return found as Intl.DateTimeFormat;
}

/**
 * An amount with its currency's symbol, e.g. `S/ 1,234.50`.
 *
 * @param amount An amount of the node; a dash stands for none.
 * @returns Text.
 */
export function formatAmount(amount: Amount | null | undefined): string {
  if (amount === null || amount === undefined) return "–";
  const decimals = amount.amount.split(".")[1]?.length ?? 0;
  const format = numbers({
    style: "currency",
    currency: amount.currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  // A decimal text is formatted exactly (ECMA-402, Intl.NumberFormat v3).
  return format.format(amount.amount as unknown as number);
}

/**
 * A number with the language's separators.
 *
 * @param value Any number, or decimal text.
 * @param decimals How many decimals; none if left out.
 * @returns Text.
 */
export function formatNumber(value: number | string, decimals = 0): string {
  return numbers({
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value as number);
}

/**
 * Thousandths as a decimal with its unit, e.g. `12.345 L` for milliliters.
 *
 * @param thousandths Whole thousandths of the unit.
 * @param unit The unit's sign; none if left out.
 * @returns Text.
 */
export function formatThousandths(thousandths: number, unit?: string): string {
  const text = formatNumber(thousandths / 1000, 3);
  return unit === undefined ? text : `${text} ${unit}`;
}

/**
 * An instant as date and time of day in the browser's zone.
 *
 * @param instant RFC 3339 text or milliseconds since 1970; a dash stands for none.
 * @returns Text.
 */
export function formatInstant(
  instant: string | number | null | undefined,
): string {
  if (instant === null || instant === undefined) return "–";
  return dates({ dateStyle: "short", timeStyle: "medium", hourCycle: "h23" })
    .format(new Date(instant));
}

/**
 * The time of day of an instant in the browser's zone.
 *
 * @param instant RFC 3339 text or milliseconds since 1970; a dash stands for none.
 * @returns Text.
 */
export function formatTime(
  instant: string | number | null | undefined,
): string {
  if (instant === null || instant === undefined) return "–";
  return dates({ timeStyle: "medium", hourCycle: "h23" })
    .format(new Date(instant));
}

/**
 * The day of an instant in the browser's zone.
 *
 * @param instant RFC 3339 text or milliseconds since 1970; a dash stands for none.
 * @returns Text.
 */
export function formatDay(
  instant: string | number | null | undefined,
): string {
  if (instant === null || instant === undefined) return "–";
  return dates({ dateStyle: "short" }).format(new Date(instant));
}

/**
 * A business date.
 *
 * @param date `YYYY-MM-DD`; what is none is shown as it is.
 * @returns Text.
 */
export function formatDate(date: string): string {
  if (Number.isNaN(Date.parse(`${date}T00:00:00Z`))) return date;
  return dates({ dateStyle: "medium", timeZone: "UTC" })
    .format(new Date(`${date}T00:00:00Z`));
}

/**
 * A clock's reading at a site, wherever the browser is.
 *
 * @param time `YYYY-MM-DDTHH:MM:SS` and perhaps more decimals, without a zone.
 * @returns Text.
 */
export function formatSiteTime(time: string): string {
  const instant = Date.parse(`${time.slice(0, 19)}Z`);
  if (Number.isNaN(instant)) return time;
  return dates({
    dateStyle: "short",
    timeStyle: "medium",
    hourCycle: "h23",
    timeZone: "UTC",
  }).format(instant);
}

/**
 * How long something took or takes, in its largest fitting unit.
 *
 * @param seconds Zero or more.
 * @returns Text, e.g. `3 min`.
 */
export function formatDuration(seconds: number): string {
  const [unit, size] = seconds < 60
    ? ["second", 1] as const
    : seconds < 3_600
    ? ["minute", 60] as const
    : seconds < 86_400
    ? ["hour", 3_600] as const
    : ["day", 86_400] as const;
  // Short days are "dd." in Spanish, which nobody reads.
  const unitDisplay = unit === "day" ? "long" : "short";
  return numbers({ style: "unit", unit, unitDisplay })
    .format(Math.round(seconds / size));
}
