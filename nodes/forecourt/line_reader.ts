/**
 * Reads a connection's bytes as forecourt lines and gives them on one after another: the next one waits while the one
 * before asks for it.
 *
 * @module
 */
import {
  createLineSplitter,
  FORECOURT_LINE_BYTES_MAX,
  type ForecourtLine,
  parseForecourtLine,
  type TcpReader,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";

/** Who takes what a connection brings. */
export interface LineTaker {
  /** A line came. The promise, if there is one, is waited for before the next line is told. */
  line(line: ForecourtLine): Promise<void> | undefined;
  /** A line was too long: nothing more is told. */
  tooLong(): void;
  /** Nothing waits to be written any more. */
  drained?(): void;
  /** The connection is over; `failed` if it did not end orderly. */
  closed(failed: boolean): void;
}

/**
 * Makes the reader of one connection.
 *
 * @param taker Who takes its lines.
 * @param logger Is told what the taker throws; where that is at a line, the connection ends.
 * @returns The reader of the connection.
 */
export function createLineReader(
  taker: LineTaker,
  logger: Logger,
): Required<TcpReader> {
  const splitter = createLineSplitter(FORECOURT_LINE_BYTES_MAX);

  function tell(error: unknown): void {
    logger.log("error", "A connection could not be seen to", {
      error: error instanceof Error ? error.stack : String(error),
    });
  }

  function failed(error: unknown): never {
    tell(error);
    throw error;
  }

  /** What fails outside of a line has no caller that could end the connection for it. */
  function guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      tell(error);
    }
  }

  async function giveRest(
    first: Promise<void>,
    rest: readonly ForecourtLine[],
    fits: boolean,
  ): Promise<void> {
    try {
      await first;
      for (const line of rest) await taker.line(line);
      if (!fits) taker.tooLong();
    } catch (error) {
      failed(error);
    }
  }

  function give(
    lines: readonly ForecourtLine[],
    fits: boolean,
  ): Promise<void> | undefined {
    try {
      for (const [at, line] of lines.entries()) {
        const wait = taker.line(line);
        if (wait !== undefined) {
          return giveRest(wait, lines.slice(at + 1), fits);
        }
      }
      if (!fits) taker.tooLong();
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  return {
    chunk(bytes) {
      // The splitter's bytes are valid while it gives them: they are parsed then, and given on afterwards.
      const lines: ForecourtLine[] = [];
      const fits = splitter.push(
        bytes,
        (line) => void lines.push(parseForecourtLine(line)),
      );
      return give(lines, fits);
    },
    ended() {
      const lines: ForecourtLine[] = [];
      splitter.end((line) => void lines.push(parseForecourtLine(line)));
      return give(lines, true);
    },
    drained: () => guard(() => taker.drained?.()),
    closed: (why) =>
      guard(() => taker.closed(why !== "ended" && why !== "closed")),
  };
}
