/**
 * A whole node of the role charging with its port for installed monitors, on real time and real sockets.
 *
 * @module
 */
import { fail } from "node:assert/strict";
import {
  createSeededRandom,
  type DriverId,
  parseSiteCode,
  type PointId,
  SIMULATED_SIGNATURES,
  type WattHours,
} from "../../crdt/mod.ts";
import { listenForPoints } from "../../nodes/adapters/charging.ts";
import { openSimulatedStore } from "../../nodes/adapters/simulated_store.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import type {
  ChargeNotification,
  ChargeVerdict,
  ChargingTimers,
  ChargingUseCases,
  PointState,
  SupplyRecord,
} from "../../nodes/charging/charging_use_cases.ts";
import { PointPort } from "../../nodes/charging/point_port.ts";
import type { PointTimes } from "../../nodes/charging/point_times.ts";
import { createNode, type NodeWithParts } from "../../nodes/node.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import { untilTrue } from "./line_client.ts";
import { RawMonitor } from "./raw_monitor.ts";
import { frame } from "./recording_points.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { testCertificate } from "./test_node.ts";

const ENQ = 0x05;
const ACK = 0x06;

/** How a site is set up. */
export interface ChargingSiteOptions {
  /** Timers of its sessions, where they are to be shorter. */
  readonly timers?: Partial<ChargingTimers>;
  /** Times of its connections, where they are to be shorter. */
  readonly times?: Partial<PointTimes>;
  /** A disk of a site that ended before. */
  readonly disk?: SimulatedDisk;
}

/** A site. */
export interface ChargingSite extends AsyncDisposable {
  /** Its node. */
  readonly node: NodeWithParts;
  /** What the node offers. */
  readonly charging: ChargingUseCases;
  /** What connections are given to. */
  readonly pointPort: PointPort;
  /** Where monitors dial. */
  readonly port: number;
  /** Its disk. */
  readonly disk: SimulatedDisk;
  /** Words to drivers in their order. */
  readonly told: ChargeNotification[];
  /** Words to drivers as `417 AUTH_OK`, with energy or the reason behind. */
  notes(): readonly string[];
  /** Waits until a point has a state. */
  becomes(point: string, state: PointState): Promise<void>;
  /** Waits until a driver was told something, e.g. `417 TICKET 300 6`. */
  tells(note: string): Promise<void>;
  /** A driver wants to charge. */
  request(driver: unknown, point: string): Promise<ChargeVerdict>;
  /** The engine of a point tells of a supply. */
  engine(
    kind: SupplyRecord["kind"],
    point: string,
    figures?: Partial<SupplyRecord>,
  ): ReturnType<ChargingUseCases["supply"]>;
  /** Connects a plain monitor that registers, and waits until the node knows. */
  register(point: string, options?: RegisterOptions): Promise<RawMonitor>;
  /** Connects a framed monitor that registers, and reads what it is answered. */
  registerFramed(point: string, options?: RegisterOptions): Promise<RawMonitor>;
}

/** What a monitor registers with. */
export interface RegisterOptions {
  /** What stands behind the id. */
  readonly rest?: string;
}

/** Makes and starts a site. */
export async function openChargingSite(
  options: ChargingSiteOptions = {},
): Promise<ChargingSite> {
  const site = parseSiteCode("SEV") ?? fail();
  const clock = createSystemClock();
  const random = createSeededRandom(23);
  const root = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const signer = SIMULATED_SIGNATURES.signer(random.bytes(32));
  const disk = options.disk ?? new SimulatedDisk();
  const logger = { log: () => {} };
  const node = createNode({
    openStore: () =>
      openSimulatedStore(disk, {
        tables: NODE_TABLES,
        version: SCHEMA_VERSION,
      }),
    clock,
    random: createSeededRandom(Math.floor(performance.now() * 1000)),
    signer,
    signatures: SIMULATED_SIGNATURES,
    root: root.publicKey,
    certificate: testCertificate(root, signer.publicKey, site, ["charging"]),
    logger,
    settings: {
      ...{ site, roles: ["charging"], currency: "EUR" },
      timezone: "Europe/Madrid",
      ...(options.timers === undefined ? {} : { charging: options.timers }),
    },
  });
  await node.start();
  const { charging } = node.useCases;
  const pointPort = new PointPort({
    ...{ charging, clock, logger },
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  const at = { hostname: "127.0.0.1", port: 0, logger };
  const listener = listenForPoints(pointPort, at);
  const told: ChargeNotification[] = [];
  charging.listen((it) => told.push(it));
  const rig: ChargingSite = {
    ...{ node, charging, pointPort, port: listener.port, disk, told },
    notes: () => told.map(noteOf),
    becomes: (point, state) =>
      untilTrue(
        `${point} is ${state}`,
        () => charging.point(point)?.state === state,
      ),
    tells: (note) =>
      untilTrue(note, () => told.some((it) => noteOf(it) === note)),
    request: (driver, point) =>
      charging.request({ driver, point, source: "kafka" }),
    engine: (kind, point, figures) =>
      charging.supply({
        ...{ kind, point: point as PointId, connector: 1 },
        driver: "417" as DriverId,
        ...{ energy: null, amount: null, position: null, session: null },
        at: null,
        ...figures,
      }),
    async register(point, { rest = "Calle 1#0.25" } = {}) {
      const since = connections(charging, point);
      const monitor = await RawMonitor.connect(listener.port);
      await monitor.send(`REGISTER#${point}#${rest}`);
      await untilTrue(
        `${point} is connected`,
        () => connections(charging, point) !== since,
      );
      return monitor;
    },
    async registerFramed(point, { rest = "Calle 1#0.25" } = {}) {
      const monitor = await RawMonitor.connect(listener.port);
      await monitor.send(ENQ);
      await monitor.until("<06>");
      await monitor.send(frame(`REGISTER#${point}#${rest}`));
      await monitor.until("REGISTER_RESULT#");
      await monitor.send(ACK);
      return monitor;
    },
    async [Symbol.asyncDispose]() {
      await listener.stop();
      pointPort.stop();
      await node.stop();
    },
  };
  return rig;
}

/** Changes with every registration of a point. */
function connections(charging: ChargingUseCases, point: string): number {
  const view = charging.point(point);
  return view?.connected === true ? view.at : -1;
}

/** What a driver reads, on one line. */
function noteOf({ driver, body }: ChargeNotification): string {
  switch (body.type) {
    case "AUTH_OK":
      return `${driver} AUTH_OK`;
    case "AUTH_DENIED":
      return `${driver} AUTH_DENIED ${body.reason}`;
    case "SUPPLY_ERROR":
      return `${driver} SUPPLY_ERROR ${body.energy} ${body.amount} ${body.reason}`;
    default:
      return `${driver} ${body.type} ${body.energy} ${body.amount}`;
  }
}

/** Figures of a supply. */
export function figures(
  energyWh: number,
  amount: number,
  more: Partial<SupplyRecord> = {},
): Partial<SupplyRecord> {
  return { energy: energyWh as WattHours, amount, ...more };
}
