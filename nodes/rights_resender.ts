/**
 * Sends grants that are in transit to linked members that do not read the space: an answer may have been lost, or
 * nobody asked, and they find no grant by themselves. Whoever reads the space may send it; it is taken over once.
 *
 * @module
 */
import {
  type Cell,
  type Clock,
  GRANTS,
  idText,
  IN_TRANSIT,
  type LogId,
  reassignedTo,
  RIGHTS_OWED,
  type Row,
  type Stamp,
  stampMs,
  type Timer,
} from "../crdt/mod.ts";
import {
  RIGHTS_PASS_MS,
  RIGHTS_RESEND_MS,
  RIGHTS_RESEND_MS_MAX,
  RIGHTS_RESENT_LOOKED_MAX,
  RIGHTS_RESENT_MAX,
} from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { keyOf } from "./rights_candidates.ts";
import { answerOf } from "./rights_giver.ts";

/** Sends grants again. */
export interface RightsResender {
  /** Starts looking. */
  start(): void;
  /** Stops. */
  stop(): void;
}

/** What the resender works with. */
export interface RightsResenderParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Who is linked. */
  readonly sessions: () => readonly PeerSession[];
}

/** When a grant is sent again to a peer. */
interface Sent {
  readonly fromMs: number;
  readonly waitMs: number;
}

/** A grant that a peer is to be sent. */
interface Due {
  readonly session: PeerSession;
  readonly giver: LogEntry;
  readonly seq: number;
  readonly id: Uint8Array;
}

/**
 * Makes the resender of a node.
 *
 * @param parts What it works with.
 * @returns The resender, not started.
 */
export function createRightsResender(
  parts: RightsResenderParts,
): RightsResender {
  const { replica, clock, logger } = parts;
  /** By link: a new one begins anew. */
  const sent = new WeakMap<PeerSession, Map<string, Sent>>();
  let timer: Timer | undefined;
  let stopped = true;
  let seenUpTo: readonly Cell[] | undefined;

  /** Notes that a grant is sent now; false if it was sent lately. */
  const noteSent = (session: PeerSession, id: string): boolean => {
    const all = sent.get(session) ?? new Map<string, Sent>();
    sent.set(session, all);
    const now = clock.monotonic();
    const { fromMs, waitMs } = all.get(id) ??
      { fromMs: now, waitMs: RIGHTS_RESEND_MS };
    if (now < fromMs) return false;
    if (all.size >= RIGHTS_RESENT_LOOKED_MAX) all.clear();
    all.set(id, {
      fromMs: now + waitMs,
      waitMs: Math.min(2 * waitMs, RIGHTS_RESEND_MS_MAX),
    });
    return true;
  };

  const dueOf = (row: Row, apart: ReadonlyMap<string, PeerSession>) => {
    const { register, reader } = replica;
    const named = row["receiver"] as LogId;
    const receiver = register.byName(reassignedTo(reader, named) ?? named);
    const giver = register.byNumber(Number(row["log"]));
    if (receiver === undefined || giver === undefined) return [];
    if (register.isEnded(receiver)) return [];
    // Whoever does not read the space cannot see that nothing pays for it.
    if (reader.get(RIGHTS_OWED, [row["bound"] ?? null, giver.number])) {
      return [];
    }
    const session = apart.get(receiver.publicKey.join());
    if (session === undefined || session.reads(receiver.space)) return [];
    const id = row["id"] as Uint8Array;
    const grant = reader.get(GRANTS, [id, giver.number]);
    // The answer to who asked for it is on its way.
    const isNew = grant === undefined ||
      stampMs(grant["stamp"] as Stamp) > clock.now() - RIGHTS_PASS_MS;
    return isNew
      ? []
      : [{ session, giver, seq: Number(grant["seq"]), id } satisfies Due];
  };

  /** One run may bring several grants: what was sent to a peer of a log goes up to this seq. */
  const sendAll = (due: readonly Due[]) => {
    const counts = new Map<PeerSession, number>();
    const sentUpTo = new Map<PeerSession, Map<number, number>>();
    for (const { session, giver, seq, id } of due) {
      const count = counts.get(session) ?? 0;
      if (count >= RIGHTS_RESENT_MAX || !session.link.writable) continue;
      const request = idText(id);
      if (!noteSent(session, request)) continue;
      const logs = sentUpTo.get(session) ?? new Map<number, number>();
      sentUpTo.set(session, logs);
      if (seq <= (logs.get(giver.number) ?? 0)) continue;
      const answer = answerOf(replica, giver, { id: request, seq });
      const end = answer?.run?.head.seq;
      if (answer === undefined || end === undefined) continue;
      session.send(answer);
      logs.set(giver.number, end);
      counts.set(session, count + 1);
    }
  };

  const pass = () => {
    const apart = new Map(
      parts.sessions().map((session) => [keyOf(session), session]),
    );
    if (apart.size === 0) return;
    const after = seenUpTo === undefined ? {} : { after: seenUpTo };
    const limit = RIGHTS_RESENT_LOOKED_MAX;
    const rows = replica.reader.scan(IN_TRANSIT, { ...after, limit });
    const last = rows.at(-1);
    seenUpTo = last === undefined || rows.length < limit
      ? undefined
      : IN_TRANSIT.key.map((column) => last[column] ?? null);
    sendAll(
      rows.flatMap((row) => dueOf(row, apart)).toSorted((a, b) =>
        a.seq - b.seq
      ),
    );
  };

  const tick = () => {
    if (stopped) return;
    try {
      pass();
    } catch (error) {
      logger.log("warn", "Rights on their way could not be sent again", {
        error: String(error),
      });
    }
    timer = clock.timer(RIGHTS_PASS_MS, tick);
  };
  return {
    start() {
      stopped = false;
      timer = clock.timer(RIGHTS_PASS_MS, tick);
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
