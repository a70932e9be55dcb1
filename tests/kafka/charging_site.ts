/**
 * A charging site at a real broker: nodes as processes, and points and drivers as installed programs are.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { createKafkaBroker } from "../../nodes/adapters/kafka_client.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { EngineTelemetry } from "../../nodes/charging/engine_telemetry.ts";
import { SimulatedDriver } from "../../nodes/charging/simulated_driver.ts";
import {
  type PointEvent,
  SimulatedPoint,
} from "../../nodes/charging/simulated_point.ts";
import { connectTcp, type DriverWord } from "../../net/mod.ts";
import { readAll } from "../contract/kafka_contract.ts";
import type { ProcessGroup } from "../support/processes.ts";
import { until } from "../support/topics_rig.ts";

const SITE = "SEV";

/** Starts a node of the site; `join` lets it join one that runs. */
export function startSiteNode(
  group: ProcessGroup,
  name: string,
  { broker, join = [] }: {
    readonly broker: string;
    readonly join?: readonly string[];
  },
): Promise<NodeProcess> {
  return group.run([
    ...["charging", "--site", SITE, "--data", group.dataOf(name)],
    ...["--http", "127.0.0.1:0", "--no-mdns", "--currency", "EUR"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "error"],
    ...["--surface", "charging=127.0.0.1:0"],
    ...["--surface", `charging-kafka=${broker}`],
    ...join.flatMap((token) => ["--join", token]),
  ]);
}

/** A point that is connected to a node. */
export interface SitePoint {
  /** The point. */
  readonly point: SimulatedPoint;
  /** What happened to it. */
  readonly events: PointEvent[];
  /** Ends it. */
  stop(): Promise<void>;
}

/** Starts a point. */
export async function startPoint(
  id: string,
  { node, broker }: { readonly node: NodeProcess; readonly broker: string },
): Promise<SitePoint> {
  const clock = createSystemClock();
  const events: PointEvent[] = [];
  const url = new URL(node.ready.surfaces["charging"] ?? "");
  const telemetry = new EngineTelemetry({
    broker: createKafkaBroker(broker, "test-engine"),
    clock,
    failed: () => {},
  });
  const point = new SimulatedPoint({
    ...{ point: id, dialect: "text", clock, pauseMs: 50, retryMs: 500 },
    dial: () => connectTcp({ host: "127.0.0.1", port: Number(url.port) }),
    emit: (record) => telemetry.send(record),
    told: (event) => void events.push(event),
    engine: { tickMs: 200 },
  });
  await point.start();
  return {
    point,
    events,
    async stop() {
      point.stop();
      await telemetry.close();
    },
  };
}

/** A driver who listens. */
export class SiteDriver {
  /** What he was told, in order. */
  readonly words: DriverWord[] = [];
  readonly #driver: SimulatedDriver;
  readonly #broker: string;

  /** Makes him. */
  constructor(id: string, broker: string) {
    this.#broker = broker;
    this.#driver = new SimulatedDriver({
      broker: createKafkaBroker(broker, "test-driver"),
      driver: id,
      clock: createSystemClock(),
      heard: (word) => void this.words.push(word),
      link: () => {},
    });
  }

  /** The network as he was told last. */
  get points(): SimulatedDriver["points"] {
    return this.#driver.points;
  }

  /** Connects. */
  start(): Promise<void> {
    return this.#driver.start();
  }

  /** Ends. */
  stop(): Promise<void> {
    return this.#driver.stop();
  }

  /** Leaves: what is reserved for him is given back. */
  quit(): Promise<void> {
    return this.#driver.quit();
  }

  /**
   * Asks for a point, and waits for the answer.
   *
   * @returns The answer, and how long it took in milliseconds.
   */
  async ask(point: string): Promise<{ word: DriverWord; ms: number }> {
    const from = this.words.length;
    const start = performance.now();
    await this.#driver.request(point);
    // After a broker's restart he may hear once more what he had heard about other points.
    const answer = () =>
      this.words.slice(from).find((it) =>
        it.type.startsWith("AUTH_") && it.point === point
      );
    await until(
      `an answer for ${point} at ${this.#broker}`,
      () => answer() !== undefined,
      20_000,
    );
    const word = answer();
    ok(word !== undefined);
    return { word, ms: performance.now() - start };
  }

  /** Waits for a word of a type about a point. */
  async hears(type: string, point: string): Promise<DriverWord> {
    const find = () =>
      this.words.findLast((it) => it.type === type && it.point === point);
    await until(`${type} of ${point}`, () => find() !== undefined, 20_000);
    const word = find();
    ok(word !== undefined);
    return word;
  }
}

/** Every word on the topic: its id, type, point and driver. */
export async function allWords(broker: string): Promise<{
  readonly id: string | undefined;
  readonly type: string;
  readonly point: string;
  readonly user: string;
}[]> {
  const topic = "driver_notifications";
  const session = await createKafkaBroker(broker, "test-reader").connect();
  try {
    const { first, next } = await session.bounds(topic);
    const records = await readAll(session, topic, {
      from: first,
      count: next - first,
    });
    return records.map(({ value, headers }) => {
      const text = new TextDecoder().decode(value ?? new Uint8Array());
      const word = JSON.parse(text);
      return {
        id: headers.get("panal-id"),
        type: word.type,
        point: word.cp_id,
        user: word.user_id,
      };
    });
  } finally {
    await session.close();
  }
}

/** Writes records as any program might. */
export async function writeRaw(
  broker: string,
  topic: string,
  values: readonly string[],
): Promise<void> {
  const session = await createKafkaBroker(broker, "test-writer").connect();
  try {
    await session.send(values.map((text) => ({
      topic,
      value: new TextEncoder().encode(text),
    })));
  } finally {
    await session.close();
  }
}
