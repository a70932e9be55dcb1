/**
 * The surface `fleet-region`: original stations dial it as they dial a regional office, each province at a port of its
 * own; an original company dials it too (section 5.3 of the protocol page).
 *
 * @module
 */
import {
  type FleetHandshake,
  type FrameLink,
  type FrameLinkReader,
  listenFrames,
  parseFleetHandshake,
  parseFleetMessage,
  type TcpListener,
} from "../../net/mod.ts";
import type { FleetWire, FleetWireEvents } from "../fleet/fleet_wire.ts";
import type { RegionDesk } from "../fleet/region_desk.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";
import { createFleetWire } from "./fleet_dial.ts";

/** The port of province 0; the others follow. */
export const REGION_PORT_FIRST = 30_001;
/** Provinces. */
export const PROVINCES = 16;
/** Most connections at one port. */
export const REGION_CONNECTIONS_MAX = 512;
/** Most bytes that wait to be written to one station. */
export const REGION_QUEUE_BYTES_MAX = 256 * 1024;

/** Takes links that an original company opens. */
export interface CompanyDoor {
  /**
   * An original company has announced itself.
   *
   * @param id The regional office as which it knows this port.
   * @param open Takes the link over; not to be called where it is refused.
   * @returns False if it is refused: the connection ends.
   */
  adopt(id: string, open: (events: FleetWireEvents) => FleetWire): boolean;
}

/** What the listener works with. */
export interface RegionListenerParts {
  /** The desk of all ports. */
  readonly desk: Pick<RegionDesk, "announce">;
  /** Who takes links of an original company; nobody where the mesh keeps the accounts. */
  readonly door?: CompanyDoor;
  /** Log lines. */
  readonly logger: Logger;
  /** Counts what is dropped. */
  readonly drops: DropCounts;
  /** How long a handshake may take, in milliseconds; as documented if left out. */
  readonly handshakeMs?: number;
}

/**
 * Listens for the stations of one province; any other may come too.
 *
 * @param parts What the listener works with.
 * @param at Where, and which province the port stands for.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound.
 */
export function listenForStations(
  parts: RegionListenerParts,
  at: ListenAddress & { readonly province: number },
): TcpListener {
  const { handshakeMs } = parts;
  return listenFrames({
    hostname: at.hostname,
    port: at.port,
    connectionsMax: REGION_CONNECTIONS_MAX,
    queueBytesMax: REGION_QUEUE_BYTES_MAX,
    ...(handshakeMs === undefined ? {} : { handshakeMs }),
    refused: () =>
      parts.logger.log(
        "warn",
        "A connection to a regional port was refused: there are too many",
      ),
    accept: (link) => greet(parts, link, String(at.province)),
  });
}

type Reader = Pick<FrameLinkReader, "frame" | "closed">;

/** Handshakes are read one beside the other; frames that came with one are not lost (C-28). */
function greet(
  parts: RegionListenerParts,
  link: FrameLink,
  province: string,
): void {
  const { drops } = parts;
  let reader: Reader | undefined;
  link.start({
    handshake(text) {
      const line = parseFleetHandshake(text);
      reader = line && readerFor(parts, link, { line, province });
      if (reader !== undefined) return;
      drops.add("refused_handshakes");
      link.close();
    },
    frame: (frame) => reader?.frame(frame),
    closed(why) {
      if (why === "bad_handshake" || why === "oversize" || why === "late") {
        drops.add(why);
      }
      reader?.closed(why);
    },
  });
}

/** What `COMPANY` means is told by the port, never by its text (C-11): here it is a company, not an administrator. */
function readerFor(
  parts: RegionListenerParts,
  link: FrameLink,
  { line, province }: {
    readonly line: FleetHandshake;
    readonly province: string;
  },
): Reader | undefined {
  if (line.kind === "pump") return stationReader(parts, link, line);
  if (line.kind === "regional" || parts.door === undefined) return undefined;
  let reader: Reader | undefined;
  const taken = parts.door.adopt(province, (events) => {
    const made = createFleetWire(link, events);
    reader = made.reader;
    return made.wire;
  });
  return taken ? reader : undefined;
}

/** A station's link: it says opcode 4, anything else is read whole and dropped (C-29). */
function stationReader(
  { desk, drops }: RegionListenerParts,
  link: FrameLink,
  line: { readonly address: string; readonly station: string },
): Reader {
  const station = desk.announce({
    write: (frame, flushed) => link.send(frame, flushed),
  }, line);
  return {
    frame(frame) {
      const reading = parseFleetMessage(frame);
      if (reading.kind === "message" && reading.message.kind === "expense") {
        station.expense(reading.message);
      } else drops.add(reading.kind);
    },
    closed: () => station.closed(),
  };
}
