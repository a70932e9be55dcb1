/**
 * What two peers say to each other when nothing is missing: round trips and bytes per space.
 *
 * @module
 */
import { createMemoryNetwork, type Transport } from "../../net/mod.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { BenchMesh, type Member } from "./bench_mesh.ts";
import {
  atMost,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { countSent, FrameTrace } from "./counting_transport.ts";
import { writeHistory } from "./history.ts";
import { sleep } from "./node_http.ts";
import { median } from "./statistics.ts";

const BRANCHES = 5;
const SYNC_MS_MAX = 240_000;
/** Nothing is said for so long: the contact is over. */
const SILENCE_MS = 1_500;

function vectorText(node: NodeWithParts): string {
  const { register } = node.replica;
  return register.spaces().toSorted().map((space) =>
    `${space}:${
      register.vector(space).map(({ log, seq }) => `${log}=${seq}`)
        .toSorted()
    }`
  ).join("\n");
}

async function until(holds: () => boolean, mostMs: number): Promise<void> {
  const end = performance.now() + mostMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error("the peers did not get equal");
    await sleep(20);
  }
}

/** Opens members linked with the first one. */
async function link(
  mesh: BenchMesh,
  members: readonly Member[],
  trace?: FrameTrace,
): Promise<NodeWithParts[]> {
  const network = createMemoryNetwork({
    clock: createSystemClock(),
    random: createSystemRandom(),
  });
  const [first] = members;
  const nodes: NodeWithParts[] = [];
  for (const member of members) {
    const inner: Transport = network.transport(member.peer);
    const { transport } = trace === undefined
      ? { transport: inner }
      : countSent(inner, { trace });
    const node = mesh.open(member, { transport });
    nodes.push(node);
    await node.start();
    if (member !== first) node.replicator?.want(`/memory/${first?.peer}`);
  }
  return nodes;
}

async function stopAll(nodes: readonly NodeWithParts[]): Promise<void> {
  for (const node of nodes) await node.stop();
}

/** Links two offices that hold the same, and lists what they say. */
async function contact(
  mesh: BenchMesh,
  offices: readonly [Member, Member],
): Promise<{ trace: FrameTrace; spaces: number; commits: number }> {
  const trace = new FrameTrace();
  const nodes = await link(mesh, offices, trace);
  const [one] = nodes;
  let said = -1;
  do {
    said = trace.frames.length;
    await sleep(SILENCE_MS);
  } while (trace.frames.length > said || said === 0);
  const spaces = one?.replica.register.spaces().length ?? 0;
  const { commits } = one?.useCases.health() ?? { commits: 0 };
  await stopAll(nodes);
  return { trace, spaces, commits };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 3;
  const sales = quick ? 10_000 : 100_000;
  const mesh = new BenchMesh(folder);
  const offices = [
    await mesh.add("office-1", null),
    await mesh.add("office-2", null),
  ] as const;
  const branches: Member[] = [];
  for (let i = 1; i <= BRANCHES; i++) {
    const branch = await mesh.add(`branch-${i}`, `B${i}0`);
    branches.push(branch);
    await writeHistory(mesh, branch, {
      products: 100,
      sales: sales / BRANCHES,
      perCommit: 16,
      salesPerDay: 2_000,
    });
    progress(`branch ${i} has its sales`);
  }
  const all = await link(mesh, [offices[0], offices[1], ...branches]);
  const holders = all.slice(0, offices.length);
  await until(
    () =>
      holders.every(({ useCases }) => useCases.totals({}).count === sales) &&
      new Set(holders.map(vectorText)).size === 1,
    SYNC_MS_MAX,
  );
  await stopAll(all);
  progress("the offices hold all of it");
  const done: BenchRun[] = [];
  const kinds = new Set<string>();
  let size = { spaces: 0, commits: 0 };
  for (let i = 1; i <= runs; i++) {
    const { trace: { frames }, ...rest } = await contact(mesh, offices);
    size = rest;
    const bytesOf = ({ peer }: Member) =>
      frames.reduce((sum, it) => sum + (it.from === peer ? it.bytes : 0), 0);
    const depth = Math.max(...frames.map((it) => it.depth));
    for (const it of frames) kinds.add(it.kind);
    done.push({
      name: `contact ${i}`,
      values: {
        "round trips": Math.ceil(depth / 2),
        frames: frames.length,
        "bytes one way": bytesOf(offices[0]),
        "bytes other way": bytesOf(offices[1]),
        "bytes per space": (bytesOf(offices[0]) + bytesOf(offices[1])) /
          size.spaces,
      },
    });
  }
  const middle = (key: string) =>
    median(done.map(({ values }) => Number(values[key])));
  return {
    bench: "contact",
    about: `contact of two offices with nothing missing, ${sales} sales behind`,
    parameters: { sales, ...size, contacts: runs },
    runs: done,
    results: [
      atMost("round trips until nothing more is said", middle("round trips"), {
        most: 1,
        unit: "",
      }),
      below("bytes per space, both ways together", middle("bytes per space"), {
        most: 1_000,
        unit: "B",
      }),
      informs("bytes one way", middle("bytes one way"), "B"),
      informs("bytes other way", middle("bytes other way"), "B"),
    ],
    notes: [
      `Messages: ${
        [...kinds].join(", ")
      }. Certificates and addresses are in these bytes; framing, encryption and TCP are not.`,
    ],
  };
}
