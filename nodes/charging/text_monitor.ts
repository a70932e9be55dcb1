/**
 * A connection whose monitor speaks plain text: the stream is cut into messages, and nothing is sent but commands and
 * answers to queries.
 *
 * @module
 */
import type { Timer } from "../../crdt/mod.ts";
import { createChargingTextSplitter, type TcpReader } from "../../net/mod.ts";
import { MonitorLink, type MonitorParts } from "./monitor_link.ts";

/** The way to a program that has connected. */
export interface MonitorWire {
  /** Sends bytes with one write; false if the connection is over. */
  write(bytes: Uint8Array, flushed?: () => void): boolean;
  /** Sends what waits, then closes. */
  close(): void;
}

const ENCODER = new TextEncoder();

/**
 * Serves a connection whose first byte is a letter.
 *
 * @param wire The way to it.
 * @param parts What it works with.
 * @returns What takes its bytes.
 */
export function serveText(
  wire: MonitorWire,
  parts: MonitorParts,
): Required<Pick<TcpReader, "chunk" | "ended" | "closed">> {
  const { times, now, after, drops } = parts;
  const splitter = createChargingTextSplitter();
  const link = new MonitorLink(parts, {
    dialect: "text",
    send: (text, flushed) => wire.write(ENCODER.encode(text), flushed),
    finish(answer) {
      wire.write(ENCODER.encode(answer));
      wire.close();
    },
    refuse: () => wire.close(),
    close: () => wire.close(),
  });
  let quietAt = 0;
  let quiet: Timer | undefined;
  let isOver = false;
  const take = (text: string | null) => {
    if (!isOver) link.message(text);
  };
  const listen = (delayMs: number) => {
    quiet = after(delayMs, () => {
      quiet = undefined;
      const restMs = quietAt - now();
      if (isOver) return;
      if (restMs > 0) listen(restMs);
      else splitter.quiet(take);
    });
  };
  return {
    chunk(bytes) {
      if (!splitter.push(bytes, take)) {
        drops.add("message_too_long");
        return wire.close();
      }
      if (splitter.waitingBytes > 0) {
        quietAt = now() + times.quietMs;
        if (quiet === undefined) listen(times.quietMs);
      }
      return link.crowded;
    },
    async ended() {
      splitter.quiet(take);
      await link.settled;
    },
    closed() {
      isOver = true;
      quiet?.cancel();
      link.ended();
    },
  };
}
