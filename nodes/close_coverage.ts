/**
 * Closes of business days at a node: what a new close covers, and which close covers a fact, in whichever log it stands.
 *
 * @module
 */
import {
  type ClosePart,
  contentOf,
  FACTS,
  type LogId,
  partCovering,
  type Reader,
  type Row,
  type SpaceId,
  STATUS_DUPLICATE,
  type TableSchema,
} from "../crdt/mod.ts";
import type { Page, PageQuery } from "./answers.ts";
import type { Replica } from "./replica.ts";
import { decodeCursor, encodeCursor } from "./use_cases/cursor.ts";

/** A place in a log. */
export interface LogPlace {
  /** The log's name. */
  readonly log: LogId;
  /** The commit's seq. */
  readonly seq: number;
}

/**
 * How far each log of a space is known.
 *
 * @param replica The replica.
 * @param space The space.
 * @returns Logs that are not empty.
 */
export function coversOf(
  replica: Pick<Replica, "register">,
  space: SpaceId,
): LogPlace[] {
  return replica.register.ofSpace(space)
    .filter(({ seq }) => seq > 0)
    .map(({ name, seq }) => ({ log: name, seq }));
}

/** What its teller sent of the fact that stands there, with its space; empty if it cannot be read. */
function contentAt({ archive }: Replica, row: Row, id: Uint8Array): string {
  const found = archive.read(Number(row["log"]), Number(row["seq"]), id);
  return found === undefined
    ? ""
    : `${archive.spaceOf(found.logNumber)} ${contentOf(found.fact)}`;
}

/**
 * The places of a fact: of the copy that counts, and of those that are the same fact in other logs. The earliest copy of
 * a fact may have come after a close that covers another one.
 *
 * @param replica The replica.
 * @param rows The views.
 * @param row A row with the `id`, `log` and `seq` of the copy that counts.
 * @returns Places, that of the row first.
 */
export function placesOf(
  replica: Replica,
  rows: Reader,
  row: Row,
): LogPlace[] {
  const id = row["id"] as Uint8Array;
  const nameOf = (log: unknown) =>
    replica.register.byNumber(Number(log))?.name ?? "" as LogId;
  const placeOf = (one: Row): LogPlace => ({
    log: nameOf(one["log"]),
    seq: Number(one["seq"]),
  });
  const copies = rows.scan(FACTS, { prefix: [id] })
    .filter((one) => one["status"] === STATUS_DUPLICATE);
  if (copies.length === 0) return [placeOf(row)];
  const content = contentAt(replica, row, id);
  return [
    placeOf(row),
    ...copies.filter((one) => contentAt(replica, one, id) === content)
      .map(placeOf),
  ];
}

/**
 * The number of the close that covers a fact first.
 *
 * @param parts The closes, in order.
 * @param places The fact's places.
 * @returns The number; undefined while none does.
 */
export function partOfPlaces(
  parts: readonly ClosePart[],
  places: readonly LogPlace[],
): number | undefined {
  return places.map(({ log, seq }) => partCovering(parts, log, seq))
    .reduce(
      (least, it) =>
        least === undefined || (it !== undefined && it < least) ? it : least,
      undefined,
    );
}

/**
 * A page of closes, newest date first. It ends at a whole date, so that the closes of one stay together.
 *
 * @param rows The views.
 * @param list The table, what all rows begin with, and which page.
 * @param closesOn The closes of a date, in order.
 * @returns The page.
 */
export function closePage<T>(
  rows: Reader,
  { table, prefix, query }: {
    readonly table: TableSchema;
    readonly prefix: readonly string[];
    readonly query: PageQuery;
  },
  closesOn: (date: string) => readonly T[],
): Page<T> {
  const { limit, cursor } = query;
  const [before] = decodeCursor(cursor) ?? [];
  const found = rows.scan(table, {
    prefix,
    ...(before === undefined ? {} : { below: [before] }),
    reverse: true,
    limit: limit + 1,
  });
  const dates = [...new Set(found.map((row) => String(row["date"])))];
  const shown = found.length > limit && dates.length > 1
    ? dates.slice(0, -1)
    : dates;
  const last = shown.at(-1);
  return {
    items: shown.flatMap(closesOn),
    total: null,
    next: found.length > limit && last !== undefined
      ? encodeCursor([last])
      : null,
  };
}
