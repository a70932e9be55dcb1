/**
 * A mesh of whole nodes for tests: virtual clock, memory network, simulated disks, and one seed for all of it.
 *
 * @module
 */
import {
  type Certificate,
  createSeededRandom,
  grantsOfRole,
  type PeerId,
  peerIdOf,
  type Random,
  type SignatureScheme,
  type Signer,
  SIMULATED_SIGNATURES,
  type SiteCode,
  type SpaceId,
} from "../../crdt/mod.ts";
import { createMemoryNetwork, type MemoryNetwork } from "../../net/mod.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import { openNodeStore } from "./node_store.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { testPeople } from "./people.ts";
import { testCertificate } from "./test_node.ts";
import {
  createVirtualClock,
  settleOn,
  type VirtualClock,
} from "./virtual_clock.ts";

/** One node of a test mesh. */
export interface MeshPeer {
  /** Its name in the test. */
  readonly name: string;
  /** Its id. */
  readonly peer: PeerId;
  /** Its key. */
  readonly signer: Signer;
  /** Its site; null for an office. */
  readonly site: SiteCode | null;
  /** Its role. */
  readonly role: string;
  /** What its certificate gives. */
  readonly grants: Certificate["grants"] | undefined;
  /** Its disk. */
  disk: SimulatedDisk;
  /** The running node; undefined while it is down. */
  node: NodeWithParts | undefined;
}

/** A mesh. */
export interface TestMesh {
  /** Time of all. */
  readonly clock: VirtualClock;
  /** The network. */
  readonly network: MemoryNetwork;
  /** Chance of the whole test. */
  readonly random: Random;
  /** The mesh's root key. */
  readonly root: Signer;
  /** The peers by name. */
  readonly peers: ReadonlyMap<string, MeshPeer>;
  /** Adds a peer and starts it, dialing the peers named. */
  add(
    name: string,
    options: {
      readonly site?: string;
      readonly dials?: readonly string[];
      /** Its role, with the grants of which it is invited; an office or a branch that may do everything if left out. */
      readonly role?: string;
      /** The company of a peer of that role. */
      readonly company?: string;
    },
  ): Promise<MeshPeer>;
  /** Starts a peer that is down, from its disk. */
  restart(name: string): Promise<void>;
  /** Ends a peer as a loss of power would. */
  crash(name: string): void;
  /** The running node of a name. */
  node(name: string): NodeWithParts;
  /** Settles a promise while time moves on. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Moves time on. */
  run(ms: number): Promise<void>;
  /** Cuts a peer off from all others. */
  cutOff(name: string): void;
  /** As after a restore: a peer's old logs of a space are only read. */
  closeLogs(name: string, space: SpaceId): void;
  /** Stops everything. */
  stop(): Promise<void>;
}

/** Makes an empty mesh. */
export function createTestMesh(
  options: {
    readonly seed: number;
    readonly startMs?: number;
    readonly signatures?: SignatureScheme;
    readonly checkpointCommits?: number;
  },
): TestMesh {
  const clock = createVirtualClock(
    options.startMs ?? Date.UTC(2026, 10, 22, 15),
  );
  const random = createSeededRandom(options.seed);
  const signatures = options.signatures ?? SIMULATED_SIGNATURES;
  const network = createMemoryNetwork({ clock, random });
  const root = signatures.signer(random.bytes(32));
  const peers = new Map<string, MeshPeer>();
  const dials = new Map<string, readonly string[]>();

  const settle = <T>(promise: Promise<T>) => settleOn(clock, promise);

  const start = async (peer: MeshPeer) => {
    const { signer, site, disk, name, role, grants } = peer;
    const node = createNode({
      openStore: () => openNodeStore(disk),
      clock,
      random,
      signer,
      signatures,
      root: root.publicKey,
      certificate: testCertificate(root, signer.publicKey, site, [role], {
        grants,
      }),
      logger: { log: () => {} },
      people: testPeople(),
      transport: network.transport(peer.peer),
      settings: {
        site,
        roles: [role],
        currency: "PEN",
        timezone: "America/Lima",
        ...(options.checkpointCommits === undefined
          ? {}
          : { checkpointCommits: options.checkpointCommits }),
      },
    });
    peer.node = node;
    await settle(node.start());
    for (const other of dials.get(name) ?? []) {
      const target = peers.get(other);
      if (target !== undefined) node.replicator?.want(`/memory/${target.peer}`);
    }
  };

  return {
    clock,
    network,
    random,
    root,
    peers,
    async add(name, { site, dials: wanted = [], role, company }) {
      const signer = signatures.signer(random.bytes(32));
      const peer: MeshPeer = {
        name,
        peer: peerIdOf(signer.publicKey),
        signer,
        site: site === undefined ? null : site as SiteCode,
        role: role ?? (site === undefined ? "office" : "branch"),
        grants: role === undefined ? undefined : grantsOfRole(role, {
          sites: site === undefined ? [] : [site as SiteCode],
          companies: company === undefined ? [] : [company],
        }),
        disk: new SimulatedDisk(),
        node: undefined,
      };
      peers.set(name, peer);
      dials.set(name, wanted);
      await start(peer);
      return peer;
    },
    async restart(name) {
      const peer = peers.get(name);
      if (peer !== undefined && peer.node === undefined) await start(peer);
    },
    crash(name) {
      const peer = peers.get(name);
      if (peer?.node === undefined) return;
      peer.node.maintenance.stop();
      peer.node.replica.abandon();
      peer.node.replicator?.stop().catch(() => {});
      network.crash(peer.peer);
      peer.disk.crash(random);
      peer.node = undefined;
    },
    node(name) {
      const node = peers.get(name)?.node;
      if (node === undefined) throw new Error(`${name} is down`);
      return node;
    },
    settle,
    run: (ms) => clock.run(ms),
    cutOff(name) {
      const all = [...peers.values()];
      const one = all.filter((it) => it.name === name).map((it) => it.peer);
      const others = all.filter((it) => it.name !== name).map((it) => it.peer);
      network.partition(one, others);
    },
    closeLogs(name, space) {
      const { replica } = this.node(name);
      const logs = replica.ownLogs(space);
      replica.closeLogs(logs.map(({ number }) => number));
    },
    async stop() {
      for (const peer of peers.values()) {
        const { node } = peer;
        peer.node = undefined;
        if (node !== undefined) await settle(node.stop());
      }
    },
  };
}

/**
 * Makes a mesh of peers of one site that know each other.
 *
 * @param names Their names; each dials those before it.
 * @param options The seed of the mesh, and the site.
 * @returns The mesh.
 */
export async function createSiteMesh(
  names: readonly string[],
  { seed, site }: { readonly seed: number; readonly site: string },
): Promise<TestMesh> {
  const mesh = createTestMesh({ seed });
  for (const [i, name] of names.entries()) {
    await mesh.add(name, { site, dials: names.slice(0, i) });
  }
  await mesh.run(3000);
  return mesh;
}
