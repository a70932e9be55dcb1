/**
 * The peers of a simulated mesh: whole nodes on one virtual clock, one memory network and a simulated disk each, with
 * the rights that their roles have in a real mesh.
 *
 * @module
 */
import {
  type Certificate,
  type Clock,
  type CompanyId,
  createSeededRandom,
  grantsOfRole,
  issueCertificate,
  MESH_SPACE,
  PanalError,
  type PeerId,
  peerIdOf,
  type Random,
  randomBelow,
  type SignatureScheme,
  type Signer,
  type SiteCode,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import {
  createMemoryNetwork,
  type Link,
  type MemoryNetwork,
  type Transport,
} from "../../net/mod.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import type { Row, Store, Writer } from "../../nodes/ports.ts";
import { TIPS } from "../../nodes/tables.ts";
import { openNodeStore } from "../support/node_store.ts";
import { SimulatedDisk, untilHalted } from "../support/simulated_disk.ts";
import {
  createVirtualClock,
  settleOn,
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
  /** What it does. */
  readonly role: SimulatedRole;
  /** The spaces that its certificate reads; undefined for all. */
  readonly reads: ReadonlySet<SpaceId> | undefined;
  /** Its disk, which outlives it; another one after a restore. */
  disk: SimulatedDisk;
  /** Copies of its disk, oldest first. */
  readonly backups: SimulatedDisk[];
  /** Whether the machine shows that the folder was copied or restored: the next start opens new logs. */
  newLogs: boolean;
  /** Whether the last start found the folder damaged. */
  damaged: boolean;
  /** Whether it runs apart from all others, as a copy of another peer does. */
  readonly apart: boolean;
  /** When its certificate ends, in milliseconds since 1970. */
  notAfterMs: number;
  /** How far its wall clock is off, in milliseconds. */
  skewMs: number;
  /** The running node; undefined while it is down. */
  node: NodeWithParts | undefined;
  /** Its links that are up. */
  readonly links: Set<Link>;
  /** How far each of its logs is durable, by the log's number. */
  readonly durable: Map<number, number>;
  /** What runs beside the node in its process. */
  beside: Beside | undefined;
}

/** Something that runs beside a node, from its start to its end. */
export interface Beside {
  /** Starts it; the node has started. */
  start(): Promise<void>;
  /** Stops it, before the node; after a crash nobody waits for it. */
  stop(): Promise<void>;
}

/** The end of certificates that do not end. */
export const NEVER_MS = Date.UTC(2100, 0, 1);

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
  /** How long a charging point is kept for a driver; for ever if left out. */
  readonly reservationMs?: number;
  /** Where log lines go; nowhere if left out. */
  readonly log?: (peer: string, line: string) => void;
  /** Sees each data frame at the moment at which a peer sends it. */
  readonly onSend?: (from: PeerId, to: PeerId, frame: Uint8Array) => void;
  /** Makes what runs beside a peer's node. */
  readonly beside?: (peer: SimulatedPeer, clock: Clock) => Beside | undefined;
}

/** What a peer of a simulated mesh does. */
export type SimulatedRole =
  | "branch"
  | "charging"
  | "station"
  | "region"
  | "company"
  | "office";
/** The company of which there are cards. */
export const COMPANY: CompanyId = "42" as CompanyId;
/** Its space. */
export const COMPANY_SPACE: SpaceId = `company:${COMPANY}` as SpaceId;
/** A company of which nobody has heard. */
export const STRANGER: CompanyId = "77" as CompanyId;
const STRANGER_SPACE = `company:${STRANGER}` as SpaceId;
/** The sites that a region reads. */
const REGION_SITES = ["CUS", "LIM"] as SiteCode[];

/** What a peer is, besides its name and site. */
export interface PeerOptions {
  /** Its key; a new one if left out. */
  readonly signer?: Signer;
  /** What it does; a branch if it has a site, else an office. */
  readonly role?: SimulatedRole;
}

/** The longest wait for a promise of a node. */
const SETTLE_MS_MAX = 20_000;

/** A mesh of whole nodes. */
export class SimulatedMesh {
  /** Time of all. */
  readonly clock: VirtualClock;
  /** The network between them. */
  readonly network: MemoryNetwork;
  /** The peers, in the order in which they were added. */
  readonly peers: SimulatedPeer[] = [];
  /** Copies of peers' folders that run apart. */
  readonly copies: SimulatedPeer[] = [];
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
      ...(options.onSend === undefined ? {} : { onSend: options.onSend }),
    });
    this.root = options.signatures.signer(this.#random.bytes(32));
  }

  /**
   * Adds a peer; it is down.
   *
   * @param name Its name in traces.
   * @param site Its site; null for one that has none, as an office.
   * @param options Its key and role.
   * @returns The peer.
   */
  add(
    name: string,
    site: string | null,
    { signer = this.#newSigner(), role }: PeerOptions = {},
  ): SimulatedPeer {
    const peer = this.#makePeer({ name, site, signer, role });
    this.peers.push(peer);
    return peer;
  }

  /**
   * A peer that is not among the others: it is not compared with them, and no fault meets it.
   *
   * @param name Its name in traces.
   * @param site Its site; null for an office.
   */
  outsider(name: string, site: string | null): SimulatedPeer {
    return this.#makePeer({ name, site, signer: this.#newSigner() });
  }

  #newSigner(): Signer {
    return this.#options.signatures.signer(this.#random.bytes(32));
  }

  /**
   * A copy of a peer's folder on another machine, which runs apart from the mesh.
   *
   * @param peer Whose folder.
   * @param disk The copy.
   */
  copyOf(peer: SimulatedPeer, disk: SimulatedDisk): SimulatedPeer {
    const { name, site, signer, role } = peer;
    const copy = this.#makePeer({
      name: `${name}-copy-${this.copies.length + 1}`,
      site,
      role,
      signer,
      disk,
      apart: true,
    });
    copy.notAfterMs = peer.notAfterMs;
    this.copies.push(copy);
    return copy;
  }

  #makePeer(
    {
      name,
      site,
      signer,
      role = site === null ? "office" : "branch",
      disk = new SimulatedDisk(),
      apart = false,
    }: {
      readonly name: string;
      readonly site: string | null;
      readonly signer: Signer;
      readonly role?: SimulatedRole | undefined;
      readonly disk?: SimulatedDisk;
      readonly apart?: boolean;
    },
  ): SimulatedPeer {
    return {
      name,
      peer: peerIdOf(signer.publicKey),
      signer,
      site: site as SiteCode | null,
      role,
      reads: spacesReadBy(role, site as SiteCode | null),
      disk,
      backups: [],
      newLogs: false,
      damaged: false,
      apart,
      notAfterMs: NEVER_MS,
      skewMs: 0,
      node: undefined,
      links: new Set(),
      durable: new Map(),
      beside: undefined,
    };
  }

  /**
   * Starts a peer from its disk.
   *
   * @param peer The peer.
   * @param dials Whom it dials.
   * @param online False to start it without links.
   * @returns False if its disk failed meanwhile.
   */
  async start(
    peer: SimulatedPeer,
    dials: readonly SimulatedPeer[],
    online = true,
  ): Promise<boolean> {
    const { signatures, checkpointCommits, retentionDays, log } = this.#options;
    const { reservationMs = 0 } = this.#options;
    const { role } = peer;
    try {
      const node = createNode({
        openStore: () =>
          watchTips(
            openNodeStore(peer.disk),
            peer.durable,
          ),
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
        ...(online
          ? {
            transport: watchLinks(
              this.network.transport(peer.peer),
              peer.links,
            ),
          }
          : {}),
        settings: {
          site: peer.site,
          roles: [role],
          currency: "PEN",
          timezone: "America/Lima",
          checkpointCommits,
          newLogs: peer.newLogs,
          ...(retentionDays === undefined ? {} : { retentionDays }),
          ...(role === "charging" ? { charging: { reservationMs } } : {}),
        },
      });
      peer.node = node;
      await this.settle(node.start());
      peer.beside = this.#options.beside?.(peer, this.#clockOf(peer));
      if (peer.beside !== undefined) await this.settle(peer.beside.start());
      peer.newLogs = false;
      peer.damaged = false;
      for (const other of dials) {
        if (other !== peer) node.replicator?.want(`/memory/${other.peer}`);
      }
      return true;
    } catch (error) {
      peer.damaged = error instanceof PanalError &&
        error.code === "data_folder_damaged";
      this.crash(peer);
      return false;
    }
  }

  /** The certificate of a peer, as its invitation would give it. */
  certificate(peer: SimulatedPeer): Uint8Array {
    const { role } = peer;
    const certificate: Certificate = {
      kind: "member",
      root: this.root.publicKey,
      subject: peer.signer.publicKey,
      issuer: this.root.publicKey,
      serial: peer.signer.publicKey.slice(0, 8),
      notBefore: 0,
      notAfter: peer.notAfterMs,
      site: peer.site,
      roles: [role],
      grants: grantsOfRole(role, {
        sites: role === "region"
          ? REGION_SITES
          : peer.site === null
          ? []
          : [peer.site],
        companies: [COMPANY],
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
    if (node?.replicator !== undefined) this.network.crash(peer.peer);
    node?.replicator?.stop().catch(() => {});
    peer.beside?.stop().catch(() => {});
    peer.beside = undefined;
    peer.links.clear();
    peer.disk.crash(this.#random);
  }

  /** Ends a peer in order. */
  async stopPeer(peer: SimulatedPeer): Promise<void> {
    const { node, beside } = peer;
    if (beside !== undefined) await this.settle(beside.stop());
    peer.beside = undefined;
    peer.node = undefined;
    if (node !== undefined) await this.settle(node.stop());
    peer.links.clear();
  }

  /**
   * Waits for a promise while time moves on.
   *
   * @param promise What to wait for.
   * @returns What it gives.
   */
  async settle<T>(promise: Promise<T>): Promise<T> {
    return await settleOn(this.clock, promise, SETTLE_MS_MAX);
  }

  /** Moves time on. */
  run(ms: number): Promise<void> {
    return this.clock.run(ms);
  }

  /** Stops everything in order. */
  async stop(): Promise<void> {
    for (const peer of [...this.peers, ...this.copies]) {
      await this.stopPeer(peer);
    }
  }

  #clockOf(peer: SimulatedPeer): Clock {
    const { clock } = this;
    return {
      now: () => clock.now() + peer.skewMs,
      monotonic: () => clock.monotonic(),
      timer: (delayMs, callback) => clock.timer(delayMs, untilHalted(callback)),
      defer: (callback) => clock.defer(untilHalted(callback)),
    };
  }
}

/** The spaces that a role reads; undefined for all. */
function spacesReadBy(
  role: SimulatedRole,
  site: SiteCode | null,
): ReadonlySet<SpaceId> | undefined {
  if (role === "office") return undefined;
  const sites = role === "region" ? REGION_SITES : site === null ? [] : [site];
  const readsCompany = role === "region" || role === "company";
  return new Set([
    MESH_SPACE,
    ...sites.map(siteSpace),
    ...(readsCompany ? [COMPANY_SPACE] : []),
    ...(role === "region" ? [STRANGER_SPACE] : []),
  ]);
}

/** Notes how far the logs of a store are durable. */
function watchTips(store: Store, durable: Map<number, number>): Store {
  const note = (row: Row) =>
    durable.set(Number(row["log"]), Number(row["seq"]));
  durable.clear();
  store.scan(TIPS).forEach(note);
  return {
    get: (table, key) => store.get(table, key),
    scan: (table, scan) => store.scan(table, scan),
    count: (table, prefix) => store.count(table, prefix),
    close: () => store.close(),
    write(body) {
      const tips: Row[] = [];
      const value = store.write((writer) => body(watchPuts(writer, tips)));
      tips.forEach(note);
      return value;
    },
  };
}

function watchPuts(writer: Writer, tips: Row[]): Writer {
  return {
    get: (table, key) => writer.get(table, key),
    scan: (table, scan) => writer.scan(table, scan),
    count: (table, prefix) => writer.count(table, prefix),
    delete: (table, key) => writer.delete(table, key),
    put(table, row) {
      writer.put(table, row);
      if (table === TIPS) tips.push(row);
    },
  };
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
