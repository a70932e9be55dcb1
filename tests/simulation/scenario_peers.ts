/**
 * The peers of a simulated mesh: whole nodes on one virtual clock, one memory network and a simulated disk each, with
 * the rights that their roles have in a real mesh.
 *
 * @module
 */
import {
  type Certificate,
  type Clock,
  createSeededRandom,
  grantsOfRole,
  issueCertificate,
  type PeerId,
  peerIdOf,
  type Random,
  randomBelow,
  type SignatureScheme,
  type Signer,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  createMemoryNetwork,
  type Link,
  type MemoryNetwork,
  type Transport,
} from "../../net/mod.ts";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../support/virtual_clock.ts";

/** One peer of a simulated mesh. */
export interface SimulatedPeer {
  /** Its name in traces. */
  readonly name: string;
  /** Its id. */
  readonly peer: PeerId;
  /** Its key. */
  readonly signer: Signer;
  /** Its site; null for an office. */
  readonly site: SiteCode | null;
  /** Its disk, which outlives it. */
  readonly disk: SimulatedDisk;
  /** How far its wall clock is off, in milliseconds. */
  skewMs: number;
  /** The running node; undefined while it is down. */
  node: NodeWithParts | undefined;
  /** Its links that are up. */
  readonly links: Set<Link>;
}

/** How the mesh is set up. */
export interface SimulatedMeshOptions {
  /** What everything by chance comes from. */
  readonly seed: number;
  /** Wall time at the start, in milliseconds since 1970. */
  readonly startMs: number;
  /** How signatures are made. */
  readonly signatures: SignatureScheme;
  /** Commits between two checkpoints. */
  readonly checkpointCommits: number;
  /** How long bodies are kept; as nodes do if left out. */
  readonly retentionDays?: number;
  /** Where log lines go; nowhere if left out. */
  readonly log?: (peer: string, line: string) => void;
}

const CODE = { branch: "branch", office: "office" } as const;

/** A mesh of whole nodes. */
export class SimulatedMesh {
  /** Time of all. */
  readonly clock: VirtualClock;
  /** The network between them. */
  readonly network: MemoryNetwork;
  /** The peers, in the order in which they were added. */
  readonly peers: SimulatedPeer[] = [];
  /** The mesh's root key. */
  readonly root: Signer;
  readonly #random: Random;
  readonly #options: SimulatedMeshOptions;

  /**
   * Makes an empty mesh.
   *
   * @param options How it is set up.
   */
  constructor(options: SimulatedMeshOptions) {
    this.#options = options;
    this.clock = createVirtualClock(options.startMs);
    this.#random = createSeededRandom(options.seed ^ 0x5bd1e995);
    this.network = createMemoryNetwork({
      clock: this.clock,
      random: this.#random,
    });
    this.root = options.signatures.signer(this.#random.bytes(32));
  }

  /**
   * Adds a peer; it is down.
   *
   * @param name Its name in traces.
   * @param site Its site; null for an office.
   * @returns The peer.
   */
  add(name: string, site: string | null): SimulatedPeer {
    const signer = this.#options.signatures.signer(this.#random.bytes(32));
    const peer: SimulatedPeer = {
      name,
      peer: peerIdOf(signer.publicKey),
      signer,
      site: site as SiteCode | null,
      disk: new SimulatedDisk(),
      skewMs: 0,
      node: undefined,
      links: new Set(),
    };
    this.peers.push(peer);
    return peer;
  }

  /**
   * Starts a peer from its disk.
   *
   * @param peer The peer.
   * @param dials Whom it dials.
   * @returns False if its disk failed meanwhile.
   */
  async start(
    peer: SimulatedPeer,
    dials: readonly SimulatedPeer[],
  ): Promise<boolean> {
    const { signatures, checkpointCommits, retentionDays, log } = this.#options;
    const role = peer.site === null ? CODE.office : CODE.branch;
    try {
      const node = createNode({
        openStore: () =>
          openSimulatedStore(peer.disk, {
            tables: NODE_TABLES,
            version: SCHEMA_VERSION,
          }),
        clock: this.#clockOf(peer),
        random: createSeededRandom(randomBelow(this.#random, 2 ** 32)),
        signer: peer.signer,
        signatures,
        root: this.root.publicKey,
        certificate: this.certificate(peer),
        logger: {
          log: (level, message, fields) =>
            log?.(
              peer.name,
              `${level} ${message} ${JSON.stringify(fields ?? {})}`,
            ),
        },
        transport: watchLinks(this.network.transport(peer.peer), peer.links),
        settings: {
          site: peer.site,
          roles: [role],
          currency: "PEN",
          timezone: "America/Lima",
          checkpointCommits,
          ...(retentionDays === undefined ? {} : { retentionDays }),
        },
      });
      peer.node = node;
      await this.settle(node.start());
      for (const other of dials) {
        if (other !== peer) node.replicator?.want(`/memory/${other.peer}`);
      }
      return true;
    } catch {
      this.crash(peer);
      return false;
    }
  }

  /** The certificate of a peer, as its invitation would give it. */
  certificate(peer: SimulatedPeer): Uint8Array {
    const role = peer.site === null ? CODE.office : CODE.branch;
    const certificate: Certificate = {
      kind: "member",
      root: this.root.publicKey,
      subject: peer.signer.publicKey,
      issuer: this.root.publicKey,
      serial: peer.signer.publicKey.slice(0, 8),
      notBefore: 0,
      notAfter: Date.UTC(2100, 0, 1),
      site: peer.site,
      roles: [role],
      grants: grantsOfRole(role, {
        sites: peer.site === null ? [] : [peer.site],
        companies: [],
      }),
    };
    return issueCertificate(certificate, this.root);
  }

  /** Ends a peer as a loss of power would. */
  crash(peer: SimulatedPeer): void {
    const { node } = peer;
    peer.node = undefined;
    node?.maintenance.stop();
    node?.replica.abandon();
    // First silence, then the end of what runs in the process: nothing may leave it any more.
    this.network.crash(peer.peer);
    node?.replicator?.stop().catch(() => {});
    peer.links.clear();
    peer.disk.crash(this.#random);
  }

  /**
   * Waits for a promise while time moves on.
   *
   * @param promise What to wait for.
   * @returns What it gives.
   */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    for (let i = 0; i < 20_000 && !done; i++) await this.clock.run(1);
    if (!done) throw new Error("a promise of the simulation never settled");
    return await promise;
  }

  /** Moves time on. */
  run(ms: number): Promise<void> {
    return this.clock.run(ms);
  }

  /** Stops everything in order. */
  async stop(): Promise<void> {
    for (const peer of this.peers) {
      const { node } = peer;
      peer.node = undefined;
      if (node !== undefined) await this.settle(node.stop());
    }
  }

  #clockOf(peer: SimulatedPeer): Clock {
    const { clock } = this;
    return {
      now: () => clock.now() + peer.skewMs,
      monotonic: () => clock.monotonic(),
      timer: (delayMs, callback) => clock.timer(delayMs, callback),
      defer: (callback) => clock.defer(callback),
    };
  }
}

/** Keeps the set of a transport's links, so that a scenario can cut one. */
function watchLinks(transport: Transport, links: Set<Link>): Transport {
  return {
    peer: transport.peer,
    start: (events) =>
      transport.start({
        ...events,
        linked(link) {
          links.add(link);
          events.linked(link);
        },
        received: (link, frame) => events.received(link, frame),
        drained: (link) => events.drained(link),
        unlinked(link, reason) {
          links.delete(link);
          events.unlinked(link, reason);
        },
        discovered: (addresses) => events.discovered(addresses),
      }),
    stop: () => transport.stop(),
    addresses: () => transport.addresses(),
    dial: (address, options) => transport.dial(address, options),
  };
}
