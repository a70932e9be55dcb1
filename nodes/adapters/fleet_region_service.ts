/**
 * The surface `fleet-region`, put together: the desk of all its ports, and who keeps the accounts: the mesh, or an
 * original company that is dialed.
 *
 * @module
 */
import type { Clock, Random } from "../../crdt/mod.ts";
import type { TcpListener } from "../../net/mod.ts";
import {
  CompanyAuthority,
  type CompanyLinkTimes,
} from "../fleet/company_authority.ts";
import { createForwardBook } from "../fleet/forward_book.ts";
import { createMeshAuthority, isInBooks } from "../fleet/mesh_authority.ts";
import { createRegionBook } from "../fleet/region_book.ts";
import { RegionDesk } from "../fleet/region_desk.ts";
import type { RegionTimes } from "../fleet/region_parts.ts";
import { createAlertBoard } from "../forecourt/alert_board.ts";
import { createDropCounts } from "../forecourt/drop_counts.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";
import { createFleetDial } from "./fleet_dial.ts";
import {
  listenForStations,
  PROVINCES,
  REGION_PORT_FIRST,
} from "./fleet_region.ts";

/** How often dropped input is told, at least, in milliseconds. */
const DROPS_TICK_MS = 30_000;

/** What it is made of. */
export interface RegionServiceParts {
  /** The node. */
  readonly node: Pick<NodeWithParts, "useCases" | "incidents" | "replica">;
  /** The original company that keeps the accounts; null where the mesh does. */
  readonly company: ListenAddress | null;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** How long things take; as documented if left out. */
  readonly times?: {
    /** Towards stations. */
    readonly region?: RegionTimes;
    /** Towards an original company. */
    readonly company?: CompanyLinkTimes;
    /** For a handshake, in milliseconds. */
    readonly handshakeMs?: number;
  };
}

/** The surface. */
export interface RegionService {
  /** The desk of all ports. */
  readonly desk: RegionDesk;
  /** Links to an original company, where one keeps the accounts. */
  readonly company: CompanyAuthority | undefined;
  /** Takes up what waits. */
  start(): Promise<void>;
  /**
   * Listens at one port.
   *
   * @throws {PanalError} `config_invalid` if it cannot be bound.
   */
  listen(at: ListenAddress): TcpListener;
  /** Ends it; stop its listeners first. */
  stop(): Promise<void>;
}

/**
 * Makes the surface of a node.
 *
 * @param parts What it is made of.
 * @returns It, not started.
 */
export function createRegionService(parts: RegionServiceParts): RegionService {
  const { node, clock, random, logger, times = {} } = parts;
  const { replica, incidents } = node;
  const { fleet } = node.useCases;
  const alerts = createAlertBoard({ incidents, logger, clock });
  const drops = createDropCounts(
    "Input on regional ports was dropped",
    logger,
    () => clock.monotonic(),
  );
  const company: CompanyAuthority | undefined = parts.company === null
    ? undefined
    : new CompanyAuthority({
      book: createForwardBook(replica, "company"),
      dial: createFleetDial(parts.company),
      node: node.useCases.node.peer.slice(-NODE_NAME_LENGTH),
      ...{ clock, random, alerts, logger, drops },
      late: ({ purchase }, accepted) => desk.decided(purchase, accepted),
      foreign: (verdict) => desk.handOver(verdict),
      ...(times.company === undefined ? {} : { times: times.company }),
    });
  const desk: RegionDesk = new RegionDesk({
    authority: company?.desk ?? createMeshAuthority(fleet),
    isKnown: (input) => company?.desk.isKnown(input) ?? isInBooks(fleet, input),
    book: createRegionBook(replica),
    ...{ clock, random, alerts, logger },
    ...(times.region === undefined ? {} : { times: times.region }),
  });
  let listeners = 0;
  let timer = clock.timer(DROPS_TICK_MS, tick);
  function tick(): void {
    drops.tick();
    timer = clock.timer(DROPS_TICK_MS, tick);
  }
  return {
    desk,
    company,
    async start() {
      desk.start();
      await company?.start();
    },
    listen({ hostname, port }) {
      const usual = port - REGION_PORT_FIRST;
      const isUsual = usual >= 0 && usual < PROVINCES;
      const { handshakeMs } = times;
      return listenForStations({
        ...{ desk, logger, drops },
        ...(company === undefined ? {} : { door: company }),
        ...(handshakeMs === undefined ? {} : { handshakeMs }),
      }, {
        hostname,
        port,
        province: isUsual ? usual : listeners++ % PROVINCES,
      });
    },
    async stop() {
      timer.cancel();
      await company?.stop();
      await desk.stop();
      drops.tell();
      alerts.stop();
    },
  };
}

/** So much of a peer's name tells nodes apart that dial one company. */
const NODE_NAME_LENGTH = 12;
