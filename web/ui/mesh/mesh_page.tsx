/**
 * The mesh: who is in it, who is linked, how far apart, what was cut off, whose certificate ends, and how this node
 * stores it.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Health, Mesh, Peer, Storage } from "../wire_types.ts";
import { formatNumber } from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { query } from "../base/location.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { Figure, Figures, Page, Section, Tabs } from "../parts/page.tsx";
import {
  confirmation,
  Empty,
  Freshness,
  Loaded,
  Panel,
} from "../parts/states.tsx";
import { formatBytes } from "./bytes.ts";
import { Members } from "./members.tsx";
import { MeshMap } from "./mesh_map.tsx";
import { NodeState } from "./node_state.tsx";
import { LagTable, LinkEvents, PeerTable } from "./peer_tables.tsx";
import { certificateWords } from "./peer_words.ts";
import { text } from "./texts.ts";

const TABS = ["map", "lag", "cuts", "members", "node"] as const;

/** The page of the mesh. */
export function MeshPage(): VNode {
  const peers = useResource<WirePage<Peer>>("/v1/peers?limit=1000", {
    views: ["peers"],
    everyMs: 3_000,
  });
  const mesh = useResource<Mesh>("/v1/mesh", { everyMs: 5_000 });
  const storage = useResource<Storage>("/v1/storage", { everyMs: 30_000 });
  const health = useResource<Health>("/v1/health", { everyMs: 5_000 });
  const chosen = query.value.get("tab") ?? "map";
  return (
    <Page title={text("mesh")} note={<Freshness asOf={peers.asOf} />}>
      {(health.value?.reasons ?? []).map((reason) => (
        <Panel key={reason} kind="warn">{reason}</Panel>
      ))}
      <Overview peers={peers} storage={storage} />
      <Tabs
        label={text("mesh")}
        chosen={chosen}
        tabs={TABS.map((key) => ({ key, title: text(`tab_${key}`) }))}
      />
      <div class="mesh-wraps">
        <Loaded resource={peers}>
          {({ items }) => (
            <Chosen
              chosen={chosen}
              peers={items}
              mesh={mesh}
              storage={storage}
            />
          )}
        </Loaded>
      </div>
    </Page>
  );
}

function Chosen(
  { chosen, peers, mesh, storage }: {
    readonly chosen: string;
    readonly peers: readonly Peer[];
    readonly mesh: Resource<Mesh>;
    readonly storage: Resource<Storage>;
  },
): VNode {
  if (chosen === "lag") return <LagTable peers={peers} />;
  if (chosen === "cuts") {
    return (
      <Loaded resource={mesh}>
        {({ links }) => <LinkEvents events={links} peers={peers} />}
      </Loaded>
    );
  }
  if (chosen === "members") {
    return (
      <Loaded resource={mesh}>
        {(value) => (
          <Members peers={peers} mesh={value} onChanged={mesh.reload} />
        )}
      </Loaded>
    );
  }
  if (chosen === "node") return <NodeState storage={storage} />;
  return (
    <div class="mesh-columns">
      <Section title={text("map")}>
        {peers.some(({ self }) => !self)
          ? (
            <>
              <MeshMap peers={peers} />
              <p class="hint">{text("mapHelp")}</p>
            </>
          )
          : <Empty title={text("aloneHere")} icon="mesh" />}
      </Section>
      <Section title={text("peers")}>
        <PeerTable peers={peers} />
      </Section>
    </div>
  );
}

/** What matters at a glance. */
function Overview(
  { peers, storage }: {
    readonly peers: Resource<WirePage<Peer>>;
    readonly storage: Resource<Storage>;
  },
): VNode {
  const all = peers.value?.items ?? [];
  const others = all.filter(({ self }) => !self);
  const linked = others.filter((peer) => peer.linked).length;
  const { known } = confirmation(all);
  const behind = others.reduce((sum, peer) => sum + peer.behindCommits, 0);
  const first = firstEnding(all);
  const ending = certificateWords(first?.certificateEnds ?? null, Date.now());
  const { freeBytes = null, folderBytes = null } = storage.value ?? {};
  const kindOf = (good: boolean) => good ? "good" : "warn";
  return (
    <div class="mesh-overview">
      <Figures>
        <Figure
          label={text("linkedPeers")}
          value={`${linked} / ${others.length}`}
          kind={kindOf(linked === others.length)}
          note={text(linked === others.length ? "allLinked" : "someAway")}
        />
        <Figure
          label={text("haveAll")}
          value={`${known} / ${others.length}`}
          kind={kindOf(known === others.length)}
          note={text("haveAllHelp")}
        />
        <Figure
          label={text("lacking")}
          value={formatNumber(behind)}
          kind={kindOf(behind === 0)}
          note={text("lackingHelp")}
        />
        <Figure
          label={text("firstCertificate")}
          value={all.length === 0 ? "–" : ending.text}
          kind={ending.kind}
          href="/mesh?tab=members"
        />
        <Figure
          label={text("diskLeft")}
          value={formatBytes(freeBytes)}
          note={text("folderSize", { size: formatBytes(folderBytes) })}
          href="/mesh?tab=node"
        />
      </Figures>
    </div>
  );
}

function firstEnding(peers: readonly Peer[]): Peer | undefined {
  return peers.filter(({ certificateEnds }) => certificateEnds !== null)
    .toSorted((a, b) =>
      (a.certificateEnds ?? "") < (b.certificateEnds ?? "") ? -1 : 1
    )[0];
}
