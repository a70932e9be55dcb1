/**
 * What goes on in the scenario `charging`: points of one site that dial any of its nodes, drivers who ask by a topic or at a
 * node, engines that tell how far their supplies are, operators who stop points, and a broker that comes and goes.
 *
 * @module
 */
import type { PointId } from "../../../crdt/mod.ts";
import {
  encodeDriverRecord,
  TOPIC_REQUESTS,
  TOPIC_TELEMETRY,
} from "../../../net/mod.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import type { BranchCaller } from "../branch_sync/branch_caller.ts";
import { Chance } from "../chance.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { SideTrade } from "../trade.ts";
import { findWrongCharges } from "./charging_oracle.ts";
import { ModelCharger } from "./model_charger.ts";
import { ModelPoint } from "./model_point.ts";
import { SitePort } from "./site_port.ts";

/** The site. */
const SITE = "CUS";
const POINTS = ["CUS-1", "CUS-2", "CUS-3"];
/** Chargers that speak OCPP. */
const CHARGERS = ["CUS-9"];
const PLACES = [...POINTS, ...CHARGERS];
const DRIVERS = ["401", "402", "403", "404"];
/** Who charges without having asked. */
const MANUAL = "INVITADO";
/** How soon an engine's library writes again, in milliseconds. */
const AGAIN_MS = 1000;
/** The group of the site's nodes. */
const GROUP = `panal-${SITE}`;
/** Parts of the scenario that draw for what goes on beside its steps. */
const POINT_PART = 2_000_000;
const CHARGER_PART = 2_100_000;
/** How long the site has at the start, in milliseconds. */
const OPENING_MS = 1000;
/** What nobody can read. */
const POISON = ["", "{", "[1]", '"x"', '{"cp_id":7}', '{"type":"CONSUMO"}'];
/** Longest time until everything that waits is done once nothing goes wrong any more, in milliseconds. */
const SETTLED_MS_MAX = 1_100_000;
/** How often to look meanwhile, in milliseconds. */
const LOOK_MS = 2000;

/** One who acts at a node. */
interface Turn {
  readonly chance: Chance;
  readonly peer: SimulatedPeer;
  readonly charging: UseCases["charging"];
}

/** The trade of a scenario with charging points. */
export class ChargingTrade implements SideTrade {
  readonly #context: ScenarioContext;
  readonly #caller: BranchCaller;
  readonly #ports = new Map<SimulatedPeer, SitePort>();
  readonly #unsettled: string[] = [];
  #points: readonly ModelPoint[] = [];
  #chargers: readonly ModelCharger[] = [];
  #kafka: MemoryKafka | undefined;
  #started = 0;

  /**
   * Makes one in which nobody has charged.
   *
   * @param context The scenario.
   * @param caller What its callers lend.
   */
  constructor(context: ScenarioContext, caller: BranchCaller) {
    this.#context = context;
    this.#caller = caller;
  }

  get #broker(): MemoryKafka {
    const { clock } = this.#context.mesh;
    return this.#kafka ??= new MemoryKafka(() => clock.now(), clock);
  }

  addPeers(chance: Chance): void {
    const count = 2 + chance.below(2);
    for (let i = 0; i < count; i++) {
      this.#context.mesh.add(`charge-${i}`, SITE, { role: "charging" });
    }
  }

  beside(
    peer: SimulatedPeer,
    clock: ConstructorParameters<typeof SitePort>[0]["clock"],
  ): SitePort | undefined {
    if (peer.role !== "charging" || peer.apart) return undefined;
    const seed = this.#context.seed * 31 + this.#started++;
    const port = new SitePort({ peer, clock, kafka: this.#broker, seed });
    this.#ports.set(peer, port);
    return port;
  }

  async open(): Promise<void> {
    const { mesh: { clock }, seed, note } = this.#context;
    await clock.run(OPENING_MS);
    this.#points = POINTS.map((id, i) =>
      new ModelPoint({
        ...{ id, clock, note, kafka: this.#broker },
        dialect: i === 0 ? "framed" : "text",
        ports: () => this.#up(),
        chance: new Chance(seed, POINT_PART + i),
      })
    );
    this.#chargers = CHARGERS.map((id, i) =>
      new ModelCharger({
        ...{ id, clock, note },
        ports: () => this.#up(),
        chance: new Chance(seed, CHARGER_PART + i),
      })
    );
    for (const point of this.#points) void point.equipment.start();
    for (const { charger } of this.#chargers) charger.start();
    await clock.run(OPENING_MS);
  }

  #up(): SitePort[] {
    return [...this.#ports.values()].filter(({ lives }) => lives);
  }

  operate(chance: Chance, peer: SimulatedPeer, useCases: UseCases): boolean {
    const turn = { chance, peer, charging: useCases.charging };
    const kind = chance.below(32);
    if (kind < 10) this.#ask(turn);
    else if (kind < 13) this.#charge(chance, chance.pick(this.#chargers));
    else if (kind < 20) this.#touch(chance, chance.pick(this.#points));
    else if (kind < 24) this.#command(turn);
    else if (kind < 25) this.#quit(chance.pick(DRIVERS));
    else if (kind < 27) this.#askHere(turn);
    else this.#trouble(chance);
    return true;
  }

  // Drivers

  #ask({ chance }: Turn): void {
    const user = chance.pick(DRIVERS);
    const point = chance.oneIn(20) ? "NOWHERE" : chance.pick(PLACES);
    // A program that got no answer from the broker writes again.
    for (let i = chance.oneIn(5) ? 2 : 1; i > 0; i--) {
      this.#write(TOPIC_REQUESTS, this.#recordOf(user, { point }));
    }
    this.#context.note(`${user} wants ${point}`);
  }

  #quit(user: string): void {
    this.#write(TOPIC_REQUESTS, this.#recordOf(user, {}));
    this.#context.note(`${user} leaves`);
  }

  #recordOf(user: string, wanted: { readonly point?: string }): Uint8Array {
    const seconds = this.#context.mesh.clock.now() / 1000;
    return encodeDriverRecord({ user, seconds, ...wanted });
  }

  /** Nobody writes to a broker that is away. */
  #write(topic: string, value: Uint8Array | string): void {
    if (!this.#broker.faults.down) this.#broker.put(topic, value);
  }

  #askHere({ chance, peer, charging }: Turn): void {
    if (peer.site === null) return;
    const driver = chance.pick(DRIVERS);
    const point = chance.pick(PLACES);
    const id = this.#caller.newId();
    this.#caller.watch(
      peer,
      `request of ${driver} for ${point}`,
      charging.request({ id, driver, point, source: "http" }),
      ({ words }) => this.#context.note(`${peer.name} says ${words}`),
    );
  }

  // Equipment

  #touch(chance: Chance, point: ModelPoint): void {
    const { equipment } = point;
    const kind = chance.below(16);
    this.#context.note(`${point.id} is touched: ${kind}`);
    if (kind < 5) void equipment.plugIn();
    // Somebody starts it by hand.
    else if (kind < 6) void equipment.plugIn(MANUAL);
    else if (kind < 10) equipment.unplug();
    else if (kind < 11) equipment.fail();
    else if (kind < 13) equipment.repair();
    else if (kind < 14) void point.reset();
    else if (kind < 15) equipment.disconnect();
    else point.move();
  }

  #charge(chance: Chance, model: ModelCharger): void {
    const { id, charger } = model;
    const kind = chance.below(8);
    this.#context.note(`${id} is touched: ${kind}`);
    if (kind < 3) void charger.plugIn(chance.pick(DRIVERS));
    else if (kind < 6) charger.unplug();
    else if (kind < 7) charger.disconnect();
    else model.move();
  }

  // Operators

  #command({ chance, peer, charging }: Turn): void {
    const point = chance.pick(PLACES) as PointId;
    const order = { point, cause: "operator" } as const;
    const isStop = chance.oneIn(3);
    this.#caller.watch(
      peer,
      `${isStop ? "stop" : "resume"} ${point}`,
      isStop ? charging.stop(order) : charging.resume(order),
      (result) =>
        this.#context.note(
          `${peer.name} order: ${result.ok ? "ok" : result.error.code}`,
        ),
    );
  }

  // The broker

  #trouble(chance: Chance): void {
    const kafka = this.#broker;
    const { note } = this.#context;
    const kind = chance.below(8);
    note(`broker trouble ${kind}`);
    if (kind < 1) kafka.kill();
    else if (kind < 4) kafka.restart();
    else if (kind < 5) kafka.cut();
    else if (kind < 6) kafka.evict(GROUP);
    else if (kind < 7) {
      const ports = this.#up();
      if (ports.length > 0) chance.pick(ports).loseAnswers(1 + chance.below(2));
    } else if (chance.oneIn(2)) this.#repeatTelemetry();
    else {
      const topic = chance.pick([TOPIC_REQUESTS, TOPIC_TELEMETRY]);
      this.#write(topic, chance.pick(POISON));
    }
  }

  /** An engine's library writes again what it wrote last. */
  #repeatTelemetry(): void {
    const last = this.#broker.records(TOPIC_TELEMETRY).at(-1);
    const { timestamp = 0, value } = last ?? {};
    if (this.#context.mesh.clock.now() - timestamp > AGAIN_MS) return;
    const text = new TextDecoder().decode(value ?? new Uint8Array());
    // A beginning or an end, told twice, may well be that of another supply.
    if (text.includes("CONSUMO")) {
      this.#write(TOPIC_TELEMETRY, text);
    }
  }

  // The end

  async settle(): Promise<void> {
    const { mesh } = this.#context;
    const kafka = this.#broker;
    kafka.restart();
    for (const port of this.#up()) port.loseAnswers(0);
    for (const point of this.#points) point.quiet();
    await mesh.clock.run(LOOK_MS);
    await this.#resumeAll();
    for (const { equipment } of this.#points) {
      equipment.unplug();
      equipment.repair();
    }
    for (const driver of DRIVERS) this.#quit(driver);
    const start = mesh.clock.monotonic();
    let left = this.#waiting();
    while (left.length > 0 && mesh.clock.monotonic() - start < SETTLED_MS_MAX) {
      // A driver may be announced to a charger as late as this.
      for (const { charger } of this.#chargers) charger.unplug();
      await mesh.clock.run(LOOK_MS);
      left = this.#waiting();
    }
    this.#context.note(`settled after ${mesh.clock.monotonic() - start} ms`);
    this.#unsettled.push(...left);
  }

  async #resumeAll(): Promise<void> {
    const { mesh } = this.#context;
    const node = mesh.peers.find(({ role }) => role === "charging")?.node;
    if (node === undefined) return;
    for (const id of PLACES) {
      const order = { point: id as PointId, cause: "operator" } as const;
      await mesh.settle(node.useCases.charging.resume(order));
    }
  }

  /** What is not done yet. */
  #waiting(): string[] {
    const nodes = this.#context.mesh.peers.filter(({ role }) =>
      role === "charging"
    );
    const engines = this.#points.flatMap(({ id, isBehind, equipment }) => [
      ...isBehind ? [`${id} has telemetry that it could not tell`] : [],
      ...equipment.engine.supply === undefined ? [] : [`${id} supplies`],
    ]);
    const chargers = this.#chargers.flatMap(({ id, isBehind, charger }) =>
      isBehind || charger.transactionAt(1) !== undefined
        ? [`${id} has something to tell, or charges`]
        : []
    );
    const open = nodes.flatMap(({ name, node }) => {
      const charging = node?.useCases.charging;
      if (charging === undefined) return [`${name} is down`];
      const { items } = charging.sessions({ status: "open", limit: 100 });
      return [
        ...items.map(({ id, point, driver, status }) =>
          `${name}: the session ${id} of ${driver} at ${point} is ${status}`
        ),
        ...charging.unpublished(100).map(({ id, body }) =>
          `${name}: ${body.type} ${id} is not on the topic`
        ),
      ];
    });
    const unread = [TOPIC_REQUESTS, TOPIC_TELEMETRY].flatMap((topic) => {
      const next = this.#broker.records(topic).length;
      const read = this.#broker.committed(GROUP, topic) ?? 0;
      return read >= next ? [] : [`${topic} is read to ${read} of ${next}`];
    });
    return [...engines, ...chargers, ...open, ...unread];
  }

  findWrong(office: SimulatedPeer): string[] {
    return [
      ...this.#unsettled.map((text) => `still after the quiet: ${text}`),
      ...findWrongCharges(this.#context, office, {
        kafka: this.#broker,
        points: this.#points,
        chargers: this.#chargers,
      }),
    ];
  }
}
