/**
 * The fold of transfers: grants of rights, their acceptances, and what heirs take over of lost logs. A grant counts at
 * once, its acceptance only while the grant that it names is here; between them its rights are in transit.
 *
 * A node that does not read a space has no grants of others there: it takes over what it has verified by itself, and
 * says so by the id of the acceptance. At that node alone such an acceptance counts without its grant; for everybody
 * else it is one like any other, so that who lies here makes no rights.
 *
 * @module
 */
import { type BoundName, logFactId } from "./bounds.ts";
import { trunkOf } from "./commit.ts";
import { compareRows } from "./fact_rows.ts";
import type { FactOf } from "./facts.ts";
import type { FoldRows, LogFact } from "./fold.ts";
import { type FactId, fixedFactId, type LogId } from "./ids.ts";
import { reassignedTo, RIGHTS_STATED, statedOf } from "./reassignment.ts";
import { rederive, RIGHTS, type RightsEffect } from "./rights_sums.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { idBytes, idText } from "./sales.ts";

/** Grants that count, by id; `log` gave them. */
export const GRANTS: TableSchema = {
  name: "grants",
  columns: {
    id: "blob",
    log: "integer",
    stamp: "text",
    name: "text",
    seq: "integer",
    bound: "text",
    amount: "integer",
    receiver: "text",
  },
  key: ["id", "log"],
  indexes: { by_receiver: ["receiver"] },
};

/** Grants that nobody has accepted yet, by the receiving log's name. */
export const IN_TRANSIT: TableSchema = {
  name: "rights_in_transit",
  columns: {
    receiver: "text",
    bound: "text",
    id: "blob",
    log: "integer",
    amount: "integer",
  },
  key: ["receiver", "bound", "id", "amount"],
  indexes: { by_bound: ["bound"] },
};

/** Acceptances by the grant that they name; the grant may not be here yet. */
export const ACCEPTANCES: TableSchema = {
  name: "rights_accepted",
  columns: {
    grant: "blob",
    log: "integer",
    seq: "integer",
    id: "blob",
    stamp: "text",
    name: "text",
    bound: "text",
    amount: "integer",
  },
  key: ["grant", "log", "seq", "id"],
};

/** What receivers have taken over of lost logs, by bound and by the lost log's name without suffix. */
export const RIGHTS_TAKEN: TableSchema = {
  name: "rights_taken",
  columns: { bound: "text", lost: "text", taken: "integer" },
  key: ["bound", "lost"],
};

/** What this node's logs took over by grants that are not here. It is part of what they accepted. */
export const RIGHTS_APART: TableSchema = {
  name: "rights_apart",
  columns: { bound: "text", log: "integer", amount: "integer" },
  key: ["bound", "log"],
};

/**
 * The id of an acceptance by a node that does not read the space of the grant.
 *
 * @param grant The grant that it names.
 * @returns The id, by which each log can accept the grant so once.
 */
export function apartId(grant: FactId): FactId {
  return fixedFactId(["apart", grant]);
}

/**
 * The grants with an id, each once. There are several only if the giver was cloned or lies: all of them count, so that
 * none takes from its receiver what that has accepted.
 */
function grantsWith(rows: Reader, id: Uint8Array): Row[] {
  const found = rows.scan(GRANTS, { prefix: [id] }).toSorted(compareRows);
  const first = new Map<string, Row>();
  for (const row of found) {
    const key = `${row["receiver"]} ${row["bound"]} ${row["amount"]}`;
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

interface Transfer {
  readonly grant: Row;
  readonly acceptance: Row | undefined;
}

/** What is here of one grant's id. */
interface Transferred {
  /** The id. */
  readonly id: Uint8Array;
  /** The grants with it, each with the acceptance that counts. */
  readonly transfers: readonly Transfer[];
  /** The acceptance that counts without a grant. */
  readonly apart: Row | undefined;
}

/** Says of a log's number whether this node wrote the log. */
export type IsOwnLog = (log: number) => boolean;

/**
 * The grants with an id and the acceptances that count: of each grant the first that says what it says, made by the
 * receiver or, if that is lost, by the log that gets its rights. An acceptance takes one grant.
 */
function transferredBy(
  rows: Reader,
  id: Uint8Array,
  isOwn: IsOwnLog,
): Transferred {
  const all = rows.scan(ACCEPTANCES, { prefix: [id] }).toSorted(compareRows);
  const grants = grantsWith(rows, id);
  const open = [...all];
  const transfers = grants.map((grant) => {
    const receiver = grant["receiver"] as LogId;
    const heir = reassignedTo(rows, receiver);
    const at = open.findIndex((row) =>
      [receiver, heir].includes(trunkOf(row["name"] as LogId)) &&
      row["bound"] === grant["bound"] && row["amount"] === grant["amount"]
    );
    const [acceptance] = at < 0 ? [] : open.splice(at, 1);
    return { grant, acceptance };
  });
  const apart = grants.length > 0 ? undefined : acceptedApart(id, all, isOwn);
  return { id, transfers, apart };
}

function acceptedEffects({ transfers }: Transferred): RightsEffect[] {
  return transfers.flatMap(({ acceptance }) =>
    acceptance === undefined ? [] : [{
      bound: acceptance["bound"] as BoundName,
      log: Number(acceptance["log"]),
      deltas: { accepted: Number(acceptance["amount"]) },
    }]
  );
}

/** The acceptance of a grant that is not here, where it counts all the same. */
function acceptedApart(
  id: Uint8Array,
  acceptances: readonly Row[],
  isOwn: IsOwnLog,
): Row | undefined {
  const found = acceptances.filter((row) => isOwn(Number(row["log"])));
  if (found.length === 0) return undefined;
  const apart = apartId(idText(id));
  return found.find((row) => idText(row["id"] as Uint8Array) === apart);
}

function applyApart(
  rows: FoldRows,
  row: Row | undefined,
  sign: 1 | -1,
): void {
  if (row === undefined) return;
  const { bound = null, log = null } = row;
  const amount = sign * Number(row["amount"]);
  rows.increment(RIGHTS_APART, { bound, log }, { amount });
  rows.increment(RIGHTS, { bound, log }, { accepted: amount });
}

/** Takes out that rights are in transit, or were accepted apart. */
function takeOut(
  rows: FoldRows,
  { id, transfers, apart }: Transferred,
): void {
  for (const { grant } of transfers) {
    const { receiver = null, bound = null, amount = null } = grant;
    rows.delete(IN_TRANSIT, [receiver, bound, id, amount]);
  }
  applyApart(rows, apart, -1);
}

function putIn(rows: FoldRows, { id, transfers, apart }: Transferred): void {
  for (const { grant, acceptance } of transfers) {
    if (acceptance !== undefined) continue;
    const { receiver = null, bound = null, log = null, amount = null } = grant;
    rows.put(IN_TRANSIT, { receiver, bound, id, log, amount });
  }
  applyApart(rows, apart, 1);
}

/** Changes grants, acceptances or heirs, and what follows: who has the rights, or that they are in transit. */
function changeTransfers(
  rows: FoldRows,
  { ids, isOwn }: {
    readonly ids: readonly Uint8Array[];
    readonly isOwn: IsOwnLog;
  },
  change: () => void,
): void {
  let here: readonly Transferred[] = [];
  const read = () => {
    here = ids.map((id) => transferredBy(rows, id, isOwn));
    return here.flatMap(acceptedEffects);
  };
  rederive(rows, read, () => {
    for (const one of here) takeOut(rows, one);
    change();
  });
  for (const one of here) putIn(rows, one);
}

/** What a receiver took over by a statement: of each bound once, while that statement is the one that counts. */
function takenBy(rows: Reader, id: Uint8Array): readonly Row[] {
  const [stated] = rows.scan(RIGHTS_STATED, { index: "by_id", prefix: [id] });
  if (stated === undefined || Number(stated["head"]) === 0) return [];
  const counting = statedOf(rows, String(stated["subject"]));
  if (idText(counting?.["id"] as Uint8Array) !== idText(id)) return [];
  const first = new Map<string, Row>();
  const all = rows.scan(ACCEPTANCES, { prefix: [id] }).toSorted(compareRows);
  for (const row of all) {
    const bound = String(row["bound"]);
    const isHeir = trunkOf(row["name"] as LogId) === counting?.["receiver"];
    if (isHeir && !first.has(bound)) first.set(bound, row);
  }
  return [...first.values()].map((row) => ({
    ...row,
    lost: stated["subject"] ?? null,
  }));
}

function applyTaken(rows: FoldRows, id: Uint8Array, sign: 1 | -1): void {
  for (const { bound = null, lost = null, log, amount } of takenBy(rows, id)) {
    const taken = sign * Number(amount);
    rows.increment(RIGHTS_TAKEN, { bound, lost }, { taken });
    rows.increment(RIGHTS, { bound, log: log ?? null }, { accepted: taken });
  }
}

/** Changes acceptances of a statement, or which statement counts, and what follows. */
function changeTaken(
  rows: FoldRows,
  ids: readonly Uint8Array[],
  change: () => void,
): void {
  for (const id of ids) applyTaken(rows, id, -1);
  change();
  for (const id of ids) applyTaken(rows, id, 1);
}

/** Puts transfers in and takes them out. */
export interface Transfers {
  /** Puts a grant in or takes it out. */
  toggleGrant(
    rows: FoldRows,
    placed: LogFact<FactOf<"RightsGranted">>,
    adds: boolean,
  ): void;
  /** Puts an acceptance, of a grant or of what a statement reassigned, in or takes it out. */
  toggleAcceptance(
    rows: FoldRows,
    placed: LogFact<FactOf<"RightsAccepted">>,
    adds: boolean,
  ): void;
  /**
   * Changes which statement about a lost log counts, and so who gets its rights, and what follows.
   *
   * @param rows The rows.
   * @param stated What the statement speaks of, and its id as 16 bytes.
   * @param change Puts the statement in or takes it out.
   */
  changeHeirs(
    rows: FoldRows,
    stated: { readonly subject: string; readonly id: Uint8Array },
    change: () => void,
  ): void;
}

/**
 * Makes the fold of transfers.
 *
 * @param isOwn Says which logs this node wrote.
 * @returns The fold; it keeps no state of its own.
 */
export function createTransfers(isOwn: IsOwnLog): Transfers {
  return {
    toggleGrant(rows, placed, adds) {
      const { fact, log: name, logNumber: log, seq, stamp } = placed;
      if (fact.id !== logFactId(name, fact.request)) return;
      const id = idBytes(fact.id);
      changeTransfers(rows, { ids: [id], isOwn }, () => {
        if (!adds) return rows.delete(GRANTS, [id, log]);
        const { bound, amount, to: receiver } = fact;
        const row = { id, log, stamp, name, seq, bound, amount, receiver };
        rows.put(GRANTS, row);
      });
    },
    toggleAcceptance(rows, placed, adds) {
      const { fact, log: name, logNumber: log, seq, stamp } = placed;
      const grant = idBytes(fact.grant);
      const id = idBytes(fact.id);
      changeTransfers(rows, { ids: [grant], isOwn }, () => {
        changeTaken(rows, [grant], () => {
          if (!adds) return rows.delete(ACCEPTANCES, [grant, log, seq, id]);
          const { bound, amount } = fact;
          const row = { grant, log, seq, id, stamp, name, bound, amount };
          rows.put(ACCEPTANCES, row);
        });
      });
    },
    changeHeirs(rows, { subject, id }, change) {
      const idsOf = (found: readonly Row[]) =>
        found.map((row) => row["id"] as Uint8Array);
      const others = idsOf(rows.scan(RIGHTS_STATED, { prefix: [subject] }));
      const taken = distinct([...others, id]);
      const scan = { index: "by_receiver", prefix: [subject] };
      const ids = distinct(idsOf(rows.scan(GRANTS, scan)));
      changeTransfers(
        rows,
        { ids, isOwn },
        () => changeTaken(rows, taken, change),
      );
    },
  };
}

function distinct(ids: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(ids.map((id) => [idText(id), id])).values()];
}
