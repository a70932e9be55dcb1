/**
 * A charging site with the surfaces of the secured dialect: a whole node, its port for points, its registry behind HTTPS
 * and its HTTP interface, all on loopback. The node's clock runs faster than the wall's.
 *
 * @module
 */
import type { PointId, SiteCode } from "../../crdt/mod.ts";
import {
  isOwnAddress,
  listenForRegistrations,
} from "../../nodes/adapters/charging_registry.ts";
import { listenForPoints } from "../../nodes/adapters/charging.ts";
import { createTemperatures } from "../../nodes/charging/original_panel.ts";
import {
  createPointLog,
  followCharging,
  type PointLog,
} from "../../nodes/charging/point_log.ts";
import { ChargingTopics } from "../../nodes/charging/charging_topics.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { MemoryKafka } from "./memory_kafka.ts";
import { PointPort } from "../../nodes/charging/point_port.ts";
import type { PointView } from "../../nodes/charging/charging_use_cases.ts";
import { createChargingApi } from "../../web/surfaces/charging_api.ts";
import { createChargingRegistry } from "../../web/surfaces/charging_registry.ts";
import {
  SecuredMonitor,
  type SecuredMonitorOptions,
} from "./secured_monitor.ts";
import { type ServedSurface, serveSurface } from "./served_surface.ts";
import { createTestNode, type TestNode } from "./test_node.ts";

const SITE = "MAD" as SiteCode;
/** Milliseconds of the node's clock that pass in one of the wall's. */
const SPEED = 5;
/** How often the clock moves, in milliseconds of the wall. */
const STEP_MS = 2;
/** How long a test waits for what must happen, in milliseconds of the wall. */
const WAIT_MS = 30_000;

/** The site. */
export interface SecuredRig
  extends Pick<TestNode, "useCases" | "clock" | "node"> {
  /** The HTTP interface. */
  readonly api: ServedSurface;
  /** The registry's address. */
  readonly registry: string;
  /** The port for points. */
  readonly port: number;
  /** The last log lines. */
  readonly log: PointLog;
  /** The broker, whose clock is the node's. */
  readonly broker: MemoryKafka;
  /** Starts a monitor; it is stopped with the site. */
  monitor(
    point: string,
    options?: Partial<SecuredMonitorOptions>,
  ): SecuredMonitor;
  /** A point that must be known. */
  point(id: string): PointView;
  /** Lets so many milliseconds of the node's clock pass. */
  pass(ms: number): Promise<void>;
  /** Waits until something is so. */
  until(what: string, check: () => boolean): Promise<void>;
}

/** How the site is set up. */
export interface SecuredRigOptions {
  /** True if there is no broker. */
  readonly isOffline?: boolean;
  /** The address that requests to the registry seem to come from. */
  readonly registryFrom?: string;
}

/** Runs a test on a site. */
export async function withSecuredRig(
  test: (rig: SecuredRig) => Promise<void>,
  options: SecuredRigOptions = {},
): Promise<void> {
  const node = await createTestNode({
    site: SITE,
    roles: ["charging"],
    currency: "EUR",
    timezone: "Europe/Madrid",
  });
  const { charging, chargingSecurity: security } = node.useCases;
  const logger = { log: () => {} };
  const { clock } = node;
  const log = createPointLog(() => clock.now());
  const unfollow = followCharging(charging, log);
  const points = new PointPort({
    ...{ charging, clock, logger },
    audit: (act) => void security.note(act),
  });
  const address = { hostname: "127.0.0.1", port: 0 };
  const listener = listenForPoints(points, { ...address, logger });
  const broker = new MemoryKafka(() => clock.now());
  const topics = createTopics(broker, node);
  if (options.isOffline === true) broker.kill();
  topics.start();
  const api = await serveSurface(createChargingApi({ charging, security }, {
    clock,
    log,
    temperatures: createTemperatures(),
    simulate: ({ target, command }) => topics.simulate(target, command),
  }));
  const { fetch } = createChargingRegistry(security, {
    log,
    isLocal: isOwnAddress,
  });
  const registry = await listenForRegistrations(address, {
    handler: (request, from) =>
      fetch(request, {
        address: options.registryFrom ?? from.address,
      }),
    now: () => Date.now(),
  });
  const monitors: SecuredMonitor[] = [];
  const running = runClock(clock);
  const rig: SecuredRig = {
    ...node,
    ...{ api, log, broker },
    registry: `https://127.0.0.1:${registry.port}`,
    port: listener.port,
    monitor(point, more = {}) {
      const monitor = new SecuredMonitor({
        registry: rig.registry,
        port: rig.port,
        point,
        ...more,
      });
      monitors.push(monitor);
      monitor.start();
      return monitor;
    },
    point(id) {
      const found = charging.point(id as PointId);
      if (found === undefined) throw new Error(`there is no point ${id}`);
      return found;
    },
    async pass(ms) {
      const end = clock.monotonic() + ms;
      await until("time passes", () => clock.monotonic() >= end);
    },
    until,
  };
  try {
    if (options.isOffline !== true) {
      await until("the topics are held", () => topics.view.holds);
    }
    await test(rig);
  } finally {
    broker.restart();
    await topics.stop();
    await Promise.all(monitors.map((monitor) => monitor.stop()));
    await listener.stop();
    points.stop();
    unfollow();
    await registry.stop();
    await api.stop();
    await running.stop();
    await node.stop();
  }
}

/** The node's topics, which open what is encrypted. */
function createTopics(
  broker: MemoryKafka,
  { useCases: { charging, chargingSecurity }, node }: TestNode,
): ChargingTopics {
  const topics = new ChargingTopics({
    ...{ broker, charging },
    site: SITE,
    exponent: 2,
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: { log: () => {} },
    incidents: node.incidents,
    times: { statusMs: 30, againMs: 4, commitMs: 20 },
  });
  topics.openWith(chargingSecurity.readTelemetry);
  return topics;
}

/** Moves a clock on while the wall's does. */
function runClock(clock: TestNode["clock"]): { stop(): Promise<void> } {
  let stopped = false;
  let before = performance.now();
  const run = async () => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      const now = performance.now();
      await clock.run(Math.round((now - before) * SPEED));
      before = now;
    }
  };
  const running = run();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function until(what: string, check: () => boolean): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!check()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
