/**
 * The surface `forecourt-pumps`: pumps that dial a station over TCP.
 *
 * @module
 */
import { listenTcp, type TcpListener } from "../../net/mod.ts";
import { createLineReader } from "../forecourt/line_reader.ts";
import type { PumpStation } from "../forecourt/pump_station.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";

/** Most connections of pumps at one port. */
export const PUMP_CONNECTIONS_MAX = 2_048;
/** Most bytes that wait to be written to one pump. */
export const PUMP_QUEUE_BYTES_MAX = 64 * 1024;
/** Longest that a pump may take to read a line, in milliseconds; then its connection ends. */
export const PUMP_DRAIN_MS = 10_000;

/**
 * Listens for pumps.
 *
 * @param station The station that they dial.
 * @param at Where, and log lines.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound.
 */
export function listenForPumps(
  station: PumpStation,
  at: ListenAddress & { readonly logger: Logger },
): TcpListener {
  const { hostname, port, logger } = at;
  return listenTcp({
    hostname,
    port,
    connectionsMax: PUMP_CONNECTIONS_MAX,
    queueBytesMax: PUMP_QUEUE_BYTES_MAX,
    drainMs: PUMP_DRAIN_MS,
    refused: () =>
      logger.log("warn", "A pump was refused: too many are connected"),
    accept(connection) {
      const link = station.open({
        address: connection.peer.hostname,
        get pendingBytes() {
          return connection.pendingBytes;
        },
        write: (line, flushed) => connection.write(line, flushed),
        close: () => connection.close(),
      });
      connection.start(createLineReader(link, logger));
    },
  });
}
