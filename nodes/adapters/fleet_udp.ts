/**
 * The surface `fleet-udp`: the election among a station's pumps as the fleet-card design has it. A pump that asks is told
 * who leads, always the same: the station's last one. Nothing here depends on who that is, and the installed programs,
 * which never read what they are told, need none of it.
 *
 * @module
 */
import {
  encodeElection,
  listenUdp,
  parseElection,
  type UdpListener,
} from "../../net/mod.ts";
import { FLEET_PUMPS, pumpOfPort } from "../fleet/fleet_places.ts";
import type { ListenAddress } from "../surfaces.ts";

/** Most datagrams that are looked at in a second at one pump; more are dropped. */
export const ELECTION_DATAGRAMS_PER_SECOND_MAX = 200;

/** The pumps of a station that answer elections. */
export interface ElectionPumps {
  /**
   * Listens at one pump.
   *
   * @param at Where.
   * @returns The listener.
   * @throws {PanalError} `config_invalid` if the port cannot be bound.
   */
  listen(at: ListenAddress): Promise<UdpListener>;
}

/**
 * Makes the pumps of a station.
 *
 * @param ports The station's ports, in order: the last one leads.
 * @returns The pumps; none listens yet.
 */
export function createElectionPumps(ports: readonly number[]): ElectionPumps {
  const bound = new Map<number, UdpListener>();
  /** Tells who leads, from the leader's own port if it is bound here. */
  const answer = (own: UdpListener, to: ListenAddress) => {
    const leader = Math.max(...ports, ...bound.keys());
    own.send(encodeElection({ kind: "ok", sender: own.port }), to);
    (bound.get(leader) ?? own).send(
      encodeElection({ kind: "coordinator", sender: leader }),
      to,
    );
  };
  return {
    async listen({ hostname, port }) {
      const listener = await listenUdp({
        hostname,
        port,
        ipv4Only: true,
        perSecondMax: ELECTION_DATAGRAMS_PER_SECOND_MAX,
        datagram(bytes, hostname, port) {
          const told = parseElection(bytes);
          // A pump sends from the port that is its id; whatever says something else is forged.
          const asks = told?.kind === "election" && told.sender === port &&
            port < listener.port && isSameStation(port, listener.port);
          if (asks) answer(listener, { hostname, port });
        },
      });
      bound.set(listener.port, listener);
      return {
        ...listener,
        async stop() {
          bound.delete(listener.port);
          await listener.stop();
        },
      };
    },
  };
}

/** Pumps of one station have ports that differ in their last digit alone. */
function isSameStation(one: number, other: number): boolean {
  return pumpOfPort(one) !== undefined &&
    Math.floor(one / FLEET_PUMPS) === Math.floor(other / FLEET_PUMPS);
}
