/**
 * A region for tests: a whole node with its regional ports on free ports of loopback. Time is real and short.
 *
 * @module
 */
import { createSeededRandom, SIMULATED_SIGNATURES } from "../../crdt/mod.ts";
import {
  createRegionService,
  type RegionService,
} from "../../nodes/adapters/fleet_region_service.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { branchSyncDefaults } from "../../nodes/branch_sync/branch_sync_settings.ts";
import {
  COMPANY_TIMES,
  type CompanyLinkTimes,
} from "../../nodes/fleet/company_authority.ts";
import {
  REGION_TIMES,
  type RegionTimes,
} from "../../nodes/fleet/region_parts.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { openNodeStore } from "./node_store.ts";
import { testPeople } from "./people.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { testCertificate } from "./test_node.ts";

/** A hundredth of the documented times, where they are not about the order of frames. */
export const FAST: CompanyLinkTimes = {
  ...COMPANY_TIMES,
  verdictMs: 100,
  pokeMs: 60,
  probeMs: 100,
  roundMsMax: 200,
  redialMs: 50,
  handshakePauseMs: 30,
  sendMsMax: 1_500,
  answerMsMax: 1_800,
};

/** How a region is set up. */
export interface TestRegionOptions {
  /** The disk of one that ended. */
  readonly disk?: SimulatedDisk;
  /** The port of the original company that keeps the accounts; the mesh keeps them if left out. */
  readonly company?: number;
  /** Provinces whose port is served. */
  readonly provinces?: readonly number[];
  /** Ports by province, to serve the same ones again. */
  readonly ports?: readonly number[];
  /** Other times. */
  readonly times?: Partial<RegionTimes>;
  /** Other times towards an original company. */
  readonly companyTimes?: Partial<CompanyLinkTimes>;
  /** For a handshake. */
  readonly handshakeMs?: number;
  /** Another seed is another node. */
  readonly seed?: number;
}

/** A region of a test. */
export class TestRegion implements AsyncDisposable {
  /** The node. */
  readonly node: NodeWithParts;
  /** The surface. */
  readonly service: RegionService;
  /** The sixteen regional ports; 1, where nobody listens, for those that are not served. */
  readonly ports: readonly number[];
  /** Its disk. */
  readonly disk: SimulatedDisk;
  /** Log lines above debug. */
  readonly logged: string[];
  readonly #stopListening: () => Promise<void>;
  #stopped = false;

  private constructor(
    parts: Pick<
      TestRegion,
      "node" | "service" | "ports" | "disk" | "logged"
    >,
    stop: () => Promise<void>,
  ) {
    this.node = parts.node;
    this.service = parts.service;
    this.ports = parts.ports;
    this.disk = parts.disk;
    this.logged = parts.logged;
    this.#stopListening = stop;
  }

  /** The node's use-cases. */
  get fleet(): UseCases["fleet"] {
    return this.node.useCases.fleet;
  }

  /** Kinds of the incidents that people see. */
  get incidents(): readonly string[] {
    return this.node.useCases.incidents({ limit: 100 }).items
      .map(({ kind }) => kind);
  }

  /** Starts one. */
  static async open(options: TestRegionOptions = {}): Promise<TestRegion> {
    const clock = createSystemClock();
    const disk = options.disk ?? new SimulatedDisk();
    const random = createSeededRandom(Date.now());
    const seeded = createSeededRandom(options.seed ?? 7);
    const root = SIMULATED_SIGNATURES.signer(seeded.bytes(32));
    const signer = SIMULATED_SIGNATURES.signer(seeded.bytes(32));
    const roles = ["region", "company"];
    const logged: string[] = [];
    const logger = {
      log(level: string, message: string, fields?: unknown) {
        if (level === "debug") return;
        logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
      },
    };
    const node = createNode({
      openStore: () => openNodeStore(disk),
      clock,
      random,
      signer,
      signatures: SIMULATED_SIGNATURES,
      root: root.publicKey,
      certificate: testCertificate(root, signer.publicKey, null, roles, {
        notAfter: undefined,
        grants: undefined,
      }),
      logger,
      people: testPeople(),
      settings: {
        site: null,
        roles,
        currency: "PEN",
        timezone: "America/Lima",
        newLogs: false,
        branchSync: branchSyncDefaults(roles),
      },
    });
    await node.start();
    const { company, handshakeMs } = options;
    const service = createRegionService({
      node,
      company: company === undefined
        ? null
        : { hostname: "127.0.0.1", port: company },
      clock,
      random,
      logger,
      times: {
        region: { ...REGION_TIMES, ...options.times },
        company: { ...FAST, ...options.companyTimes },
        ...(handshakeMs === undefined ? {} : { handshakeMs }),
      },
    });
    await service.start();
    const { provinces = [0], ports = [] } = options;
    const hostname = "127.0.0.1";
    const listeners = provinces.map((province) =>
      service.listen({ hostname, port: ports[province] ?? 0 })
    );
    return new TestRegion({
      node,
      service,
      disk,
      logged,
      ports: Array.from(
        { length: 16 },
        (_, id) => listeners[provinces.indexOf(id)]?.port ?? 1,
      ),
    }, async () => {
      await Promise.all(listeners.map((it) => it.stop()));
    });
  }

  /** Stops it. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#stopListening();
    await this.service.stop();
    await this.node.stop();
  }

  /** What a killed process leaves on its disk; the process itself ends without a disk, so it does nothing more. */
  async kill(): Promise<SimulatedDisk> {
    const disk = this.disk.copy();
    this.disk.haltAfter(0);
    await this.stop().catch(() => {});
    return disk;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Waits until something holds. */
export async function until(
  holds: () => boolean,
  what = "it",
  ms = 4_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new RangeError(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
