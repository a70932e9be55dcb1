/**
 * A delivery as the forecourt programs tell of it: read so that none is lost for what it says, and named so that the
 * same line received twice is one delivery.
 *
 * @module
 */
import { DEFAULT_PAYMENT, type JsonObject } from "./forecourt.ts";
import { parseForecourtTime } from "./forecourt_time.ts";
import {
  FORECOURT_PRICE_MAX,
  readAmount,
  readText,
  readVolumeMl,
} from "./forecourt_values.ts";

/** A delivery that a pump told of. */
export interface ForecourtSale {
  /** The fuel as told; null if it named none. */
  readonly fuel: string | null;
  /** Milliliters; 0 if not told. */
  readonly volumeMl: number;
  /** Price of one liter in whole units; 0 if not told. */
  readonly price: number;
  /** What was to be paid, in whole units; 0 if not told. */
  readonly amount: number;
  /** How it was paid. */
  readonly payment: string;
  /** When it began, in microseconds since 1970; null if not told or not readable. */
  readonly startedAt: number | null;
  /** When it ended, in microseconds since 1970; null if not told or not readable. */
  readonly endedAt: number | null;
  /** True if a time of the end was told and could not be read. */
  readonly timeUnreadable: boolean;
  /** True if something had to be put right or was left out. */
  readonly repaired: boolean;
  /** What names the delivery, as it was told: texts of start and end, fuel, litres, amount. */
  readonly told: readonly (string | number | null)[];
  /** True if it tells neither start nor end, so that two of them cannot be told apart. */
  readonly untimed: boolean;
}

/**
 * Reads a delivery.
 *
 * @param message `transaccion_completada`.
 * @param timezone The station's IANA time zone.
 * @returns The delivery; never refused.
 */
export function readForecourtSale(
  message: JsonObject,
  timezone: string,
): ForecourtSale {
  const volumeMl = readVolumeMl(message["litros"]);
  const price = readAmount(message["precio_por_litro"], FORECOURT_PRICE_MAX);
  const amount = readAmount(message["monto_total"]);
  const payment = readText(message["metodo_pago"]);
  const fuel = readText(message["tipo_combustible"]) ?? null;
  const [start, end] = ["fecha_inicio", "fecha_fin"].map((key) =>
    scalarText(message[key])
  );
  const endedAt = parseForecourtTime(end, timezone) ?? null;
  const timeUnreadable = end !== null && endedAt === null;
  const whole = [message["precio_por_litro"], message["monto_total"]]
    .every(Number.isInteger);
  return {
    fuel,
    volumeMl: volumeMl ?? 0,
    price: price ?? 0,
    amount: amount ?? 0,
    payment: payment ?? DEFAULT_PAYMENT,
    startedAt: parseForecourtTime(start, timezone) ?? null,
    endedAt,
    timeUnreadable,
    repaired: !whole || timeUnreadable || fuel === null ||
      fuel !== message["tipo_combustible"] ||
      typeof message["litros"] !== "number" ||
      payment !== message["metodo_pago"] ||
      [volumeMl, price, amount, payment].includes(undefined),
    told: [
      start ?? null,
      end ?? null,
      ...["tipo_combustible", "litros", "monto_total"].map((key) =>
        scalar(message[key])
      ),
    ],
    untimed: start === null && end === null,
  };
}

function scalar(value: unknown): string | number | null {
  if (typeof value === "string") return value.slice(0, 256).toWellFormed();
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "boolean") return `${value}`;
  return value === undefined || value === null ? null : "?";
}

function scalarText(value: unknown): string | null {
  const found = scalar(value);
  return found === null || found === "" ? null : `${found}`;
}

/**
 * The canonical key of a delivery: the same at every peer that receives the same line.
 *
 * @param sale The delivery.
 * @param at `pump` is the number that its connection registered; `nonce` sets apart deliveries that tell no time, such
 * as the receipt's time and a random text.
 * @returns The key; `saleIdOfKey` makes the id of it.
 */
export function forecourtSaleKey(
  { told, untimed }: ForecourtSale,
  at: {
    readonly site: string;
    readonly pump: number;
    readonly nonce: string;
  },
): string {
  const parts = [at.site, at.pump, ...told, ...(untimed ? [at.nonce] : [])];
  return JSON.stringify(parts);
}
