/**
 * The surface `forecourt-udp`: quick reports of pumps by datagrams.
 *
 * @module
 */
import { listenUdp, type UdpListener } from "../../net/mod.ts";
import type { PumpStation } from "../forecourt/pump_station.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";

/** Most datagrams that are looked at in a second; more are dropped. */
export const PUMP_DATAGRAMS_PER_SECOND_MAX = 10_000;

/**
 * Listens for quick reports.
 *
 * @param station The station that they are for.
 * @param at Where, and log lines.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound.
 */
export function listenForDatagrams(
  station: PumpStation,
  at: ListenAddress & { readonly logger: Logger },
): Promise<UdpListener> {
  return listenUdp({
    hostname: at.hostname,
    port: at.port,
    perSecondMax: PUMP_DATAGRAMS_PER_SECOND_MAX,
    datagram(bytes, hostname) {
      try {
        station.datagram(bytes, hostname);
      } catch (error) {
        at.logger.log("error", "A datagram could not be seen to", {
          error: String(error),
        });
      }
    },
  });
}
