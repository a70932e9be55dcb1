/**
 * Tables of peers, of how far logs are apart, and of links that came and went.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Mesh, Peer } from "../wire_types.ts";
import { formatDuration, formatInstant, formatNumber } from "../base/format.ts";
import { Badge } from "../parts/page.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import {
  lagWords,
  linkWords,
  peerName,
  roleNames,
  shortId,
} from "./peer_words.ts";
import { text } from "./texts.ts";

/** Peers with their links and how far apart they are. */
export function PeerTable(
  { peers }: { readonly peers: readonly Peer[] },
): VNode {
  return (
    <Table<Peer>
      label={text("peers")}
      rows={peers}
      rowKey={({ peer }) => peer}
      columns={[{
        key: "name",
        title: text("name"),
        cell: (peer) => <strong>{peerName(peer)}</strong>,
      }, {
        key: "roles",
        title: text("roles"),
        cell: ({ roles }) => roleNames(roles),
        phone: false,
      }, {
        key: "link",
        title: text("link"),
        cell: (peer) => {
          const { kind, text: words } = linkWords(peer);
          return <Badge kind={kind}>{words}</Badge>;
        },
        width: "minmax(7rem, 1fr)",
      }, {
        key: "lag",
        title: text("lag"),
        cell: (peer) => <span class="mesh-lag">{lagWords(peer).text}</span>,
        width: "minmax(9rem, 2fr)",
      }, {
        key: "seen",
        title: text("lastSeen"),
        cell: ({ lastSeen, self }) =>
          self
            ? "–"
            : lastSeen === null
            ? text("neverHeard")
            : formatInstant(lastSeen),
        width: "minmax(9rem, 1fr)",
        phone: false,
      }]}
    />
  );
}

interface LagRow {
  readonly key: string;
  readonly peer: Peer;
  readonly lag: Peer["lag"][number];
}

/** For each log and peer that differ, by how much and since when. */
export function LagTable(
  { peers }: { readonly peers: readonly Peer[] },
): VNode {
  const rows = peers.flatMap((peer) =>
    peer.lag.map((lag): LagRow => ({
      key: `${peer.peer} ${lag.log}`,
      peer,
      lag,
    }))
  ).toSorted((a, b) => Math.abs(b.lag.commits) - Math.abs(a.lag.commits));
  return (
    <>
      <p class="muted">{text("lagHelp")}</p>
      <Table<LagRow>
        label={text("lag")}
        rows={rows}
        rowKey={({ key }) => key}
        empty={<Panel kind="good">{text("noLag")}</Panel>}
        columns={[{
          key: "peer",
          title: text("peer"),
          cell: ({ peer }) => peerName(peer),
        }, {
          key: "log",
          title: text("writerLog"),
          cell: ({ lag }) => <span class="mono">{shortId(lag.log)}</span>,
        }, {
          key: "space",
          title: text("space"),
          cell: ({ lag }) => lag.space,
          phone: false,
        }, {
          key: "own",
          title: text("ownSeq"),
          cell: ({ lag }) => formatNumber(lag.ownSeq),
          align: "end",
          phone: false,
        }, {
          key: "theirs",
          title: text("peerSeq"),
          cell: ({ lag }) => formatNumber(lag.peerSeq),
          align: "end",
          phone: false,
        }, {
          key: "difference",
          title: text("difference"),
          cell: ({ lag: { commits } }) =>
            text(commits > 0 ? "weLack" : "theyLack", {
              count: formatNumber(Math.abs(commits)),
            }),
          width: "minmax(8rem, 2fr)",
        }, {
          key: "since",
          title: text("sinceTitle"),
          cell: ({ lag }) => formatDuration(lag.seconds),
          align: "end",
        }]}
      />
    </>
  );
}

type LinkEvent = Mesh["links"][number];

/** Links that were lost and came again, and who is away now. */
export function LinkEvents(
  { events, peers }: {
    readonly events: readonly LinkEvent[];
    readonly peers: readonly Peer[];
  },
): VNode {
  const away = peers.filter(({ self, linked }) => !self && !linked);
  const nameOf = (event: LinkEvent) => {
    const known = peers.find(({ peer }) => peer === event.peer);
    return known === undefined
      ? event.site ?? shortId(event.peer)
      : peerName(known);
  };
  return (
    <>
      {away.map((peer) => (
        <Panel key={peer.peer} kind="warn">
          {peer.lastSeen === null
            ? text("awayNever", { name: peerName(peer) })
            : text("awaySince", {
              name: peerName(peer),
              at: formatInstant(peer.lastSeen),
            })}
        </Panel>
      ))}
      <p class="muted">{text("cutsHelp")}</p>
      <Table<LinkEvent>
        label={text("tab_cuts")}
        rows={events}
        rowKey={({ at, peer }) => `${at} ${peer}`}
        empty={<Empty title={text("noCuts")} icon="link" />}
        columns={[{
          key: "at",
          title: text("when"),
          cell: ({ at }) => formatInstant(at),
          width: "minmax(9rem, 1fr)",
        }, {
          key: "peer",
          title: text("peer"),
          cell: nameOf,
        }, {
          key: "up",
          title: text("link"),
          cell: ({ up }) => (
            <Badge kind={up ? "good" : "warn"}>
              {text(up ? "cameUp" : "wasLost")}
            </Badge>
          ),
        }, {
          key: "reason",
          title: text("reason"),
          cell: ({ reason }) => reason,
          width: "minmax(9rem, 3fr)",
          phone: false,
        }]}
      />
    </>
  );
}
