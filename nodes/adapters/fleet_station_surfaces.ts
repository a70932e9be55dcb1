/**
 * The surfaces of a station that serves fleet cards, put together: `fleet-card`, `fleet-udp`, `fleet-quic`.
 *
 * @module
 */
import { join } from "node:path";
import type { Clock } from "../../crdt/mod.ts";
import { connectTcp } from "../../net/mod.ts";
import { CardDesk } from "../fleet/card_desk.ts";
import {
  FLEET_PROVINCES,
  FLEET_QUIC_PORT_SHIFT,
  type FleetStation,
  pumpOfPort,
} from "../fleet/fleet_places.ts";
import { keepUntold } from "../fleet/untold_cards.ts";
import type { FleetAuthority } from "../fleet/fleet_use_cases.ts";
import { type FleetConfig, fleetPorts } from "../fleet_config.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { parseListenAddress } from "../surfaces.ts";
import { listenForCards } from "./fleet_card.ts";
import { listenForQuic } from "./fleet_quic.ts";
import {
  createRegionalLink,
  type RegionalLink,
} from "./fleet_regional_link.ts";
import { createElectionPumps } from "./fleet_udp.ts";
import type { SocketListener, SocketSurfaces } from "./forecourt_surfaces.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";
import { ToldCards } from "./told_cards.ts";

/** The file in the node's folder that names the cards that were told. */
const TOLD_FILE = "fleet-told";
/** How long a port is looked at, in milliseconds. */
const LOOK_MS = 200;

/** What the surfaces are made of. */
export interface StationSurfaceParts {
  /** The node. */
  readonly node: Pick<NodeWithParts, "useCases" | "incidents" | "replica">;
  /** Which station it is. */
  readonly fleet: FleetConfig;
  /** Original programs that are dialed, by the surface that they have. */
  readonly dial: Readonly<Record<string, readonly string[]>>;
  /** The node's folder; where it is left out, nobody knows after a kill whose card was not told. */
  readonly dataDir?: string;
  /** Log lines. */
  readonly logger: Logger;
  /** Decides purchases; if left out, an original regional office that is dialed does, else the mesh's rights. */
  readonly authority?: FleetAuthority;
}

/**
 * Makes the surfaces of a station.
 *
 * @param parts What they are made of.
 * @returns The surfaces; nothing runs before the first listener is started.
 */
export function createStationSurfaces(
  parts: StationSurfaceParts,
): SocketSurfaces {
  const { node: { useCases }, fleet, logger } = parts;
  const { station, price } = fleet;
  if (station === null) {
    return { find: () => undefined, stop: () => Promise.resolve() };
  }
  const ports = fleetPorts(fleet);
  const clock = createSystemClock();
  const link = linkOf(parts, station, clock);
  let opened: Promise<CardDesk> | undefined;
  const told = parts.dataDir === undefined
    ? undefined
    : new ToldCards(join(parts.dataDir, TOLD_FILE));
  const open = async () => {
    await takeUp(parts, told);
    await link?.start();
    return new CardDesk({
      authority: parts.authority ?? link?.authority.desk ?? useCases.fleet,
      results: useCases.fleet,
      site: useCases.node.site,
      ...{ station, price, clock, logger },
      ...(told === undefined ? {} : { told: (id) => told.note(id) }),
    });
  };
  const pumps = createElectionPumps(ports);
  let warned: Promise<void> | undefined;
  const warn = (name: string) =>
    warned ??= warnOfOverlap(name, ports[0] ?? 0, logger);
  return {
    find(name) {
      switch (name) {
        case "fleet-card":
          return async (at) => {
            const desk = await (opened ??= open());
            return draining(desk, listenForCards(desk, { ...at, logger }));
          };
        case "fleet-udp":
          return async (at) => {
            await warn(name);
            return await pumps.listen(at);
          };
        case "fleet-quic":
          return async (at) => {
            await warn(name);
            const desk = await (opened ??= open());
            return draining(desk, listenForQuic(desk, { ...at, logger }));
          };
        default:
          return undefined;
      }
    },
    async stop() {
      const desk = await opened?.catch(() => undefined);
      const settled = await desk?.stop() ?? false;
      await link?.stop();
      if (settled) told?.end();
    },
  };
}

/** Keeps what the last run charged without telling its cards, if it was killed. */
async function takeUp(
  { node: { useCases, replica }, logger }: StationSurfaceParts,
  told: ToldCards | undefined,
): Promise<void> {
  const before = told?.earlier();
  if (before !== undefined) {
    await keepUntold({
      fleet: useCases.fleet,
      site: useCases.node.site,
      isOwn: ({ log }) => replica.register.byName(log)?.own === true,
      logger,
    }, before);
  }
  told?.begin();
}

/** The link to original regional offices, if they decide. */
function linkOf(
  { node, dial, logger }: StationSurfaceParts,
  station: FleetStation,
  clock: Clock,
): RegionalLink | undefined {
  const [address] = dial["fleet-region"] ?? [];
  if (address === undefined) return undefined;
  const { hostname, port } = parseListenAddress("--dial", address);
  return createRegionalLink({
    ...{ node, hostname, station, clock, logger },
    results: node.useCases.fleet,
    ports: FLEET_PROVINCES.map((_, province) => port + province),
    random: createSystemRandom(),
  });
}

/** A listener that tells cards what becomes of them before it closes. */
function draining(desk: CardDesk, listener: SocketListener): SocketListener {
  return {
    url: listener.url,
    async stop() {
      await desk.drain();
      await listener.stop();
    },
  };
}

/** Two stations ten numbers apart break each other's elections: one's QUIC ports are the other's UDP ports (C-43). */
async function warnOfOverlap(
  surface: string,
  first: number,
  logger: Logger,
): Promise<void> {
  const others = [first + FLEET_QUIC_PORT_SHIFT, first - FLEET_QUIC_PORT_SHIFT]
    .map((port) => ({ port, place: pumpOfPort(port) }));
  for (const { port, place } of others) {
    if (place === undefined) continue;
    const name = `${place.station} of province ${place.province}`;
    const fields = { surface, station: name };
    if (await isPumpThere(port)) {
      logger.log(
        "warn",
        "A station ten numbers away runs on this machine: QUIC ports of one are UDP ports of the other",
        fields,
      );
    } else {
      logger.log(
        "warn",
        "Run no station ten numbers away on this machine: QUIC ports of one are UDP ports of the other",
        fields,
      );
    }
  }
}

async function isPumpThere(port: number): Promise<boolean> {
  try {
    const host = "127.0.0.1";
    (await connectTcp({ host, port, connectMs: LOOK_MS })).destroy();
    return true;
  } catch {
    return false;
  }
}
