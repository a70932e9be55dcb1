/**
 * The tasks `card` and `company-admin` on this machine: real links, typed lines.
 *
 * @module
 */
import { runCard } from "../card_command.ts";
import { runCompanyAdmin } from "../company_admin_command.ts";
import { createCompanyAdminIo, typedLines } from "./company_admin_io.ts";
import { CardClient } from "./fleet_card_client.ts";

/** Where a tool writes. */
export interface FleetToolIo {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes what is wrong, and prompts. */
  stderr(text: string): void;
}

/** A tool: its arguments, where it writes, its exit code. */
type Tool = (args: readonly string[], io: FleetToolIo) => Promise<number>;

/** The tools by the names of their tasks. */
export const FLEET_TOOLS: Readonly<Record<"card" | "company-admin", Tool>> = {
  "card": (args, io) =>
    runCard(args, {
      ...io,
      open: (target) => new CardClient(target),
      lines: () => typedLines(Deno.stdin.readable),
    }),
  "company-admin": (args, io) =>
    runCompanyAdmin(args, createCompanyAdminIo(io)),
};
