/**
 * Showing rights: balances by bound and log, and incidents where a log owes.
 *
 * @module
 */
import {
  balanceOf,
  type BoundName,
  DOUBLE_DELIVERIES,
  idText,
  IN_TRANSIT,
  type LogId,
  parseBoundName,
  type Reader,
  RIGHTS,
  RIGHTS_OWED,
  RIGHTS_TAKEN,
  rightsOf,
  type RightsSums,
  type Row,
  spaceOfBound,
  STRICT_DELIVERIES,
  toHex,
  trunkOf,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import type { IncidentView, RightsView, UseCases } from "../use_cases.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/** Most logs that owe and are listed. */
const OWED_MAX = 1000;

function viewOf(replica: Replica, row: Row): RightsView {
  const sums = row as unknown as RightsSums;
  const bound = row["bound"] as BoundName;
  const entry = replica.register.byNumber(Number(row["log"]));
  const given = replica.reader.scan(IN_TRANSIT, {
    index: "by_bound",
    prefix: [bound],
  }).filter((one) => one["log"] === row["log"]);
  const { made, accepted, returned, spent, destroyed, held } = sums;
  const taken = takenOf(replica.reader, bound, entry?.name);
  return {
    bound,
    space: spaceOfBound(bound),
    log: entry?.name ?? "" as LogId,
    own: entry?.own === true,
    made,
    accepted,
    returned,
    granted: sums.granted + taken,
    spent,
    destroyed,
    held,
    observed: sums.observed,
    balance: balanceOf(sums) - taken,
    free: balanceOf(sums) - taken - held,
    inTransit: given.reduce((sum, one) => sum + Number(one["amount"]), 0),
  };
}

/** What was taken over of a lost log: it is as if the log had granted it. */
function takenOf(
  reader: Reader,
  bound: BoundName,
  log: LogId | undefined,
): number {
  if (log === undefined) return 0;
  return Number(reader.get(RIGHTS_TAKEN, [bound, log])?.["taken"] ?? 0);
}

function readCursor(
  cursor: string | undefined,
): (string | number)[] | undefined {
  const [bound, log] = decodeCursor(cursor) ?? [];
  return bound !== undefined && parseBoundName(bound) !== undefined &&
      log !== undefined && Number.isSafeInteger(log)
    ? [bound, log]
    : undefined;
}

/** Makes the reading of rights. */
export function createRightsReading(
  replica: Replica,
): UseCases["rights"] {
  return ({ bound, limit, cursor }) => {
    const prefix = bound === undefined ? [] : [bound];
    const after = readCursor(cursor)?.slice(prefix.length);
    const rows = replica.reader.scan(RIGHTS, {
      prefix,
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last !== undefined
      ? encodeCursor([String(last["bound"]), Number(last["log"])])
      : null;
    return {
      items: page.map((row) => viewOf(replica, row)),
      total: replica.reader.count(RIGHTS, prefix),
      next,
    };
  };
}

/**
 * Logs that owe rights. What had already happened (an observation, a count) may take a balance below zero: the world
 * broke the bound. What goes beyond that was decided without a right: the log's writer was cloned, or lies.
 *
 * @param replica The replica.
 * @param since When to say that it was seen.
 * @returns One incident a bound and log, with the same id everywhere.
 */
export function rightsIncidents(
  replica: Replica,
  since: number,
): Omit<IncidentView, "acknowledged">[] {
  const { reader, register } = replica;
  const found = new Map<string, Omit<IncidentView, "acknowledged">>();
  for (const row of reader.scan(RIGHTS_OWED, { limit: OWED_MAX })) {
    const bound = row["bound"] as BoundName;
    const entry = register.byNumber(Number(row["log"]));
    if (entry === undefined) continue;
    const log = trunkOf(entry.name);
    const { owed, observed } = familyDebt(reader, {
      bound,
      logs: register.family(entry.name).map(({ number }) => number),
    });
    if (owed <= 0) continue;
    const kind = owed > observed ? "rights_overdrawn" : "rights_owed";
    found.set(`${kind}/${bound}/${log}`, {
      id: `${kind}/${bound}/${log}`,
      kind,
      message: kind === "rights_owed"
        ? `A log owes ${owed} of ${bound}: more had happened than it held rights for`
        : `A log granted or spent ${owed} of ${bound} more than it held: its writer was cloned, or lies`,
      since,
      count: 1,
      details: { bound, log, owed, observed },
    });
  }
  return [...found.values()];
}

/**
 * Deliveries that several logs recorded under the caller's one id: probably one delivery, of which each made rights.
 *
 * @param replica The replica.
 * @param since When to say that it was seen.
 * @returns One incident a request, with the same id everywhere.
 */
export function doubleDeliveries(
  { reader }: Replica,
  since: number,
): Omit<IncidentView, "acknowledged">[] {
  return reader.scan(DOUBLE_DELIVERIES, { limit: OWED_MAX }).map((row) => {
    const request = row["request"] as Uint8Array;
    const found = reader.scan(STRICT_DELIVERIES, { prefix: [request] });
    const site = String(found[0]?.["site"]);
    return {
      id: `delivery_double/${site}/${toHex(request)}`,
      kind: "delivery_double",
      message:
        `A delivery at ${site} was recorded at ${found.length} logs under one id: count the stock`,
      since,
      count: 1,
      details: {
        site,
        facts: found.map((one) => idText(one["id"] as Uint8Array)).toSorted(),
      },
    };
  });
}

/** What a log and the continuations of its forks owe together. */
function familyDebt(
  reader: Reader,
  { bound, logs }: {
    readonly bound: BoundName;
    readonly logs: readonly number[];
  },
): { owed: number; observed: number } {
  const sums = logs.map((log) => rightsOf(reader, bound, log));
  return {
    owed: -sums.reduce((sum, one) => sum + balanceOf(one), 0),
    observed: sums.reduce((sum, one) => sum + one.observed, 0),
  };
}
