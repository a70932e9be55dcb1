/**
 * Sales of fuel on the forecourt's REST surfaces and pages: what a record holds, and how lists are asked for.
 *
 * @module
 */
import { err, ok, type Result, shortSaleId } from "../../crdt/mod.ts";
import type { FuelSaleQuery, FuelSaleView } from "../../nodes/mod.ts";
import type { JsonValue } from "./fastapi_json.ts";
import { atLeast, checked } from "./fastapi_constraints.ts";
import { dateTimeOfText } from "./fastapi_datetime.ts";
import { floatText } from "./fastapi_numbers.ts";
import {
  type ModelOf,
  type Reader,
  readInteger,
  readText,
  type ValueProblem,
} from "./fastapi_validation.ts";
import {
  litersOf,
  saleStateWord,
  shownTime,
  shownTimeOrNull,
} from "./forecourt_values.ts";

const DAY_US = 86_400_000_000;
const MS_US = 1000;

/**
 * Reads a time as a forecourt program writes it.
 *
 * @param text Anything that may be one.
 * @param timezone The site's IANA time zone, which a time without zone means.
 * @returns Whole microseconds since 1970, UTC; undefined if it is no time.
 */
export type ParseTime = (text: string, timezone: string) => number | undefined;

/**
 * A sale as REST answers show it: the keys of the programs and those of the paper.
 *
 * @param sale The sale.
 * @param timezone The site's IANA time zone.
 * @returns The record.
 */
export function saleJson(sale: FuelSaleView, timezone: string): JsonValue {
  const end = shownTime(sale.at, timezone);
  return {
    "_id": shortSaleId(sale.id),
    "surtidor_id": sale.pump,
    "id_surtidor": /^(?:0|[1-9][0-9]{0,8})$/.test(sale.pump)
      ? Number(sale.pump)
      : null,
    "nombre_surtidor": sale.pumpName === ""
      ? `Surtidor ${sale.pump}`
      : sale.pumpName,
    "tipo_combustible": sale.fuel,
    "litros": litersOf(sale.volumeMl),
    "precio_por_litro": sale.price,
    "monto_total": sale.amount,
    "metodo_pago": sale.payment,
    "fecha": end,
    "fecha_inicio": shownTimeOrNull(sale.startedAt, timezone),
    "fecha_fin": end,
    "estado": saleStateWord(sale.state),
    "fecha_estimada": sale.timeEstimated,
    "monto_discrepante": sale.amountMismatch,
    ...detailsOf(sale),
  };
}

/** How long a sale took, where both its times are known. */
function detailsOf(
  { at, startedAt, timeEstimated, volumeMl }: FuelSaleView,
): { readonly [key: string]: JsonValue } {
  if (startedAt === null || timeEstimated || at < startedAt) return {};
  const seconds = (at - startedAt) / 1_000_000;
  const speed = seconds === 0 ? 0 : volumeMl / 1000 / seconds;
  return {
    "detalles": {
      "duracion_segundos": Math.round(seconds),
      "velocidad_promedio": { source: floatText(speed) },
    },
  };
}

const readCount = checked(readInteger, atLeast(0, "int"));

/** What a list of all sales is asked with. */
export function saleListFields(limit: number, readTime: Reader<number[]>) {
  return {
    limit: { key: "limit", read: readCount, fallback: limit },
    skip: { key: "skip", read: readCount, fallback: 0 },
    pump: { key: "surtidor_id", read: readText, fallback: undefined },
    fuel: { key: "tipo_combustible", read: readText, fallback: undefined },
    from: { key: "fecha_inicio", read: readTime, fallback: undefined },
    to: { key: "fecha_fin", read: readTime, fallback: undefined },
  };
}

/** The values of {@linkcode saleListFields}. */
export type SaleListQuery = ModelOf<ReturnType<typeof saleListFields>>;

const NO_TIME: ValueProblem = {
  type: "datetime_from_date_parsing",
  msg: "Input should be a valid datetime or date, invalid datetime",
  ctx: { error: "invalid datetime" },
};

function timeProblem(text: string): ValueProblem {
  const read = dateTimeOfText(text);
  if (read.ok) return NO_TIME;
  const { type, reason } = read.error;
  return {
    type,
    msg: `Input should be a valid datetime or date, ${reason}`,
    ctx: { error: reason },
  };
}

/**
 * Makes a reader of a time in a query.
 *
 * @param parseTime Reads a time.
 * @param timezone The site's IANA time zone.
 * @returns The reader: of a time the millisecond that lists show, of a bare date the whole day, as its first instant and
 * the first after it.
 */
export function timeReader(
  parseTime: ParseTime,
  timezone: string,
): Reader<number[]> {
  return (value): Result<number[], ValueProblem> => {
    // A plus sign that was not escaped in an address has become a blank.
    const text = typeof value === "string"
      ? value.replace(/ (?=\d\d:?\d\d$)/, value.includes("T") ? "+" : " ")
      : "";
    const at = parseTime(text, timezone);
    if (at === undefined) return err(timeProblem(text));
    if (/^\s*\d{4}-\d{2}-\d{2}\s*$/.test(text)) {
      const noon = at + DAY_US / 2;
      const date = shownTime(noon + DAY_US, timezone).slice(0, 10);
      return ok([at, parseTime(date, timezone) ?? at + DAY_US]);
    }
    const shown = Math.floor(at / MS_US) * MS_US;
    return ok([shown, shown + MS_US]);
  };
}

/**
 * What the node is asked for a list.
 *
 * @param query What was asked.
 * @returns The filters.
 */
export function saleFilters(
  { pump, fuel, from, to }: SaleListQuery,
): Pick<FuelSaleQuery, "pump" | "fuel" | "from" | "before"> {
  return {
    ...(pump === undefined ? {} : { pump }),
    ...(fuel === undefined ? {} : { fuel }),
    ...(from?.[0] === undefined ? {} : { from: from[0] }),
    ...(to?.[1] === undefined ? {} : { before: to[1] }),
  };
}
