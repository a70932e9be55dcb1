/**
 * The surface `charging-ocpp` of a node, put together.
 *
 * @module
 */
import { OcppPoints } from "../charging/ocpp_point.ts";
import type { NodeConfig } from "../config.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { isLoopback } from "../surfaces.ts";
import { listenForChargers } from "./charging_ocpp.ts";
import type { SocketSurfaces } from "./forecourt_surfaces.ts";
import { readTls } from "./tls_files.ts";

/**
 * Makes the surface of a node that has charging points.
 *
 * @param node The node.
 * @param config Its settings; with a certificate chargers connect by `wss`.
 * @param logger Log lines.
 * @returns The surface; nothing runs before its first listener is started.
 */
export function createOcppSurfaces(
  { useCases }: Pick<NodeWithParts, "useCases">,
  { ocpp, tls }: Pick<NodeConfig, "ocpp" | "tls">,
  logger: Logger,
): SocketSurfaces {
  const { charging, pointPasswords: passwords } = useCases;
  const points = new OcppPoints();
  const { heartbeatSeconds } = ocpp;
  return {
    find: (name) =>
      name === "charging-ocpp"
        ? async (at) =>
          listenForChargers({
            ...{ ...at, charging, passwords, logger, points },
            ...await readTls(tls),
            admission: ocpp.admission ??
              (isLoopback(at.hostname) ? "any" : "password"),
            settings: { heartbeatSeconds },
          })
        : undefined,
    stop: () => Promise.resolve(),
  };
}
