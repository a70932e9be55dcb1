/**
 * Stations whose ports nobody uses on this machine, for nodes that run as processes.
 *
 * @module
 */

/** Ports of a province. */
const PROVINCE_PORTS = 1_000;

/**
 * The first port of a station that nobody uses on this machine.
 *
 * @param provinces How many provinces it may be in, from the first on.
 * @returns A port of which 10 are free for TCP.
 */
export function freeStation(provinces = 16): number {
  const stations = provinces * PROVINCE_PORTS / 10;
  for (let i = 0; i < 200; i++) {
    const first = 10_000 + 10 * Math.floor(Math.random() * stations);
    try {
      for (let port = first; port < first + 10; port++) {
        Deno.listen({ hostname: "127.0.0.1", port }).close();
      }
      return first;
    } catch {
      // Another one.
    }
  }
  throw new TypeError("no station's ports are free");
}
