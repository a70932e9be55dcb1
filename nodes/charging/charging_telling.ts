/**
 * What nodes of a charging site tell each other without writing facts: how far running supplies are, and whether one has
 * everything that another has written. Small messages over the links that are up; lost without harm.
 *
 * @module
 */
import {
  allows,
  type Clock,
  decodeCbor,
  encodeCbor,
  type FactId,
  idBytes,
  idText,
  isCount,
  type LogId,
  parseLogId,
  type PeerId,
  type SpaceId,
  type Timer,
} from "../../crdt/mod.ts";
import { type Message, MESSAGE_PRESENT_BYTES_MAX } from "../../net/mod.ts";
import type { PeerSession } from "../peer_session.ts";
import type { Replica } from "../replica.ts";

type PresentMessage = Extract<Message, { kind: "present" }>;

/** Running supplies are told of this often, in milliseconds. */
export const LIVE_TELL_MS = 1_000;
/** Most supplies of which other nodes told; beyond, no new ones are heard of. */
export const LIVE_HEARD_MAX = 20_000;
/** What was heard so long ago is forgotten, in milliseconds. */
export const LIVE_HEARD_MS = 60_000;
/** Most questions that wait for an answer at once. */
export const ASKED_MAX = 1_024;
/** A link with more bytes than this before it is busy: running totals are not told. */
const BUSY_LINK_BYTES = 256 * 1024;
/** How long to wait before looking again whether what a peer wrote is here, in milliseconds. */
const LOOK_AGAIN_MS = 20;
/** Supplies of one message; each takes at most 36 bytes. */
const LIVES_OF_MESSAGE = 26;

const NAME = "charge";
const ASK = 1;
const ANSWER = 2;
const LIVE = 3;

/** How far a running supply is. */
export interface ToldSupply {
  /** Its session. */
  readonly session: FactId;
  /** Watt-hours so far. */
  readonly energy: number;
  /** Money so far, in minor units. */
  readonly amount: number;
  /** How old this is, in milliseconds. */
  readonly ageMs: number;
}

/** What a message says. */
export type ToldCharging =
  | { readonly kind: "ask"; readonly nonce: number }
  | {
    readonly kind: "answer";
    readonly nonce: number;
    /** The log that the peer writes in the space; null if it has none. */
    readonly log: LogId | null;
    /** How far it is. */
    readonly seq: number;
  }
  | { readonly kind: "live"; readonly supplies: readonly ToldSupply[] };

/**
 * Writes a message.
 *
 * @param told What it says.
 * @returns The body.
 */
export function encodeToldCharging(told: ToldCharging): Uint8Array {
  switch (told.kind) {
    case "ask":
      return encodeCbor([NAME, ASK, told.nonce]);
    case "answer":
      return encodeCbor([NAME, ANSWER, told.nonce, told.log, told.seq]);
    case "live":
      return encodeCbor([
        NAME,
        LIVE,
        told.supplies.map(({ session, energy, amount, ageMs }) => [
          idBytes(session),
          energy,
          amount,
          ageMs,
        ]),
      ]);
  }
}

/**
 * Reads a message.
 *
 * @param body Anything.
 * @returns What it says, or undefined if the body is no such message.
 */
export function decodeToldCharging(body: Uint8Array): ToldCharging | undefined {
  if (body.length > MESSAGE_PRESENT_BYTES_MAX) return undefined;
  const value = decodeCbor(body);
  if (!Array.isArray(value) || value[0] !== NAME) return undefined;
  const [, kind, first, name, seq] = value;
  if (kind === ASK && isCount(first)) return { kind: "ask", nonce: first };
  if (kind === ANSWER && isCount(first) && isCount(seq)) {
    const log = parseLogId(name) ?? null;
    return { kind: "answer", nonce: first, log, seq };
  }
  if (kind !== LIVE || !Array.isArray(first)) return undefined;
  const supplies = first.map(readSupply);
  return supplies.every((supply) => supply !== undefined)
    ? { kind: "live", supplies }
    : undefined;
}

function readSupply(value: unknown): ToldSupply | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [id, energy, amount, ageMs] = value;
  if (!(id instanceof Uint8Array) || id.length !== 16) return undefined;
  if (!isCount(energy) || !isCount(amount) || !isCount(ageMs)) return undefined;
  return { session: idText(id), energy, amount, ageMs };
}

/** Supplies of which other nodes told. */
export interface HeardSupply extends ToldSupply {
  /** Who told of it. */
  readonly peer: PeerId;
  /** When it was so, in monotonic milliseconds. */
  readonly at: number;
  /** When it was told, likewise. */
  readonly toldAt: number;
}

/** Tells other nodes, and hears of theirs. */
export interface ChargingTelling {
  /** Says who is linked. */
  connect(sessions: () => readonly PeerSession[]): void;
  /** A peer says something. */
  received(session: PeerSession, message: PresentMessage): void;
  /** Names what is told of from now on, and who hears of others' supplies. */
  begin(
    own: {
      readonly space: SpaceId;
      readonly supplies: () => Iterable<ToldSupply>;
      readonly heard: (supply: HeardSupply) => void;
    },
  ): void;
  /** Something is to be told of. */
  wake(): void;
  /** The peers that are linked. */
  linked(): ReadonlySet<string>;
  /** How far another node's supply is, as it told last. */
  heard(session: FactId): HeardSupply | undefined;
  /**
   * Waits until this node has everything that a peer had written in a space when it was asked.
   *
   * @returns False if it is not linked, or did not answer in time.
   */
  catchUp(
    peer: PeerId,
    wait: { readonly space: SpaceId; readonly ms: number },
  ): Promise<boolean>;
  /** Ends it. */
  stop(): void;
}

/** What it works with. */
export interface ChargingTellingParts {
  /** Time. */
  readonly clock: Clock;
  /** How far this node is in each log. */
  readonly register: () => Replica["register"];
}

/**
 * Makes it.
 *
 * @param parts What it works with.
 * @returns It; running totals are told of from `begin` on.
 */
export function createChargingTelling(
  parts: ChargingTellingParts,
): ChargingTelling {
  return new Telling(parts);
}

type Own = Parameters<ChargingTelling["begin"]>[0];

type Answer = Extract<ToldCharging, { readonly kind: "answer" }>;

interface Asked {
  readonly peer: PeerId;
  readonly answer: (told: Answer | undefined) => void;
}

class Telling implements ChargingTelling {
  readonly #parts: ChargingTellingParts;
  readonly #heard = new Map<FactId, HeardSupply>();
  readonly #asked = new Map<number, Asked>();
  #sessions: () => readonly PeerSession[] = () => [];
  #own: Own | undefined;
  #nonce = 0;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: ChargingTellingParts) {
    this.#parts = parts;
  }

  connect(sessions: () => readonly PeerSession[]): void {
    this.#sessions = sessions;
  }

  begin(own: Own): void {
    this.#own = own;
    this.wake();
  }

  wake(): void {
    if (this.#isStopped || this.#own === undefined) return;
    this.#timer ??= this.#parts.clock.timer(LIVE_TELL_MS, () => this.#tick());
  }

  linked(): ReadonlySet<string> {
    return new Set(
      this.#sessions().filter(({ ended }) => !ended)
        .map(({ link }) => link.peer),
    );
  }

  heard(session: FactId): HeardSupply | undefined {
    return this.#heard.get(session);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const { answer } of [...this.#asked.values()]) answer(undefined);
  }

  // Telling

  #tick(): void {
    this.#timer = undefined;
    if (this.#isStopped) return;
    const now = this.#parts.clock.monotonic();
    for (const [session, { toldAt }] of this.#heard) {
      if (now - toldAt > LIVE_HEARD_MS) this.#heard.delete(session);
    }
    const isTelling = this.#tell();
    // Who has nothing to tell and nothing to forget is idle until something is told or heard.
    if (isTelling || this.#heard.size > 0) this.wake();
  }

  /** Tells of running supplies; false if there are none. */
  #tell(): boolean {
    const own = this.#own;
    const supplies = own === undefined ? [] : [...own.supplies()];
    if (own === undefined || supplies.length === 0) return false;
    const listeners = this.#sessions().filter((session) =>
      session.reads(own.space) && session.link.pendingBytes <= BUSY_LINK_BYTES
    );
    if (listeners.length === 0) return true;
    for (let from = 0; from < supplies.length; from += LIVES_OF_MESSAGE) {
      const body = encodeToldCharging({
        kind: "live",
        supplies: supplies.slice(from, from + LIVES_OF_MESSAGE),
      });
      for (const session of listeners) {
        session.send({ kind: "present", space: own.space, body });
      }
    }
    return true;
  }

  // Hearing

  received(session: PeerSession, { space, body }: PresentMessage): void {
    const told = decodeToldCharging(body);
    const certificate = session.member?.certificate;
    if (
      told === undefined || certificate === undefined || this.#isStopped ||
      !allows(certificate, space, "write")
    ) return;
    switch (told.kind) {
      case "ask": {
        if (!session.reads(space)) return;
        const own = this.#parts.register().own(space);
        const answer = encodeToldCharging({
          kind: "answer",
          nonce: told.nonce,
          log: own?.name ?? null,
          seq: own?.seq ?? 0,
        });
        return session.send({ kind: "present", space, body: answer });
      }
      case "answer": {
        const asked = this.#asked.get(told.nonce);
        if (asked?.peer === session.link.peer) asked.answer(told);
        return;
      }
      case "live":
        for (const supply of told.supplies) this.#hear(session, space, supply);
    }
  }

  #hear(session: PeerSession, space: SpaceId, supply: ToldSupply): void {
    if (space !== this.#own?.space) return;
    if (
      this.#heard.size >= LIVE_HEARD_MAX && !this.#heard.has(supply.session)
    ) return;
    const toldAt = this.#parts.clock.monotonic();
    const at = toldAt - supply.ageMs;
    const heard = { ...supply, peer: session.link.peer, at, toldAt };
    this.#heard.set(supply.session, heard);
    this.wake();
    this.#own.heard(heard);
  }

  // Asking

  async catchUp(
    peer: PeerId,
    { space, ms }: { readonly space: SpaceId; readonly ms: number },
  ): Promise<boolean> {
    const session = this.#sessions().find((it) =>
      !it.ended && it.link.peer === peer
    );
    if (session === undefined || this.#asked.size >= ASKED_MAX) return false;
    const { clock } = this.#parts;
    const until = clock.monotonic() + ms;
    const told = await this.#ask(session, space, ms);
    if (told === undefined) return false;
    const isHere = () =>
      told.log === null ||
      (this.#parts.register().byName(told.log)?.seq ?? 0) >= told.seq;
    while (!isHere()) {
      if (this.#isStopped || clock.monotonic() + LOOK_AGAIN_MS > until) {
        return false;
      }
      await new Promise<void>((resolve) =>
        void clock.timer(LOOK_AGAIN_MS, resolve)
      );
    }
    return true;
  }

  #ask(
    session: PeerSession,
    space: SpaceId,
    ms: number,
  ): Promise<Answer | undefined> {
    const nonce = this.#nonce++;
    return new Promise((resolve) => {
      const answer = (told: Answer | undefined) => {
        timer.cancel();
        this.#asked.delete(nonce);
        resolve(told);
      };
      const timer = this.#parts.clock.timer(ms, () => answer(undefined));
      this.#asked.set(nonce, { peer: session.link.peer, answer });
      const body = encodeToldCharging({ kind: "ask", nonce });
      session.send({ kind: "present", space, body });
    });
  }
}
