/**
 * What a node sees to by itself at a charging site: timers of sessions, sessions that were made apart, equipment that was
 * not told, points whose connections are gone since this node was started again.
 *
 * @module
 */
import {
  type ChargingPoint,
  chargingPoint,
  type ChargingSession,
  chargingSession,
  displacedBy,
  type FactId,
  isFaulty,
  isOutOfService,
  isUnconfirmed,
  ok,
  openSessions,
  pointsOfLog,
  type SessionOutcome,
  type SiteCode,
  siteSpace,
  stopsInForce,
  type Timer,
} from "../../crdt/mod.ts";
import { isStoreError } from "../ports.ts";
import { type ChargingContext, guarded } from "./charging_context.ts";
import { sessionIn } from "./charging_rows.ts";
import { closeNow, SILENT, type WatchedSession } from "./close_rules.ts";
import type { CommandDesk } from "./command_desk.ts";
import { recordClosed } from "./point_desk.ts";
import {
  authorityOf,
  isUnheard,
  LIVE_MS,
  type PointsNow,
  pointsNow,
  silenceOf,
} from "./point_states.ts";
import type { RequestDesk } from "./request_desk.ts";
import { figuresOf, recordEnd } from "./session_ends.ts";
import { displaceOne, doubles, openOf } from "./sessions_apart.ts";
import type { SupplyDesk } from "./supply_desk.ts";
import {
  authorityNow,
  goneFor,
  holderNow,
  isHeardElsewhere,
  rankOf,
} from "./whereabouts.ts";

/** Sessions are looked after this often, in milliseconds. */
export const KEEP_MS = 500;
/** All open sessions are listed again this often, in milliseconds; those that change are noted at once. */
export const KEEP_LIST_MS = 30_000;
/** Most sessions that one commit closes. */
export const CLOSED_MAX = 256;
/** Equipment that was not told of a driver is told, or the session undone, after so long, in milliseconds. */
export const UNINFORMED_MS = 10_000;
/** Most points whose connections one commit takes for gone. */
const GONE_MAX = 256;

/** Looks after a site. */
export interface ChargingKeeper {
  /** Starts. */
  start(): void;
  /** Stops; what was begun is finished. */
  stop(): void;
  /** Something is to be looked after. */
  wake(): void;
  /**
   * A session has changed.
   *
   * @param id The session.
   * @param site Where, if that is known.
   * @returns The session; undefined if nothing is known of it.
   */
  noteSession(id: FactId, site?: SiteCode): ChargingSession | undefined;
  /** A point has changed. */
  notePoint(site: SiteCode, point: string): void;
  /** Everything may have changed. */
  noteAll(): void;
}

/** What it lets do. */
export interface KeeperParts {
  /** The node. */
  readonly use: ChargingContext;
  /** Requests. */
  readonly requests: Pick<
    RequestDesk,
    "answerRouted" | "inform" | "isInforming"
  >;
  /** Commands. */
  readonly commands: Pick<CommandDesk, "look">;
  /** Telemetry. */
  readonly supplies: Pick<SupplyDesk, "sample">;
}

/** Since when something is so, in monotonic milliseconds. */
interface Since {
  seen: number;
  heard: number;
  faulty: number | null;
  stopped: number | null;
  confirmed: number | null;
  unconnected: number | null;
  away: number | null;
}

/** A session that lasts. */
interface Watched {
  session: ChargingSession;
  readonly since: Since;
}

/**
 * Makes it.
 *
 * @param parts What it lets do.
 */
export function createChargingKeeper(parts: KeeperParts): ChargingKeeper {
  return new Keeper(parts);
}

class Keeper implements ChargingKeeper {
  readonly #parts: KeeperParts;
  readonly #watched = new Map<FactId, Watched>();
  /** Points as facts had them when they were looked at last; they are read again when they change. */
  readonly #points = new Map<string, ChargingPoint | undefined>();
  /** Whether points report nothing that could end a session. */
  readonly #well = new WeakMap<ChargingPoint, boolean>();
  /** Sessions that may have been made apart from another of their point or driver. */
  readonly #suspects = new Set<FactId>();
  #timer: Timer | undefined;
  #listedAt = -Infinity;
  #isStopped = true;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isStopped = false;
    const { use } = this.#parts;
    guarded(use, "note that connections are gone", closeGone(use));
    this.wake();
  }

  wake(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    const { clock } = this.#parts.use;
    this.#timer = clock.timer(KEEP_MS, () => this.#tick());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  noteSession(id: FactId, site?: SiteCode): ChargingSession | undefined {
    const { replica, live, clock } = this.#parts.use;
    const session = site === undefined
      ? chargingSession(replica.reader, id)
      : sessionIn(replica.reader, site, id);
    if (session === undefined || session.status === "ended") {
      this.#watched.delete(id);
      live.end(id);
      return session;
    }
    // Another node hears of the supply now.
    if (isHeardElsewhere(this.#parts.use, session)) live.end(id);
    const watched = this.#watched.get(id);
    const now = clock.monotonic();
    if (watched === undefined) {
      this.#watched.set(id, { session, since: sinceNow(now) });
      this.#suspects.add(id);
      this.wake();
      return session;
    }
    const before = watched.session;
    // What this node itself wrote down is no news of a supply of which it hears.
    const isNews = live.get(id) === undefined &&
      before.metered?.order.seq !== session.metered?.order.seq;
    if (isNews || before.status !== session.status) watched.since.heard = now;
    watched.session = session;
    return session;
  }

  notePoint(site: SiteCode, point: string): void {
    this.#points.delete(`${site}#${point}`);
  }

  noteAll(): void {
    this.#points.clear();
    this.#listedAt = -Infinity;
    this.wake();
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#isStopped) return;
    guarded(this.#parts.use, "look after charging sessions", this.#run());
  }

  /** Looks after what there is; where there is nothing, nobody looks again before something has changed. */
  async #run(): Promise<void> {
    let isBusy = true;
    try {
      isBusy = await this.#pass();
    } catch (error) {
      // The disk is closed, or the node stops: the next pass finds it.
      if (!isStoreError(error)) throw error;
    } finally {
      if (isBusy) this.wake();
    }
  }

  /** One look; false if nothing is left to be looked after. */
  async #pass(): Promise<boolean> {
    const { use, requests, commands, supplies } = this.#parts;
    if (use.node.site === null) return false;
    this.#list(use.node.site);
    const waiting = requests.answerRouted() + commands.look();
    await this.#close();
    await this.#displace();
    this.#informLate();
    await supplies.sample();
    return waiting > 0 || this.#watched.size > 0;
  }

  // Listing

  /** Lists what lasts, for what was missed: a transaction may change more than it tells of. */
  #list(site: SiteCode): void {
    const { use } = this.#parts;
    const now = use.clock.monotonic();
    if (now - this.#listedAt < KEEP_LIST_MS) return;
    this.#listedAt = now;
    const open = openSessions(use.replica.reader, site);
    const ids = new Set(open.map(({ id }) => id));
    for (const id of [...this.#watched.keys()]) {
      if (!ids.has(id)) this.noteSession(id);
    }
    for (const { id } of open) {
      if (!this.#watched.has(id)) this.noteSession(id);
    }
    for (const one of doubles(open)) this.#suspects.add(one.id);
  }

  #pointOf({ site, point }: ChargingSession): ChargingPoint | undefined {
    const key = `${site}#${point}`;
    if (!this.#points.has(key)) {
      if (this.#points.size >= POINTS_KEPT_MAX) this.#points.clear();
      const { reader } = this.#parts.use.replica;
      this.#points.set(key, chargingPoint(reader, { site, point }));
    }
    return this.#points.get(key);
  }

  // Closing

  async #close(): Promise<void> {
    const { use } = this.#parts;
    const now = pointsNow(use);
    const ranks = { rank: undefined as number | undefined };
    const due: { id: FactId; outcome: SessionOutcome }[] = [];
    for (const [id, watched] of this.#watched) {
      if (due.length >= CLOSED_MAX) break;
      if (this.#isCalm(watched, now)) continue;
      const seen = this.#look(watched, now, ranks);
      const outcome = closeNow(seen, use.timers);
      if (outcome !== undefined) due.push({ id, outcome });
      else this.#reportStale(watched, seen);
    }
    if (due.length === 0) return;
    const done = await use.replica.decide((decision) => {
      for (const { id, outcome } of due) {
        const session = chargingSession(decision.rows, id);
        if (session === undefined || session.status === "ended") continue;
        if (session.status !== this.#watched.get(id)?.session.status) continue;
        const position = use.live.get(id)?.position ?? null;
        recordEnd(decision, use, session, {
          outcome,
          ...figuresOf(use, session),
          position,
          ...(outcome === "disconnected" && isTransaction(session)
            ? { reason: SILENT }
            : {}),
        });
      }
      return ok(null);
    });
    if (!done.ok) {
      use.logger.log("warn", "Sessions could not be closed", {
        code: done.error.code,
      });
    }
  }

  /** Whether nothing can be due: almost all sessions are so almost always. */
  #isCalm({ session, since }: Watched, now: PointsNow): boolean {
    const { use } = this.#parts;
    const point = this.#pointOf(session);
    if (point === undefined || !this.#isWell(point)) return false;
    if (!now.isConnected(point)) return false;
    if (session.status === "authorized") {
      if ((session.authorized?.expiresAt ?? null) !== null) return false;
    } else if (
      !isTransaction(session) && silenceOf(use, session.id) >= LIVE_MS
    ) return false;
    since.faulty = since.stopped = since.confirmed = null;
    since.unconnected = since.away = null;
    return true;
  }

  /** Whether a point reports nothing that could end a session. */
  #isWell(point: ChargingPoint): boolean {
    let isWell = this.#well.get(point);
    if (isWell === undefined) {
      isWell = stopsInForce(point).length === 0 &&
        point.standing.every(({ value }) =>
          value !== "faulted" && value !== "stopped"
        );
      this.#well.set(point, isWell);
    }
    return isWell;
  }

  /** A session as this node sees it now. */
  #look(
    { session, since }: Watched,
    now: PointsNow,
    ranks: { rank: number | undefined },
  ): WatchedSession {
    const { use } = this.#parts;
    const at = use.clock.monotonic();
    const point = this.#pointOf(session);
    const isConnected = point !== undefined && now.isConnected(point);
    const authority = authorityNow(use, now, point);
    const isConfirmed = point !== undefined &&
      isOutOfService(point, session.connector, isConnected) &&
      !isUnconfirmed(point);
    const span = (
      name: "faulty" | "stopped" | "confirmed" | "unconnected" | "away",
      isSo: boolean,
    ) => {
      since[name] = isSo ? since[name] ?? at : null;
      return since[name] === null ? null : at - since[name];
    };
    const unconnectedMs = span("unconnected", !isConnected);
    const isStopped = point !== undefined && stopsInForce(point).length > 0;
    const stoppedMs = span("stopped", isStopped);
    const confirmedMs = span("confirmed", isStopped && isConfirmed);
    const expiresAt = session.authorized?.expiresAt ?? null;
    const leftUs = expiresAt === null ? 1 : expiresAt - use.replica.at;
    return {
      isCharging: session.status === "charging",
      isTransaction: isTransaction(session),
      holder: holderNow(use, now, session),
      authority,
      awayMs: span("away", authority === "away") ?? 0,
      rank: ranks.rank ??= rankOf(use, session.site),
      silentMs: isUnheard(use, session.id)
        ? 0
        : Math.min(at - since.heard, silenceOf(use, session.id)),
      goneMs: unconnectedMs === null || !isTransaction(session)
        ? null
        : goneFor(use, session, point) ?? unconnectedMs,
      unconnectedMs,
      faultyMs: span(
        "faulty",
        point !== undefined && isFaulty(point, session.connector),
      ),
      stoppedMs: confirmedMs ?? stoppedMs,
      isStopConfirmed: confirmedMs !== null,
      expiredMs: leftUs > 0 ? null : -leftUs / 1000,
    };
  }

  #reportStale(
    { session }: Watched,
    { isCharging, isTransaction, holder, silentMs, unconnectedMs }:
      WatchedSession,
  ): void {
    if (!isCharging || isTransaction || holder !== "self") return;
    if (unconnectedMs !== null || silentMs < LIVE_MS) return;
    this.#parts.use.reports.stale(session);
  }

  // Made apart

  /** Of sessions that were made apart all but one are closed, each by the node that decides about its point (11.5). */
  async #displace(): Promise<void> {
    if (this.#suspects.size === 0) return;
    const { use } = this.#parts;
    const { reader } = use.replica;
    const suspects = [...this.#suspects].slice(0, CLOSED_MAX);
    for (const id of suspects) this.#suspects.delete(id);
    const due: FactId[] = [];
    for (const id of suspects) {
      const open = openOf(reader, id);
      if (open === undefined || displacedBy(reader, open) === undefined) {
        continue;
      }
      const point = chargingPoint(reader, open);
      if (point !== undefined && authorityOf(use, point).isSelf) due.push(id);
    }
    if (due.length === 0) return;
    await use.replica.decide((decision) => {
      for (const id of due) displaceOne(decision, use, id);
      return ok(null);
    });
  }

  // Telling

  /** Equipment that was not told in time is told now; if it cannot be, the session is undone. */
  #informLate(): void {
    const { use, requests } = this.#parts;
    const now = use.clock.monotonic();
    for (const { session, since } of this.#watched.values()) {
      if (session.status !== "authorized" || session.informed !== undefined) {
        continue;
      }
      if (now - since.seen < UNINFORMED_MS) continue;
      if (requests.isInforming(session.id)) continue;
      const point = this.#pointOf(session);
      if (point === undefined || !authorityOf(use, point).isSelf) continue;
      guarded(use, "tell a point of a driver", requests.inform(session));
    }
  }
}

/** Whether silence says nothing: a charger may count on while it is away. */
function isTransaction({ started }: ChargingSession): boolean {
  return (started?.transaction ?? null) !== null;
}

/** Most points that a keeper holds. */
const POINTS_KEPT_MAX = 50_000;

function sinceNow(now: number): Since {
  const never = { faulty: null, stopped: null, confirmed: null };
  return { seen: now, heard: now, ...never, unconnected: null, away: null };
}

/** Connections that this node held before it was started again are gone. */
async function closeGone(use: ChargingContext): Promise<void> {
  const { node: { site }, replica, links } = use;
  if (site === null) return;
  const gone = replica.ownLogs(siteSpace(site))
    .flatMap(({ number }) => pointsOfLog(replica.reader, number))
    .filter(({ connected, point, link }) =>
      connected && links.get(site, point)?.fact !== link
    )
    .map(({ point, link }) => ({ site, point, fact: link }));
  for (let from = 0; from < gone.length; from += GONE_MAX) {
    await recordClosed(use, gone.slice(from, from + GONE_MAX));
  }
}
