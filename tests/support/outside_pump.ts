/**
 * Pumps built from the fleet-card design, as they meet the datagrams of a station.
 *
 * @module
 */
import { createSocket } from "node:dgram";
import { setTimeout as wait } from "node:timers/promises";
import { parseElection } from "../../net/mod.ts";
import { createElectionPumps } from "../../nodes/adapters/fleet_udp.ts";

/** A pump that is no part of the mesh, on its own port. */
export class OutsidePump {
  /** What came: from which port, what kind, and whose id stood in it. */
  readonly heard: [from: number, kind: string, sender: number][] = [];
  readonly #socket = createSocket("udp4");

  /** Takes a port. */
  static async bind(port: number): Promise<OutsidePump> {
    const pump = new OutsidePump();
    const bound = Promise.withResolvers<void>();
    pump.#socket.once("error", bound.reject);
    pump.#socket.bind({ port, address: "127.0.0.1" }, bound.resolve);
    await bound.promise;
    pump.#socket.on("message", (bytes: Uint8Array, from: { port: number }) => {
      const { kind, sender } = parseElection(bytes) ?? {
        kind: bytes.toHex(),
        sender: bytes.length,
      };
      pump.heard.push([from.port, kind, sender]);
    });
    return pump;
  }

  /** Sends a datagram and lets time for an answer pass. */
  async send(bytes: Uint8Array, port: number): Promise<void> {
    await new Promise((resolve) =>
      this.#socket.send(bytes, port, "127.0.0.1", resolve)
    );
    await wait(40);
  }

  /** Lets go of the port. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

/** A station of ports that nobody uses now; the lowest is left to an outside pump. */
export async function createStation() {
  for (let base = 25_990; base > 20_000; base -= 10) {
    const ports = [base + 1, base + 2, base + 3];
    const pumps = createElectionPumps(ports);
    const listeners: { stop(): Promise<void> }[] = [];
    try {
      for (const port of ports) {
        listeners.push(await pumps.listen({ hostname: "127.0.0.1", port }));
      }
      const outside = await OutsidePump.bind(base);
      return {
        ...{ base, outside, pumps },
        stopHighest: () => listeners.at(-1)?.stop(),
        async [Symbol.asyncDispose]() {
          await outside.close();
          for (const it of listeners) await it.stop();
        },
      };
    } catch {
      for (const it of listeners) await it.stop();
    }
  }
  throw new TypeError("no ports are free");
}
