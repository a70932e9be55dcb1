/**
 * A program at the other end of a `LineDial`, in memory: it can be absent, and says what a test lets it say.
 *
 * @module
 */
import { err, ok } from "../../crdt/mod.ts";
import type {
  DialFailure,
  LineDial,
  LineEvents,
} from "../../nodes/forecourt/line_link.ts";

/** A connection that a test serves. */
export interface MemoryLine {
  /** When it was made, by the test's clock. */
  readonly at: number;
  /** What was sent to the program, parsed. */
  // deno-lint-ignore no-explicit-any -- a test looks into messages of any form
  readonly told: Record<string, any>[];
  /** When the client closed it, or the program did. */
  endedAt: number | undefined;
  /** Says something to the client. */
  say(message: unknown): void;
  /** Ends the connection from the program's side. */
  end(): void;
}

/** The program. */
export interface MemoryProgram {
  /** Dials it. */
  readonly dial: LineDial;
  /** Every connection, in order. */
  readonly lines: MemoryLine[];
  /** When it was dialed, also in vain, by the test's clock. */
  readonly dialedAt: number[];
  /** Why it cannot be reached; undefined while it can. `silent` lets a dial wait. */
  failure: DialFailure["state"] | "silent" | undefined;
  /** Is told of each message. */
  // deno-lint-ignore no-explicit-any -- a test looks into messages of any form
  answer: (line: MemoryLine, message: Record<string, any>) => void;
}

/**
 * Makes a program.
 *
 * @param now The test's clock.
 * @returns The program, which answers nothing.
 */
export function createMemoryProgram(now: () => number): MemoryProgram {
  const encoder = new TextEncoder();
  const program: MemoryProgram = {
    lines: [],
    dialedAt: [],
    failure: undefined,
    answer: () => {},
    dial: async (events, signal) => {
      program.dialedAt.push(now());
      if (program.failure === "silent") await aborted(signal);
      const state = program.failure === "silent" ? "timeout" : program.failure;
      if (state !== undefined) return err({ state, reason: state });
      const line = createLine(events);
      program.lines.push(line);
      return ok({
        send(text: string) {
          if (line.endedAt !== undefined) return Promise.reject(new Error());
          const message = JSON.parse(text);
          line.told.push(message);
          program.answer(line, message);
          return Promise.resolve();
        },
        close() {
          line.endedAt ??= now();
        },
      });
    },
  };
  function createLine(events: LineEvents): MemoryLine {
    const line: MemoryLine = {
      at: now(),
      told: [],
      endedAt: undefined,
      say(message) {
        if (line.endedAt !== undefined) return;
        events.received(encoder.encode(JSON.stringify(message)));
      },
      end() {
        if (line.endedAt !== undefined) return;
        line.endedAt = now();
        events.closed("ended");
      },
    };
    return line;
  }
  return program;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve());
  });
}
