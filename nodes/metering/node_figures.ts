/**
 * What a node is at the moment, for whoever watches it: how far it is from its peers, what waits in its queues and how
 * much may, and what will run out. Read when somebody asks; nothing is kept for it.
 *
 * @module
 */
import {
  balanceOf,
  type Clock,
  readChain,
  RIGHTS,
  RIGHTS_OWED,
  type RightsSums,
} from "../../crdt/mod.ts";
import { LINK_QUEUE_BYTES_MAX, LINKS_MAX } from "../../net/mod.ts";
import {
  DECISIONS_WAITING_MAX,
  INCIDENTS_MAX,
  RIGHTS_ASKING_MAX,
} from "../limits.ts";
import type { FolderSpace } from "../mesh/mesh_use_cases.ts";
import type { NodeWithParts } from "../node.ts";
import type { Replica } from "../replica.ts";
import { INCIDENTS } from "../tables.ts";
import type { PeerView, UseCases } from "../use_cases.ts";
import { gauge, labelled, type MetricFamily } from "./families.ts";

/** Most pairs of a peer and a space whose lag is shown; of more, those that lag most. */
export const METRIC_LAGS_MAX = 500;
/** Most rows of rights that are summed. */
export const METRIC_RIGHTS_MAX = 2000;
/** Most incidents that are counted by kind. */
const INCIDENTS_READ_MAX = 1000;

/** What is read. */
export interface FigureParts {
  /** The node. */
  readonly node: Pick<NodeWithParts, "useCases" | "replica" | "desk">;
  /** Says what is left of the certificate. */
  readonly clock: Clock;
  /** How much room the data folder takes and has. */
  readonly space: () => Promise<FolderSpace>;
}

/**
 * Reads what a node is.
 *
 * @param parts What is read.
 * @returns Families of values as of now.
 * @throws {PanalError} `store_closed` while the store is closed.
 */
export async function nodeFamilies(
  { node, clock, space }: FigureParts,
): Promise<MetricFamily[]> {
  const { useCases, replica, desk } = node;
  const peers = useCases.peers().filter(({ self }) => !self);
  return [
    ...aboutNode(useCases),
    ...peerFamilies(peers),
    ...lagFamilies(peers),
    ...queueFamilies(node),
    ...rightsFamilies(replica, desk.asks),
    certificateFamily(replica, clock),
    ...invariantFamilies(useCases),
    ...spaceFamilies(await space()),
  ];
}

function aboutNode(useCases: UseCases): MetricFamily[] {
  const { surfaces, reasons, commits, version, roles, site } = useCases
    .health();
  const labels = { version, roles: roles.join("+"), site: site ?? "" };
  return [
    {
      name: "panal_build_info",
      help: "The program's version and what this node is; always 1.",
      type: "gauge",
      samples: [{ labels, value: 1 }],
    },
    gauge(
      "panal_degraded_reasons",
      "How many reasons the node gives for being degraded; 0 while it is well.",
      reasons.length,
    ),
    gauge("panal_commits", "Commits stored, over all logs.", commits),
    labelled(
      {
        name: "panal_surface_up",
        help: "1 for a surface that listens, 0 for one that could not.",
        label: "surface",
      },
      Object.entries(surfaces).map(([name, urls]) => [
        name,
        urls === null ? 0 : 1,
      ]),
    ),
  ];
}

function peerFamilies(peers: readonly PeerView[]): MetricFamily[] {
  const linked = peers.filter((peer) => peer.linked).length;
  return [
    labelled({
      name: "panal_peers",
      help: "Other members and linked peers, by whether a link is up.",
      label: "state",
    }, [["linked", linked], ["apart", peers.length - linked]]),
  ];
}

/** How far this node and a peer are apart in a space. */
interface SpaceLag {
  readonly labels: { readonly peer: string; readonly space: string };
  behind: number;
  ahead: number;
  seconds: number;
}

function lagsOf(peers: readonly PeerView[]): SpaceLag[] {
  const lags: SpaceLag[] = [];
  for (const { peer, lag, linked } of peers) {
    const bySpace = new Map<string, SpaceLag>();
    for (const { space, commits, seconds } of lag) {
      let known = bySpace.get(space);
      if (known === undefined) {
        const labels = { peer, space };
        known = { labels, behind: 0, ahead: 0, seconds: 0 };
        bySpace.set(space, known);
      }
      if (commits > 0) known.behind += commits;
      else known.ahead -= commits;
      known.seconds = Math.max(known.seconds, seconds);
    }
    if (linked && bySpace.size === 0) {
      const labels = { peer, space: "all" };
      lags.push({ labels, behind: 0, ahead: 0, seconds: 0 });
    }
    lags.push(...bySpace.values());
  }
  return lags.sort((a, b) => b.seconds - a.seconds).slice(0, METRIC_LAGS_MAX);
}

function lagFamilies(peers: readonly PeerView[]): MetricFamily[] {
  const lags = lagsOf(peers);
  const family = (
    name: string,
    help: string,
    read: (lag: SpaceLag) => number,
  ): MetricFamily => ({
    ...{ name, help, type: "gauge" },
    samples: lags.map((lag) => ({ labels: lag.labels, value: read(lag) })),
  });
  return [
    family(
      "panal_replication_behind_commits",
      "Commits that a peer has and this node has not, by peer and space.",
      ({ behind }) => behind,
    ),
    family(
      "panal_replication_ahead_commits",
      "Commits that this node has and a peer has not, by peer and space.",
      ({ ahead }) => ahead,
    ),
    family(
      "panal_replication_lag_seconds",
      "Time since this node and a peer last had the same of a space's most distant log.",
      ({ seconds }) => seconds,
    ),
  ];
}

function queueFamilies(
  { useCases, replica, desk }: FigureParts["node"],
): MetricFamily[] {
  const sessions = desk.sessions();
  const pending = sessions.map(({ link }) => link.pendingBytes);
  // A queue, how much waits in it, and how much may.
  const queues: readonly (readonly [string, number, number])[] = [
    ["decisions", replica.waiting, DECISIONS_WAITING_MAX],
    ["links", sessions.length, LINKS_MAX],
    ["link_bytes_most", Math.max(0, ...pending), LINK_QUEUE_BYTES_MAX],
    ["rights_requests", desk.waiting, RIGHTS_ASKING_MAX],
    ["incidents", replica.reader.count(INCIDENTS), INCIDENTS_MAX],
  ];
  return [
    labelled(
      {
        name: "panal_queue_length",
        help: "What waits, by queue; link_bytes_most is of the fullest link.",
        label: "queue",
      },
      queues.map(([queue, length]) => [queue, length]),
    ),
    labelled(
      {
        name: "panal_queue_limit",
        help: "How much may wait, by queue.",
        label: "queue",
      },
      queues.map(([queue, , limit]) => [queue, limit]),
    ),
    notifierFamily(useCases),
    incidentFamily(replica),
  ];
}

function notifierFamily(useCases: UseCases): MetricFamily {
  const { pending, setAside, unconfirmed } = useCases.notifier();
  return labelled(
    {
      name: "panal_notices",
      help:
        "Sales that an original central was not told of, by what they wait for.",
      label: "state",
    },
    [
      ["pending", pending],
      ["set_aside", setAside],
      ["unconfirmed", unconfirmed],
    ],
  );
}

/** Those that this node saw by itself: what follows from facts is looked up where it is listed. */
function incidentFamily({ reader }: Replica): MetricFamily {
  const kinds = new Map<string, number>();
  for (const row of reader.scan(INCIDENTS, { limit: INCIDENTS_READ_MAX })) {
    const kind = String(row["kind"]);
    kinds.set(kind, (kinds.get(kind) ?? 0) + Number(row["count"]));
  }
  return labelled({
    name: "panal_incidents_noted_total",
    help: "How often this node noted something that a person should look at.",
    type: "counter",
    label: "kind",
  }, kinds);
}

function rightsFamilies(replica: Replica, asks: number): MetricFamily[] {
  const kinds = new Map<string, { free: number; empty: number }>();
  let left = METRIC_RIGHTS_MAX;
  for (const { own, number } of replica.register.all()) {
    if (!own || left === 0) continue;
    const rows = replica.reader.scan(RIGHTS, {
      ...{ index: "by_log", prefix: [number], limit: left },
    });
    left -= rows.length;
    for (const row of rows) {
      const [kind = ""] = String(row["bound"]).split(":", 1);
      const known = kinds.get(kind) ?? { free: 0, empty: 0 };
      kinds.set(kind, known);
      const sums = row as unknown as RightsSums;
      const free = balanceOf(sums) - sums.held;
      if (free > 0) known.free += free;
      else known.empty++;
    }
  }
  const family = { label: "kind" };
  return [
    labelled({
      ...family,
      name: "panal_rights_free",
      help:
        "Rights at hand that this node may spend, over its bounds of a kind (2000 bounds at most).",
    }, [...kinds].map(([kind, { free }]) => [kind, free])),
    labelled({
      ...family,
      name: "panal_rights_empty_bounds",
      help: "Bounds of a kind of which this node has nothing left to spend.",
    }, [...kinds].map(([kind, { empty }]) => [kind, empty])),
    gauge(
      "panal_rights_owed_bounds",
      "Bounds that some log owes of.",
      replica.reader.count(RIGHTS_OWED),
    ),
    {
      name: "panal_rights_asks_total",
      help: "Requests for rights that were sent to peers.",
      type: "counter",
      samples: [{ labels: {}, value: asks }],
    },
  ];
}

/** The first of the chain that ends ends all of it. */
function certificateFamily(replica: Replica, clock: Clock): MetricFamily {
  const chain = readChain(replica.certificate) ?? [];
  const ends = Math.min(...chain.map(({ notAfter }) => notAfter));
  return gauge(
    "panal_certificate_left_seconds",
    "Time until the node's certificate ends; below 0 once it has.",
    (ends - clock.now()) / 1000,
  );
}

function invariantFamilies(useCases: UseCases): MetricFamily[] {
  const invariants = useCases.invariants();
  const family = { type: "counter", label: "invariant" } as const;
  return [
    labelled(
      {
        ...family,
        name: "panal_invariant_checks_total",
        help: "How often each of the design's invariants was checked.",
      },
      invariants.map(({ number, checked }) => [String(number), checked]),
    ),
    labelled(
      {
        ...family,
        name: "panal_invariant_violations_total",
        help: "How often each of the design's invariants did not hold.",
      },
      invariants.map(({ number, violations }) => [String(number), violations]),
    ),
  ];
}

/** What the system does not tell is left out. */
function spaceFamilies(
  { folderBytes, freeBytes }: FolderSpace,
): MetricFamily[] {
  const families: MetricFamily[] = [];
  if (folderBytes !== null) {
    const help = "Bytes of the data folder's files.";
    families.push(gauge("panal_folder_bytes", help, folderBytes));
  }
  if (freeBytes !== null) {
    const help = "Bytes left on the data folder's disk.";
    families.push(gauge("panal_disk_free_bytes", help, freeBytes));
  }
  return families;
}
