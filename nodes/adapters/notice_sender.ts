/**
 * The HTTP client that tells an original central of sales. It says what is certain of an attempt and what is not.
 *
 * @module
 */
import type { CentralPort, NoticeDelivery, TotalReading } from "../notifier.ts";

/** Milliseconds that the central has to answer. */
export const CENTRAL_ANSWER_MS_MAX = 5_000;
/** Most bytes of an answer that are looked at. */
export const CENTRAL_BODY_BYTES_MAX = 64 * 1024;

/** A connection to an original central. */
export interface NoticeSender extends CentralPort {
  /** Closes it. */
  close(): void;
}

/** How the central is reached. */
export interface NoticeSenderOptions {
  /** Its URL, without a slash at the end. */
  readonly url: string;
  /** This program's version, for the user agent. */
  readonly version: string;
  /** Milliseconds that it has to answer; 5,000 if left out. */
  readonly answerMsMax?: number;
}

type Exchange =
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly body: string;
  }
  | { readonly kind: "not_sent" | "broken"; readonly reason: string };

/**
 * Makes a client. Each request has a connection of its own, as an original branch does it: nothing is ever sent again
 * behind the caller's back on a connection that the central has closed meanwhile.
 *
 * @param options How the central is reached.
 * @returns The client.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const central = createNoticeSender({
 *   url: "http://127.0.0.1:9",
 *   version: "0.1.0",
 * });
 * const { signal } = new AbortController();
 * strictEqual((await central.readTotal(signal)).kind, "unreachable");
 * central.close();
 * ```
 */
export function createNoticeSender(options: NoticeSenderOptions): NoticeSender {
  const { url, version, answerMsMax = CENTRAL_ANSWER_MS_MAX } = options;
  const client = Deno.createHttpClient({
    poolMaxIdlePerHost: 0,
    http2: false,
  });
  const headers = {
    "accept": "*/*",
    "connection": "close",
    "user-agent": `panal/${version}`,
  };
  const exchange = async (
    path: string,
    init: RequestInit,
    signal: AbortSignal,
  ): Promise<Exchange> => {
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
      const body = await readBounded(response);
      return { kind: "answered", status: response.status, body };
    } catch (error) {
      if (controller.signal.aborted) {
        return { kind: "broken", reason: `No answer within ${answerMsMax} ms` };
      }
      const reason = reasonOf(error);
      return { kind: isUnsent(error) ? "not_sent" : "broken", reason };
    } finally {
      clearTimeout(timeout);
      signal.removeEventListener("abort", giveUp);
    }
  };
  return {
    async readTotal(signal): Promise<TotalReading> {
      const answer = await exchange("/", { headers }, signal);
      if (answer.kind !== "answered") {
        return { kind: "unreachable", reason: answer.reason };
      }
      const { status, body } = answer;
      if (status >= 500) {
        const reason = `The central's overview answers ${status}`;
        return { kind: "unreachable", reason };
      }
      return { kind: "read", total: status === 200 ? totalOf(body) : null };
    },
    async postNotice(body, signal): Promise<NoticeDelivery> {
      const answer = await exchange("/sale-notification", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body,
      }, signal);
      return answer.kind === "answered"
        ? { kind: "answered", status: answer.status }
        : answer;
    },
    close: () => client.close(),
  };
}

/** The status is what counts: a body that breaks off or has no end is cut. */
async function readBounded({ body }: Response): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (bytes <= CENTRAL_BODY_BYTES_MAX) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.length;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // It broke off, or the time is over.
  }
  return text;
}

/** What the central has counted; null for an answer that does not say it. */
function totalOf(body: string): number | null {
  try {
    const answer: unknown = JSON.parse(body);
    const total = typeof answer === "object" && answer !== null
      ? (answer as Record<string, unknown>)["total_notifications"]
      : undefined;
    return Number.isSafeInteger(total) ? Number(total) : null;
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}

/** True if nothing can have reached the central: no connection came about, or none was permitted. */
function isUnsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    reasonOf(error).includes("client error (Connect)");
}
