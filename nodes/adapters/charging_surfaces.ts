/**
 * The surfaces of charging points that are not HTTP, put together.
 *
 * @module
 */
import { PointPort } from "../charging/point_port.ts";
import type { ChargingConfig } from "../charging_config.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { listenForPoints } from "./charging.ts";
import type { SocketSurfaces } from "./forecourt_surfaces.ts";
import { createSystemClock } from "./system_clock.ts";

/**
 * Makes the surfaces of charging points of a node.
 *
 * @param node The node.
 * @param config Its settings.
 * @param logger Log lines.
 * @returns The surfaces; nothing runs before the first listener is started.
 */
export function createChargingSurfaces(
  { useCases: { charging, chargingSecurity } }: Pick<NodeWithParts, "useCases">,
  { charging: { connectionsMax } }: { readonly charging: ChargingConfig },
  logger: Logger,
): SocketSurfaces {
  let port: PointPort | undefined;
  const open = () =>
    port ??= new PointPort({
      charging,
      clock: createSystemClock(),
      logger,
      // What the disk does not take is told of elsewhere.
      audit: (act) => void chargingSecurity.note(act).catch(() => {}),
    });
  return {
    find(name) {
      switch (name) {
        case "charging":
          // deno-lint-ignore require-await -- a port that is taken is to reject
          return async (at) =>
            listenForPoints(open(), { ...at, logger, connectionsMax });
        default:
          return undefined;
      }
    },
    stop() {
      port?.stop();
      return Promise.resolve();
    },
  };
}
