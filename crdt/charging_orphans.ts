/**
 * Where supplies began, and ends of supplies that were told to nodes which did not know their sessions. The records of a
 * point have one order, and each supply begins with a record that says so: an end is of the supply that began last before
 * it. While a session is known that began there, the end is a total of that session, of which the greatest counts; while
 * none is, its energy is the point's alone. Both follow from the facts, whichever comes first. A supply whose beginning
 * nobody has heard is thus taken for the one before it, if there was any.
 *
 * @module
 */
import type { EnergyCounted, RecordPosition } from "./charging_facts.ts";
import {
  energyRow,
  type SessionPlace,
  toggleEnergy,
  toggleTold,
  withRest,
} from "./charging_rest.ts";
import { sortedJson } from "./charging_session_rows.ts";
import { CHARGE_BEGINNINGS, CHARGE_ORPHANS } from "./charging_tables.ts";
import type { FoldRows, LogFact } from "./fold.ts";
import type { FactId } from "./ids.ts";
import type { Reader, Row } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** An end of a supply with its place. */
type Orphan = LogFact<EnergyCounted> & {
  readonly fact: { readonly position: RecordPosition };
};

/** Where a record of a point stands. */
interface RecordAt {
  readonly site: string;
  readonly point: string;
  readonly position: RecordPosition;
}

function orphanRow({ fact, stamp, log: name, seq }: Orphan): Row {
  const { id, site, point, position } = fact;
  const { timestamp, offset } = position;
  return {
    ...{ site, point, timestamp, offset, stamp, name, seq },
    id: idBytes(id),
    value: sortedJson({ ...fact, position: { offset, timestamp } }),
  };
}

/** The session whose supply began last before a record: of several the one that began with it. */
function ownerOf(
  rows: Reader,
  { site, point, position }: RecordAt,
): FactId | undefined {
  const [row] = rows.scan(CHARGE_BEGINNINGS, {
    index: "by_place",
    prefix: [site, point],
    below: [position.timestamp, position.offset],
    reverse: true,
    limit: 1,
  });
  return row === undefined ? undefined : idText(row["session"] as Uint8Array);
}

/** The ends from a record on until a next supply began. */
function orphansFrom(rows: Reader, { site, point, position }: RecordAt) {
  const prefix = [site, point];
  const from = [position.timestamp, position.offset];
  const some = rows.scan(CHARGE_ORPHANS, { prefix, from, limit: 1 });
  if (some.length === 0) return [];
  const [next] = rows.scan(CHARGE_BEGINNINGS, {
    ...{ index: "by_place", prefix, after: from, limit: 1 },
  });
  const below = next === undefined
    ? {}
    : { below: [next["timestamp"] ?? null, next["offset"] ?? null] };
  return rows.scan(CHARGE_ORPHANS, { prefix, from, ...below })
    .map((row): Orphan => ({
      fact: JSON.parse(String(row["value"])) as Orphan["fact"],
      stamp: row["stamp"] as LogFact["stamp"],
      log: row["name"] as LogFact["log"],
      logNumber: 0,
      seq: Number(row["seq"]),
    }));
}

/** What an end is by the beginnings that are known now. */
function togglePlaced(rows: FoldRows, orphan: Orphan, sign: 1 | -1): void {
  const { fact } = orphan;
  const session = ownerOf(rows, fact);
  if (session === undefined) {
    return toggleEnergy(rows, energyRow(fact, orphan.log), sign);
  }
  const placed = { ...orphan, fact: { ...fact, session } };
  toggleTold(rows, placed, { sign, isOrphan: true });
}

/**
 * Whether another supply began in a session since a record.
 *
 * @param rows The rows.
 * @param place The session, and its point.
 * @param position Where the record stood; null if none did.
 * @returns Where the last one began; null if none did since.
 */
export function beganSince(
  rows: Reader,
  { site, session, point }: SessionPlace & { readonly point: string },
  position: RecordPosition | null,
): RecordPosition | null {
  const [row] = rows.scan(CHARGE_BEGINNINGS, {
    prefix: [idBytes(session), site, point],
    ...(position === null
      ? {}
      : { after: [position.timestamp, position.offset] }),
    reverse: true,
    limit: 1,
  });
  return row === undefined ? null : {
    offset: Number(row["offset"]),
    timestamp: Number(row["timestamp"]),
  };
}

/**
 * Brings an end in or takes it out.
 *
 * @param rows The rows.
 * @param orphan The fact.
 * @param sign 1 or -1.
 */
export function toggleOrphan(
  rows: FoldRows,
  orphan: Orphan,
  sign: 1 | -1,
): void {
  const row = orphanRow(orphan);
  if (sign === 1) rows.put(CHARGE_ORPHANS, row);
  else {
    const key = CHARGE_ORPHANS.key.map((column) => row[column] ?? null);
    rows.delete(CHARGE_ORPHANS, key);
  }
  togglePlaced(rows, orphan, sign);
}

/**
 * Brings the beginning of a supply of a session in or takes it out.
 *
 * @param rows The rows.
 * @param place The session, and its point.
 * @param begun Where the record stood that said so, whether the session began with it, and 1 or -1.
 */
export function toggleBeginning(
  rows: FoldRows,
  place: SessionPlace & { readonly point: string },
  { position, isFirst, sign }: {
    readonly position: RecordPosition | undefined;
    readonly isFirst: boolean;
    readonly sign: 1 | -1;
  },
): void {
  if (position === undefined) return;
  const { timestamp, offset } = position;
  const first = isFirst ? 1 : 0;
  const { site, session, point } = place;
  const orphans = orphansFrom(rows, { site, point, position });
  for (const one of orphans) togglePlaced(rows, one, -1);
  const key = {
    session: idBytes(session),
    ...{ site, point, timestamp, offset, first },
  };
  withRest(rows, place, () => {
    rows.increment(CHARGE_BEGINNINGS, key, { count: sign });
  });
  for (const one of orphans) togglePlaced(rows, one, 1);
}
