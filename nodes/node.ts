/**
 * One peer put together: replica, use-cases and, with a transport, the replicator.
 *
 * @module
 */
import {
  type Clock,
  createFactIds,
  type FactId,
  type LogId,
  MESH_SPACE,
  meshName,
  ok,
  peerIdOf,
  type Random,
  type SignatureScheme,
  type Signer,
  type SiteCode,
  siteSpace,
  verifyChain,
} from "../crdt/mod.ts";
import type { Transport } from "../net/mod.ts";
import {
  branchSyncDefaults,
  type BranchSyncSettings,
} from "./branch_sync/branch_sync_settings.ts";
import type { Pulling, Sending } from "./branch_sync/create_branch_sync.ts";
import { createMeshExchange } from "./branch_sync/mesh_exchange.ts";
import { createChargingTelling } from "./charging/charging_telling.ts";
import type { ChargingTimers } from "./charging/charging_use_cases.ts";
import { createCharging } from "./charging/create_charging.ts";
import { createUseCases, SHOWN_TABLES } from "./create_use_cases.ts";
import { isShortOf, prepareCard } from "./fleet/cards.ts";
import { createFleet } from "./fleet/create_fleet.ts";
import { createStrangers, type FleetContext } from "./fleet/fleet_context.ts";
import { createFleetKeeper, type FleetKeeper } from "./fleet/fleet_keeper.ts";
import { type AlertBoard, createAlertBoard } from "./forecourt/alert_board.ts";
import { createLivePumps } from "./forecourt/live_pumps.ts";
import {
  createPumpTelling,
  type PumpTelling,
} from "./forecourt/pump_telling.ts";
import { createHealthWatch } from "./health.ts";
import { createIncidents, type Incidents } from "./incidents.ts";
import { createMaintenance, type Maintenance } from "./maintenance.ts";
import { measureUseCases, type UseCaseMetrics } from "./measured_use_cases.ts";
import { createMeshDesk } from "./mesh/mesh_desk.ts";
import type { FolderSpace } from "./mesh/mesh_use_cases.ts";
import type { PageSealer } from "./page_sealer.ts";
import { forgetSignIns } from "./people/create_people.ts";
import type { PeoplePorts } from "./people/people_ports.ts";
import type { Logger, Store } from "./ports.ts";
import {
  createReplicator,
  type Redeem,
  type Renewal,
  type Replicator,
} from "./replicator.ts";
import { Replica } from "./replica.ts";
import { createRightsBalancer } from "./rights_balancer.ts";
import { createRightsDesk, type RightsDesk } from "./rights_desk.ts";
import { createRightsKeeper, type RightsKeeper } from "./rights_keeper.ts";
import { createRightsResender } from "./rights_resender.ts";
import { defaultBranchId } from "./sale_notice.ts";
import type { SinkView } from "./sinks/sink_port.ts";
import type {
  HealthView,
  NodeInfo,
  NotifierView,
  UseCases,
} from "./use_cases.ts";
import { writeInitialRows } from "./use_cases/initial_rows.ts";
import {
  createInvariantCounter,
  type InvariantCounter,
} from "./use_cases/invariants.ts";

/** The program's version. */
export const VERSION = "0.1.0";

/** What a node is made of. */
export interface NodeParts {
  /** Opens the store; called again when the outcome of a write is unknown. */
  readonly openStore: () => Store;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** The node's key. */
  readonly signer: Signer;
  /** How signatures are made and checked. */
  readonly signatures: SignatureScheme;
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The node's certificate chain. */
  readonly certificate: Uint8Array;
  /** Log lines. */
  readonly logger: Logger;
  /** Links to other peers; a node without one works alone. */
  readonly transport?: Transport;
  /** Renews certificates; left out where they are not stored. */
  readonly renewal?: Renewal;
  /** Redeems an invitation for a key; left out where the node cannot issue certificates. */
  readonly redeem?: Redeem;
  /** Seals journal pages; in the node's own thread if left out. */
  readonly sealer?: PageSealer;
  /** What sign-ins need; nobody signs in if left out. Ended with the node. */
  readonly people?: PeoplePorts;
  /** What tells original centrals, where there are any; else other nodes of the mesh are exchanged with. */
  readonly sending?: () => Sending | undefined;
  /** What reads original branches, once it is there. */
  readonly pulling?: () => Pulling | undefined;
  /** Settings that people choose. */
  readonly settings: NodeSettings;
  /** The state of the notifier towards an original central. */
  readonly notifier?: () => NotifierView | undefined;
  /** How its sinks stand; it has none if left out. */
  readonly sinks?: () => readonly SinkView[];
  /** Counts decisions, purchases and charging sessions; nobody does if left out. */
  readonly metrics?: UseCaseMetrics;
  /** Looks how much room the data folder takes and has; not known if left out. */
  readonly space?: () => Promise<FolderSpace>;
}

/** Settings that people choose. */
export interface NodeSettings {
  /** The node's site, for roles that have one. */
  readonly site: SiteCode | null;
  /** The node's roles. */
  readonly roles: readonly string[];
  /** ISO 4217 code. */
  readonly currency: string;
  /** IANA time zone. */
  readonly timezone: string;
  /** Branch id of `inventory-branch`; made of site and log if left out. */
  readonly branchId?: string;
  /** How it takes part in the synchronisation of older branch software; what its roles imply if left out. */
  readonly branchSync?: BranchSyncSettings;
  /** Timers of charging points other than those of their protocol. */
  readonly charging?: Partial<ChargingTimers>;
  /** How long bodies of commits are kept after a checkpoint, in days. */
  readonly retentionDays?: number;
  /** Commits between two checkpoints of a log. */
  readonly checkpointCommits?: number;
  /** True if the folder was copied or restored: new logs are opened before anything is written. */
  readonly newLogs?: boolean;
}

/** A running peer, as programs use it. */
export interface PanalNode {
  /** Every decision and reading. */
  readonly useCases: UseCases;
  /** What a person should look at. */
  readonly incidents: Incidents;
  /** Opens the node's own logs and starts exchange and maintenance. */
  start(): Promise<void>;
  /** Writes the rows with which an original program starts. */
  writeInitialRows(
    surface: "inventory-branch" | "inventory-central",
  ): Promise<void>;
  /** Tells where the node's surfaces listen, for health, and what is wrong with them. */
  setSurfaces(
    surfaces: HealthView["surfaces"],
    problems?: () => readonly string[],
  ): void;
  /** Finishes what waits and closes the store; a second call does nothing. */
  stop(): Promise<void>;
}

/** A running peer with its parts, for adapters and tests. */
export interface NodeWithParts extends PanalNode {
  /** The replica, for adapters that write rows of their own. */
  readonly replica: Replica;
  /** Counts of invariants. */
  readonly invariants: InvariantCounter;
  /** Exchange with other peers, if there is a transport. */
  readonly replicator: Replicator | undefined;
  /** Work in the background: sealing pages, checkpoints, retention. */
  readonly maintenance: Maintenance;
  /** Asks other peers for rights, and answers those who ask. */
  readonly desk: RightsDesk;
  /** Tells peers what the node's pump does now, and hears of theirs. */
  readonly pumps: PumpTelling;
  /** What the node does for companies by itself. */
  readonly companies: FleetKeeper;
}

const NO_NOTIFIER: NotifierView = {
  url: null,
  state: "closed",
  failures: 0,
  pending: 0,
  confirmed: 0,
  setAside: 0,
  unconfirmed: 0,
};

function openReplica(parts: NodeParts): Replica {
  const {
    openStore,
    clock,
    random,
    signer,
    signatures,
    root,
    certificate,
    logger,
  } = parts;
  const replica = new Replica({
    openStore,
    clock,
    random,
    signer,
    signatures,
    root,
    certificate,
    logger,
    shown: SHOWN_TABLES,
    ...(parts.metrics === undefined
      ? {}
      : { observeGroup: parts.metrics.observeGroup }),
  });
  if (parts.settings.newLogs === true) {
    closeOwnLogs(replica);
    replica.transact((writer) => forgetSignIns(writer));
  }
  return replica;
}

/** After a clone or a restore the old logs are only read: the next decision opens new ones. */
function closeOwnLogs(replica: Replica): void {
  const own = [...replica.register.all()].filter((entry) => entry.own);
  replica.closeLogs(own.map(({ number }) => number));
}

function nodeInfo(
  parts: NodeParts,
  branchLog: () => LogId | undefined,
): NodeInfo {
  const { settings, signer } = parts;
  return {
    peer: peerIdOf(signer.publicKey),
    site: settings.site,
    roles: settings.roles,
    get branchId() {
      return settings.branchId ?? defaultBranchId(settings.site, branchLog());
    },
    currency: settings.currency,
    timezone: settings.timezone,
    version: VERSION,
  };
}

/**
 * Puts a node together. Nothing runs before `start`.
 *
 * @param parts What it is made of.
 * @returns The node.
 * @throws {PanalError} `invalid_certificate` if the certificate is not of this mesh and key.
 */
export function createNode(parts: NodeParts): NodeWithParts {
  const { clock, logger, settings } = parts;
  const replica = openReplica(parts);
  const member = verifyChain(parts.certificate, parts.root, parts.signatures);
  const readsAll = member.ok &&
    member.value.certificate.grants.some(({ pattern }) => pattern === "*");
  const incidents = createIncidents(replica, () => clock.now(), {
    readsAll,
    timezone: settings.timezone,
  });
  const invariants = createInvariantCounter();
  const space = settings.site === null ? MESH_SPACE : siteSpace(settings.site);
  const node = nodeInfo(parts, () => replica.register.own(space)?.name);
  const newId = newIds(parts);
  const desk = createRightsDesk({
    replica,
    clock,
    logger,
    newId,
    prepare: (bound) => prepareCard(fleet, bound),
    isShort: (bound, wanted) => isShortOf(fleet, bound, wanted),
  });
  const keeper = createRightsKeeper({
    replica,
    clock,
    logger,
    invariants,
    askRights: (need) => desk.ask(need),
  });
  const balancer = createRightsBalancer({
    replica,
    clock,
    logger,
    newId,
    sessions: () => desk.sessions(),
  });
  const resender = createRightsResender({
    replica,
    clock,
    logger,
    sessions: () => desk.sessions(),
  });
  const upkeep = createMaintenance({
    replica,
    clock,
    logger,
    incidents,
    invariants,
    ...(parts.sealer === undefined ? {} : { sealer: parts.sealer }),
    ...(settings.retentionDays === undefined
      ? {}
      : { retentionDays: settings.retentionDays }),
    ...(settings.checkpointCommits === undefined
      ? {}
      : { checkpointCommits: settings.checkpointCommits }),
  });
  const fleet: FleetContext = {
    node,
    replica,
    invariants,
    clock,
    logger,
    newId,
    strangers: createStrangers(clock),
    askRights: (need) => desk.ask(need),
    gather: (wanted) => desk.gather(wanted),
    isShort: (bound) => desk.isShort(bound),
  };
  const companies = createFleetKeeper(fleet);
  const present = createChargingTelling({
    clock,
    register: () => replica.register,
  });
  const charging = createCharging({
    node,
    replica,
    clock,
    logger,
    newId,
    telling: present,
    report: incidents.reportAll,
    business: (site) => useCases.tills.business(site),
    timers: settings.charging,
  });
  const maintenance = withRights(upkeep, [
    keeper,
    balancer,
    resender,
    companies,
    charging,
  ]);
  const alerts = createAlertBoard({ ...parts, incidents });
  const pumps: PumpTelling = createPumpTelling({
    clock,
    live: () => useCases.forecourt.live,
    missing: tellMissing(settings, alerts),
  });
  const replicator = parts.transport === undefined
    ? undefined
    : createReplicator({
      ...parts,
      transport: parts.transport,
      replica,
      incidents,
      invariants,
      rights: desk,
      present: [pumps, present],
    });
  const exchange = createMeshExchange({
    replica,
    clock,
    site: settings.site,
    peers: () => replicator,
  });
  let surfaces: HealthView["surfaces"] = {};
  let surfaceProblems: () => readonly string[] = () => [];
  const started = { at: clock.monotonic(), ready: false };
  let stopped = false;
  const watch = createHealthWatch({
    replica,
    clock,
    background: () => maintenance.problems(),
    surfaces: () => surfaceProblems(),
    space: parts.space,
  });
  const health = (): HealthView => {
    const problems = watch.problems();
    return {
      status: problems.length === 0 ? "ok" : "degraded",
      ready: started.ready && !stopped && replica.problem === undefined,
      reasons: problems.map(({ text }) => text),
      problems,
      peer: node.peer,
      site: node.site,
      roles: node.roles,
      version: VERSION,
      uptimeMs: Math.round(clock.monotonic() - started.at),
      listen: parts.transport?.addresses() ?? [],
      surfaces,
      commits: [...replica.register.all()].reduce(
        (sum, entry) => sum + entry.seq,
        0,
      ),
      links: replicator?.links() ?? 0,
    };
  };
  const unmeasured = createUseCases({
    node,
    replica,
    clock,
    random: parts.random,
    logger,
    people: parts.people,
    branchSync: {
      settings: settings.branchSync ?? branchSyncDefaults(settings.roles),
      sending: () => parts.sending?.() ?? exchange,
      pulling: () => parts.pulling?.(),
    },
    incidents,
    invariants,
    peers: () => replicator?.peers() ?? [],
    health,
    notifier: () => parts.notifier?.() ?? NO_NOTIFIER,
    sinks: () => parts.sinks?.() ?? [],
    mesh: (fact) =>
      createMeshDesk({
        ...parts,
        node,
        replica,
        fact,
        addresses: () => parts.transport?.addresses() ?? [],
        links: () => replicator?.linkEvents() ?? [],
        holders: (place) => replicator?.holders(place) ?? [],
      }),
    askRights: (need) => desk.ask(need),
    live: createLivePumps(() => clock.now()),
    fleet: createFleet(fleet),
    charging: charging.useCases,
  });
  const useCases = parts.metrics === undefined
    ? unmeasured
    : measureUseCases(unmeasured, parts.metrics, clock);
  replica.listen({
    written: (commits) => invariants.checked(1, commits.length),
    taken: (entries) => invariants.checked(7, entries.length),
    changed: () => {},
    authorityChanged: () => {
      if (replica.isRevoked) {
        const text = "This node was revoked: nothing that it writes counts";
        incidents.report("revoked", text);
      }
    },
    incident: (kind, message, details) => {
      logger.log("warn", message, { kind, ...details });
      incidents.report(kind, message, details);
    },
  });
  return {
    useCases,
    replica,
    incidents,
    invariants,
    replicator,
    maintenance,
    desk,
    pumps,
    companies,
    async start() {
      started.at = clock.monotonic();
      await openLogs(replica, settings.site);
      maintenance.start();
      await replicator?.start();
      watch.start();
      started.ready = true;
    },
    writeInitialRows: (surface) =>
      writeInitialRows(replica, surface, {
        mesh: meshName(parts.root),
        site: settings.site,
        currency: settings.currency,
      }),
    setSurfaces(value, problems) {
      surfaces = value;
      surfaceProblems = problems ?? surfaceProblems;
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      watch.stop();
      maintenance.stop();
      await charging.flush().catch((error) =>
        logger.log("warn", "Running totals of supplies were not stored", {
          error: String(error),
        })
      );
      desk.stop();
      pumps.stop();
      alerts.stop();
      exchange.stop();
      parts.people?.hasher.stop();
      await replicator?.stop();
      replica.stop();
    },
  };
}

/** A station tells of the native pumps of its site that it has lost, in the words for those that dial it. */
function tellMissing(
  { roles, site: own }: NodeSettings,
  alerts: AlertBoard,
): (site: SiteCode, pump: number) => void {
  if (!roles.includes("station")) return () => {};
  return (site, pump) => {
    if (site !== own) return;
    const message = `Pump ${pump} has lost its connection`;
    alerts.tell("pump_missing", message, { site, pump });
  };
}

/** Draws ids by the node's clock. */
function newIds({ random, clock }: NodeParts): () => FactId {
  const next = createFactIds(random);
  return () => next(clock.now());
}

/** Work in the background starts and stops together. */
function withRights(
  maintenance: Maintenance,
  others: readonly Pick<RightsKeeper, "start" | "stop">[],
): Maintenance {
  return {
    ...maintenance,
    start() {
      maintenance.start();
      for (const other of others) other.start();
    },
    stop() {
      maintenance.stop();
      for (const other of others) other.stop();
    },
  };
}

/** A member has a log in `mesh` (these logs are the list of members) and one in its site's space. */
async function openLogs(
  replica: Replica,
  site: SiteCode | null,
): Promise<void> {
  const spaces = site === null ? [MESH_SPACE] : [MESH_SPACE, siteSpace(site)];
  const missing = spaces.filter((space) =>
    replica.register.own(space) === undefined
  );
  if (missing.length === 0) return;
  await replica.decide((context) => {
    for (const space of missing) context.log(space);
    return ok(null);
  });
}
