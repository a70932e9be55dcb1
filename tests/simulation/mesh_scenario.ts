/**
 * One simulated mesh from one seed: random work at random peers under random faults, then quiet, then the comparison
 * of all peers with each other, with a fresh peer and with what callers were told.
 *
 * @module
 */
import {
  createFactIds,
  createSeededRandom,
  type FactId,
  MESH_SPACE,
  type Money,
  money,
  type ProductId,
  type Random,
  randomBelow,
  type SignatureScheme,
  SIMULATED_SIGNATURES,
  type SiteCode,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import { NO_FAULTS } from "../../net/mod.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import {
  exportDifference,
  exportReplica,
  exportVectors,
} from "./scenario_export.ts";
import { type Effect, Model } from "./scenario_model.ts";
import { SimulatedMesh, type SimulatedPeer } from "./scenario_peers.ts";

/** How big a scenario is. */
export interface MeshScenarioOptions {
  /** What everything comes from. */
  readonly seed: number;
  /** Steps of work and faults; 24 if left out. */
  readonly steps?: number;
  /** How signatures are made; simulated ones if left out. */
  readonly signatures?: SignatureScheme;
  /** Where each line of the trace goes as it happens, log lines of nodes too. */
  readonly onTrace?: (line: string) => void;
}

/** What became of it. */
export interface MeshScenarioResult {
  /** The seed. */
  readonly seed: number;
  /** Operations that callers asked for. */
  readonly operations: number;
  /** Operations that were acknowledged. */
  readonly acknowledged: number;
  /** What is wrong; empty if all held. */
  readonly violations: readonly string[];
  /** What happened, one line each. */
  readonly trace: readonly string[];
}

const PRODUCTS = ["ron", "vino", "pisco"] as ProductId[];
/** Far more than any wait of the protocol: silence ends a link after 30 s, a peer is dialed again after at most 30 s. */
const QUIET_MS_MAX = 400_000;
const DAY_MS = 86_400_000;

/**
 * Runs a scenario.
 *
 * @param options The seed and the size.
 * @returns What became of it. The same options give the same result.
 */
export async function runMeshScenario(
  options: MeshScenarioOptions,
): Promise<MeshScenarioResult> {
  const run = new ScenarioRun(options);
  try {
    await run.work();
    await run.heal();
    await run.compare();
  } catch (error) {
    run.violations.push(`the scenario failed: ${describe(error)}`);
  }
  await run.stop();
  return {
    seed: options.seed,
    operations: run.operations,
    acknowledged: run.model.acknowledged,
    violations: run.violations,
    trace: run.trace,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

class ScenarioRun {
  readonly model = new Model();
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  operations = 0;
  readonly #options: MeshScenarioOptions;
  readonly #random: Random;
  readonly #newId: (nowMs: number) => FactId;
  readonly #mesh: SimulatedMesh;
  /** Sales that some caller knows of, for voids and repeats. */
  readonly #sales: { id: FactId; site: SiteCode; input: SaleInput }[] = [];

  constructor(options: MeshScenarioOptions) {
    this.#options = options;
    this.#random = createSeededRandom(options.seed);
    this.#newId = createFactIds(this.#random);
    this.#mesh = new SimulatedMesh({
      seed: options.seed,
      startMs: Date.UTC(2026, 10, 22) + this.#below(DAY_MS),
      signatures: options.signatures ?? SIMULATED_SIGNATURES,
      checkpointCommits: this.#pick([4, 8, 4096]),
      ...(options.onTrace === undefined
        ? {}
        : { log: (peer, line) => this.#note(`  ${peer}: ${line}`) }),
    });
  }

  // Chance

  #below(limit: number): number {
    return randomBelow(this.#random, limit);
  }

  #pick<T>(list: readonly T[]): T {
    const item = list[this.#below(list.length)];
    if (item === undefined) throw new Error("cannot pick from an empty list");
    return item;
  }

  #note(line: string): void {
    const at = String(this.#mesh?.clock.monotonic() ?? 0).padStart(7);
    this.trace.push(`${at} ${line}`);
    this.#options.onTrace?.(`${at} ${line}`);
  }

  get #up(): SimulatedPeer[] {
    return this.#mesh.peers.filter(({ node }) => node !== undefined);
  }

  // Work

  async work(): Promise<void> {
    await this.#setUp();
    const steps = this.#options.steps ?? 24;
    for (let step = 0; step < steps; step++) {
      const operations = 1 + this.#below(3);
      for (let i = 0; i < operations; i++) this.#operate();
      if (this.#below(3) === 0) this.#disturb();
      await this.#mesh.clock.run(this.#pick([0, 1, 5, 20, 100, 1000, 12_000]));
      await this.#bury();
    }
  }

  async #setUp(): Promise<void> {
    const mesh = this.#mesh;
    const sites = ["CUS", this.#pick(["CUS", "LIM"])];
    mesh.add("office", null);
    sites.forEach((site, i) => mesh.add(`branch-${i}-${site}`, site));
    const more = this.#below(3);
    if (more > 0) mesh.add("office-2", null);
    if (more > 1) mesh.add("branch-2-LIM", "LIM");
    for (const peer of mesh.peers) {
      if (this.#below(4) === 0) peer.skewMs = this.#below(240_000) - 120_000;
    }
    for (const peer of mesh.peers) await mesh.start(peer, this.#dials(peer));
    this.#note(`peers ${mesh.peers.map(({ name }) => name).join(" ")}`);
    const office = mesh.peers[0]?.node;
    for (const product of PRODUCTS) {
      const done = office?.useCases.createProduct({
        scope: "mesh",
        product,
        name: product,
        price: money(10_00 + this.#below(500), "PEN"),
      });
      if (done !== undefined) await mesh.settle(done);
    }
    await mesh.clock.run(this.#pick([0, 50, 2000]));
  }

  /** A peer dials the first office and some others, so that the mesh is connected but rarely complete. */
  #dials(peer: SimulatedPeer): SimulatedPeer[] {
    return this.#mesh.peers.filter((other, i) =>
      other !== peer && (i === 0 || this.#below(2) === 0)
    );
  }

  /** Asks one peer for something. Nobody waits for the answer. */
  #operate(): void {
    const up = this.#up;
    if (up.length === 0) return;
    const peer = this.#pick(up);
    const useCases = peer.node?.useCases;
    if (useCases === undefined) return;
    this.operations++;
    const kind = this.#below(20);
    if (kind < 8) this.#sell(peer, useCases);
    else if (kind < 10) this.#repeatSale(peer, useCases);
    else if (kind < 12) this.#voidSale(peer, useCases);
    else if (kind < 14) this.#receive(peer, useCases);
    else if (kind < 15) this.#count(peer, useCases);
    else if (kind < 17) this.#price(peer, useCases);
    else if (kind < 19) this.#product(peer, useCases);
    else this.#notice(peer, useCases);
  }

  #follow(
    peer: SimulatedPeer,
    text: string,
    fact: { readonly id: FactId; readonly effect: Effect } | undefined,
    answer: Promise<{ readonly ok: boolean; readonly error?: unknown }>,
  ): void {
    const noted = fact && this.model.ask(fact.id, fact.effect);
    this.#note(`${peer.name} ${text} ${fact?.id ?? ""}`);
    answer.then((result) => {
      // What a dead process says nobody hears.
      if (peer.node === undefined) return;
      if (result.ok && noted !== undefined) noted.acknowledged++;
      this.#note(
        `${peer.name} ${text} ${fact?.id.slice(-6) ?? ""}: ${
          result.ok ? "ok" : (result.error as { code: string }).code
        }`,
      );
    }, (error) => {
      this.#note(`${peer.name} ${text}: ${String(error)}`);
    });
  }

  #sell(peer: SimulatedPeer, useCases: UseCases): void {
    if (peer.site === null) return;
    const lines = Array.from({ length: 1 + this.#below(2) }, () => ({
      product: this.#pick(PRODUCTS),
      quantity: 1 + this.#below(5),
      price: money(1_00 + this.#below(900), "PEN"),
    }));
    const input: SaleInput = {
      id: this.#newId(this.#mesh.clock.now()),
      lines,
      ...(this.#below(3) === 0 ? {} : { observation: true }),
    };
    this.#sales.push({ id: input.id, site: peer.site, input });
    this.#recordSale(peer, useCases, { site: peer.site, input });
  }

  #recordSale(
    peer: SimulatedPeer,
    useCases: UseCases,
    { site, input }: { site: SiteCode; input: SaleInput },
  ): void {
    this.#follow(peer, "sale", {
      id: input.id,
      effect: {
        kind: "sale",
        site,
        lines: input.lines.map(({ product, quantity, price }) => ({
          product,
          quantity,
          amount: price.units * quantity,
        })),
      },
    }, useCases.recordSale(input));
  }

  /** A caller that got no answer asks again, here or at another peer of the site. */
  #repeatSale(peer: SimulatedPeer, useCases: UseCases): void {
    const known = this.#sales.filter(({ site }) => site === peer.site);
    if (known.length === 0) return;
    this.#recordSale(peer, useCases, this.#pick(known));
  }

  #voidSale(peer: SimulatedPeer, useCases: UseCases): void {
    const known = this.#sales.filter(({ site }) =>
      peer.site === null || site === peer.site
    );
    if (known.length === 0) return;
    const { id: sale, site } = this.#pick(known);
    const id = this.#newId(this.#mesh.clock.now());
    this.#follow(
      peer,
      `void of ${sale.slice(-6)}`,
      { id, effect: { kind: "void", site, sale } },
      useCases.voidSale({ id, sale, reason: "changed their mind" }),
    );
  }

  #siteFor(peer: SimulatedPeer): SiteCode {
    return peer.site ?? this.#pick(["CUS", "LIM"] as SiteCode[]);
  }

  #receive(peer: SimulatedPeer, useCases: UseCases): void {
    const [site, product] = [this.#siteFor(peer), this.#pick(PRODUCTS)];
    const id = this.#newId(this.#mesh.clock.now());
    const quantity = 1 + this.#below(50);
    this.#follow(peer, "receipt", {
      id,
      effect: { kind: "receipt", site, product, quantity },
    }, useCases.receiveStock({ id, site, lines: [{ product, quantity }] }));
  }

  #count(peer: SimulatedPeer, useCases: UseCases): void {
    const [site, product] = [this.#siteFor(peer), this.#pick(PRODUCTS)];
    const id = this.#newId(this.#mesh.clock.now());
    this.#follow(
      peer,
      "count",
      { id, effect: { kind: "count", site, product } },
      useCases.countStock({ id, site, product, counted: this.#below(40) }),
    );
  }

  #price(peer: SimulatedPeer, useCases: UseCases): void {
    const product = this.#pick(PRODUCTS);
    const id = this.#newId(this.#mesh.clock.now());
    const later = this.#below(3) === 0 ? this.#below(20_000) : undefined;
    this.#follow(
      peer,
      "price",
      { id, effect: { kind: "price", product } },
      useCases.setPrice({
        id,
        scope: peer.site === null ? "mesh" : `site:${peer.site}`,
        product,
        price: money(1_00 + this.#below(2000), "PEN"),
        ...(later === undefined
          ? {}
          : { effectiveAt: (this.#mesh.clock.now() + later) * 1000 }),
      }),
    );
  }

  #product(peer: SimulatedPeer, useCases: UseCases): void {
    const scope = peer.site === null
      ? "mesh" as const
      : `site:${peer.site}` as const;
    const product = this.#below(3) === 0
      ? `p${this.#below(4)}` as ProductId
      : this.#pick(PRODUCTS);
    const name = `${product} ${this.#below(100)}`;
    switch (this.#below(4)) {
      case 0:
        return this.#follow(
          peer,
          `name of ${product}`,
          undefined,
          useCases.changeProduct({ scope, product, name }),
        );
      case 1:
        return this.#follow(
          peer,
          `removal of ${product}`,
          undefined,
          useCases.removeProduct({ scope, product }),
        );
      default:
        return this.#follow(
          peer,
          `product ${product}`,
          undefined,
          useCases.createProduct({
            scope,
            product,
            name,
            price: money(1_00 + this.#below(2000), "PEN"),
            stock: this.#below(30),
          }),
        );
    }
  }

  #notice(peer: SimulatedPeer, useCases: UseCases): void {
    if (peer.site !== null) return;
    const product = this.#pick([...PRODUCTS, "p0" as ProductId]);
    const quantity = 1 + this.#below(4);
    this.#follow(
      peer,
      `notice of ${product}`,
      undefined,
      useCases.receiveNotice({
        branch: "OLD-1",
        product,
        quantity,
        amount: money(100 * quantity, "PEN"),
        amountText: String(quantity),
        timestamp: "2026-11-22T10:00:00",
        saleId: `old-${this.#below(6)}`,
        source: "http",
      }),
    );
  }

  // Faults

  #disturb(): void {
    const { network, peers, clock } = this.#mesh;
    const [one, other] = [this.#pick(peers), this.#pick(peers)];
    const group = peers.filter(() => this.#below(2) === 0);
    const ids = (list: readonly SimulatedPeer[]) =>
      list.map(({ peer }) => peer);
    const rest = peers.filter((peer) => !group.includes(peer));
    switch (this.#below(11)) {
      case 0: {
        this.#note(`cut between ${names(group)} and ${names(rest)}`);
        return network.partition(ids(group), ids(rest));
      }
      case 1: {
        this.#note(`one-way cut from ${one.name} to ${other.name}`);
        return network.partition([one.peer], [other.peer], { oneWay: true });
      }
      case 2:
        this.#note("heal");
        return network.heal();
      case 3: {
        const faults = this.#pick([
          { lossRate: 0.1 },
          { duplicateRate: 0.2 },
          { reorderRate: 0.2, latencyMsMax: 40 },
          { latencyMsMin: 5, latencyMsMax: 300 },
          { lossRate: 0.03, duplicateRate: 0.03, reorderRate: 0.05 },
          { bytesPerSecond: 20_000 },
          NO_FAULTS,
        ]);
        this.#note(`faults ${JSON.stringify(faults)}`);
        return network.setFaults(faults);
      }
      case 4: {
        const [link] = one.links;
        if (link === undefined) return;
        this.#note(`link of ${one.name} cut`);
        return network.cut(link);
      }
      case 5:
        if (one.node === undefined) return;
        this.#note(`crash of ${one.name}`);
        return this.#mesh.crash(one);
      case 6: {
        const operations = this.#below(12);
        this.#note(`${one.name} will halt after ${operations} disk operations`);
        return one.disk.haltAfter(operations);
      }
      case 7:
        this.#note(`next sync of ${one.name} fails`);
        return one.disk.failNextSync(1 + this.#below(2), this.#below(2));
      case 8: {
        const outcome = this.#pick(["keep", "lose"] as const);
        this.#note(`next sync of ${one.name} is unknown (${outcome})`);
        return one.disk.unknownNextSync(outcome);
      }
      case 9: {
        if (one.node === undefined) return;
        const full = one.disk.capacityBytes === Infinity && !one.disk.isHalted;
        one.disk.capacityBytes = full ? one.disk.size() + 600 : Infinity;
        return this.#note(`disk of ${one.name} ${full ? "fills" : "has room"}`);
      }
      case 10: {
        if (this.#below(4) > 0) return;
        this.#note("a new day");
        // Wall clocks alone: half a day of idle timers would cost more than the rest of the scenario.
        return clock.skew(DAY_MS / 2);
      }
    }
  }

  /** Peers whose machine has stopped are dead; dead peers come back after a while. */
  async #bury(): Promise<void> {
    for (const peer of this.#mesh.peers) {
      if (peer.node !== undefined && peer.disk.isHalted) {
        this.#note(`${peer.name} has died at its disk`);
        this.#mesh.crash(peer);
      } else if (peer.node === undefined && this.#below(4) === 0) {
        await this.#restart(peer);
      }
    }
  }

  async #restart(peer: SimulatedPeer): Promise<void> {
    peer.disk.capacityBytes = Infinity;
    const up = await this.#mesh.start(peer, this.#dials(peer));
    this.#note(`restart of ${peer.name}${up ? "" : " fails"}`);
  }

  // Comparing

  /** Ends all faults and waits until all peers that are up have the same vectors. */
  async heal(): Promise<void> {
    const { network, peers, clock } = this.#mesh;
    this.#note("quiet");
    network.setFaults(NO_FAULTS);
    network.heal();
    for (const peer of peers) {
      peer.disk.capacityBytes = Infinity;
      if (peer.disk.isHalted) this.#mesh.crash(peer);
      else {
        peer.disk.failNextSync(0);
        peer.disk.unknownNextSync(undefined);
        peer.disk.haltAfter(Infinity);
      }
      while (peer.node === undefined) await this.#restart(peer);
    }
    await clock.run(1);
    await this.#untilEqual();
  }

  async #untilEqual(): Promise<void> {
    const { clock } = this.#mesh;
    const start = clock.monotonic();
    let equal = false;
    while (!equal && clock.monotonic() - start < QUIET_MS_MAX) {
      await clock.run(clock.monotonic() - start < 200 ? 50 : 2000);
      equal = this.#vectorsEqual();
    }
    this.#note(
      `${equal ? "equal" : "not equal"} after ${clock.monotonic() - start} ms`,
    );
    if (!equal) this.violations.push("the peers did not become equal in time");
  }

  #vectorsEqual(): boolean {
    const [office] = this.#mesh.peers;
    const replica = office?.node?.replica;
    if (replica === undefined) return false;
    return this.#mesh.peers.every((peer) => {
      const spaces = spacesOf(peer);
      const other = peer.node?.replica;
      return other !== undefined &&
        exportVectors(other) === exportVectors(replica, spaces);
    });
  }

  /** Compares all peers, one that joins now, and the model. */
  async compare(): Promise<void> {
    const mesh = this.#mesh;
    const fresh = mesh.add("fresh", null);
    await mesh.start(fresh, mesh.peers.slice(0, 1));
    await this.#untilEqual();
    const [office] = mesh.peers;
    if (office?.node === undefined) throw new Error("the office is down");
    for (const peer of mesh.peers.slice(1)) {
      if (peer.node === undefined) continue;
      const expected = exportReplica(office.node.replica, spacesOf(peer));
      const found = exportReplica(peer.node.replica);
      for (const line of exportDifference(expected, found)) {
        this.violations.push(`${peer.name} differs from office: ${line}`);
      }
    }
    for (const peer of [office, fresh]) {
      if (peer.node !== undefined) {
        this.violations.push(...this.model.check(peer.node, peer.name));
      }
    }
    this.#checkIncidents();
  }

  /** Nobody lied and no folder was copied: nobody may say so. */
  #checkIncidents(): void {
    const wrong = new Set(["fork", "amnesia", "bad_commit", "bad_frame"]);
    for (const { name, node } of this.#mesh.peers) {
      for (const incident of node?.incidents.list() ?? []) {
        if (
          wrong.has(incident.kind) || incident.kind === "set_aside" ||
          incident.kind === "maintenance_failed" ||
          incident.kind === "bad_saved_branches"
        ) {
          this.violations.push(
            `${name} reports ${incident.kind}: ${incident.message} ${
              JSON.stringify(incident.details)
            }`,
          );
        }
      }
    }
  }

  async stop(): Promise<void> {
    try {
      await this.#mesh.stop();
    } catch (error) {
      this.violations.push(`stopping failed: ${describe(error)}`);
    }
  }
}

interface SaleInput {
  readonly id: FactId;
  readonly observation?: boolean;
  readonly lines: readonly {
    readonly product: ProductId;
    readonly quantity: number;
    readonly price: Money;
  }[];
}

function names(peers: readonly SimulatedPeer[]): string {
  return peers.map(({ name }) => name).join(", ") || "nobody";
}

/** The spaces that a peer's certificate reads; undefined for all. */
function spacesOf({ site }: SimulatedPeer): ReadonlySet<SpaceId> | undefined {
  return site === null ? undefined : new Set([MESH_SPACE, siteSpace(site)]);
}
