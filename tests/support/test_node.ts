/**
 * A whole node without links for tests: real use-cases on the simulated store, with a clock that the test moves.
 *
 * @module
 */
import {
  type Certificate,
  createSeededRandom,
  issueCertificate,
  parseSiteCode,
  type Signer,
  SIMULATED_SIGNATURES,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  branchSyncDefaults,
  type BranchSyncSettings,
} from "../../nodes/branch_sync/branch_sync_settings.ts";
import { createMeshChain } from "../../nodes/membership.ts";
import {
  createNode,
  type NodeParts,
  type NodeWithParts,
} from "../../nodes/node.ts";
import type { Pulling } from "../../nodes/branch_sync/create_branch_sync.ts";
import type { Store } from "../../nodes/ports.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import type { PeoplePorts } from "../../nodes/people/people_ports.ts";
import { testPeople } from "./people.ts";
import { openNodeStore } from "./node_store.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { createVirtualClock, type VirtualClock } from "./virtual_clock.ts";

/** How a test node is set up. */
export interface TestNodeOptions {
  /** The site; `CUS` for a branch. */
  readonly site?: string;
  /** The roles; `branch` alone. */
  readonly roles?: string[];
  /** The currency; `PEN`. */
  readonly currency?: string;
  /** The time zone; `America/Lima`. */
  readonly timezone?: string;
  /** Wall time at the start, in milliseconds. */
  readonly startMs?: number;
  /** Branch id of `inventory-branch`. */
  readonly branchId?: string;
  /** When its certificate ends, in milliseconds; 2100. */
  readonly certificateEnds?: number;
  /** Whether the rows of the original programs are written. */
  readonly initialRows?: boolean;
  /** The disk of a node that was stopped, to start it again. */
  readonly disk?: SimulatedDisk;
  /** How it takes part in the synchronisation of older branch software. */
  readonly branchSync?: Partial<BranchSyncSettings>;
  /** What reads original branches, made after the node. */
  readonly pulling?: () => Pulling | undefined;
  /** What its certificate gives; everything everywhere. */
  readonly grants?: Certificate["grants"];
  /** Opens another store than one on `disk`. */
  readonly openStore?: () => Store;
  /** True if it made its mesh, and so may invite. */
  readonly founder?: boolean;
  /** True if its disk is a copy of another node's. */
  readonly newLogs?: boolean;
  /** What sign-ins need; a fast hash and real tokens if left out. */
  readonly people?: PeoplePorts;
  /** What tells original centrals, once it is there. */
  readonly sending?: NonNullable<NodeParts["sending"]>;
}

/** A node for a test. */
export interface TestNode {
  /** Its use-cases. */
  readonly useCases: UseCases;
  /** Its clock; work that is deferred runs by itself. */
  readonly clock: VirtualClock;
  /** The node itself. */
  readonly node: NodeWithParts;
  /** Its disk, for faults. */
  readonly disk: SimulatedDisk;
  /** Stops it. */
  stop(): Promise<void>;
}

const EVERYTHING: Certificate["grants"] = [{
  pattern: "*",
  verbs: ["read", "write", "price", "spend", "admin"],
}];

/** A certificate chain for a test's node, signed by a root of the test. */
export function testCertificate(
  root: Signer,
  subject: Uint8Array,
  site: SiteCode | null,
  roles: readonly string[],
  { notAfter = Date.UTC(2100, 0, 1), grants = EVERYTHING }: {
    readonly notAfter?: number | undefined;
    readonly grants?: Certificate["grants"] | undefined;
  } = {},
): Uint8Array {
  const certificate: Certificate = {
    kind: "member",
    root: root.publicKey,
    subject,
    issuer: root.publicKey,
    serial: subject.slice(0, 8),
    notBefore: 0,
    notAfter,
    site,
    roles,
    grants,
  };
  return issueCertificate(certificate, root);
}

/** A virtual clock whose deferred calls run by themselves, so that tests need not pump it. */
function withRealDefer(clock: VirtualClock): VirtualClock {
  return {
    get waiting() {
      return clock.waiting;
    },
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    timer: (delay, callback) => clock.timer(delay, callback),
    defer: (callback) => void setImmediate(callback),
    advance: (ms) => clock.advance(ms),
    run: (ms) => clock.run(ms),
    runAll: (limit) => clock.runAll(limit),
    skew: (by) => clock.skew(by),
  };
}

/**
 * Makes and starts a node.
 *
 * @param options How it is set up.
 * @returns The node.
 */
export async function createTestNode(
  options: TestNodeOptions = {},
): Promise<TestNode> {
  const roles = options.roles ?? ["branch"];
  const needsSite = roles.includes("branch");
  const site = options.site === undefined && !needsSite
    ? null
    : parseSiteCode(options.site ?? "CUS") ?? null;
  const clock = withRealDefer(
    createVirtualClock(options.startMs ?? Date.UTC(2026, 10, 22, 15)),
  );
  const random = createSeededRandom(7);
  const root = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const signer = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const disk = options.disk ?? new SimulatedDisk();
  const node = createNode({
    openStore: options.openStore ?? (() => openNodeStore(disk)),
    clock,
    random,
    signer,
    signatures: SIMULATED_SIGNATURES,
    root: root.publicKey,
    certificate: options.founder === true
      ? createMeshChain({
        ...{ root, own: signer, roles, site, random },
        now: clock.now(),
      })
      : testCertificate(
        root,
        signer.publicKey,
        site,
        roles,
        { notAfter: options.certificateEnds, grants: options.grants },
      ),
    logger: { log: () => {} },
    pulling: () => options.pulling?.(),
    people: options.people ?? testPeople(),
    ...(options.sending === undefined ? {} : { sending: options.sending }),
    settings: {
      site,
      roles,
      currency: options.currency ?? "PEN",
      timezone: options.timezone ?? "America/Lima",
      newLogs: options.newLogs ?? false,
      ...(options.branchId === undefined ? {} : { branchId: options.branchId }),
      branchSync: { ...branchSyncDefaults(roles), ...options.branchSync },
    },
  });
  await node.start();
  if (options.initialRows === true) {
    if (roles.includes("branch")) {
      await node.writeInitialRows("inventory-branch");
    }
    if (roles.includes("office")) {
      await node.writeInitialRows("inventory-central");
    }
  }
  return {
    useCases: node.useCases,
    clock,
    node,
    disk,
    stop: () => node.stop(),
  };
}
