/**
 * A mesh of real data folders for benches: members with certificates as an invitation gives them, opened in this process
 * or run as the real program.
 *
 * @module
 */
import { join } from "node:path";
import {
  type Clock,
  ED25519,
  grantsOfRole,
  issueCertificate,
  meshName,
  type PeerId,
  type Signer,
  type SiteCode,
} from "../../crdt/mod.ts";
import { createLibp2pTransport, type Transport } from "../../net/mod.ts";
import { openDataFolder } from "../../nodes/adapters/data_folder.ts";
import {
  type NodeProcess,
  startNodeProcess,
} from "../../nodes/adapters/node_process.ts";
import { openSqliteStore } from "../../nodes/adapters/sqlite_store.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { createWorkerSealer } from "../../nodes/adapters/worker_sealer.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import type { Role } from "../../nodes/roles.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";

/** A member and its data folder. */
export interface Member {
  readonly name: string;
  readonly path: string;
  readonly databasePath: string;
  readonly seed: Uint8Array;
  readonly signer: Signer;
  readonly peer: PeerId;
  readonly chain: Uint8Array;
  readonly site: SiteCode | null;
  readonly roles: readonly Role[];
}

/** How a member is opened in this process. */
export interface OpenOptions {
  /** Its clock; the machine's if left out. */
  readonly clock?: Clock;
  /** Its links; none if left out. */
  readonly transport?: Transport;
  /** Another file than the one in its folder. */
  readonly databasePath?: string;
  /** True to seal pages in a thread of their own. */
  readonly sealsApart?: boolean;
}

const random = createSystemRandom();
const running = new Set<NodeProcess>();

/** A mesh. */
export class BenchMesh {
  readonly folder: string;
  readonly #root = ED25519.signer(random.bytes(32));
  readonly #founder = ED25519.signer(random.bytes(32));

  /** Makes one without members; their data folders will be in `folder`. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** The mesh's name, for transports. */
  get name(): string {
    return meshName(this.#root.publicKey);
  }

  /**
   * Adds a member with the rights that an invitation to its roles gives: a branch reads its own site, an office all.
   *
   * @param name The name of its folder.
   * @param site Its site; null for an office.
   * @param roles Its roles, if it is more than a branch or an office.
   */
  async add(
    name: string,
    site: string | null,
    roles: readonly Role[] = [site === null ? "office" : "branch"],
  ): Promise<Member> {
    const folder = await openDataFolder(join(this.folder, name), { random });
    const { signer } = folder;
    const member = { site: site as SiteCode | null, roles };
    const chain = this.#certify(signer.publicKey, member);
    await folder.saveCertificate(chain);
    folder.close();
    const { path, databasePath, seed, peer } = folder;
    return { name, path, databasePath, seed, peer, signer, chain, ...member };
  }

  #certify(
    subject: Uint8Array,
    { site, roles }: { site: SiteCode | null; roles: readonly Role[] },
  ): Uint8Array {
    const founder = this.#founder;
    const common = {
      root: this.#root.publicKey,
      notBefore: 0,
      notAfter: Date.UTC(2100, 0, 1),
    };
    const authority = issueCertificate({
      ...common,
      kind: "authority",
      subject: founder.publicKey,
      issuer: this.#root.publicKey,
      serial: random.bytes(8),
      site: null,
      roles: [],
      grants: grantsOfRole("office", { sites: [], companies: [] }),
    }, this.#root);
    const sites = site === null ? [] : [site];
    const grants = roles.flatMap((role) =>
      grantsOfRole(role, { sites, companies: ["all"] })
    );
    const isMesh = ({ pattern }: { pattern: string }) => pattern === "mesh";
    return issueCertificate(
      {
        ...common,
        kind: "member",
        subject,
        issuer: founder.publicKey,
        serial: random.bytes(8),
        site,
        roles,
        grants: grants.filter((grant, i) =>
          !isMesh(grant) || grants.findIndex(isMesh) === i
        ),
      },
      founder,
      authority,
    );
  }

  /** A member as a node in this process, not started. */
  open(member: Member, options: OpenOptions = {}): NodeWithParts {
    const path = options.databasePath ?? member.databasePath;
    const { transport } = options;
    return createNode({
      openStore: () =>
        openSqliteStore(path, { tables: NODE_TABLES, version: SCHEMA_VERSION }),
      clock: options.clock ?? createSystemClock(),
      random,
      signer: member.signer,
      signatures: ED25519,
      root: this.#root.publicKey,
      certificate: member.chain,
      logger: { log: () => {} },
      ...(transport === undefined ? {} : { transport }),
      ...(options.sealsApart === true ? { sealer: createWorkerSealer() } : {}),
      settings: {
        site: member.site,
        roles: member.roles,
        currency: "PEN",
        timezone: "America/Lima",
      },
    });
  }

  /** A member's libp2p transport on loopback, not started. */
  async transport(member: Member): Promise<Transport> {
    return await createLibp2pTransport({
      privateKeySeed: member.seed,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      mdns: false,
      meshName: this.name,
      clock: createSystemClock(),
      random,
    });
  }

  /**
   * A member as the real program in a process of its own.
   *
   * @param member The member; it does not run.
   * @param peers Addresses that it dials.
   * @param more Further options: of other roles than branch and office all surfaces are told there.
   * @returns The process, ready.
   */
  async run(
    member: Member,
    peers: readonly string[] = [],
    more: readonly string[] = [],
  ): Promise<NodeProcess> {
    const off = [
      ...member.roles.includes("branch") ? ["inventory-branch=off"] : [],
      ...member.roles.includes("office") ? ["inventory-central=off"] : [],
    ];
    const started = await startNodeProcess([
      member.roles.join("+"),
      ...(member.site === null ? [] : ["--site", member.site]),
      ...["--data", member.path, "--http", "127.0.0.1:0", "--no-mdns"],
      ...["--listen", "/ip4/127.0.0.1/tcp/0"],
      ...off.flatMap((surface) => ["--surface", surface]),
      ...["--log-level", "warn", ...more],
      ...peers.flatMap((address) => ["--peer", address]),
    ], { logPath: `${member.path}.log` });
    if (!started.ok) {
      throw new Error(`${member.name} did not start: ${started.error.stderr}`);
    }
    const node = started.value;
    running.add(node);
    void node.ended.then(() => running.delete(node));
    return node;
  }
}

/** Ends all programs that were started and still run, at once. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((node) => node.kill()));
}

/** The dialable address of a transport's peer that has started. */
export function addressOf(transport: Transport): string {
  const [address] = transport.addresses();
  if (address === undefined) throw new Error("a transport has no address");
  return address;
}
