/**
 * The surface `fleet-card`: cards of the installed programs that dial a station's pumps.
 *
 * @module
 */
import { listenFrames, type TcpListener } from "../../net/mod.ts";
import type { CardDesk } from "../fleet/card_desk.ts";
import { pumpOfPort } from "../fleet/fleet_places.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";

/** Most cards that are connected to one pump. */
export const CARD_CONNECTIONS_MAX = 1_024;
/** Most bytes that wait to be written to one card. */
export const CARD_QUEUE_BYTES_MAX = 4_096;
/** Longest that a card may take to read its answer, in milliseconds. */
export const CARD_DRAIN_MS = 5_000;

/**
 * Listens for cards at one pump.
 *
 * @param desk The station.
 * @param at Where, and log lines.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound.
 */
export function listenForCards(
  desk: CardDesk,
  at: ListenAddress & { readonly logger: Logger },
): TcpListener {
  const { hostname, port, logger } = at;
  const pump = pumpOfPort(port)?.pump ?? null;
  const listener = listenFrames({
    hostname,
    port,
    connectionsMax: CARD_CONNECTIONS_MAX,
    queueBytesMax: CARD_QUEUE_BYTES_MAX,
    drainMs: CARD_DRAIN_MS,
    refused: () =>
      logger.log("warn", "A fleet card was refused: too many are connected"),
    accept: (link) => desk.serve(link, pump),
  });
  return listener;
}
