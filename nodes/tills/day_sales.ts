/**
 * What happened to the sales of a business day: each was made, and may have been voided. Reports and closes are sums and
 * digests of these.
 *
 * @module
 */
import {
  type ClosePart,
  contentDigest,
  type FactId,
  FACTS,
  idBytes,
  idText,
  type LogId,
  type Reader,
  type Row,
  SALES,
  sha256,
  type SiteCode,
  STATUS_COUNTS,
  toHex,
  trunkOf,
  VOIDS,
} from "../../crdt/mod.ts";
import { type LogPlace, partOfPlaces, placesOf } from "../close_coverage.ts";
import type { Replica } from "../replica.ts";
import { linesOfRow, termsOfRow } from "../use_cases/sale_view.ts";

/** How far an instant may lie outside of its business date in UTC: no zone is farther away. */
const ZONE_US = 18 * 3_600_000_000;
const DAY_US = 86_400_000_000;

/** A sale of a day. */
export interface DaySale {
  /** Its row of `SALES`. */
  readonly row: Row;
  /** Where it stands: the copy that counts first. */
  readonly places: () => readonly LogPlace[];
  /** Where its voids stand. */
  readonly voids: () => readonly LogPlace[];
}

/** What of a sale a close or a report has: it was made, it was voided, or both. */
export interface SaleEvent {
  /** The sale's row. */
  readonly row: Row;
  /** `both` if it was made and voided. */
  readonly kind: "made" | "voided" | "both";
}

/** Which sales. */
export interface DayScope {
  /** The site. */
  readonly site: SiteCode;
  /** The business date. */
  readonly date: string;
  /** Only of this till: its log. */
  readonly till: LogId | null;
}

/** Where the voids of a sale stand. */
function voidPlaces(replica: Replica, rows: Reader, row: Row): LogPlace[] {
  const id = row["id"] as Uint8Array;
  const sale = replica.archive
    .read(Number(row["log"]), Number(row["seq"]), id)?.fact;
  if (sale === undefined) return [];
  const prefix = [id, contentDigest(sale), String(row["site"])];
  return rows.scan(VOIDS, { prefix }).flatMap((one) => {
    const bytes = idBytes(one["id"] as FactId);
    const isThis = ({ status, log }: Row) =>
      status === STATUS_COUNTS &&
      replica.register.byNumber(Number(log))?.name === one["log"];
    return rows.scan(FACTS, { prefix: [bytes] }).filter(isThis)
      .flatMap((fact) => placesOf(replica, rows, fact));
  });
}

/** The instants that a business date may have, whatever the zone. */
function instantsOf(date: string): { from: number[]; below: number[] } {
  const start = Date.parse(`${date}T00:00Z`) * 1000;
  // A date that no calendar has, which only a liar writes, has no sales.
  if (Number.isNaN(start)) return { from: [0], below: [0] };
  return { from: [start - ZONE_US], below: [start + DAY_US + ZONE_US] };
}

/**
 * The sales of a business day.
 *
 * @param replica The replica.
 * @param rows The views.
 * @param scope The day, and the till where only one is meant.
 * @returns Sales by instant.
 */
export function daySales(
  replica: Replica,
  rows: Reader,
  { site, date, till }: DayScope,
): DaySale[] {
  const trunk = till === null ? null : trunkOf(till);
  const isOf = (row: Row) => {
    const log = replica.register.byNumber(Number(row["log"]))?.name;
    return log !== undefined && trunkOf(log) === trunk;
  };
  return rows.scan(SALES, { prefix: [site], ...instantsOf(date) })
    .filter((row) => row["date"] === date && (trunk === null || isOf(row)))
    .map((row) => ({
      row,
      places: once(() => placesOf(replica, rows, row)),
      voids: once(() => voidPlaces(replica, rows, row)),
    }));
}

/** What is looked up once: each close of a day asks again. */
function once<T>(look: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: look() }).value;
}

/** Number of what no close covers. */
export const UNCLOSED = -1;

/**
 * What each close covers and no earlier one does. A sale that is voided by what a later close covers was made in the one
 * and voided in the other.
 *
 * @param sales The sales of the day.
 * @param parts The closes, in order.
 * @returns Events by the close's number; under `UNCLOSED` what none covers.
 */
export function eventsByPart(
  sales: readonly DaySale[],
  parts: readonly ClosePart[],
): Map<number, SaleEvent[]> {
  const events = new Map<number, SaleEvent[]>();
  const add = (part: number, event: SaleEvent) => {
    const known = events.get(part);
    if (known === undefined) events.set(part, [event]);
    else known.push(event);
  };
  const last = parts.length;
  const numberOf = (part: number) => part === last ? UNCLOSED : part;
  const partOf = (places: () => readonly LogPlace[]) =>
    last === 0 ? last : partOfPlaces(parts, places()) ?? last;
  for (const { row, places, voids } of sales) {
    const made = partOf(places);
    const voided = row["voided"] === 1
      ? Math.max(made, partOf(voids))
      : undefined;
    if (made === voided) add(numberOf(made), { row, kind: "both" });
    else {
      add(numberOf(made), { row, kind: "made" });
      if (voided !== undefined) add(numberOf(voided), { row, kind: "voided" });
    }
  }
  return events;
}

/** What a digest says of an event. */
function eventText({ row, kind }: SaleEvent): string {
  const { payments = null, returns } = termsOfRow(row);
  return JSON.stringify([
    kind,
    // Not its number nor its time: of a sale that two tills were told, another copy may come to count.
    idText(row["id"] as Uint8Array),
    row["currency"],
    row["exponent"],
    row["total"],
    linesOfRow(row).map(({ product, quantity, amount }) => [
      product,
      quantity,
      amount,
    ]),
    payments?.map(({ method, amount }) => [method, amount]) ?? null,
    returns?.sale ?? null,
  ]);
}

/**
 * The digest of events, whatever their order.
 *
 * @param events The events.
 * @returns 64 hexadecimal digits.
 */
export function digestOf(events: readonly SaleEvent[]): string {
  const text = events.map(eventText).toSorted().join("\n");
  return toHex(sha256(new TextEncoder().encode(text)));
}
