/**
 * What synchronising means for a node that tells no original central: other nodes of the mesh have its sales. They do so
 * by themselves all the time; here it is counted how many, and a person can have it looked at now.
 *
 * @module
 */
import {
  type Clock,
  ok,
  type Reader,
  type Result,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { countersignaturesOf } from "../countersigning.ts";
import { createFactReader } from "../log_facts.ts";
import type { LogEntry } from "../log_register.ts";
import type { Replica } from "../replica.ts";
import type { Replicator } from "../replicator.ts";
import { META, RECEIPT_COUNTS } from "../tables.ts";
import type { PushDone } from "./push.ts";
import { appendSyncLog } from "./sync_log.ts";

/** Most milliseconds that an exchange waits for other nodes. */
export const EXCHANGE_MS_MAX = 5_000;
/** Milliseconds between two looks while an exchange waits. */
const WAIT_MS = 50;
/** Commits of a log that are read in one piece: until all are read, too many sales count as not confirmed. */
const READ_COMMITS = 256;
const META_NAME = "mesh_confirmed";

/** How far a log is confirmed, and how many sales it holds up to there. */
interface Confirmed {
  readonly seq: number;
  readonly sales: number;
}

/** What is kept: confirmed logs by number, and how many sales were told of last. */
interface Kept {
  readonly logs: Readonly<Record<string, Confirmed>>;
  readonly told: number;
}

/** What the exchange works with. */
export interface MeshExchangeParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** The node's site; one without a site has no sales of its own. */
  readonly site: SiteCode | null;
  /** Links to other nodes; undefined for a node that works alone. */
  readonly peers: () =>
    | Pick<Replicator, "compareNow" | "confirmedSeq">
    | undefined;
}

/** The exchange. */
export interface MeshExchange {
  /** False: no original central is told. */
  readonly hasTargets: false;
  /** Compares with all linked nodes now; answers how many sales were confirmed since this was asked last. */
  push(): Promise<Result<PushDone, Refusal>>;
  /** Own sales that no other node has confirmed. */
  pending(): number;
  /** Nobody is waited for any more. */
  stop(): void;
}

/**
 * Makes the exchange of a node.
 *
 * @param parts What it works with.
 * @returns The exchange, not started.
 */
export function createMeshExchange(parts: MeshExchangeParts): MeshExchange {
  const { replica, clock, site } = parts;
  let known: Map<string, Confirmed> | undefined;
  let ended = false;

  const ownLogs = () => site === null ? [] : replica.ownLogs(siteSpace(site));
  const confirmed = () => {
    known ??= new Map(Object.entries(keptOf(replica.reader).logs));
    return known;
  };
  const salesConfirmed = () =>
    [...confirmed().values()].reduce((sum, { sales }) => sum + sales, 0);

  /** Reads on, of each log one piece. Returns true if more is confirmed than was read. */
  const advance = (): boolean => {
    let more = false;
    for (const entry of ownLogs()) {
      const name = String(entry.number);
      const before = confirmed().get(name) ?? { seq: 0, sales: 0 };
      const end = confirmedSeq(parts, entry);
      if (end <= before.seq) continue;
      const seq = Math.min(end, before.seq + READ_COMMITS);
      const sales = before.sales +
        countSales(replica, entry, { from: before.seq + 1, to: seq });
      confirmed().set(name, { seq, sales });
      more ||= seq < end;
    }
    return more;
  };

  const pending = () => {
    advance();
    const made = ownLogs().reduce(
      (sum, { number }) => sum + numbered(replica.reader, number),
      0,
    );
    return Math.max(0, made - salesConfirmed());
  };

  /** Keeps what is known, with a row of the log. */
  const save = (links: number, left: number) =>
    replica.decide(({ writer }) => {
      const told = salesConfirmed();
      const sent = Math.max(0, told - keptOf(writer).told);
      const message = messageOf({ sent, links, left });
      const value: Kept = { logs: Object.fromEntries(confirmed()), told };
      writer.put(META, { name: META_NAME, value: JSON.stringify(value) });
      appendSyncLog(writer, {
        at: clock.now(),
        direction: "sent",
        ok: links > 0,
        message,
        site: null,
        records: sent,
      });
      return ok({ sent, message });
    });

  return {
    hasTargets: false,
    pending,
    async push() {
      const links = parts.peers()?.compareNow() ?? 0;
      const end = clock.monotonic() + EXCHANGE_MS_MAX;
      while (
        links > 0 && !ended && pending() > 0 && clock.monotonic() < end
      ) await pause(clock, WAIT_MS);
      while (advance() && !ended) await pause(clock, 0);
      return await save(links, pending());
    },
    stop: () => void (ended = true),
  };
}

function messageOf(
  { sent, links, left }: {
    readonly sent: number;
    readonly links: number;
    readonly left: number;
  },
): string {
  const rest = left === 0 ? "" : `; ${left} pendientes`;
  return links === 0
    ? `Ningún otro nodo está al alcance${rest}`
    : `${sent} ventas confirmadas por otro nodo${rest}`;
}

function keptOf(rows: Reader): Kept {
  const row = rows.get(META, [META_NAME]);
  return row === undefined
    ? { logs: {}, told: 0 }
    : JSON.parse(String(row["value"])) as Kept;
}

/** How far others have a log: as linked nodes say now, and as any member has signed. */
function confirmedSeq(
  { replica, peers }: MeshExchangeParts,
  entry: LogEntry,
): number {
  const said = peers()?.confirmedSeq(entry.space, entry.name) ?? 0;
  const signed = countersignaturesOf(replica.reader, entry)
    .map(({ head }) => head.seq);
  return Math.min(entry.seq, Math.max(said, ...signed));
}

function countSales(
  { archive }: Replica,
  entry: LogEntry,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const factsAt = createFactReader(archive, entry);
  let count = 0;
  for (let seq = from; seq <= to; seq++) {
    for (const { fact } of factsAt(seq)) {
      if (fact.type === "SaleRecorded" && fact.legacy === undefined) count++;
    }
  }
  return count;
}

/** How many sales a log of this node has numbered. */
function numbered(rows: Reader, log: number): number {
  return rows.scan(RECEIPT_COUNTS, { prefix: [log] })
    .reduce((sum, row) => sum + Number(row["count"]), 0);
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.timer(ms, resolve));
}
