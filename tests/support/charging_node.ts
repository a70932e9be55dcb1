/**
 * Charging sites for tests: real nodes with real use-cases, on a clock that the test moves. One node alone, or several on
 * the memory network.
 *
 * @module
 */
import { type FactId, fixedFactId, type WattHours } from "../../crdt/mod.ts";
import type {
  ChannelAnswer,
  ChargeNotification,
  ChargeVerdict,
  ChargingUseCases,
  DriverId,
  PointChannel,
  PointId,
  PointLink,
  PointRegistration,
  PointState,
  SupplyEffect,
  SupplyRecord,
} from "../../nodes/charging/charging_use_cases.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "./test_node.ts";
import { createTestMesh, type TestMesh } from "./test_mesh.ts";

/** The site of charging tests. */
export const CHARGING_SITE = "MAD";

/**
 * Makes and starts one charging node.
 *
 * @param options How it is set up otherwise.
 * @returns The node; its clock moves when the test says so.
 */
export function createChargingNode(
  options: TestNodeOptions = {},
): Promise<TestNode> {
  return createTestNode({
    site: CHARGING_SITE,
    roles: ["charging"],
    currency: "EUR",
    timezone: "Europe/Madrid",
    ...options,
  });
}

/**
 * Makes nodes of one charging site that are linked with each other.
 *
 * @param seed The seed of the mesh.
 * @param names Their names; each dials those before it.
 * @returns The mesh.
 */
export async function createChargingMesh(
  seed: number,
  names: readonly string[] = ["a", "b"],
): Promise<TestMesh> {
  const mesh = createTestMesh({ seed });
  for (const [i, name] of names.entries()) {
    const dials = names.slice(0, i);
    await mesh.add(name, { role: "charging", site: CHARGING_SITE, dials });
  }
  await mesh.run(3000);
  return mesh;
}

/**
 * Lets time pass at a node, and what its timers begin come to its end.
 *
 * @param node The node.
 * @param ms How long.
 * @param step How much at once; timers that lie closer together run late.
 */
export async function passTime(
  { clock }: Pick<TestNode, "clock">,
  ms: number,
  step = 500,
): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    await clock.run(Math.min(left, step));
    // Decisions are grouped by the real event loop.
    for (let i = 0; i < 10; i++) await clock.run(0);
  }
}

/** A point's equipment as a test plays it: what it was told, and what it answers. */
export class PlayedPoint implements PointChannel {
  /** Its id. */
  readonly id: PointId;
  /** What it was told, in order: `authorize 417`, `stop`, `resume`, … */
  readonly told: string[] = [];
  /** What it answers; `confirmed` to all. */
  answer: ChannelAnswer = "confirmed";
  /** Its connection; undefined before it has one. */
  link: PointLink | undefined;
  /** Whether its connection was closed by the node. */
  isClosed = false;

  /**
   * A point that is not connected.
   *
   * @param id Its id.
   */
  constructor(id: string) {
    this.id = id as PointId;
  }

  /**
   * Registers with a node.
   *
   * @param charging The node's use-cases.
   * @param registration What it says of itself beside its id.
   */
  async connect(
    charging: ChargingUseCases,
    registration: Partial<PointRegistration> = {},
  ): Promise<PointLink> {
    const made = await charging.connectPoint({
      point: this.id,
      dialect: "text",
      location: "Ubicacion Desconocida",
      price: 2500,
      connectors: 1,
      ...registration,
    }, this);
    if (!made.ok) throw new Error(made.error.message);
    return this.link = made.value;
  }

  /** @inheritdoc */
  authorize({ driver }: { readonly driver: DriverId }): Promise<ChannelAnswer> {
    return this.#hear(`authorize ${driver}`);
  }

  /** @inheritdoc */
  stop(): Promise<ChannelAnswer> {
    return this.#hear("stop");
  }

  /** @inheritdoc */
  resume(): Promise<ChannelAnswer> {
    return this.#hear("resume");
  }

  /** @inheritdoc */
  close(): void {
    this.isClosed = true;
  }

  #hear(word: string): Promise<ChannelAnswer> {
    this.told.push(word);
    return Promise.resolve(this.answer);
  }
}

/** What a driver asks for, and what telemetry says, in few words. */
export class PlayedSite {
  /** The node's use-cases. */
  readonly charging: ChargingUseCases;
  /** Durable notifications as they were told: `TICKET SEV-07 417 300 60`, … */
  readonly told: string[] = [];
  /** Running totals as they were told. */
  readonly totals: string[] = [];
  #offset: number;

  /**
   * Listens to a node.
   *
   * @param charging The node's use-cases.
   * @param offset The offset of the topic's next record.
   */
  constructor(charging: ChargingUseCases, offset = 0) {
    this.charging = charging;
    this.#offset = offset;
    charging.listen((told) =>
      void (told.durable ? this.told : this.totals).push(noticeText(told))
    );
  }

  /** The offset of the topic's next record. */
  get offset(): number {
    return this.#offset;
  }

  /** A driver asks for a point by a record of its topic. */
  request(
    driver: string,
    point: string,
    options: { readonly id?: FactId; readonly holdMs?: number } = {},
  ): Promise<ChargeVerdict> {
    return this.charging.request({
      driver,
      point,
      source: "kafka",
      ...options,
    });
  }

  /** A record of telemetry, the next of its topic unless its position is given. */
  supply(
    kind: SupplyRecord["kind"],
    point: string,
    record: Partial<Omit<SupplyRecord, "driver" | "energy">> & {
      readonly driver?: string | null;
      readonly energy?: number | null;
    } = {},
  ): Promise<SupplyEffect> {
    const offset = this.#offset++;
    const { driver = null, energy = null, ...rest } = record;
    return this.charging.supply({
      ...{ kind, connector: 1, session: null, at: null },
      point: point as PointId,
      driver: driver as DriverId | null,
      energy: energy as WattHours | null,
      amount: energy === null ? null : Math.floor(energy / 50),
      position: { offset, timestamp: 1_000_000 + offset },
      ...rest,
    });
  }

  /** The state of a point; undefined if nobody knows it. */
  state(point: string): PointState | undefined {
    return this.charging.point(point)?.state;
  }
}

/** A notification in one line. */
export function noticeText(
  { point, driver, body }: ChargeNotification,
): string {
  switch (body.type) {
    case "AUTH_OK":
      return `AUTH_OK ${point} ${driver}`;
    case "AUTH_DENIED":
      return `AUTH_DENIED ${point} ${driver} ${body.reason}`;
    case "SUPPLY_ERROR":
      return `SUPPLY_ERROR ${point} ${driver} ${body.energy} ${body.amount} ${body.reason}`;
    default:
      return `${body.type} ${point} ${driver} ${body.energy} ${body.amount}`;
  }
}

/** The id of a request with a name. */
export function requestId(name: string): FactId {
  return fixedFactId(["test request", name]);
}
