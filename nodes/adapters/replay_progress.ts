/**
 * The progress of a replay on the terminal: a bar that moves, or a line now and then where there is no terminal.
 *
 * @module
 */
import { describeProgress } from "../replay/report.ts";
import type { Tally } from "../replay/tally.ts";

/** Where progress is shown. */
export interface ReplayScreen {
  /** Writes what is no result. */
  stderr(text: string): void;
  /** True if a person watches. */
  readonly isTerminal: boolean;
}

/** What is shown. */
export interface ShownProgress {
  /** The counts. */
  readonly tally: Tally;
  /** How much is done, 0 to 1. */
  share(): number;
  /** Milliseconds since the start. */
  elapsedMs(): number;
}

const TERMINAL_MS = 200;
const LINE_MS = 5000;
const LINE_START = "\r";
const ERASE_REST = "\x1b[K";

/**
 * Shows progress until it is ended.
 *
 * @param screen Where.
 * @param progress What; read anew each time.
 * @returns What ends it; the bar is taken away then.
 */
export function showProgress(
  screen: ReplayScreen,
  progress: ShownProgress,
): { end(): void } {
  const show = () => {
    const text = describeProgress(progress.tally, {
      share: progress.share(),
      elapsedMs: progress.elapsedMs(),
    });
    screen.stderr(
      screen.isTerminal ? `${LINE_START}${text}${ERASE_REST}` : `${text}\n`,
    );
  };
  const timer = setInterval(show, screen.isTerminal ? TERMINAL_MS : LINE_MS);
  return {
    end() {
      clearInterval(timer);
      if (screen.isTerminal) screen.stderr(`${LINE_START}${ERASE_REST}`);
    },
  };
}
