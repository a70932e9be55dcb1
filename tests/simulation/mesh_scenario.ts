/**
 * One simulated mesh from one seed: random work at random peers under random faults, then quiet, then the comparison
 * of all peers with each other, with a fresh peer and with what callers were told.
 *
 * @module
 */
import {
  AUTHORITY,
  ED25519,
  money,
  type PeerId,
  type SignatureScheme,
  SIMULATED_SIGNATURES,
  type Timer,
  toHex,
} from "../../crdt/mod.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";
import { ANYTIME_CHECKS } from "./anytime/mod.ts";
import { Chance } from "./chance.ts";
import { findUnanswered } from "./eventually/answered.ts";
import { becomeEqual } from "./eventually/equal_vectors.ts";
import { findWrongBlame } from "./eventually/incidents.ts";
import type { Fault } from "./faults/fault.ts";
import { hostileMember } from "./faults/poison.ts";
import { findDifferences } from "./finally/equal_views.ts";
import { findUnequalPrices } from "./finally/equal_prices.ts";
import { findUnbalanced } from "./finally/rights_balance.ts";
import { findUnderived } from "./finally/rebuilt_views.ts";
import { findUnverified } from "./finally/verified_chains.ts";
import {
  Callers,
  PRODUCTS,
  STRICT,
  STRICT_SITE,
  type Trade,
} from "./operations.ts";
import { loseDisk, type ScenarioContext } from "./scenario_context.ts";
import { findOversold, Model } from "./scenario_model.ts";
import {
  NEVER_MS,
  SimulatedMesh,
  type SimulatedPeer,
} from "./scenario_peers.ts";
import {
  ALL_FAULTS,
  BRANCH_SYNC,
  CHARGING,
  familiesOf,
  FLEET,
  FORECOURT,
} from "./scenarios.ts";

/** How big a scenario is. */
export interface MeshScenarioOptions {
  /** What everything comes from. */
  readonly seed: number;
  /** Steps of work and faults; `STEPS` if left out. */
  readonly steps?: number;
  /** Which faults; all if left out. */
  readonly scenario?: string;
  /** Runs only these steps; all if left out. */
  readonly only?: readonly number[];
  /** How signatures are made; simulated ones in most seeds if left out. */
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
  /** Virtual milliseconds that passed. */
  readonly simulatedMs: number;
  /** What is wrong; empty if all held. */
  readonly violations: readonly string[];
  /** What happened, one line each. */
  readonly trace: readonly string[];
}

/** Steps of a scenario unless told otherwise. */
export const STEPS = 8;
const DAY_MS = 86_400_000;
/** One seed in so many has real signatures. */
const REAL_SIGNATURES_ONE_IN = 64;
/** One seed in so many looks at everything that takes long. */
const SLOW_CHECKS_ONE_IN = 4;
/** One step in so many begins with a rush at one peer. */
const RUSH_ONE_IN = 4;
/** Longest wait for an answer once nothing goes wrong any more, in seconds. */
const ANSWER_SECONDS_MAX = 30;
/** How long who is revoked stays after all faults have ended, in milliseconds. */
const DISMISSED_MS = 60_000;
/** What is there of the strict product at the start. */
const STRICT_STOCK = 40;
/** More commits than a log of a scenario has. */
const MANY = 4096;
/** Commits between two checkpoints, by seed. */
const CHECKPOINT_COMMITS = [4, 8, MANY, MANY, MANY, MANY];
/** What is traded where it is not goods. */
const TRADES: ReadonlyMap<string, Trade> = new Map([
  [FORECOURT, "fuel"],
  [BRANCH_SYNC, "branch"],
  [FLEET, "fleet"],
  [CHARGING, "charging"],
]);
/** How long points are kept for drivers who do not come, in milliseconds. */
const RESERVATION_MS = 60_000;
/** Parts of the scenario that draw beside its steps. */
const SET_UP_PART = 1_000_000;
const HEAL_PART = 1_000_001;
const IDS_PART = 1_000_002;

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
    operations: run.callers.asked,
    acknowledged: run.model.acknowledged,
    simulatedMs: run.mesh.clock.monotonic(),
    violations: run.violations,
    trace: run.trace,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

class ScenarioRun implements ScenarioContext {
  readonly model = new Model();
  readonly trace: string[] = [];
  readonly violations: string[] = [];
  readonly timers = new Set<Timer>();
  readonly suspects = {
    copied: new Set<PeerId>(),
    cloned: new Set<PeerId>(),
    revoked: new Set<PeerId>(),
    expired: new Set<PeerId>(),
    hostile: new Set<PeerId>(),
  };
  readonly seed: number;
  readonly mesh: SimulatedMesh;
  readonly callers: Callers;
  readonly #options: MeshScenarioOptions;
  readonly #signatures: SignatureScheme;
  readonly #faults: readonly {
    readonly weight: number;
    readonly item: Fault;
  }[];

  constructor(options: MeshScenarioOptions) {
    this.#options = options;
    this.seed = options.seed;
    const chance = new Chance(options.seed, SET_UP_PART);
    const families = familiesOf(options.scenario ?? ALL_FAULTS) ?? [];
    const checkpointCommits = chance.pick(CHECKPOINT_COMMITS);
    // Every family comes in every seed, some of them more often.
    this.#faults = families.flatMap(({ faults, losesWriters }) => {
      // Saved branches come from their writer alone: who is gone for good must not have given others any.
      if (losesWriters === true && checkpointCommits < MANY) return [];
      const times = chance.oneIn(4) ? 4 : 1;
      const sum = faults.reduce((all, { weight }) => all + weight, 0);
      return faults.map((item) => ({
        weight: Math.ceil(100 * times * item.weight / sum),
        item,
      }));
    });
    this.#signatures = options.signatures ??
      (chance.oneIn(REAL_SIGNATURES_ONE_IN) ? ED25519 : SIMULATED_SIGNATURES);
    this.mesh = new SimulatedMesh({
      seed: options.seed,
      startMs: Date.UTC(2026, 10, 22) + chance.below(DAY_MS),
      signatures: this.#signatures,
      checkpointCommits,
      reservationMs: RESERVATION_MS,
      onSend: (from, _to, frame) => this.#sent(from, frame),
      beside: (peer, clock) => this.callers.side?.beside?.(peer, clock),
      ...(options.onTrace === undefined
        ? {}
        : { log: (peer, line) => this.note(`  ${peer}: ${line}`) }),
    });
    this.callers = new Callers(
      this,
      new Chance(options.seed, IDS_PART),
      {
        checks: ANYTIME_CHECKS,
        trade: TRADES.get(options.scenario ?? ALL_FAULTS) ?? "goods",
      },
    );
  }

  note = (line: string): void => {
    const at = String(this.mesh?.clock.monotonic() ?? 0).padStart(7);
    this.trace.push(`${at} ${line}`);
    this.#options.onTrace?.(`${at} ${line}`);
  };

  #sent(from: PeerId, frame: Uint8Array): void {
    for (const { sent } of ANYTIME_CHECKS) {
      if (sent !== undefined) this.violations.push(...sent(this, from, frame));
    }
  }

  // Work

  async work(): Promise<void> {
    await this.#setUp();
    const count = this.#options.steps ?? STEPS;
    const steps = this.#options.only ??
      Array.from({ length: count }, (_, step) => step);
    for (const step of steps) {
      this.note(`step ${step}`);
      await this.#step(new Chance(this.seed, step));
      for (const { stepped } of ANYTIME_CHECKS) {
        this.violations.push(...stepped?.(this) ?? []);
      }
      // What follows a violation only hides it.
      if (this.violations.length > 0) return;
    }
  }

  async #step(chance: Chance): Promise<void> {
    if (chance.oneIn(RUSH_ONE_IN)) this.callers.rush(chance);
    const bursts = [1, 2, 3, 3, 8, 20, 60];
    for (let i = 1 + chance.below(chance.pick(bursts)); i > 0; i--) {
      this.callers.operate(chance);
      if (chance.oneIn(6)) await this.mesh.clock.run(chance.below(3));
    }
    if (this.#faults.length > 0 && chance.oneIn(2)) {
      await chance.weighted(this.#faults).strike(this, chance);
    }
    await this.mesh.clock.run(
      chance.pick([0, 1, 5, 20, 100, 1000, 12_000]),
    );
    await this.#bury(chance);
  }

  async #setUp(): Promise<void> {
    const { mesh } = this;
    const { side } = this.callers;
    const chance = new Chance(this.seed, SET_UP_PART + 9);
    if (side?.addPeers === undefined) this.#addShops(chance);
    else {
      mesh.add("office", null, { signer: mesh.root });
      side.addPeers(chance);
    }
    for (const peer of mesh.peers) {
      if (chance.oneIn(4)) peer.skewMs = chance.below(240_000) - 120_000;
    }
    for (const peer of mesh.peers) {
      await mesh.start(peer, this.#dials(peer, chance));
    }
    this.note(`peers ${mesh.peers.map(({ name }) => name).join(" ")}`);
    if (side?.open === undefined) await this.#openShops(chance);
    else await side.open(chance);
    await mesh.clock.run(chance.pick([0, 50, 2000]));
  }

  #addShops(chance: Chance): void {
    const { mesh } = this;
    const sites = ["CUS", chance.pick(["CUS", "LIM"])];
    mesh.add("office", null, { signer: mesh.root });
    sites.forEach((site, i) => mesh.add(`branch-${i}-${site}`, site));
    const more = chance.below(3);
    // What is received twice is received at two offices.
    if (more > 0 || this.callers.side !== undefined) {
      mesh.add("office-2", null);
    }
    if (more > 1) mesh.add("branch-2-LIM", "LIM");
  }

  async #openShops(chance: Chance): Promise<void> {
    const { mesh } = this;
    const office = mesh.peers[0]?.node;
    for (const product of PRODUCTS) {
      const done = office?.useCases.createProduct({
        scope: "mesh",
        product,
        name: product,
        price: money(10_00 + chance.below(500), "PEN"),
      });
      if (done !== undefined) await mesh.settle(done);
    }
    const strict = mesh.peers[1]?.node?.useCases.createProduct({
      scope: `site:${STRICT_SITE}`,
      product: STRICT,
      name: STRICT,
      stock: STRICT_STOCK,
      policy: "strict",
    });
    if (strict !== undefined) await mesh.settle(strict);
  }

  /** A peer dials the first office and some others, so that the mesh is connected but rarely complete. */
  #dials(peer: SimulatedPeer, chance: Chance): SimulatedPeer[] {
    return this.mesh.peers.filter((other, i) =>
      other !== peer && (i === 0 || chance.oneIn(2))
    );
  }

  /** Peers whose machine has stopped are dead; dead peers come back after a while. */
  async #bury(chance: Chance): Promise<void> {
    for (const peer of this.mesh.peers) {
      if (peer.node !== undefined && peer.disk.isHalted) {
        this.note(`${peer.name} has died at its disk`);
        this.mesh.crash(peer);
      } else if (peer.node === undefined && chance.oneIn(4)) {
        await this.restart(peer, chance);
      }
    }
  }

  async restart(peer: SimulatedPeer, chance: Chance): Promise<void> {
    if (peer.node !== undefined) return;
    peer.disk.capacityBytes = Infinity;
    const up = await this.mesh.start(peer, this.#dials(peer, chance));
    this.note(`restart of ${peer.name}${up ? "" : " fails"}`);
    if (peer.damaged) this.#replaceDisk(peer);
    if (up && peer.disk.isHalted) this.mesh.crash(peer);
    if (peer.node === undefined) return;
    for (const { started } of ANYTIME_CHECKS) {
      this.violations.push(...started?.(this, peer) ?? []);
    }
  }

  /** A person puts the newest backup on a new disk (an older one if that was damaged too), or begins with an empty one. */
  #replaceDisk(peer: SimulatedPeer): void {
    // Losses of power and refusing disks damage nothing: only a bit that turned over does.
    if (!this.suspects.cloned.has(peer.peer)) {
      this.violations.push(`the folder of ${peer.name} is damaged`);
    }
    const backup = peer.backups.pop();
    this.note(
      `${peer.name} gets ${
        backup === undefined ? "an empty disk" : "its last backup"
      }`,
    );
    loseDisk(this, peer);
    peer.disk = backup?.copy() ?? new SimulatedDisk();
    peer.newLogs = true;
    peer.damaged = false;
  }

  // The quiet end

  /** Ends all faults and waits until all peers that are up have the same vectors. */
  async heal(): Promise<void> {
    if (this.violations.length > 0) return;
    const { network, clock } = this.mesh;
    this.note("quiet");
    for (const timer of this.timers) timer.cancel();
    network.resetFaults();
    network.heal();
    await hostileMember(this)?.stop();
    for (const peer of [...this.mesh.peers, ...this.mesh.copies]) {
      peer.skewMs = 0;
    }
    for (const peer of this.mesh.peers) await this.#repair(peer);
    await clock.run(1);
    await this.#dismiss();
    const { peers } = this.mesh;
    if (this.mesh.copies.length > 0) {
      // While a copy of the only office is there, somebody must read every space.
      await this.mesh.start(this.mesh.add("keeper", null), peers.slice(0, 1));
    }
    this.violations.push(...await becomeEqual(this, peers));
    for (const copy of this.mesh.copies) await this.#join(copy);
    // A request for rights has a deadline; everything else is answered by now.
    for (let i = 0; i < ANSWER_SECONDS_MAX && this.callers.open.size > 0; i++) {
      await clock.run(1000);
    }
    this.violations.push(...findUnanswered(this.callers.open));
    await this.callers.side?.settle?.();
  }

  async #repair(peer: SimulatedPeer): Promise<void> {
    const chance = new Chance(this.seed, HEAL_PART);
    peer.disk.capacityBytes = Infinity;
    if (peer.disk.isHalted) this.mesh.crash(peer);
    else {
      peer.disk.failNextSync(0);
      peer.disk.unknownNextSync(undefined);
      peer.disk.haltAfter(Infinity);
    }
    if (peer.notAfterMs !== NEVER_MS) {
      peer.notAfterMs = NEVER_MS;
      await this.mesh.stopPeer(peer);
    }
    while (peer.node === undefined) await this.restart(peer, chance);
  }

  /** Who is revoked learns of it, or is refused by all others; either way it is compared with nobody. */
  async #dismiss(): Promise<void> {
    const { peers, copies } = this.mesh;
    if (this.suspects.revoked.size === 0) return;
    await this.mesh.clock.run(DISMISSED_MS);
    for (const list of [peers, copies]) {
      for (const peer of list.filter((one) => this.#isRevoked(one))) {
        await this.mesh.stopPeer(peer);
        list.splice(list.indexOf(peer), 1);
      }
    }
  }

  #isRevoked({ peer, signer }: SimulatedPeer): boolean {
    const office = this.mesh.peers[0]?.node;
    return this.suspects.revoked.has(peer) && office !== undefined &&
      office.replica.reader.count(AUTHORITY, [toHex(signer.publicKey)]) > 0;
  }

  /** A copy that ran apart comes to the mesh in the place of its original, tells what it has, and leaves. */
  async #join(copy: SimulatedPeer): Promise<void> {
    const { mesh } = this;
    const original = mesh.peers.find(({ peer }) => peer === copy.peer);
    if (original === undefined) return;
    this.note(`${copy.name} joins in the place of ${original.name}`);
    await mesh.stopPeer(original);
    await mesh.stopPeer(copy);
    copy.notAfterMs = NEVER_MS;
    const others = mesh.peers.filter((peer) => peer !== original);
    if (!await mesh.start(copy, others)) {
      this.violations.push(`${copy.name} cannot start again`);
    }
    // Who is compared first reads every space.
    const together = [...others, copy].toSorted((a, b) =>
      Number(a.reads !== undefined) - Number(b.reads !== undefined)
    );
    this.violations.push(...await becomeEqual(this, together));
    await mesh.stopPeer(copy);
    await this.restart(original, new Chance(this.seed, HEAL_PART));
    this.violations.push(...await becomeEqual(this, mesh.peers));
  }

  /** Compares all peers, one that joins now, and the model. */
  async compare(): Promise<void> {
    if (this.violations.length > 0) return;
    const { mesh } = this;
    this.violations.push(...await this.callers.side?.tellAll?.() ?? []);
    const fresh = mesh.add("fresh", null);
    await mesh.start(fresh, mesh.peers.slice(0, 1));
    this.violations.push(...await becomeEqual(this, mesh.peers));
    const [office] = mesh.peers;
    if (office?.node === undefined) throw new Error("the office is down");
    this.violations.push(...findDifferences(mesh.peers));
    // The others, the fresh one too, were found equal to it.
    this.violations.push(...this.model.check(office.node, office.name));
    const { cloned, revoked } = this.suspects;
    if (cloned.size === 0 && revoked.size === 0) {
      this.violations.push(...findOversold(office.node, STRICT));
    }
    this.violations.push(
      ...findUnbalanced(office, this.suspects),
      ...findUnequalPrices(mesh.peers, mesh.clock.now()),
      ...findWrongBlame(this),
      ...this.callers.side?.findWrong(office) ?? [],
    );
    const chance = new Chance(this.seed, HEAL_PART + 9);
    if (!chance.oneIn(SLOW_CHECKS_ONE_IN)) return;
    const one = chance.pick(mesh.peers);
    this.violations.push(
      ...findUnverified(one, {
        root: mesh.root.publicKey,
        signatures: this.#signatures,
      }),
      ...findUnderived(one),
    );
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) timer.cancel();
    try {
      await hostileMember(this)?.stop();
      await this.mesh.stop();
    } catch (error) {
      this.violations.push(`stopping failed: ${describe(error)}`);
    }
  }
}
