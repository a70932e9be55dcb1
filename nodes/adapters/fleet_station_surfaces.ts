/**
 * The surfaces of a station that serves fleet cards, put together: `fleet-card`, `fleet-udp`, `fleet-quic`.
 *
 * @module
 */
import { connectTcp } from "../../net/mod.ts";
import { CardDesk } from "../fleet/card_desk.ts";
import { FLEET_QUIC_PORT_SHIFT, pumpOfPort } from "../fleet/fleet_places.ts";
import type { FleetAuthority } from "../fleet/fleet_use_cases.ts";
import { type FleetConfig, fleetPorts } from "../fleet_config.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { listenForCards } from "./fleet_card.ts";
import { listenForQuic } from "./fleet_quic.ts";
import { createElectionPumps } from "./fleet_udp.ts";
import type { SocketListener, SocketSurfaces } from "./forecourt_surfaces.ts";
import { createSystemClock } from "./system_clock.ts";

/** How long a port is looked at, in milliseconds. */
const LOOK_MS = 200;

/** What the surfaces are made of. */
export interface StationSurfaceParts {
  /** The node. */
  readonly node: Pick<NodeWithParts, "useCases">;
  /** Which station it is. */
  readonly fleet: FleetConfig;
  /** Log lines. */
  readonly logger: Logger;
  /** Decides purchases; the mesh's rights if left out. */
  readonly authority?: FleetAuthority;
}

/**
 * Makes the surfaces of a station.
 *
 * @param parts What they are made of.
 * @returns The surfaces; nothing runs before the first listener is started.
 */
export function createStationSurfaces(
  { node, fleet, logger, authority }: StationSurfaceParts,
): SocketSurfaces {
  const { station, price } = fleet;
  if (station === null) {
    return { find: () => undefined, stop: () => Promise.resolve() };
  }
  const { useCases } = node;
  const ports = fleetPorts(fleet);
  let made: CardDesk | undefined;
  const desk = () =>
    made ??= new CardDesk({
      authority: authority ?? useCases.fleet,
      results: useCases.fleet,
      site: useCases.node.site,
      clock: createSystemClock(),
      ...{ station, price, logger },
    });
  const pumps = createElectionPumps(ports);
  const warned = new Set<number>();
  const warn = async (name: string) => {
    const [first = 0] = ports;
    if (warned.has(first)) return;
    warned.add(first);
    await warnOfOverlap(name, first, logger);
  };
  return {
    find(name) {
      switch (name) {
        case "fleet-card":
          // deno-lint-ignore require-await -- a port that is taken is to reject
          return async (at) =>
            draining(desk(), listenForCards(desk(), { ...at, logger }));
        case "fleet-udp":
          return async (at) => {
            await warn(name);
            return await pumps.listen(at);
          };
        case "fleet-quic":
          return async (at) => {
            await warn(name);
            return draining(desk(), listenForQuic(desk(), { ...at, logger }));
          };
        default:
          return undefined;
      }
    },
    stop: async () => void await made?.stop(),
  };
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
        "info",
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
