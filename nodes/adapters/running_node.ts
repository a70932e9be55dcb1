/**
 * A real node on this machine: its data folder, its store, its transport and the peer made of them.
 *
 * @module
 */
import { ED25519, meshName, type Random } from "../../crdt/mod.ts";
import { createLibp2pTransport } from "../../net/mod.ts";
import type { NodeConfig } from "../config.ts";
import { healStore } from "../heal_store.ts";
import { createRedeem, requestMembership } from "../join.ts";
import {
  authorityOf,
  checkCovered,
  checkJoin,
  type MeshPlace,
} from "../membership.ts";
import { watchLoop } from "../metering/loop_watch.ts";
import { nodeFamilies } from "../metering/node_figures.ts";
import { measureStore, type Metrics, NO_METRICS } from "../metrics.ts";
import { createNode, type NodeWithParts, VERSION } from "../node.ts";
import {
  createNotifier,
  type Notifier,
  type NotifierParts,
} from "../notifier.ts";
import type { Logger, Store } from "../ports.ts";
import { renewCertificate, writeAgain } from "../renewal.ts";
import { type JournaledStore, journalStore } from "../sinks/change_journal.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../tables.ts";
import { createPulling, createPushing } from "./branch_sync_links.ts";
import { branchViews } from "./branch_views.ts";
import {
  type DataFolder,
  openDataFolder,
  readAddresses,
} from "./data_folder.ts";
import {
  createForecourtPeers,
  type ForecourtPeers,
} from "./forecourt_peers.ts";
import { createFolderSpace } from "./folder_space.ts";
import { initMesh } from "./mesh_folder.ts";
import { createNoticeSender } from "./notice_sender.ts";
import { repairSqlite, sqliteVersion } from "./sqlite_repair.ts";
import { openSqliteStore } from "./sqlite_store.ts";
import { breakSeal, checkSeal, sealStore } from "./store_seal.ts";
import { createStatementInbox } from "./statement_inbox.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";
import { createWebTokens } from "./web_tokens.ts";
import { createWorkerHasher } from "./worker_hasher.ts";
import { createWorkerSealer } from "./worker_sealer.ts";
import { createWorkerSinks, readSinkPasswords } from "./worker_sinks.ts";

/** A node with its folder. */
export interface RunningNode {
  /** The node. */
  readonly node: NodeWithParts;
  /** Its native pump and its links to original stations, by its roles. */
  readonly forecourt: Pick<ForecourtPeers, "pump" | "stations">;
  /** Addresses that other peers can dial. */
  listen(): readonly string[];
  /** Stops the node and lets go of the folder. */
  stop(): Promise<void>;
}

/**
 * Opens the folder, joins or makes a mesh if it belongs to none, and starts the node.
 *
 * @param config The settings.
 * @param logger Log lines.
 * @param options Where measurements go; nowhere if left out.
 * @returns The node, linked as soon as peers answer.
 * @throws {PanalError} With one line that says what to do.
 */
export async function startRunningNode(
  config: NodeConfig,
  logger: Logger,
  { metrics = NO_METRICS }: { readonly metrics?: Metrics } = {},
): Promise<RunningNode> {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const folder = await openDataFolder(config.dataDir, { random });
  try {
    const { place, contacts } = await findPlace(folder, config, logger);
    checkCovered(place, config);
    const listen = await samePorts(config.listen, folder.path);
    const transport = await createLibp2pTransport({
      privateKeySeed: folder.seed,
      listen,
      mdns: config.mdns,
      meshName: meshName(place.root),
      clock,
      random,
    });
    const changed = await openSeal(folder, place, logger);
    const replica = () => node.replica;
    const isCopy = folder.fingerprintChanged || changed !== undefined;
    const { journaled, journal } = createJournal(config, { random, isCopy });
    const sinkAddresses = await readSinkPasswords(config.sinks);
    const space = createFolderSpace(folder.path);
    const node: NodeWithParts = createNode({
      openStore: () => {
        const store = journaled(openSqliteStore(folder.databasePath, {
          tables: NODE_TABLES,
          version: SCHEMA_VERSION,
          views: branchViews({
            offsetMinutes: offsetOf(config.timezone),
            branches: config.branchSync.branches,
          }),
          observeCommit: metrics.observeCommit,
        }));
        return metrics === NO_METRICS
          ? store
          : measureStore(store, metrics, clock.monotonic);
      },
      clock,
      random,
      signer: folder.signer,
      signatures: ED25519,
      root: place.root,
      certificate: place.chain,
      logger,
      sealer: createWorkerSealer(),
      ...(metrics === NO_METRICS ? {} : { metrics }),
      space,
      people: { hasher: createWorkerHasher(), tokens: createWebTokens() },
      transport,
      renewal: {
        ...(authorityOf(place, ED25519) === undefined ? {} : {
          issue: (member) =>
            renewCertificate(
              { place, signer: folder.signer, signatures: ED25519 },
              member,
              { now: clock.now(), random },
            ),
        }),
        save: async (chain) => void await folder.saveCertificate(chain),
      },
      redeem: createRedeem({
        replica,
        place,
        signer: folder.signer,
        signatures: ED25519,
        clock,
        random,
      }),
      settings: {
        site: config.site,
        roles: config.roles,
        currency: config.currency,
        timezone: config.timezone,
        branchSync: config.branchSync,
        charging: {
          reservationMs: config.charging.reservationMs,
          staleMs: config.charging.staleMs,
          goneMs: config.charging.goneMs,
        },
        newLogs: isCopy,
        ...(config.branchId === undefined ? {} : { branchId: config.branchId }),
      },
      notifier: () => telling?.view(),
      sending: () => pushing,
      pulling: () => pulling,
      sinks: () => sinks?.views() ?? [],
    });
    const sinks = sinkAddresses.length === 0 ? undefined : createWorkerSinks({
      sinks: sinkAddresses,
      databasePath: folder.databasePath,
      peer: node.useCases.node.peer,
      journal,
      incidents: node.incidents,
      logger,
    });
    const pushing = createPushing(config, {
      ...{ node, clock, random, logger, metrics },
    });
    const pulling = createPulling(config, { node, clock, logger });
    const telling = createTelling(config, {
      replica: node.replica,
      clock,
      logger,
    });
    metrics.watch(() => nodeFamilies({ node, clock, space }));
    await node.start();
    await writeAgain(node.replica);
    const inbox = createStatementInbox(folder.path, { ...node, clock });
    await inbox.start();
    // Before the copy is accepted: what it doubts must be stored by then.
    const forecourt = createForecourtPeers(config, {
      node,
      clock,
      random,
      logger,
      knowsPeers: config.peers.length + contacts.length > 0,
      isCopy,
    });
    await forecourt.start();
    if (folder.fingerprintChanged) {
      const text =
        "The data folder was copied or restored. New logs are opened";
      node.incidents.report("folder_moved", text);
      await folder.acceptFingerprint();
    }
    if (changed !== undefined) {
      const text =
        "The database was changed while no node ran. Every commit was verified, the views were made again, and new logs are opened";
      node.incidents.report("data_folder_changed", text, { views: changed });
    }
    for (const address of [...config.peers, ...contacts]) {
      node.replicator?.want(address);
    }
    await folder.saveAddresses(transport.addresses());
    telling?.start();
    sinks?.start();
    await pushing?.start();
    pulling?.start();
    const watching = metrics === NO_METRICS
      ? undefined
      : watchLoop(clock, metrics.observeLoop);
    return {
      node,
      forecourt,
      listen: () => transport.addresses(),
      async stop() {
        watching?.stop();
        await sinks?.stop();
        await telling?.stop();
        await pushing?.stop();
        await pulling?.stop();
        await forecourt.stop();
        await inbox.stop();
        await node.stop();
        await sealStore(folder.databasePath);
        folder.close();
      },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/**
 * A port that was picked at the first start is kept, so that addresses in invitations and at other peers stay true; if
 * another program has it now, a new one is picked.
 */
async function samePorts(
  listen: readonly string[],
  path: string,
): Promise<readonly string[]> {
  const known = await readAddresses(path).catch(() => []);
  const port = known.map((address) => /\/tcp\/(\d+)/.exec(address)?.[1])
    .find((found) => found !== undefined);
  if (port === undefined) return listen;
  return listen.map((address) => {
    const match = /^\/ip4\/([\d.]+)\/tcp\/0$/.exec(address);
    const free = match !== null && isFree(match[1] ?? "", Number(port));
    return free ? address.replace(/0$/, port) : address;
  });
}

function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Breaks the seal of the store. What was changed while no node ran is verified and healed first, or refused.
 *
 * @returns The views that were made again because the store was changed; undefined if it was not.
 */
async function openSeal(
  { databasePath }: DataFolder,
  { root }: MeshPlace,
  logger: Logger,
): Promise<readonly string[] | undefined> {
  let views: readonly string[] | undefined;
  const changed = await checkSeal(databasePath) === "changed";
  const version = sqliteVersion(databasePath);
  if (changed) {
    logger.log("warn", "The database was changed while no node ran", {
      doing: "verifying every commit and making the views again",
    });
    repairSqlite(databasePath);
    views = heal(databasePath, root);
  } else if (version > 0 && version < SCHEMA_VERSION) {
    // Views that this version is the first to have are empty until they are made of all facts.
    logger.log("info", "The data folder is of an earlier version", {
      doing: "verifying every commit and making the views again",
    });
    // Under the old seal: what a crash leaves half made is seen at the next start.
    await sealStore(databasePath);
    heal(databasePath, root);
  }
  await breakSeal(databasePath);
  return views;
}

/** Notes changes where a sink reads them. A copied or changed store begins anew, but only at the first opening. */
function createJournal(
  { sinks }: NodeConfig,
  { random, isCopy }: { readonly random: Random; readonly isCopy: boolean },
): {
  readonly journaled: (store: Store) => Store;
  readonly journal: () => JournaledStore | undefined;
} {
  let current: JournaledStore | undefined;
  const isRead = sinks.some(({ kind }) => kind === "postgres");
  return {
    journaled: (store) => {
      if (!isRead) return store;
      const fresh = isCopy && current === undefined;
      return current = journalStore(store, { random, now: Date.now, fresh });
    },
    journal: () => current,
  };
}

function heal(databasePath: string, root: MeshPlace["root"]): string[] {
  const store = openSqliteStore(databasePath, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
  try {
    return healStore(store, { root, signatures: ED25519 });
  } finally {
    store.close();
  }
}

/** The wall clock of a zone now, in minutes ahead of UTC. */
function offsetOf(timezone: string): number {
  const now = Temporal.Now.zonedDateTimeISO(timezone);
  return now.offsetNanoseconds / 60_000_000_000;
}

/** What tells an original central of the site's sales, if one is set. */
function createTelling(
  { notifyUrl: url, site, timezone, branchId }: NodeConfig,
  parts: Pick<NotifierParts, "replica" | "clock" | "logger">,
): Notifier | undefined {
  if (url === null || site === null) return undefined;
  const central = createNoticeSender({ url, version: VERSION });
  const notifier = createNotifier({
    ...parts,
    central,
    url,
    site,
    timezone,
    ...(branchId === undefined ? {} : { branchId }),
  });
  return {
    ...notifier,
    async stop() {
      await notifier.stop();
      central.close();
    },
  };
}

/** The folder's place in its mesh; a new folder redeems its invitation, or makes a mesh of its own. */
async function findPlace(
  folder: DataFolder,
  config: NodeConfig,
  logger: Logger,
): Promise<{ place: MeshPlace; contacts: readonly string[] }> {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const { joinToken } = config;
  if (joinToken !== undefined) {
    const invitation = checkJoin(
      joinToken,
      folder.place,
      ED25519,
      clock.now(),
    );
    if (invitation !== undefined) {
      logger.log("info", "Joining a mesh", { mesh: meshName(invitation.root) });
      const transport = await createLibp2pTransport({
        privateKeySeed: folder.seed,
        listen: [],
        mdns: false,
        meshName: meshName(invitation.root),
        clock,
        random,
      });
      const request = requestMembership(
        transport,
        { token: joinToken, content: invitation },
        {
          publicKey: folder.signer.publicKey,
          signatures: ED25519,
          clock,
          addresses: config.peers,
        },
      );
      const known = folder.place;
      // A member whose certificate has ended works on alone until somebody answers.
      const chain =
        await (known === undefined ? request : request.catch((error) => {
          logger.log("warn", "The certificate was not renewed", {
            error: String(error),
          });
        }));
      if (chain === undefined && known !== undefined) {
        return { place: known, contacts: invitation.addresses };
      }
      return {
        place: await folder.saveCertificate(chain as Uint8Array),
        contacts: invitation.addresses,
      };
    }
  }
  if (folder.place !== undefined) return { place: folder.place, contacts: [] };
  logger.log("info", "Making a mesh of its own: nobody invited this node");
  const { roles, site } = config;
  return {
    place: await initMesh(folder, { roles, site, clock, random }),
    contacts: [],
  };
}
