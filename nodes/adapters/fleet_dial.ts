/**
 * Links to original programs of the fleet cards over plain TCP.
 *
 * @module
 */
import {
  connectFrames,
  type FrameLink,
  type FrameLinkReader,
} from "../../net/mod.ts";
import type {
  FleetDial,
  FleetWire,
  FleetWireEvents,
} from "../fleet/fleet_wire.ts";

/** Longest time to connect, in milliseconds: what a station waits for a regional office. */
export const FLEET_CONNECT_MS = 5_000;
/** Most bytes that wait to be written to one program. */
export const FLEET_QUEUE_BYTES_MAX = 256 * 1024;

/**
 * Makes the dial to one program.
 *
 * @param address Where it listens.
 * @returns The dial.
 */
export function createFleetDial(
  { hostname, port, connectMs = FLEET_CONNECT_MS }: {
    readonly hostname: string;
    readonly port: number;
    readonly connectMs?: number;
  },
): FleetDial {
  return async (events, signal) => {
    try {
      const link = await connectFrames({
        host: hostname,
        port,
        signal,
        connectMs,
        queueBytesMax: FLEET_QUEUE_BYTES_MAX,
      });
      const { wire, reader } = createFleetWire(link, events);
      link.start(reader);
      return wire;
    } catch {
      return undefined;
    }
  };
}

/**
 * A link as those that speak over it see it.
 *
 * @param link The link.
 * @param events Is told what comes.
 * @returns What they speak over, and what the link must be read with.
 */
export function createFleetWire(
  link: FrameLink,
  events: FleetWireEvents,
): { readonly wire: FleetWire; readonly reader: FrameLinkReader } {
  let isOpen = true;
  return {
    wire: {
      get isOpen() {
        return isOpen;
      },
      send: (bytes) => isOpen && link.send(bytes),
      close() {
        isOpen = false;
        link.close();
      },
    },
    reader: {
      frame: (frame) => isOpen ? events.frame(frame) : undefined,
      closed() {
        const wasOpen = isOpen;
        isOpen = false;
        if (wasOpen) events.closed();
      },
    },
  };
}
