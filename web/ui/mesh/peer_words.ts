/**
 * Peers in words: what they are called, how far behind they are, how long their certificate holds.
 *
 * @module
 */
import type { Peer } from "../wire_types.ts";
import { formatDuration, formatNumber } from "../base/format.ts";
import { text, wordText } from "./texts.ts";

/** Milliseconds before its end at which a certificate is worth a warning. */
export const CERTIFICATE_WARN_MS = 30 * 86_400_000;

/** The end of an id: people tell ids apart by it, since all begin alike. */
const TAIL = 8;

/** How a state is shown. */
export type Kind = "good" | "warn" | "bad";

/** A state in words. */
export interface Words {
  readonly kind: Kind;
  readonly text: string;
}

/** The end of a long id. */
export function shortId(id: string): string {
  return id.length <= TAIL ? id : `…${id.slice(-TAIL)}`;
}

/** What a peer is called: its site, or its roles, or the end of its id. */
export function peerName(
  { site, roles, peer }: Pick<Peer, "site" | "roles" | "peer">,
): string {
  const named = site ?? roleNames(roles);
  return named === "" ? shortId(peer) : named;
}

/** Roles of nodes in words. */
export function roleNames(roles: readonly string[]): string {
  return roles.map((role) => wordText("role", role)).join(" + ");
}

/** How many entries the other side lacks of this node. */
export function aheadCommits({ lag }: Pick<Peer, "lag">): number {
  return lag.reduce((sum, { commits }) => sum + Math.max(0, -commits), 0);
}

/**
 * How far apart this node and a peer are.
 *
 * @param peer The peer.
 * @returns A sentence, and how much it matters.
 */
export function lagWords(peer: Peer): Words {
  if (peer.self) return { kind: "good", text: text("thisNode") };
  if (peer.lastSeen === null) return { kind: "warn", text: text("neverHeard") };
  const ahead = aheadCommits(peer);
  const { behindCommits, behindSeconds, linked } = peer;
  if (ahead === 0 && behindCommits === 0) {
    return {
      kind: linked ? "good" : "warn",
      text: text(linked ? "inStep" : "wasInStep"),
    };
  }
  const parts = [
    ...(behindCommits === 0
      ? []
      : [text("weLack", { count: formatNumber(behindCommits) })]),
    ...(ahead === 0 ? [] : [text("theyLack", { count: formatNumber(ahead) })]),
  ];
  const since = formatDuration(behindSeconds);
  return {
    kind: "warn",
    text: `${parts.join(", ")} · ${text("since", { since })}`,
  };
}

/**
 * Whether a link is up.
 *
 * @param peer The peer.
 * @returns A word, and how much it matters.
 */
export function linkWords(
  { self, linked }: Pick<Peer, "self" | "linked">,
): Words {
  if (self) return { kind: "good", text: text("thisNode") };
  return linked
    ? { kind: "good", text: text("linked") }
    : { kind: "warn", text: text("notLinked") };
}

/**
 * How long a certificate holds.
 *
 * @param ends Its end; null if unknown.
 * @param now Milliseconds since 1970.
 * @returns A sentence, and how much it matters.
 */
export function certificateWords(ends: string | null, now: number): Words {
  if (ends === null) return { kind: "warn", text: text("unknown") };
  const left = Date.parse(ends) - now;
  if (left <= 0) return { kind: "bad", text: text("certificateOver") };
  const words = text("certificateLeft", {
    left: formatDuration(Math.floor(left / 1000)),
  });
  return { kind: left < CERTIFICATE_WARN_MS ? "warn" : "good", text: words };
}
