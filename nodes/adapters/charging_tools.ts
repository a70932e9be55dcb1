/**
 * The tasks around charging points on this machine: what each needs is loaded when it is asked for.
 *
 * @module
 */

/** Where a tool writes, and what ends it. */
export interface ChargingToolIo {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A tool: its arguments, where it writes, its exit code. */
type Tool = (args: readonly string[], io: ChargingToolIo) => Promise<number>;

/** The tools by the names of their tasks. */
export const CHARGING_TOOLS: Readonly<
  Record<"charging-console" | "charging-point" | "driver", Tool>
> = {
  "charging-console": async (args, io) => {
    const { createChargingConsoleIo } = await import(
      "./charging_console_io.ts"
    );
    const { runChargingConsole } = await import(
      "../charging_console_command.ts"
    );
    return await runChargingConsole(args, createChargingConsoleIo(io));
  },
  "charging-point": async (args, io) => {
    if (args.includes("--ocpp")) {
      const { createSimulatedCharger } = await import(
        "./simulated_charger.ts"
      );
      const { typedLines } = await import("./company_admin_io.ts");
      const { runOcppCharger } = await import("../ocpp_charger_command.ts");
      return await runOcppCharger(args, {
        ...io,
        lines: () => typedLines(Deno.stdin.readable),
        charger: createSimulatedCharger,
      });
    }
    const { createChargingPointIo } = await import("./charging_point.ts");
    const { runChargingPoint } = await import("../charging_point_command.ts");
    return await runChargingPoint(args, createChargingPointIo(io));
  },
  driver: async (args, io) => {
    const { createDriverIo } = await import("./charging_driver.ts");
    const { runDriver } = await import("../driver_command.ts");
    return await runDriver(args, createDriverIo(io));
  },
};
