/**
 * The ways to an original station that a pump has: its lines, its datagrams, and its REST to ask what it has.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import {
  readListedPrices,
  readListedSales,
  STATION_PRICES_PATH,
  stationSalesPath,
} from "../../net/mod.ts";
import type { StationPort } from "../forecourt/station_client.ts";
import type { StationAddress } from "../pump_settings.ts";
import { createLineDial } from "./line_dial.ts";

/** Milliseconds that a station's REST has to answer. */
export const STATION_ANSWER_MS_MAX = 2_000;
/** Longest answer of a station's REST, in bytes. */
export const STATION_ANSWER_BYTES_MAX = 256 * 1024;

/** A station's port that is closed at the end. */
export interface OpenStationPort extends StationPort {
  /** Closes sockets; a second call does nothing. */
  close(): void;
}

/**
 * Makes the ways to a station.
 *
 * @param address Where it is.
 * @param pump `number` is the pump's, `timezone` that of the station's wall clock.
 * @returns The ways; those without an address are absent.
 */
export function createStationPort(
  address: StationAddress,
  pump: { readonly number: number; readonly timezone: string },
): OpenStationPort {
  const { hostname, port, udpPort, restPort } = address;
  const datagrams = udpPort === null
    ? undefined
    : openDatagrams(hostname, udpPort);
  const rest = restPort === null ? undefined : openRest(hostname, restPort);
  return {
    dial: createLineDial({ hostname, port }),
    ...(datagrams === undefined ? {} : { sendFast: datagrams.send }),
    ...(rest === undefined ? {} : {
      readPrices: async (signal) =>
        readListedPrices(await rest.get(STATION_PRICES_PATH, signal)),
      readSales: async (signal) =>
        readListedSales(
          await rest.get(stationSalesPath(pump.number), signal),
          pump.timezone,
        ),
    }),
    close() {
      datagrams?.close();
      rest?.close();
    },
  };
}

function openDatagrams(hostname: string, port: number) {
  const socket = createSocket(hostname.includes(":") ? "udp6" : "udp4");
  let isOpen = true;
  // A datagram that cannot be sent is lost, as any may be.
  socket.on("error", () => {});
  return {
    send(line: string) {
      if (isOpen) socket.send(Buffer.from(line), port, hostname, () => {});
    },
    close() {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
}

function openRest(hostname: string, port: number) {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });
  let isOpen = true;
  return {
    /** The parsed answer; undefined if there is none that can be read. */
    async get(path: string, signal: AbortSignal): Promise<unknown> {
      if (!isOpen) return undefined;
      const controller = new AbortController();
      const giveUp = () => controller.abort();
      const timeout = setTimeout(giveUp, STATION_ANSWER_MS_MAX);
      signal.addEventListener("abort", giveUp);
      if (signal.aborted) giveUp();
      try {
        const response = await fetch(`http://${host}:${port}${path}`, {
          client,
          redirect: "manual",
          headers: { "connection": "close" },
          signal: controller.signal,
        });
        const text = await readBounded(response);
        return response.status === 200 ? JSON.parse(text) : undefined;
      } catch {
        return undefined;
      } finally {
        clearTimeout(timeout);
        signal.removeEventListener("abort", giveUp);
      }
    },
    close() {
      if (isOpen) client.close();
      isOpen = false;
    },
  };
}

async function readBounded({ body }: Response): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > STATION_ANSWER_BYTES_MAX) return "";
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
