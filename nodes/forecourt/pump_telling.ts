/**
 * What a native pump does at the moment, told to its peers without writing facts: a small message over the links that
 * are up. It goes one hop, is dropped where a link is busy, and whoever hears nothing for 5 s takes the pump for
 * disconnected. What a pump sold is never told this way.
 *
 * @module
 */
import {
  allows,
  type Clock,
  decodeCbor,
  encodeCbor,
  isCount,
  type SiteCode,
  siteOfSpace,
  siteSpace,
  type Timer,
} from "../../crdt/mod.ts";
import { type Message, MESSAGE_PRESENT_BYTES_MAX } from "../../net/mod.ts";
import type { PeerSession } from "../peer_session.ts";
import {
  LIVE_PUMPS_MAX,
  type LivePumps,
  type PumpLive,
  type PumpOperation,
} from "./live_pumps.ts";

/** A message about the present moment. */
export type PresentMessage = Extract<Message, { kind: "present" }>;

/** A pump is told of at most this often, in milliseconds. */
export const PUMP_TELL_MS_MIN = 500;
/** A pump is told of at least this often, in milliseconds. */
export const PUMP_TELL_MS_MAX = 2_000;
/** A pump of which nothing is heard for so long is taken for disconnected, in milliseconds. */
export const PUMP_SILENT_MS_MAX = 5_000;
/** A pump that has not come back for so long after that is told of, in milliseconds. */
export const PUMP_MISSING_MS = 15_000;
/** Most missing pumps that are told of at one look: each is a write to the disk. */
const MISSING_TOLD_MAX = 20;
/** A link with more bytes than this before it is busy: the message is dropped. */
const BUSY_LINK_BYTES = 64 * 1024;
/** Messages come a little closer together than they were sent, in milliseconds. */
const EARLY_MS = 100;
/** Most pumps of which one peer may tell. */
const PUMPS_OF_PEER_MAX = 64;
/** Longest name of a fuel, in UTF-16 units. */
const FUEL_LENGTH_MAX = 64;
/** How often silent pumps are looked for, in milliseconds. */
const LOOK_MS = 500;

const OPERATIONS: readonly PumpOperation[] = ["idle", "dispensing", "paused"];

/** What is told of a pump. */
export type ToldPump =
  & Pick<
    PumpLive,
    "pump" | "operation" | "volumeMl" | "amount"
  >
  & { readonly fuel: string; readonly price: number };

/** Tells peers of the own pump, and hears of theirs. */
export interface PumpTelling {
  /** Says who is linked. */
  connect(sessions: () => readonly PeerSession[]): void;
  /** A peer tells of a pump. */
  received(session: PeerSession, message: PresentMessage): void;
  /** Names the pump of this node; it is told of until `stop`. */
  begin(site: SiteCode, read: () => ToldPump): void;
  /** The own pump has changed: it is told of as soon as the rate allows. */
  changed(): void;
  /** Whether a station of the site is linked, by its certificate. */
  isStationLinked(site: SiteCode): boolean;
  /** Ends it. */
  stop(): void;
}

/** What it works with. */
export interface PumpTellingParts {
  /** Time. */
  readonly clock: Clock;
  /** Where what is heard is shown. */
  readonly live: () => LivePumps;
  /** A pump was lost and has not come back. */
  readonly missing?: (site: SiteCode, pump: number) => void;
}

/**
 * Writes what is told of a pump.
 *
 * @param told The pump.
 * @returns The body of a message.
 */
export function encodeToldPump(told: ToldPump): Uint8Array {
  const { pump, operation, volumeMl, amount, fuel, price } = told;
  const index = OPERATIONS.indexOf(operation);
  const name = fuel.slice(0, FUEL_LENGTH_MAX).toWellFormed();
  return encodeCbor([pump, index, volumeMl, amount, name, price]);
}

/**
 * Reads what is told of a pump.
 *
 * @param body Anything.
 * @returns The pump, or undefined if the body is no such message.
 */
export function decodeToldPump(body: Uint8Array): ToldPump | undefined {
  if (body.length > MESSAGE_PRESENT_BYTES_MAX) return undefined;
  const value = decodeCbor(body);
  if (!Array.isArray(value) || value.length !== 6) return undefined;
  const [pump, index, volumeMl, amount, fuel, price] = value;
  const operation = OPERATIONS[Number(index)];
  const counts = [pump, volumeMl, amount, price];
  if (!counts.every(isCount) || operation === undefined || pump === 0) {
    return undefined;
  }
  if (typeof fuel !== "string" || fuel.length > FUEL_LENGTH_MAX) {
    return undefined;
  }
  return { pump, operation, volumeMl, amount, fuel, price };
}

/**
 * Makes it.
 *
 * @param parts What it works with.
 * @returns It; nothing is sent before `begin`.
 */
export function createPumpTelling(parts: PumpTellingParts): PumpTelling {
  return new Telling(parts);
}

interface Heard {
  readonly site: SiteCode;
  readonly pump: number;
  readonly session: PeerSession;
  at: number;
}

class Telling implements PumpTelling {
  readonly #parts: PumpTellingParts;
  /** Pumps that peers told of, by site and number. */
  readonly #heard = new Map<string, Heard>();
  /** Pumps that are silent and were not told of. */
  readonly #silent = new Map<string, Heard>();
  #sessions: () => readonly PeerSession[] = () => [];
  #own: { readonly site: SiteCode; readonly read: () => ToldPump } | undefined;
  #toldAt = -Infinity;
  #timer: Timer | undefined;
  #look: Timer | undefined;
  #isStopped = false;

  constructor(parts: PumpTellingParts) {
    this.#parts = parts;
  }

  connect(sessions: () => readonly PeerSession[]): void {
    this.#sessions = sessions;
  }

  begin(site: SiteCode, read: () => ToldPump): void {
    this.#own = { site, read };
    this.#tell();
  }

  changed(): void {
    if (this.#own === undefined || this.#isStopped) return;
    const sinceMs = this.#parts.clock.monotonic() - this.#toldAt;
    if (sinceMs >= PUMP_TELL_MS_MIN) this.#tell();
    else this.#tellIn(PUMP_TELL_MS_MIN - sinceMs);
  }

  isStationLinked(site: SiteCode): boolean {
    return this.#sessions().some(({ member, ended }) =>
      !ended && member !== undefined && member.certificate.site === site &&
      member.certificate.roles.includes("station")
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#look?.cancel();
  }

  // Telling

  #tellIn(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.timer(ms, () => this.#tell());
  }

  #tell(): void {
    if (this.#own === undefined || this.#isStopped) return;
    const { site, read } = this.#own;
    const space = siteSpace(site);
    const body = encodeToldPump(read());
    for (const session of this.#sessions()) {
      if (!session.reads(space)) continue;
      if (session.link.pendingBytes > BUSY_LINK_BYTES) continue;
      session.send({ kind: "present", space, body });
    }
    this.#toldAt = this.#parts.clock.monotonic();
    this.#tellIn(PUMP_TELL_MS_MAX);
  }

  // Hearing

  received(session: PeerSession, { space, body }: PresentMessage): void {
    const { clock, live } = this.#parts;
    const site = siteOfSpace(space);
    const told = decodeToldPump(body);
    if (site === undefined || told === undefined || this.#isStopped) return;
    const certificate = session.member?.certificate;
    if (certificate === undefined || !allows(certificate, space, "write")) {
      return;
    }
    const now = clock.monotonic();
    const { pump, ...state } = told;
    const heard = this.#admit(session, { site, pump, now });
    if (heard === undefined) return;
    heard.at = now;
    live().update(site, pump, {
      ...state,
      connection: "connected",
      links: 1,
      address: session.link.address,
    });
    this.#look ??= clock.timer(LOOK_MS, () => this.#forgetSilent());
  }

  /** Whoever told of a pump first is believed until it is silent; too often, or too many pumps, is not heard. */
  #admit(
    session: PeerSession,
    { site, pump, now }: { site: SiteCode; pump: number; now: number },
  ): Heard | undefined {
    const key = `${site}/${pump}`;
    const known = this.#heard.get(key);
    if (known !== undefined) {
      const isOther = known.session !== session && !known.session.ended;
      const isEarly = now - known.at < PUMP_TELL_MS_MIN - EARLY_MS;
      if (isOther || (isEarly && known.session === session)) return undefined;
      this.#heard.delete(key);
    } else if (this.#isElsewhere(site, pump) || this.#isFull(session)) {
      return undefined;
    }
    const heard = { site, pump, session, at: now };
    this.#heard.set(key, heard);
    this.#silent.delete(key);
    return heard;
  }

  /** A pump that is linked to this node itself is shown as that link says. */
  #isElsewhere(site: SiteCode, pump: number): boolean {
    const own = this.#own;
    if (own !== undefined && own.site === site && own.read().pump === pump) {
      return true;
    }
    return (this.#parts.live().get(site, pump)?.links ?? 0) > 0;
  }

  #isFull(session: PeerSession): boolean {
    let count = 0;
    for (const heard of this.#heard.values()) {
      if (heard.session === session) count++;
    }
    return count >= PUMPS_OF_PEER_MAX;
  }

  #forgetSilent(): void {
    const { clock, live } = this.#parts;
    const now = clock.monotonic();
    this.#look = undefined;
    for (const [key, heard] of this.#heard) {
      if (now - heard.at < PUMP_SILENT_MS_MAX) continue;
      this.#heard.delete(key);
      if (this.#silent.size < LIVE_PUMPS_MAX) this.#silent.set(key, heard);
      const { site, pump } = heard;
      live().update(site, pump, { connection: "disconnected", links: 0 });
    }
    this.#tellMissing(now);
    const isIdle = this.#heard.size + this.#silent.size === 0;
    if (!isIdle && !this.#isStopped) {
      this.#look = clock.timer(LOOK_MS, () => this.#forgetSilent());
    }
  }

  #tellMissing(now: number): void {
    const due = [...this.#silent].filter(([, { at }]) =>
      now - at >= PUMP_SILENT_MS_MAX + PUMP_MISSING_MS
    );
    for (const [key, { site, pump }] of due.slice(0, MISSING_TOLD_MAX)) {
      this.#silent.delete(key);
      this.#parts.missing?.(site, pump);
    }
  }
}
