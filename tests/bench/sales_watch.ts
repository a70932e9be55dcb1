/**
 * Waits until a node's totals count so many sales, in a process of its own: the one that serves the sales is too busy to
 * look at a clock. Its argument is a `WatchOrder` as JSON; it prints the instant in milliseconds since 1970.
 *
 * @module
 */
import { untilSales } from "./node_http.ts";

/** What to wait for. */
export interface WatchOrder {
  /** The address of the node's native interface. */
  readonly http: string;
  readonly sales: number;
  readonly everyMs: number;
  readonly mostMs: number;
}

/** Waits in a process of its own. Returns when they were there, in milliseconds since 1970. */
export async function watchSales(order: WatchOrder): Promise<number> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, JSON.stringify(order)],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error("the sales did not arrive");
  return Number(new TextDecoder().decode(output.stdout));
}

if (import.meta.main) {
  const { http, sales, ...wait }: WatchOrder = JSON.parse(Deno.args[0] ?? "");
  await untilSales(http, sales, wait);
  const now = performance.timeOrigin + performance.now();
  await Deno.stdout.write(new TextEncoder().encode(String(now)));
}
