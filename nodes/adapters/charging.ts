/**
 * The surface `charging`: installed monitors that dial a site over TCP, plain and in frames.
 *
 * @module
 */
import { listenTcp, type TcpListener } from "../../net/mod.ts";
import { POINT_CONNECTIONS_MAX } from "../charging_config.ts";
import type { PointPort } from "../charging/point_port.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";

/** Most bytes that wait to be written to one program; then its connection ends. */
export const POINT_QUEUE_BYTES_MAX = 16 * 1024;
/** Bytes that are read at once: a message is short, and there are thousands of connections. */
export const POINT_READ_BYTES = 512;
/** Longest that a program may take to read what it is sent, in milliseconds; then its connection ends. */
export const POINT_DRAIN_MS = 10_000;

/** Where a port listens. */
export interface PointListenAddress extends ListenAddress {
  /** Log lines. */
  readonly logger: Logger;
  /** Most connections; `POINT_CONNECTIONS_MAX` if left out. More are closed before they are read (C-10). */
  readonly connectionsMax?: number;
}

/**
 * Listens for monitors.
 *
 * @param port The port that they dial.
 * @param at Where, and log lines.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound.
 */
export function listenForPoints(
  port: PointPort,
  at: PointListenAddress,
): TcpListener {
  const { hostname, port: number, logger } = at;
  return listenTcp({
    hostname,
    port: number,
    connectionsMax: at.connectionsMax ?? POINT_CONNECTIONS_MAX,
    queueBytesMax: POINT_QUEUE_BYTES_MAX,
    readBytes: POINT_READ_BYTES,
    drainMs: POINT_DRAIN_MS,
    refused: () =>
      logger.log(
        "warn",
        "A charging point was refused: too many are connected",
      ),
    accept: (connection) =>
      connection.start(port.open({
        write: (bytes, flushed) => connection.write(bytes, flushed),
        close: () => connection.close(),
      })),
  });
}
