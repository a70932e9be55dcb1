/**
 * Connections to original programs that speak in lines, over plain TCP.
 *
 * @module
 */
import { err, ok, PanalError } from "../../crdt/mod.ts";
import {
  connectTcp,
  createLineSplitter,
  FORECOURT_LINE_BYTES_MAX,
  type TcpConnection,
} from "../../net/mod.ts";
import type {
  DialFailure,
  LineDial,
  LineEvents,
  LineLink,
} from "../forecourt/line_link.ts";

/** Where a program listens. */
export interface LineAddress {
  /** An IP address or name. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
}

/** Whoever dials gives up earlier, in milliseconds; this is the end of a dial that nobody ends. */
const CONNECT_MS = 60_000;

/**
 * Makes the dial to one program.
 *
 * @param address Where it listens.
 * @returns The dial.
 */
export function createLineDial({ hostname, port }: LineAddress): LineDial {
  return async (events, signal) => {
    try {
      const connection = await connectTcp({
        host: hostname,
        port,
        signal,
        connectMs: CONNECT_MS,
      });
      return ok(linkOver(connection, events));
    } catch (error) {
      return err(failureOf(error, signal));
    }
  };
}

function failureOf(error: unknown, signal: AbortSignal): DialFailure {
  const reason = error instanceof Error ? error.message : String(error);
  if (signal.aborted) return { state: "timeout", reason };
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Deno.errors.ConnectionRefused
    ? { state: "refused", reason }
    : { state: "error", reason };
}

function linkOver(connection: TcpConnection, events: LineEvents): LineLink {
  const splitter = createLineSplitter(FORECOURT_LINE_BYTES_MAX);
  const encoder = new TextEncoder();
  const sending = new Set<(error: Error) => void>();
  let isOpen = true;
  const end = (reason: string) => {
    isOpen = false;
    for (const reject of sending) reject(new PanalError("link_closed", reason));
    sending.clear();
  };
  const close = () => {
    end("the connection was closed");
    connection.destroy();
  };
  const open = new Set<Promise<void>>();
  const take = (line: Uint8Array) => {
    const work = isOpen ? events.received(line) : undefined;
    if (work === undefined) return;
    const done = work.catch(() => {}).finally(() => open.delete(done));
    open.add(done);
  };
  const settled = () =>
    open.size === 0 ? undefined : Promise.all(open).then(() => {});
  connection.start({
    chunk(bytes) {
      if (!splitter.push(bytes, take) && isOpen) {
        close();
        events.closed("a line was too long");
      }
      return settled();
    },
    ended() {
      splitter.end(take);
      return settled();
    },
    closed(why) {
      const wasOpen = isOpen;
      end(why);
      if (wasOpen) events.closed(why);
      // The other end has said all: what waits is for nobody.
      connection.destroy();
    },
  });
  return {
    send: (line) =>
      new Promise((resolve, reject) => {
        if (!isOpen) {
          const text = "the connection has ended";
          return reject(new PanalError("link_closed", text));
        }
        sending.add(reject);
        connection.write(encoder.encode(line), () => {
          sending.delete(reject);
          resolve();
        });
      }),
    close,
  };
}
