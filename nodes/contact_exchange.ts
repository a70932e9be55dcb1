/**
 * Telling peers where others can be dialed: all who share a space with them, and of the others a few by chance, so that
 * what is told grows with the mesh and not with its square.
 *
 * @module
 */
import type { Random } from "../crdt/mod.ts";
import { MESSAGE_CONTACTS_MAX } from "../net/mod.ts";
import type { Kinship } from "./kinship.ts";
import { KIN_MAX, sample } from "./neighbors.ts";
import type { PeerDirectory } from "./peer_directory.ts";
import type { PeerSession } from "./peer_session.ts";

/** Peers that share no space with a newcomer and of which it is told. */
export const STRANGERS_NAMED = 32;
/** Peers that share no space with a newcomer and that are told of it. */
export const STRANGERS_TOLD = 8;

/** What the exchange works with. */
export interface ContactExchangeParts {
  /** Where peers can be dialed. */
  readonly directory: Pick<PeerDirectory, "contacts">;
  /** Who shares spaces with whom. */
  readonly kinship: Pick<Kinship, "areKin">;
  /** Chance. */
  readonly random: Random;
}

/**
 * Tells a peer that was admitted of others, and others of it.
 *
 * @param session The newcomer.
 * @param sessions All admitted peers.
 * @param parts What the exchange works with.
 */
export function exchangeContacts(
  session: PeerSession,
  sessions: readonly PeerSession[],
  { directory, kinship, random }: ContactExchangeParts,
): void {
  const { peer } = session.link;
  const isKin = (other: string) => kinship.areKin(peer, other as typeof peer);
  const linked = new Set<string>(sessions.map(({ link }) => link.peer));
  const contacts = sample(
    directory.contacts().filter((contact) =>
      contact.peer !== peer && (linked.has(contact.peer) || isKin(contact.peer))
    ),
    (contact) => isKin(contact.peer),
    { others: STRANGERS_NAMED, most: MESSAGE_CONTACTS_MAX, random },
  );
  if (contacts.length > 0) session.send({ kind: "contacts", contacts });
  const fresh = directory.contacts().filter((contact) => contact.peer === peer);
  if (fresh.length === 0) return;
  const told = sample(
    sessions.filter((other) => other !== session),
    (other) => isKin(other.link.peer),
    { others: STRANGERS_TOLD, most: KIN_MAX, random },
  );
  for (const other of told) other.send({ kind: "contacts", contacts: fresh });
}
