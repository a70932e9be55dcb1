/**
 * Whom a node dials of all peers that it has heard of: those with whom it shares a space, and a few others by chance, so
 * that a mesh of any size is one mesh and no node is linked with all of it. Addresses that a person named are dialed
 * always and are no business of this choice.
 *
 * @module
 */
import {
  type Clock,
  type PeerId,
  type Random,
  randomBelow,
  type Timer,
} from "../crdt/mod.ts";
import { DIAL_ADDRESSES_MAX, type Dialer, peerOfAddress } from "../net/mod.ts";

/** Most peers of which it is known where they can be dialed. */
export const CONTACTS_MAX = 1000;
/** Most addresses of one peer. */
export const CONTACT_ADDRESSES_MAX = 8;
/** Most peers sharing a space that are linked or dialed: well below the most links, as others dial too. */
export const KIN_MAX = 400;
/** Other peers that are linked or dialed. */
export const NEIGHBORS_WANTED = 6;
/** A link that was only made to look around is ended when there are more than this to others. */
export const NEIGHBORS_MAX = 12;
/** Every so many comparisons a node that has its neighbors looks around all the same. */
export const LOOK_TICKS = 6;
/** Most addresses that the choice gives to the dialer, which keeps room for what people name. */
const DIALED_ADDRESSES_MAX = DIAL_ADDRESSES_MAX * 3 / 4;
/** What is heard at once is chosen from at once, after so many milliseconds. */
const CHOOSE_MS = 100;

/** A peer that could be dialed and is not linked. */
export interface Candidate {
  /** Whether it is being dialed. */
  readonly chosen: boolean;
  /** Turns that have ended since it was chosen. */
  readonly turns: number;
  /** How many turns it had in vain. */
  readonly misses: number;
}

/** How the choice is made. */
export interface ChoiceOptions {
  /** How many may be dialed; less than 1 for none. */
  readonly room: number;
  /** Whether those that were tried in vain make room for others. */
  readonly rotates: boolean;
  /** Chance. */
  readonly random: Random;
}

/**
 * Which of some peers that are not linked are to be dialed: those that are being dialed, then, by chance, those that had
 * the fewest turns in vain. Where turns end, whoever had one comes last: dialed on if nobody else waits.
 *
 * @param candidates The peers.
 * @param options How many, and whether turns end.
 * @returns At most `room` of them.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { createSeededRandom } from "../crdt/mod.ts";
 *
 * const dead = { chosen: true, turns: 1, misses: 0 };
 * const other = { chosen: false, turns: 0, misses: 0 };
 * const options = { room: 1, random: createSeededRandom(1) };
 *
 * deepStrictEqual(
 *   chooseDialed([dead, other], { ...options, rotates: false }),
 *   [dead],
 * );
 * deepStrictEqual(
 *   chooseDialed([dead, other], { ...options, rotates: true }),
 *   [other],
 * );
 * ```
 */
export function chooseDialed<C extends Candidate>(
  candidates: readonly C[],
  { room, rotates, random }: ChoiceOptions,
): C[] {
  const isOver = ({ turns }: Candidate) => rotates && turns > 0;
  const dialed = candidates.filter(({ chosen }) => chosen);
  const kept = dialed.filter((one) => !isOver(one));
  if (kept.length >= room) return kept.slice(0, Math.max(0, room));
  const waiting = shuffle(candidates.filter(({ chosen }) => !chosen), random)
    .sort((a, b) => a.misses - b.misses);
  return [...kept, ...waiting, ...dialed.filter(isOver)].slice(0, room);
}

/**
 * Some of a list by chance, after all that come first.
 *
 * @param all The list.
 * @param isFirst Which come first.
 * @param options How many of the others, and how many altogether.
 * @returns All that come first, as far as the most allows, and some others.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { createSeededRandom } from "../crdt/mod.ts";
 *
 * const random = createSeededRandom(1);
 * const some = sample([1, 2, 3, 4], (n) => n > 2, { others: 0, most: 9, random });
 *
 * deepStrictEqual(some.toSorted(), [3, 4]);
 * ```
 */
export function sample<T>(
  all: readonly T[],
  isFirst: (one: T) => boolean,
  { others, most, random }: {
    readonly others: number;
    readonly most: number;
    readonly random: Random;
  },
): T[] {
  const first: T[] = [];
  const rest: T[] = [];
  for (const one of all) (isFirst(one) ? first : rest).push(one);
  return [...shuffle(first, random), ...shuffle(rest, random).slice(0, others)]
    .slice(0, most);
}

function shuffle<T>(list: readonly T[], random: Random): T[] {
  const shuffled = [...list];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = randomBelow(random, i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}

/** What the choice works with. */
export interface NeighborsParts {
  /** This node. */
  readonly self: PeerId;
  /** Waits a moment, so that what comes together is chosen from once. */
  readonly clock: Pick<Clock, "timer">;
  /** Chance. */
  readonly random: Random;
  /** Dials. */
  readonly dialer: Pick<Dialer, "want" | "forget">;
  /** Whether a peer is known to share a space with this node. */
  isKin(peer: PeerId): boolean;
  /** Peers whose links are up. */
  linked(): ReadonlySet<PeerId>;
  /** Ends a link that was only made to look around; false if something is under way there. */
  release(peer: PeerId): boolean;
}

/** A known peer. */
interface Contact extends Candidate {
  readonly peer: PeerId;
  /** Where it can be dialed by its own word. */
  own: readonly string[];
  /** Where it can be dialed by others' word. */
  heard: readonly string[];
  chosen: boolean;
  turns: number;
  misses: number;
  /** What the dialer was given. */
  dialed: readonly string[];
}

/** Keeps contacts and gives some to the dialer. */
export class Neighbors {
  readonly #parts: NeighborsParts;
  readonly #contacts = new Map<PeerId, Contact>();
  /** Addresses that a person named. */
  readonly #named = new Set<string>();
  /** Whom this node dialed only to look around. */
  #looked: Contact | undefined;
  #ticks: number;
  #timer: Timer | undefined;
  #stopped = false;

  /**
   * Knows nobody.
   *
   * @param parts What it works with.
   */
  constructor(parts: NeighborsParts) {
    this.#parts = parts;
    // Not all nodes that were started together look around together.
    this.#ticks = randomBelow(parts.random, LOOK_TICKS);
  }

  /** How many contacts are known. */
  get size(): number {
    return this.#contacts.size;
  }

  /** A person wants a link to whoever is at an address. */
  want(address: string): void {
    if (this.#stopped) return;
    if (this.#named.size < DIAL_ADDRESSES_MAX) this.#named.add(address);
    this.#parts.dialer.want(address);
  }

  /** Notes where peers can be dialed by others' word; what names no peer is left out. */
  hear(addresses: readonly string[]): void {
    for (const address of addresses) {
      const peer = peerOfAddress(address);
      // Others' word, which may be made up, takes the place only of those that were dialed in vain.
      const contact = peer && this.#contactOf(peer, 1);
      if (contact === undefined || contact.heard.includes(address)) continue;
      contact.heard = [address, ...contact.heard].slice(
        0,
        CONTACT_ADDRESSES_MAX,
      );
      this.look();
    }
  }

  /** Notes where a peer that was admitted says that it can be dialed. */
  met(peer: PeerId, addresses: readonly string[]): void {
    const own = addresses.filter((address) => peerOfAddress(address) === peer)
      .slice(0, CONTACT_ADDRESSES_MAX);
    const contact = own.length === 0
      ? this.#contacts.get(peer)
      : this.#contactOf(peer, 0);
    if (contact === undefined) return this.look();
    if (own.length > 0) contact.own = own;
    contact.misses = 0;
    this.look();
  }

  /** Chooses in a moment: somebody came or went, or more is known of somebody. */
  look(): void {
    if (this.#stopped) return;
    this.#timer ??= this.#parts.clock.timer(CHOOSE_MS, () => {
      this.#timer = undefined;
      this.#choose(false);
    });
  }

  /** A turn is over: who could not be linked makes room for others, and now and then the node looks around. */
  tick(): void {
    if (this.#stopped) return;
    this.#ticks++;
    if (this.#ticks % LOOK_TICKS === 0) this.#lookAround();
    this.#choose(true);
  }

  /** Chooses nobody any more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** A contact, new if it is not known; undefined if there is no room for it. */
  #contactOf(peer: PeerId, missesMin: number): Contact | undefined {
    if (peer === this.#parts.self) return undefined;
    const known = this.#contacts.get(peer);
    if (known !== undefined) return known;
    const isFull = this.#contacts.size >= CONTACTS_MAX;
    if (isFull && !this.#forgetOne(missesMin)) return undefined;
    const contact = {
      peer,
      own: [],
      heard: [],
      chosen: false,
      turns: 0,
      misses: 0,
      dialed: [],
    };
    this.#contacts.set(peer, contact);
    return contact;
  }

  /** Makes room for a contact: whoever had most turns in vain is forgotten, never one that is dialed, linked or kin. */
  #forgetOne(missesMin: number): boolean {
    const { isKin, linked } = this.#parts;
    const up = linked();
    let worst: Contact | undefined;
    for (const contact of this.#contacts.values()) {
      const { peer, chosen, misses } = contact;
      const least = worst === undefined ? missesMin : worst.misses + 1;
      if (chosen || misses < least) continue;
      if (!up.has(peer) && !isKin(peer)) worst = contact;
    }
    return worst !== undefined && this.#contacts.delete(worst.peer);
  }

  #choose(rotates: boolean): void {
    const { isKin, random } = this.#parts;
    const up = this.#parts.linked();
    const kinUp = [...up].filter(isKin).length;
    const groups = [
      { kin: true, room: KIN_MAX - kinUp },
      { kin: false, room: NEIGHBORS_WANTED - (up.size - kinUp) },
    ];
    // Where neighbors are missing, who was only to be looked at is one of them.
    if (up.size - kinUp < NEIGHBORS_WANTED) this.#looked = undefined;
    const free: Contact[] = [];
    for (const contact of this.#contacts.values()) {
      if (up.has(contact.peer)) contact.turns = 0;
      else if (contact !== this.#looked) free.push(contact);
    }
    for (const { kin, room } of groups) {
      const group = free.filter(({ peer }) => isKin(peer) === kin);
      const chosen = new Set(chooseDialed(group, { room, rotates, random }));
      for (const contact of group) {
        turn(contact, { isChosen: chosen.has(contact), rotates });
      }
    }
    this.#dial();
  }

  /**
   * Links once with somebody by chance: two halves of a mesh that were parted have neighbors enough on their own side
   * each, and would never look for the other. Whoever was looked at before is let go if there are others enough.
   */
  #lookAround(): void {
    const { isKin, linked, random, release } = this.#parts;
    const up = linked();
    const others = [...up].filter((peer) => !isKin(peer)).length;
    const last = this.#looked;
    if (last !== undefined) {
      const isOver = up.has(last.peer) && !isKin(last.peer) &&
        others > NEIGHBORS_MAX;
      if (isOver && !release(last.peer)) return;
      if (!up.has(last.peer)) last.misses++;
      this.#looked = undefined;
      last.chosen = false;
    }
    // While neighbors are missing, turns look around enough.
    if (others < NEIGHBORS_WANTED) return;
    const rest = [...this.#contacts.values()].filter((contact) =>
      !up.has(contact.peer) && !isKin(contact.peer)
    );
    // By chance alone: those that were missed before may be the other half.
    const next = rest[randomBelow(random, Math.max(1, rest.length))];
    if (next === undefined) return;
    this.#looked = next;
    [next.chosen, next.turns] = [true, 0];
  }

  /** Tells the dialer of what has changed. */
  #dial(): void {
    const { dialer } = this.#parts;
    const contacts = [...this.#contacts.values()];
    const count = contacts.filter(({ chosen }) => chosen).length;
    const each = Math.max(1, Math.floor(DIALED_ADDRESSES_MAX / count));
    const changed = contacts.flatMap((contact) => {
      const next = contact.chosen ? addressesOf(contact, each) : [];
      const before = contact.dialed;
      contact.dialed = next;
      return next.length === 0 && before.length === 0 ? [] : [{ before, next }];
    });
    for (const { before, next } of changed) {
      for (const address of before) {
        const isWanted = next.includes(address) || this.#named.has(address);
        if (!isWanted) dialer.forget(address);
      }
    }
    for (const { next } of changed) {
      for (const address of next) dialer.want(address);
    }
  }
}

/** Notes whether a contact that is not linked is dialed from now on. */
function turn(
  contact: Contact,
  { isChosen, rotates }: {
    readonly isChosen: boolean;
    readonly rotates: boolean;
  },
): void {
  const stays = contact.chosen && isChosen;
  if (rotates && contact.turns > 0 && !stays) contact.misses++;
  contact.turns = stays ? contact.turns + Number(rotates) : 0;
  contact.chosen = isChosen;
}

/** The addresses at which a contact is dialed: where they are too many, others in each turn. */
function addressesOf({ own, heard, turns }: Contact, most: number): string[] {
  const all = [...new Set([...own, ...heard])].slice(0, CONTACT_ADDRESSES_MAX);
  const from = all.length > most ? turns * most % all.length : 0;
  return [...all.slice(from), ...all.slice(0, from)].slice(0, most);
}
