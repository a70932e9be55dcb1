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

/** Who takes lines. */
export interface LineTaker {
  /** A line came. The promise, if there is one, is waited for before the next line is told. */
  line(line: ForecourtLine): Promise<void> | undefined;
  /** A line was too long: nothing more is told. */
  tooLong(): void;
}

/**
 * Makes the reader of one connection.
 *
 * @param taker Who takes its lines.
 * @param logger Is told what the taker throws; the connection ends then.
 * @returns What a connection's reader does with bytes and with their end.
 */
export function createLineReader(
  taker: LineTaker,
  logger: Logger,
): Pick<TcpReader, "chunk"> & Required<Pick<TcpReader, "ended">> {
  const splitter = createLineSplitter(FORECOURT_LINE_BYTES_MAX);

  function failed(error: unknown): never {
    logger.log("error", "A line could not be seen to", {
      error: error instanceof Error ? error.stack : String(error),
    });
    throw error;
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
  };
}
