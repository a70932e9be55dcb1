/**
 * Who knows of a fact: a line that says how many, and the peers one by one.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Peer } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { Badge } from "../parts/page.tsx";
import { Loading } from "../parts/states.tsx";
import { type FactPlace, type Holder, holdersOf } from "./holders.ts";
import { usePeers } from "./scope.tsx";
import { text } from "./texts.ts";

const KINDS = { has: "good", waits: "warn", unheard: "plain" } as const;

/** A peer in words. */
function peerText({ site, roles, peer }: Peer): string {
  return [site, roles.join(" + "), `…${peer.slice(-6)}`]
    .filter((part) => part !== null && part !== "").join(" · ");
}

/** How many peers know of a fact, e.g. `2 of 3`. */
export function HolderCount(
  { peers, place }: {
    readonly peers: readonly Peer[] | undefined;
    readonly place: FactPlace;
  },
): VNode {
  if (peers === undefined) return <span class="muted">…</span>;
  const holders = holdersOf(peers, place);
  if (holders.length === 0) {
    return <span class="muted">{text("nobodyElse")}</span>;
  }
  const known = holders.filter(({ knowing }) => knowing === "has").length;
  return (
    <Badge kind={known === holders.length ? "good" : "warn"}>
      {text("knownBy", { known, all: holders.length })}
    </Badge>
  );
}

/** The peers that are to know of a fact. */
export function HolderList({ place }: { readonly place: FactPlace }): VNode {
  const peers = usePeers();
  if (peers === undefined) return <Loading />;
  const holders = holdersOf(peers, place);
  return (
    <section>
      <h3>{text("whoKnows")}</h3>
      {holders.length === 0
        ? <p class="muted">{text("nobodyElse")}</p>
        : (
          <ul class="goods-plain goods-holders">
            {holders.map((holder) => (
              <HolderLine key={holder.peer.peer} holder={holder} />
            ))}
          </ul>
        )}
      <p class="hint">{text("whoKnowsHelp")}</p>
    </section>
  );
}

function HolderLine({ holder }: { readonly holder: Holder }): VNode {
  const { peer, knowing } = holder;
  return (
    <li>
      <Badge kind={KINDS[knowing]}>{text(`knowing_${knowing}`)}</Badge>{" "}
      {peerText(peer)}{" "}
      <span class="muted">
        {peer.linked
          ? text("linkedNow")
          : peer.lastSeen === null
          ? ""
          : text("lastSeen", { at: formatInstant(peer.lastSeen) })}
      </span>
    </li>
  );
}
