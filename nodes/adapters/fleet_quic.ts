/**
 * The surface `fleet-quic`: expenses that other pumps of the station send over QUIC, as the fleet-card design has it. The
 * installed programs send none.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import {
  addressText,
  bindError,
  FLEET_QUIC_BYTES_MAX,
  parseQuicMessage,
} from "../../net/mod.ts";
import type { CardDesk } from "../fleet/card_desk.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";
import { createSelfSigned } from "./self_signed.ts";

/** A connection on which nothing happens ends after so long, in milliseconds. */
export const QUIC_IDLE_MS = 10_000;
/** A connection on which no message becomes whole for so long ends, in milliseconds, whatever else it does. */
export const QUIC_MESSAGE_MS = 10_000;
/** Most streams that one connection has open. */
export const QUIC_STREAMS_MAX = 100;
/** Most connections at one pump; more are refused. */
export const QUIC_CONNECTIONS_MAX = 64;

/** Where is listened, and how long messages may take. */
export interface QuicListenOptions extends ListenAddress {
  /** Log lines. */
  readonly logger: Logger;
  /** As `QUIC_MESSAGE_MS`, which it is if left out. */
  readonly messageMs?: number;
}

/** A listener that runs. */
export interface QuicListener {
  /** Where it listens, e.g. `quic://127.0.0.1:13150`. */
  readonly url: string;
  /** The port that is bound. */
  readonly port: number;
  /** Its certificate as PEM, for clients that do not take any. */
  readonly certificate: string;
  /** Takes no more connections and closes those that are there. */
  stop(): Promise<void>;
}

/**
 * Listens at one pump. Its certificate is made now, names `localhost`, and signs itself.
 *
 * @param desk The station.
 * @param at Where, log lines, and how long messages may take.
 * @returns The listener.
 * @throws {PanalError} `config_invalid` if the port cannot be bound, or the program was started without QUIC.
 */
export function listenForQuic(
  desk: Pick<CardDesk, "expense">,
  at: QuicListenOptions,
): QuicListener {
  const { hostname, port, logger, messageMs = QUIC_MESSAGE_MS } = at;
  const endpoint = openEndpoint({ hostname, port });
  const { cert, key } = createSelfSigned("localhost", Date.now());
  const listener = endpoint.listen({
    cert,
    key,
    // Pumps offer none, and one that is offered fails.
    alpnProtocols: [],
    maxIdleTimeout: QUIC_IDLE_MS,
    maxConcurrentUnidirectionalStreams: QUIC_STREAMS_MAX,
    maxConcurrentBidirectionalStreams: 0,
  });
  /** Connections, also those whose handshake is under way. */
  let open = 0;
  const ignore = (what: string) =>
    logger.log("debug", "A message of a pump over QUIC was ignored", {
      reason: what,
    });
  const serve = async (incoming: Deno.QuicIncoming) => {
    const connection = await incoming.accept();
    const end = () => connection.close({ closeCode: 0, reason: "late" });
    let late = setTimeout(end, messageMs);
    await readAll(connection, (content) => {
      clearTimeout(late);
      late = setTimeout(end, messageMs);
      const message = parseQuicMessage(content);
      if (message?.kind === "expense") desk.expense(message.expense);
      else ignore(message?.kind ?? "malformed");
    });
    clearTimeout(late);
  };
  const accepting = acceptAll(listener, (incoming) => {
    if (open >= QUIC_CONNECTIONS_MAX) return incoming.refuse();
    open++;
    serve(incoming).catch((error) => ignore(String(error)))
      .finally(() => open--);
  });
  return {
    url: `quic://${addressText(hostname, endpoint.addr.port)}`,
    port: endpoint.addr.port,
    certificate: cert,
    async stop() {
      listener.stop();
      endpoint.close({ closeCode: 0, reason: "" });
      await accepting;
    },
  };
}

function openEndpoint({ hostname, port }: ListenAddress): Deno.QuicEndpoint {
  // Types do not tell whether the program was started with it.
  if (!("QuicEndpoint" in Deno)) {
    throw new PanalError(
      "config_invalid",
      "fleet-quic needs QUIC, which this program was started without: use deno task run, or add --unstable-net",
    );
  }
  try {
    return new Deno.QuicEndpoint({
      hostname: hostname === "localhost" ? "127.0.0.1" : hostname,
      port,
    });
  } catch (cause) {
    throw bindError(addressText(hostname, port), cause);
  }
}

async function acceptAll(
  listener: Deno.QuicListener,
  take: (incoming: Deno.QuicIncoming) => void,
): Promise<void> {
  for (;;) {
    const incoming = await listener.incoming().catch(() => undefined);
    if (incoming === undefined) return;
    take(incoming);
  }
}

/** Reads the streams of a connection one after another until it ends. */
async function readAll(
  connection: Deno.QuicConn,
  take: (content: Uint8Array) => void,
): Promise<void> {
  try {
    for await (const stream of connection.incomingUnidirectionalStreams) {
      const content = await readStream(stream);
      if (content !== undefined) take(content);
    }
  } catch {
    // Whoever sent is gone; what was not whole was never told.
  }
}

/** All of a stream; undefined if it is longer than a message may be. */
async function readStream(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array | undefined> {
  const content = new Uint8Array(FLEET_QUIC_BYTES_MAX);
  let length = 0;
  for await (const part of stream) {
    if (length + part.length > content.length) return undefined;
    content.set(part, length);
    length += part.length;
  }
  return content.subarray(0, length);
}
