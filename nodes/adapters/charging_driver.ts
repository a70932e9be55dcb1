/**
 * The task `driver` on this machine: a real broker, typed lines, the terminal.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { DriverIo } from "../driver_command.ts";
import { typedLines } from "./company_admin_io.ts";
import { createKafkaBroker } from "./kafka_client.ts";
import { createSystemClock } from "./system_clock.ts";

/** The longest file of points, in bytes. */
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Makes the surroundings of the task.
 *
 * @param output Where it writes, and what ends it.
 * @returns The surroundings.
 */
export function createDriverIo(
  output: Pick<DriverIo, "stdout" | "stderr" | "signal">,
): DriverIo {
  return {
    ...output,
    clock: createSystemClock(),
    lines: () => typedLines(Deno.stdin.readable),
    terminal: Deno.stdout.isTerminal() ? () => Deno.consoleSize() : undefined,
    readFile,
    broker: (address) => createKafkaBroker(address, "panal-driver"),
  };
}

async function readFile(path: string): Promise<string> {
  try {
    const { size } = await Deno.stat(path);
    if (size <= FILE_BYTES_MAX) return await Deno.readTextFile(path);
  } catch (error) {
    throw new PanalError("config_invalid", `The file ${path} cannot be read`, {
      cause: error,
    });
  }
  throw new PanalError("config_invalid", `The file ${path} is too long`);
}
