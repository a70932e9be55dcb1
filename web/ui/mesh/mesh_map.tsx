/**
 * A map of the peers: this node in the middle, a solid line to those that are linked, a broken one to the others. What
 * it shows stands in the table of peers too.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Peer } from "../wire_types.ts";
import { lagWords, peerName } from "./peer_words.ts";
import { text } from "./texts.ts";

/** The most peers that a map shows; beyond, names would lie on each other. */
export const MAP_PEERS_MAX = 16;
/** More peers than this stand on two rings. */
const RING_PEERS = 8;

const WIDTH = 400;
const HEIGHT = 340;
const CENTER = { x: WIDTH / 2, y: HEIGHT / 2 };
const NAME_LENGTH_MAX = 14;

interface Placed {
  readonly peer: Peer;
  readonly x: number;
  readonly y: number;
}

/**
 * The map.
 *
 * @param props All peers.
 * @returns A drawing whose name says how many are linked.
 */
export function MeshMap({ peers }: { readonly peers: readonly Peer[] }): VNode {
  const own = peers.find(({ self }) => self);
  const others = peers.filter(({ self }) => !self)
    .toSorted((a, b) => Number(b.linked) - Number(a.linked));
  const shown = others.slice(0, MAP_PEERS_MAX);
  const linked = others.filter((peer) => peer.linked).length;
  const label = text("mapLabel", { linked, all: others.length });
  return (
    <figure class="mesh-map">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {placed(shown).map(({ peer, x, y }) => (
          <line
            key={peer.peer}
            class={peer.linked ? "mesh-line" : "mesh-line broken"}
            x1={CENTER.x}
            y1={CENTER.y}
            x2={x}
            y2={y}
          />
        ))}
        {placed(shown).map((place) => (
          <PeerMark key={place.peer.peer} {...place} />
        ))}
        <g class="mesh-peer own">
          <circle cx={CENTER.x} cy={CENTER.y} r="30" />
          <text x={CENTER.x} y={CENTER.y + 4}>
            {own === undefined ? text("thisNode") : cut(peerName(own))}
          </text>
        </g>
      </svg>
      <figcaption class="muted">
        {label}
        {others.length > shown.length
          ? ` ${text("mapCut", { count: shown.length })}`
          : ""}
      </figcaption>
    </figure>
  );
}

function PeerMark({ peer, x, y }: Placed): VNode {
  const { kind } = lagWords(peer);
  const state = peer.linked
    ? text(kind === "good" ? "inStepShort" : "catchingUp")
    : text("notLinked");
  // Above a peer that stands above: the line to it ends below.
  const [nameY, stateY] = y < CENTER.y - 20
    ? [y - 36, y - 23]
    : [y + 31, y + 44];
  return (
    <g class={`mesh-peer ${peer.linked ? kind : "away"}`}>
      <title>{`${peerName(peer)}: ${lagWords(peer).text}`}</title>
      <circle cx={x} cy={y} r="17" />
      <text x={x} y={nameY}>{cut(peerName(peer))}</text>
      <text x={x} y={stateY} class="mesh-state">{state}</text>
    </g>
  );
}

function placed(peers: readonly Peer[]): Placed[] {
  return peers.map((peer, i) => {
    const angle = (2 * Math.PI * i) / peers.length - Math.PI / 2;
    const inner = peers.length > RING_PEERS && i % 2 === 1;
    const [rx, ry] = inner ? [105, 75] : [155, 118];
    return {
      peer,
      x: CENTER.x + rx * Math.cos(angle),
      y: CENTER.y + ry * Math.sin(angle),
    };
  });
}

function cut(name: string): string {
  return name.length <= NAME_LENGTH_MAX
    ? name
    : `${name.slice(0, NAME_LENGTH_MAX - 1)}…`;
}
