/**
 * Sessions of people who signed in at this node: random ids of which only hashes are stored, in a table of this node
 * alone, so that they outlive a restart.
 *
 * @module
 */
import {
  type Clock,
  ok,
  PanalError,
  type Random,
  type Row,
  sha256,
  toHex,
} from "../../crdt/mod.ts";
import type { Logger } from "../ports.ts";
import type { Replica } from "../replica.ts";
import { SESSIONS } from "../tables.ts";
import type { SessionKey } from "./people_use_cases.ts";

/** How long a session lasts without being used, in milliseconds. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** How exactly the store knows when a session was used last, in milliseconds. */
const TOUCH_MS = 60_000;
/** Most sessions; beyond, the one that was used longest ago ends. */
export const SESSIONS_MAX = 10_000;
const ID_BYTES = 16;
const ID = /^[0-9a-f]{32}$/;
/** The place of the session of loopback callers: no hash is this word. */
const LOOPBACK_KEY = "loopback";

/** Whose a session is. */
export interface SessionOwner {
  /** The user's number. */
  readonly user: number;
  /** Which of its sign-ins count: see `StoredUser.epoch`. */
  readonly epoch: string;
  /** True if the password must be changed before anything else. */
  readonly must: boolean;
}

interface Session extends SessionOwner {
  /** When it was used last, in milliseconds since 1970. */
  seen: number;
  /** When the store last learned of that. */
  stored: number;
}

/** The sessions of a node. */
export interface Sessions {
  /** Opens one, and with `fixed` that of loopback callers too; its id. */
  open(owner: SessionOwner, fixed?: "loopback"): Promise<string>;
  /** Whose it is, if it has not ended. */
  find(key: SessionKey): SessionOwner | undefined;
  /** Ends one. */
  close(key: SessionKey): Promise<void>;
}

/** What sessions work with. */
export interface SessionParts {
  /** Where they are stored. */
  readonly replica: Replica;
  /** When they end. */
  readonly clock: Clock;
  /** Draws ids. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
}

function hashOf(key: SessionKey): string | undefined {
  if (typeof key !== "string") return LOOPBACK_KEY;
  return ID.test(key)
    ? toHex(sha256(new TextEncoder().encode(key)))
    : undefined;
}

function toRow(hash: string, { user, epoch, must, seen }: Session): Row {
  return { id: hash, user, epoch, must: must ? 1 : 0, seen };
}

function load({ replica }: SessionParts): Map<string, Session> {
  const rows = replica.reader.scan(SESSIONS)
    .toSorted((a, b) => Number(a["seen"]) - Number(b["seen"]));
  return new Map(rows.map((row) => {
    const seen = Number(row["seen"]);
    const session = {
      user: Number(row["user"]),
      epoch: String(row["epoch"]),
      must: row["must"] === 1,
      ...{ seen, stored: seen },
    };
    return [String(row["id"]), session];
  }));
}

/**
 * Makes the sessions of a node, with those that it had before.
 *
 * @param parts What they work with.
 * @returns The sessions.
 */
export function createSessions(parts: SessionParts): Sessions {
  const { replica, clock, random, logger } = parts;
  // In the order in which they were used, the one used longest ago first.
  const sessions = load(parts);

  /** Writes what is so now, or that it is not any more. */
  const store = async (hashes: readonly string[]) => {
    const done = await replica.decide(({ writer }) => {
      for (const hash of hashes) {
        const session = sessions.get(hash);
        if (session === undefined) writer.delete(SESSIONS, [hash]);
        else writer.put(SESSIONS, toRow(hash, session));
      }
      return ok(null);
    });
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
  };

  const storeLater = (hash: string) =>
    void store([hash]).catch((error) =>
      logger.log("warn", "A session was not stored", { error: String(error) })
    );

  /** Those that are over, and the one used longest ago if there are too many. */
  const drop = (): string[] => {
    const dropped: string[] = [];
    for (const [hash, { seen }] of sessions) {
      const over = seen + SESSION_IDLE_MS <= clock.now();
      if (!over && sessions.size < SESSIONS_MAX) break;
      sessions.delete(hash);
      dropped.push(hash);
    }
    return dropped;
  };

  return {
    async open(owner, fixed) {
      const id = toHex(random.bytes(ID_BYTES));
      const keys = fixed === undefined ? [id] : [id, { fixed }];
      const hashes = keys.map(hashOf).filter((hash) => hash !== undefined);
      const dropped = drop();
      const now = clock.now();
      for (const hash of hashes) {
        sessions.delete(hash);
        sessions.set(hash, { ...owner, seen: now, stored: now });
      }
      await store([...dropped, ...hashes]);
      return id;
    },
    find(key) {
      const hash = hashOf(key);
      const session = hash === undefined ? undefined : sessions.get(hash);
      if (hash === undefined || session === undefined) return undefined;
      const now = clock.now();
      const ended = session.seen + SESSION_IDLE_MS <= now;
      sessions.delete(hash);
      if (!ended) {
        sessions.set(hash, session);
        session.seen = now;
      }
      if (ended || now >= session.stored + TOUCH_MS) {
        session.stored = now;
        storeLater(hash);
      }
      return ended ? undefined : session;
    },
    async close(key) {
      const hash = hashOf(key);
      if (hash === undefined || !sessions.delete(hash)) return;
      await store([hash]);
    },
  };
}
