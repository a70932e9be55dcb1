/**
 * The surroundings of the task `sink-check`: a node over HTTP, and the sink.
 *
 * @module
 */
import type { SinkCheckIo } from "../sink_check_command.ts";
import { HttpConsoleNode } from "./charging_console_io.ts";
import { readSinkPasswords } from "./worker_sinks.ts";

/**
 * Makes the surroundings.
 *
 * @param output Where results go, and what ends the task.
 * @returns The surroundings.
 */
export function createSinkCheckIo(
  { stdout, stderr, signal }:
    & Pick<SinkCheckIo, "stdout" | "stderr">
    & { readonly signal: AbortSignal },
): SinkCheckIo {
  return {
    ...{ stdout, stderr },
    env: Deno.env.toObject(),
    node: (target) => new HttpConsoleNode(target, signal),
    async database(address) {
      const { createPostgresDatabase } = await import("./postgres_client.ts");
      const [known] = await readSinkPasswords([address]);
      return createPostgresDatabase(
        known?.kind === "postgres" ? known : address,
      );
    },
    async broker({ brokers }) {
      const { createKafkaBroker } = await import("./kafka_client.ts");
      return createKafkaBroker(brokers, "panal-sink-check");
    },
  };
}
