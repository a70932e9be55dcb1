/**
 * Simulated chargers over real WebSockets.
 *
 * @module
 */
import { OCPP_PROTOCOL } from "../../net/mod.ts";
import {
  type ChargerWireEvents,
  SimulatedCharger,
  type SimulatedChargerParts,
} from "../charging/simulated_charger.ts";
import { createSystemClock } from "./system_clock.ts";

/** Most bytes that wait to be sent. */
const QUEUE_BYTES_MAX = 1024 * 1024;

/** Where a charger connects, and as what. */
export interface ChargerOptions
  extends Omit<SimulatedChargerParts, "open" | "clock"> {
  /** Where the central's chargers connect, e.g. `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string;
  /** The charger's id. */
  readonly point: string;
  /** Its password, where it has one. */
  readonly password?: string;
  /** Certificates that are trusted besides the system's, in PEM form. */
  readonly caCerts?: readonly string[];
}

/**
 * Makes a charger that connects to a central; call its `start`.
 *
 * @param options Where it connects, and as what.
 * @returns The charger.
 */
export function createSimulatedCharger(
  options: ChargerOptions,
): SimulatedCharger {
  return new SimulatedCharger({
    ...options,
    clock: createSystemClock(),
    open: (events) => open(options, events),
  });
}

function open(
  { url, point, password, caCerts }: ChargerOptions,
  events: ChargerWireEvents,
): void {
  const client = caCerts === undefined
    ? undefined
    : Deno.createHttpClient({ caCerts: [...caCerts] });
  const bytes = new TextEncoder().encode(`${point}:${password ?? ""}`);
  const socket = new WebSocket(
    `${url.replace(/\/$/, "")}/${encodeURIComponent(point)}`,
    {
      protocols: [OCPP_PROTOCOL],
      ...(client === undefined ? {} : { client }),
      ...(password === undefined
        ? {}
        : { headers: { authorization: `Basic ${bytes.toBase64()}` } }),
    },
  );
  let isOver = false;
  const over = (reason: string) => {
    if (isOver) return;
    isOver = true;
    client?.close();
    events.closed(reason);
  };
  socket.onopen = () =>
    events.opened({
      send(text) {
        if (socket.readyState !== WebSocket.OPEN) return false;
        if (socket.bufferedAmount > QUEUE_BYTES_MAX) return false;
        socket.send(text);
        return true;
      },
      close: () => socket.close(),
    });
  socket.onmessage = ({ data }) => events.text(String(data));
  socket.onerror = (event) =>
    over(event instanceof ErrorEvent ? event.message : "it failed");
  socket.onclose = ({ code, reason }) => over(reason || `code ${code}`);
}
