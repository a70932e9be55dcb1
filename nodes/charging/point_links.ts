/**
 * Connections of points to this node, as their listeners brought them: in memory, so that after a restart all are gone.
 *
 * @module
 */
import type { FactId, SiteCode, Timer } from "../../crdt/mod.ts";
import type {
  PointChannel,
  PointId,
  PointRegistration,
} from "./charging_use_cases.ts";

/** Most points that are connected to one node; more are refused. */
export const POINT_LINKS_MAX = 20_000;

/** One connection. */
export interface LiveLink {
  /** The site. */
  readonly site: SiteCode;
  /** The point. */
  readonly point: PointId;
  /** The fact by which the node took it. */
  readonly fact: FactId;
  /** How it speaks. */
  readonly dialect: PointRegistration["dialect"];
  /** The way to it. */
  readonly channel: PointChannel;
  /** When it registered, in monotonic milliseconds. */
  readonly since: number;
  /** Whether a newer one has taken the point. */
  replaced: boolean;
  /** Whether it is over. */
  ended: boolean;
  /** Tells a stop again soon after the registration (C-6). */
  restop: Timer | undefined;
  /** What the equipment said of its health and is not on disk yet is tried again. */
  health: { stop(): void } | undefined;
}

/** Connections by point: the newest of each. */
export class PointLinks {
  readonly #links = new Map<string, LiveLink>();

  /** How many points are connected. */
  get size(): number {
    return this.#links.size;
  }

  /** All of them. */
  all(): Iterable<LiveLink> {
    return this.#links.values();
  }

  /** Whether one more point may connect. */
  admits(site: SiteCode, point: PointId): boolean {
    return this.#links.size < POINT_LINKS_MAX ||
      this.#links.has(keyOf(site, point));
  }

  /** A point's connection; undefined if there is none. */
  get(site: SiteCode, point: string): LiveLink | undefined {
    return this.#links.get(keyOf(site, point));
  }

  /**
   * Takes a connection.
   *
   * @returns The one that it replaces, if it is still there.
   */
  set(link: LiveLink): LiveLink | undefined {
    const key = keyOf(link.site, link.point);
    const before = this.#links.get(key);
    this.#links.set(key, link);
    if (before === undefined) return undefined;
    before.replaced = true;
    rest(before);
    return before;
  }

  /** A newer connection, here or elsewhere, has taken the point; or this one is over. */
  remove(link: LiveLink): void {
    rest(link);
    const key = keyOf(link.site, link.point);
    if (this.#links.get(key) === link) this.#links.delete(key);
  }
}

/** Nothing more is begun for a connection by itself. */
export function rest({ restop, health }: LiveLink): void {
  restop?.cancel();
  health?.stop();
}

function keyOf(site: SiteCode, point: string): string {
  return `${site}#${point}`;
}
