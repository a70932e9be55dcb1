/**
 * The surfaces of a station that are not HTTP, put together: `forecourt-pumps`, `forecourt-udp`, `forecourt-prices`.
 *
 * @module
 */
import { createAlertBoard } from "../forecourt/alert_board.ts";
import { createDeliveredRows } from "../forecourt/delivered_rows.ts";
import { DELIVERY_DEFAULTS } from "../forecourt/price_delivery.ts";
import { LINK_DEFAULTS } from "../forecourt/pump_links.ts";
import { PumpStation, STATION_TICK_MS } from "../forecourt/pump_station.ts";
import type { ForecourtConfig } from "../forecourt_config.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";
import { createControlPort } from "./forecourt_prices.ts";
import { listenForPumps } from "./forecourt_pumps.ts";
import { listenForDatagrams } from "./forecourt_udp.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

/** Something that listens. */
export interface SocketListener {
  /** Where, e.g. `tcp://127.0.0.1:6000`. */
  readonly url: string;
  /** Takes nothing more, and closes what is open. */
  stop(): Promise<void>;
}

/** Surfaces that are no HTTP. */
export interface SocketSurfaces {
  /**
   * How a surface listens.
   *
   * @param name The surface.
   * @returns What starts a listener, and throws a PanalError `config_invalid` if the port cannot be bound; undefined if
   * the surface is none of these.
   */
  find(
    name: string,
  ): ((at: ListenAddress) => Promise<SocketListener>) | undefined;
  /** Waits until what the listeners took is on the disk; stop them first. */
  stop(): Promise<void>;
}

/**
 * Makes the socket surfaces of a node.
 *
 * @param node The node.
 * @param config The settings of its station.
 * @param logger Log lines.
 * @returns The surfaces; nothing runs before the first listener is started.
 */
export function createForecourtSurfaces(
  node: Pick<NodeWithParts, "useCases" | "incidents" | "replica">,
  config: ForecourtConfig,
  logger: Logger,
): SocketSurfaces {
  const clock = createSystemClock();
  const { site, timezone } = node.useCases.node;
  const { forecourt } = node.useCases;
  const alerts = createAlertBoard({
    incidents: node.incidents,
    logger,
    clock,
  });
  const ends: (() => void | Promise<void>)[] = [];
  const once = <T>(make: () => T) => {
    let made: T | undefined;
    return () => made ??= make();
  };
  if (site === null) {
    return { find: () => undefined, stop: () => Promise.resolve() };
  }
  const common = { site, timezone, forecourt, clock, logger, alerts };
  const station = once(() => {
    const made = new PumpStation({
      ...common,
      store: createDeliveredRows(node.replica, site),
      random: createSystemRandom(),
      settings: {
        autoRegister: config.autoRegisterPumps,
        delivery: {
          ...DELIVERY_DEFAULTS,
          immediate: config.immediatePrices,
          pausedHoldMs: config.pausedHoldSeconds * 1000,
        },
        links: { ...LINK_DEFAULTS, idleMs: config.pumpIdleSeconds * 1000 },
        checkUdpAddress: config.checkUdpAddress,
        tickMs: STATION_TICK_MS,
      },
    });
    made.start();
    ends.push(() => made.stop());
    return made;
  });
  const control = once(() => {
    const made = createControlPort(common);
    ends.push(() => made.stop());
    return made;
  });
  return {
    find(name) {
      switch (name) {
        case "forecourt-pumps":
          // deno-lint-ignore require-await -- a port that is taken is to reject
          return async (at) => listenForPumps(station(), { ...at, logger });
        case "forecourt-udp":
          return (at) => listenForDatagrams(station(), { ...at, logger });
        case "forecourt-prices":
          // deno-lint-ignore require-await -- a port that is taken is to reject
          return async (at) => control().listen(at);
        default:
          return undefined;
      }
    },
    async stop() {
      await Promise.all(ends.map((end) => end()));
      alerts.stop();
    },
  };
}
