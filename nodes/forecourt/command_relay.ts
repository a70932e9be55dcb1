/**
 * Commands on their way to the pumps that dial this node: sent at once, or when the pump comes back in time, and told of.
 *
 * @module
 */
import {
  type Clock,
  type FactId,
  localTimeText,
  type SiteCode,
} from "../../crdt/mod.ts";
import { encodeCommand } from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type {
  ForecourtUseCases,
  PumpCommandView,
} from "./forecourt_use_cases.ts";

/** Most commands that wait for their pumps. */
export const COMMANDS_WAITING_MAX = 1_024;

/** How a command reaches a pump. */
export interface CommandPorts {
  /** The links of a pump. */
  links(pump: number): readonly number[];
  /** Writes a line on a link. */
  write(link: number, line: string): void;
  /** A pump is told to stop at once. */
  stopping(pump: number): void;
}

/** What commands work with. */
export interface CommandRelayParts {
  /** The station. */
  readonly site: SiteCode;
  /** Its IANA time zone. */
  readonly timezone: string;
  /** Lists commands, and takes what became of them. */
  readonly forecourt: Pick<
    ForecourtUseCases,
    "endPumpCommand" | "pumpCommands"
  >;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
}

/** Carries commands out. */
export class CommandRelay {
  readonly #parts: CommandRelayParts;
  readonly #ports: CommandPorts;
  readonly #waiting = new Map<FactId, PumpCommandView>();

  /**
   * Begins without commands.
   *
   * @param parts The station and its use-cases.
   * @param ports How a command reaches a pump.
   */
  constructor(parts: CommandRelayParts, ports: CommandPorts) {
    this.#parts = parts;
    this.#ports = ports;
  }

  /** Takes up what was ordered before this node started. */
  start(): void {
    const { forecourt, site } = this.#parts;
    const { items } = forecourt.pumpCommands({ site, limit: 100 });
    for (const command of items) this.ordered(command);
  }

  /** A command was ordered, here or elsewhere. */
  ordered(command: PumpCommandView): void {
    const { site } = this.#parts;
    if (command.site !== site || command.outcome !== "ordered") return;
    if (this.#isOver(command)) return;
    if (this.#send(command)) return;
    if (this.#waiting.size < COMMANDS_WAITING_MAX) {
      this.#waiting.set(command.id, command);
    }
  }

  /** A pump has registered: what waits for it is sent. */
  registered(pump: number): void {
    for (const command of [...this.#waiting.values()]) {
      if (command.pump !== pump) continue;
      this.#waiting.delete(command.id);
      if (this.#isOpen(command)) this.#send(command);
    }
  }

  /** Gives up what waited for too long. */
  tick(): void {
    for (const command of [...this.#waiting.values()]) {
      if (!this.#isOver(command)) continue;
      this.#waiting.delete(command.id);
      // Another node of the site may hold the pump's link, or be the pump.
      if (this.#isOpen(command)) this.#end(command, "unreachable");
    }
  }

  #isOver({ expiresAt }: PumpCommandView): boolean {
    return this.#parts.clock.now() * 1000 >= expiresAt;
  }

  #isOpen({ id, pump }: PumpCommandView): boolean {
    const { forecourt, site } = this.#parts;
    const { items } = forecourt.pumpCommands({ site, pump, limit: 100 });
    return items.find((it) => it.id === id)?.outcome === "ordered";
  }

  #send(view: PumpCommandView): boolean {
    const { clock, timezone } = this.#parts;
    const { pump, command, reason } = view;
    const links = this.#ports.links(pump);
    if (links.length === 0) return false;
    const timestamp = localTimeText(clock.now() * 1000, timezone);
    const line = encodeCommand(command, reason, timestamp);
    if (command === "stop") this.#ports.stopping(pump);
    for (const link of links) this.#ports.write(link, line);
    this.#end(view, "sent");
    return true;
  }

  #end(
    { id, pump }: PumpCommandView,
    outcome: "sent" | "unreachable",
  ): void {
    const { forecourt, site, logger } = this.#parts;
    const failed = (reason: unknown) =>
      logger.log("warn", "The outcome of a command was not noted", {
        pump,
        reason: String(reason),
      });
    forecourt.endPumpCommand({ site, pump, command: id, outcome }).then(
      (ended) => ended.ok || failed(ended.error.code),
      failed,
    );
  }
}
