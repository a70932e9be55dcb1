/**
 * The HTTP client that sends branch sales to an original central and reads single sales of it. It follows no redirect,
 * waits no longer than it says, and looks at no more of an answer than it says.
 *
 * @module
 */
import type { PushAnswer } from "../branch_sync/push_answer.ts";
import type { CentralPushPort } from "../branch_sync/push_target.ts";

/** Milliseconds that the central has to answer. */
export const PUSH_ANSWER_MS = 30_000;
/** Most bytes of an answer: a sale of the longest message has fewer. */
export const PUSH_ANSWER_BYTES_MAX = 1024 * 1024;

/** A connection to an original central. */
export interface CentralPusher extends CentralPushPort {
  /** Closes it. */
  close(): void;
}

/** How the central is reached. */
export interface CentralPusherOptions {
  /** Its URL, without a slash at the end. */
  readonly url: string;
  /** This program's version, for the user agent. */
  readonly version: string;
  /** True if bodies are compressed. */
  readonly gzip: boolean;
  /** The sender's mesh, so that a central of the same mesh takes nothing twice; not said if left out. */
  readonly mesh?: string;
  /** Milliseconds that it has to answer; 30,000 if left out. */
  readonly answerMsMax?: number;
}

/**
 * Makes a client. Each request has a connection of its own: nothing is sent again behind the caller's back on one that
 * the central has closed meanwhile.
 *
 * @param options How the central is reached.
 * @returns The client.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const central = createCentralPusher({
 *   url: "http://127.0.0.1:9",
 *   version: "0.1.0",
 *   gzip: false,
 * });
 * const { signal } = new AbortController();
 * strictEqual((await central.readSale("CUS-20250304-001", signal)).kind, "failed");
 * central.close();
 * ```
 */
export function createCentralPusher(
  options: CentralPusherOptions,
): CentralPusher {
  const { url, version, gzip, mesh, answerMsMax = PUSH_ANSWER_MS } = options;
  const client = Deno.createHttpClient({
    poolMaxIdlePerHost: 0,
    http2: false,
  });
  const headers = {
    "accept": "*/*",
    "connection": "close",
    "user-agent": `panal/${version}`,
    ...(mesh === undefined ? {} : { "x-panal-mesh": mesh }),
  };
  const exchange = async (
    path: string,
    init: RequestInit,
    signal: AbortSignal,
  ): Promise<PushAnswer> => {
    const controller = new AbortController();
    const giveUp = () => controller.abort();
    const timeout = setTimeout(giveUp, answerMsMax);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      const response = await fetch(url + path, {
        ...init,
        client,
        redirect: "manual",
        signal: controller.signal,
      });
      const { status } = response;
      const body = await readBounded(response);
      return body === undefined
        ? failed("El central respondió más de lo que se lee")
        : { kind: "answered", status, body };
    } catch (error) {
      return failed(
        controller.signal.aborted
          ? `El central no respondió en ${answerMsMax} ms`
          : `Sin conexión con el central: ${reasonOf(error)}`,
      );
    } finally {
      clearTimeout(timeout);
      signal.removeEventListener("abort", giveUp);
    }
  };
  return {
    async post(body, signal) {
      return await exchange("/api/sincronizacion/recibir", {
        method: "POST",
        headers: {
          ...headers,
          "content-type": "application/json",
          ...(gzip ? { "content-encoding": "gzip" } : {}),
        },
        body: gzip ? await compress(body) : body,
      }, signal);
    },
    readSale: (receipt, signal) =>
      exchange(
        `/api/ventas/${encodeURIComponent(receipt)}`,
        { headers },
        signal,
      ),
    close: () => client.close(),
  };
}

function failed(reason: string): PushAnswer {
  return { kind: "failed", reason };
}

/** The whole body; undefined if it is longer than is looked at. */
async function readBounded({ body }: Response): Promise<string | undefined> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > PUSH_ANSWER_BYTES_MAX) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

async function compress(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}
