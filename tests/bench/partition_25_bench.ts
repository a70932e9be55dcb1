/**
 * Twenty-five peers in one process over libp2p on loopback, split in three while they sell, then healed.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { money } from "../../crdt/mod.ts";
import { createMemoryNetwork } from "../../net/mod.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { ADDRESSES } from "../../nodes/tables.ts";
import { canonicalExport } from "../support/canonical_export.ts";
import { addressOf, BenchMesh, type Member } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchResult,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { countSent, type SentCounts } from "./counting_transport.ts";
import { productNames, sellTogether } from "./history.ts";
import { sleep } from "./node_http.ts";
import { cpuSeconds, residentMb } from "./process_usage.ts";
import { median } from "./statistics.ts";

const PEERS = 25;
const GROUPS = 3;
const PRODUCTS = 100;
/** Links that heal the mesh. */
const HEALING_LINKS = 6;
const EQUAL_MS_MAX = 90_000;
const LOOK_MS = 10;

interface Peer {
  readonly node: NodeWithParts;
  readonly address: string;
  readonly sent: SentCounts;
  readonly group: number;
}

function vectorsOf({ replica: { register } }: NodeWithParts): string {
  return register.spaces().toSorted().map((space) =>
    `${space} ${
      register.vector(space).map(({ log, seq, hash }) => log + seq + hash)
        .toSorted()
    }`
  ).join("\n");
}

/** How many commits each peer holds is a cheap sign; vectors are compared only when all signs are equal. */
function areEqual(nodes: readonly NodeWithParts[]): boolean {
  const commits = nodes.map((node) => {
    let sum = 0;
    for (const { seq } of node.replica.register.all()) sum += seq;
    return sum;
  });
  if (commits.some((it) => it !== commits[0])) return false;
  if (new Set(nodes.map(vectorsOf)).size > 1) return false;
  const totals = nodes.map(({ useCases }) => useCases.totals({}));
  return new Set(totals.map((it) => JSON.stringify(it))).size === 1;
}

async function untilEqual(nodes: readonly NodeWithParts[]): Promise<number> {
  const from = performance.now();
  while (!areEqual(nodes)) {
    if (performance.now() - from > EQUAL_MS_MAX) {
      throw new Error("the peers did not get equal");
    }
    await sleep(LOOK_MS);
  }
  return (performance.now() - from) / 1000;
}

async function untilLinked(nodes: readonly NodeWithParts[]): Promise<void> {
  const end = performance.now() + EQUAL_MS_MAX;
  while (nodes.some(({ replicator }) => (replicator?.links() ?? 0) < 2)) {
    if (performance.now() > end) throw new Error("a peer has no neighbors");
    await sleep(LOOK_MS);
  }
}

function groupsOf(peers: readonly Peer[]): Peer[][] {
  return Array.from(
    { length: GROUPS },
    (_, group) => peers.filter((peer) => peer.group === group),
  );
}

/** Makes members that all know each other and each other's products, so that only sales are missing later. */
async function makeMembers(mesh: BenchMesh): Promise<Member[]> {
  const network = createMemoryNetwork({
    clock: createSystemClock(),
    random: createSystemRandom(),
  });
  const members: Member[] = [];
  const nodes: NodeWithParts[] = [];
  for (let i = 0; i < PEERS; i++) {
    const member = await mesh.add(`peer-${i}`, `P${i + 10}`, [
      "branch",
      "office",
    ]);
    const node = mesh.open(member, {
      transport: network.transport(member.peer),
    });
    await node.start();
    if (i === 0) await addMeshProducts(node);
    else node.replicator?.want(`/memory/${members[0]?.peer}`);
    members.push(member);
    nodes.push(node);
  }
  await untilEqual(nodes);
  for (const node of nodes) await node.stop();
  for (const { databasePath } of members) {
    using database = new DatabaseSync(databasePath);
    database.exec(`DELETE FROM ${ADDRESSES.name}`);
  }
  return members;
}

/** Products of the whole mesh, of which there is always enough. */
async function addMeshProducts({ useCases }: NodeWithParts): Promise<void> {
  const made = await Promise.all(
    productNames(PRODUCTS).map((product) =>
      useCases.createProduct({
        scope: "mesh",
        product,
        name: product,
        price: money(150, "PEN"),
        policy: "unmetered",
      })
    ),
  );
  if (made.some((one) => !one.ok)) throw new Error("a product was refused");
}

async function startPeers(
  mesh: BenchMesh,
  members: readonly Member[],
): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const [i, member] of members.entries()) {
    const inner = await mesh.transport(member);
    const { transport, counts } = countSent(inner);
    const node = mesh.open(member, { transport });
    await node.start();
    const group = i % GROUPS;
    const address = addressOf(transport);
    // A line within the group; the nodes look for more neighbors by themselves.
    const before = peers.findLast((peer) => peer.group === group);
    if (before !== undefined) node.replicator?.want(before.address);
    peers.push({ node, address, sent: counts, group });
  }
  return peers;
}

/** Links the groups in a ring, each pair of groups by as many links. */
function heal(peers: readonly Peer[]): void {
  const groups = groupsOf(peers);
  for (let i = 0; i < HEALING_LINKS; i++) {
    const one = groups[i % GROUPS] ?? [];
    const other = groups[(i + 1) % GROUPS] ?? [];
    const target = other[(i * 3 + 1) % other.length];
    const source = one[i % one.length];
    if (target !== undefined) source?.node.replicator?.want(target.address);
  }
}

async function sell(
  peers: readonly Peer[],
  { sales, perCommit }: { sales: number; perCommit: number },
): Promise<void> {
  const products = productNames(PRODUCTS);
  for (let done = 0; done < sales; done += perCommit * PEERS) {
    await Promise.all(
      peers.map(({ node }) => sellTogether(node, products, perCommit)),
    );
  }
}

/** One run: start, sell apart, heal, compare everything. */
async function runOnce(
  folder: string,
  size: { sales: number; perCommit: number },
): Promise<Record<string, number>> {
  const mesh = new BenchMesh(folder);
  const peers = await startPeers(mesh, await makeMembers(mesh));
  const nodes = peers.map(({ node }) => node);
  const groups = groupsOf(peers).map((group) => group.map(({ node }) => node));
  for (const group of groups) await untilLinked(group);
  await sell(peers, size);
  for (const group of groups) await untilEqual(group);
  const before = totalSent(peers);
  const residentBefore = await residentMb(Deno.pid);
  const cpuBefore = await cpuSeconds(Deno.pid);
  heal(peers);
  const seconds = await untilEqual(nodes);
  const cpu = await cpuSeconds(Deno.pid) - cpuBefore;
  const after = totalSent(peers);
  const resident = await residentMb(Deno.pid);
  const links = peers.reduce(
    (sum, { node }) => sum + (node.replicator?.links() ?? 0),
    0,
  );
  const [first, ...others] = peers.map(({ node }) =>
    canonicalExport(node.replica)
  );
  for (const other of others) deepStrictEqual(other, first);
  for (const node of nodes) await node.stop();
  return {
    seconds,
    "CPU s": cpu,
    "sent MB": (after.bytes - before.bytes) / 1e6,
    frames: after.frames - before.frames,
    "RSS MB before": residentBefore,
    "RSS MB": resident,
    "links at the end": links / 2,
  };
}

function totalSent(peers: readonly Peer[]): SentCounts {
  return peers.reduce(
    (sum, { sent: { frames, bytes } }) => ({
      frames: sum.frames + frames,
      bytes: sum.bytes + bytes,
    }),
    { frames: 0, bytes: 0 },
  );
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const sales = quick ? 2_000 : 10_000;
  const variants = [
    { name: "commits of ten", perCommit: 10, most: 4, usualRuns: 3 },
    { name: "single-sale commits", perCommit: 1, most: 15, usualRuns: 2 },
  ];
  const done: BenchRun[] = [];
  const results: BenchResult[] = [];
  for (const { name, perCommit, most, usualRuns } of variants) {
    const runs = options.runs ?? (quick ? 1 : usualRuns);
    const seconds: number[] = [];
    const sent: number[] = [];
    const resident: number[] = [];
    for (let i = 1; i <= runs; i++) {
      const own = join(folder, `${perCommit}-${i}`);
      const values = await runOnce(own, { sales, perCommit });
      done.push({ name: `${name}, run ${i}`, values });
      seconds.push(values["seconds"] ?? NaN);
      sent.push(values["sent MB"] ?? NaN);
      resident.push(values["RSS MB"] ?? NaN);
      progress(`${name}, run ${i} of ${runs}: ${values["seconds"]} s`);
    }
    results.push(
      below(`${name}: from healing until all are equal`, median(seconds), {
        most,
        unit: "s",
      }),
      informs(`${name}: sent by all peers meanwhile`, median(sent), "MB"),
      informs(`${name}: RSS of the process`, median(resident), "MB"),
    );
  }
  return {
    bench: "partition_25",
    about:
      `${PEERS} peers in one process, split in ${GROUPS} for ${sales} sales, then healed by ${HEALING_LINKS} links`,
    parameters: { peers: PEERS, sales, products: PRODUCTS },
    runs: done,
    results,
    notes: [
      "Real libp2p over TCP on loopback, SQLite with synchronous = FULL; equal means vectors and totals; afterwards " +
      "all branches, views and what was set aside are compared row by row, outside the measured time.",
      "The runs share one process, so later ones begin with more memory.",
    ],
  };
}
