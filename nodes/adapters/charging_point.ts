/**
 * The task `charging-point` on this machine: real connections, typed lines, a real broker.
 *
 * @module
 */
import { connectTcp } from "../../net/mod.ts";
import { EngineTelemetry } from "../charging/engine_telemetry.ts";
import type { ChargingPointIo } from "../charging_point_command.ts";
import { typedLines } from "./company_admin_io.ts";
import { createKafkaBroker } from "./kafka_client.ts";
import { SupplyPoster } from "./supply_poster.ts";
import { createSystemClock } from "./system_clock.ts";

/** Bytes that a simulated monitor reads at once, as installed ones do. */
const MONITOR_READ_BYTES = 1_024;

/**
 * Makes the surroundings of the task.
 *
 * @param output Where it writes, and what ends it.
 * @returns The surroundings.
 */
export function createChargingPointIo(
  output: Pick<ChargingPointIo, "stdout" | "stderr" | "signal">,
): ChargingPointIo {
  const clock = createSystemClock();
  const failed = (error: unknown) =>
    output.stderr(
      `charging-point: ${
        error instanceof Error ? error.message : String(error)
      }; it is tried again\n`,
    );
  return {
    ...output,
    clock,
    lines: () => typedLines(Deno.stdin.readable),
    dial: ({ hostname: host, port }) =>
      connectTcp({ host, port, readBytes: MONITOR_READ_BYTES }),
    telemetry: (address) =>
      new EngineTelemetry({
        broker: createKafkaBroker(address, "panal-charging-point"),
        clock,
        failed,
      }),
    post: (url) => new SupplyPoster({ url, clock, failed }),
  };
}
