/**
 * What the node knows of peers beyond their links: addresses, members by their logs in `mesh`, and how far apart the
 * two were when they were last heard of.
 *
 * @module
 */
import {
  type Clock,
  type LogId,
  MESH_SPACE,
  type PeerId,
  peerIdOf,
  type SignatureScheme,
  type Signer,
  verifyChain,
} from "../crdt/mod.ts";
import type { Contact, Transport } from "../net/mod.ts";
import type { AddressBook } from "./address_book.ts";
import type { LinkEvent, LogHolder, LogPlace } from "./mesh/mesh_use_cases.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Replica } from "./replica.ts";
import type { LogLag, PeerView } from "./use_cases.ts";

/** Knows peers. */
export interface PeerDirectory {
  /** A peer was admitted, and says where it can be dialed. */
  joined(session: PeerSession, addresses: readonly string[]): void;
  /** A peer's link has ended. */
  left(session: PeerSession, reason: string): void;
  /** Where peers that were admitted since the start can be dialed. */
  contacts(): Contact[];
  /** This node, its neighbors and the other members. */
  views(sessions: readonly PeerSession[]): PeerView[];
  /** Links that came up or were lost since the start, newest first. */
  linkEvents(): readonly LinkEvent[];
  /** How far those are in a log who may read it, as far as they were heard of since the start. */
  holders(sessions: readonly PeerSession[], place: LogPlace): LogHolder[];
}

/** Most links that are remembered as come up or lost. */
export const LINK_EVENTS_MAX = 200;
/** Longest reason that is remembered, in UTF-16 units. */
const REASON_LENGTH_MAX = 200;

/** Makes the directory. */
export function createPeerDirectory(
  parts: {
    readonly replica: Replica;
    readonly clock: Clock;
    readonly transport: Transport;
    readonly signer: Signer;
    readonly signatures: SignatureScheme;
    readonly root: Uint8Array;
    readonly book: Pick<AddressBook, "keep">;
  },
): PeerDirectory {
  const { replica, clock, transport, book } = parts;
  const gone = new Map<PeerId, PeerSession>();
  const linkEvents: LinkEvent[] = [];
  const addressesOf = new Map<PeerId, readonly string[]>();

  const checked = new WeakMap<Uint8Array, ReturnType<typeof verifyChain>>();

  /** Checked once for each log: its certificate stays the same object until it is renewed. */
  const memberOf = (chain: Uint8Array) => {
    const known = checked.get(chain);
    if (known !== undefined) return known;
    const member = verifyChain(chain, parts.root, parts.signatures);
    checked.set(chain, member);
    return member;
  };

  const members = () => {
    const byPeer = new Map<PeerId, PeerView>();
    for (const entry of replica.register.ofSpace(MESH_SPACE)) {
      const member = memberOf(entry.certificate);
      if (!member.ok) continue;
      const { certificate, peer } = member.value;
      const known = byPeer.get(peer);
      if (
        known?.certificateEnds !== undefined &&
        (known.certificateEnds ?? 0) > certificate.notAfter
      ) continue;
      byPeer.set(peer, {
        peer,
        site: certificate.site,
        roles: certificate.roles,
        self: false,
        linked: false,
        address: addressesOf.get(peer)?.[0] ?? null,
        lastSeen: null,
        certificateEnds: certificate.notAfter,
        lag: [],
        behindCommits: 0,
        behindSeconds: 0,
      });
    }
    return byPeer;
  };

  /** Logs of which a peer has not said yet how far it is, and since when that is known. */
  const unheard = new WeakMap<PeerSession, Map<LogId, number>>();

  const unheardLag = (session: PeerSession, now: number): LogLag[] => {
    const since = unheard.get(session) ?? new Map<LogId, number>();
    unheard.set(session, since);
    const lag: LogLag[] = [];
    for (const { name, space, seq } of replica.register.all()) {
      const heard = session.place(space, name) !== undefined;
      if (heard || seq === 0 || !session.reads(space)) continue;
      const first = since.get(name) ?? now;
      since.set(name, first);
      lag.push({
        space,
        log: name,
        ownSeq: seq,
        peerSeq: 0,
        commits: -seq,
        seconds: Math.round((now - first) / 100) / 10,
      });
    }
    return lag;
  };

  const lagOf = (session: PeerSession): LogLag[] => {
    const now = clock.monotonic();
    const lag = unheardLag(session, now);
    for (const [space, places] of session.places) {
      for (const [log, place] of places) {
        const ownSeq = replica.register.byName(log)?.seq ?? 0;
        if (ownSeq === place.seq) {
          if (!session.ended) place.equalAt = now;
          continue;
        }
        const seconds = Math.round((now - place.equalAt) / 100) / 10;
        lag.push({
          space,
          log,
          ownSeq,
          peerSeq: place.seq,
          commits: place.seq - ownSeq,
          seconds,
        });
      }
    }
    return lag;
  };

  const withSession = (
    view: PeerView,
    session: PeerSession,
    linked: boolean,
  ): PeerView => {
    const lag = lagOf(session);
    return {
      ...view,
      linked,
      address: session.link.address,
      lastSeen: session.lastSeen,
      lag,
      behindCommits: lag.reduce(
        (sum, { commits }) => sum + Math.max(0, commits),
        0,
      ),
      behindSeconds: Math.max(0, ...lag.map(({ seconds }) => seconds)),
    };
  };

  const viewOf = (
    session: PeerSession,
    linked: boolean,
    known: PeerView | undefined,
  ): PeerView | undefined => {
    const member = session.member;
    if (member === undefined) return known;
    return withSession(
      known ?? {
        peer: member.peer,
        site: member.certificate.site,
        roles: member.certificate.roles,
        self: false,
        linked,
        address: null,
        lastSeen: null,
        certificateEnds: member.certificate.notAfter,
        lag: [],
        behindCommits: 0,
        behindSeconds: 0,
      },
      session,
      linked,
    );
  };

  const note = (session: PeerSession, reason: string | undefined) => {
    const { peer } = session.link;
    const up = reason === undefined;
    // A peer that greets again, under a new certificate for example, has not come anew.
    if (linkEvents.find((event) => event.peer === peer)?.up === up) return;
    linkEvents.unshift({
      at: clock.now(),
      peer,
      site: session.member?.certificate.site ?? null,
      up,
      reason: (reason ?? "").slice(0, REASON_LENGTH_MAX),
    });
    linkEvents.length = Math.min(linkEvents.length, LINK_EVENTS_MAX);
  };

  return {
    linkEvents: () => linkEvents,
    holders(sessions, { space, log }) {
      const live = new Set(sessions.map(({ link }) => link.peer));
      const heard = [...gone.values()].filter(({ link }) =>
        !live.has(link.peer)
      );
      return [...sessions, ...heard].filter((session) => session.reads(space))
        .map((session) => ({
          peer: session.link.peer,
          site: session.member?.certificate.site ?? null,
          roles: session.member?.certificate.roles ?? [],
          linked: !session.ended,
          seq: session.place(space, log)?.seq ?? 0,
        }));
    },
    joined(session, addresses) {
      const { peer } = session.link;
      gone.delete(peer);
      note(session, undefined);
      const own = addresses.filter((address) =>
        address.endsWith(`/p2p/${peer}`) || address.endsWith(`/${peer}`)
      );
      if (own.length === 0) return;
      addressesOf.set(peer, own);
      book.keep(peer, own[0] ?? "");
    },
    left(session, reason) {
      if (session.member === undefined) return;
      gone.set(session.link.peer, session);
      note(session, reason);
    },
    contacts: () =>
      [...addressesOf].map(([peer, addresses]) => ({ peer, addresses })),
    views(sessions) {
      const all = members();
      for (const session of gone.values()) {
        const view = viewOf(session, false, all.get(session.link.peer));
        if (view !== undefined) all.set(view.peer, view);
      }
      for (const session of sessions) {
        const view = viewOf(session, true, all.get(session.link.peer));
        if (view !== undefined) all.set(view.peer, view);
      }
      const self = peerIdOf(parts.signer.publicKey);
      const own = all.get(self);
      if (own !== undefined) {
        const address = transport.addresses()[0] ?? null;
        all.set(self, {
          ...own,
          self: true,
          linked: false,
          address,
          lastSeen: clock.now(),
        });
      }
      return [...all.values()].toSorted((a, b) => a.peer < b.peer ? -1 : 1);
    },
  };
}
