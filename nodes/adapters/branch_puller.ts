/**
 * The HTTP client that reads the open REST of an original branch. It follows no redirect, waits no longer than it says,
 * and looks at no more of an answer than it says.
 *
 * @module
 */
import type { PullAnswer } from "../branch_sync/pull_answers.ts";
import type { BranchPullPort } from "../branch_sync/pull_branch.ts";

/** Milliseconds that a branch has to answer. */
export const PULL_ANSWER_MS = 60_000;
/** Most bytes of an answer: the list of a branch has all sales that it ever made. */
export const PULL_ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** A connection to an original branch. */
export interface BranchPuller extends BranchPullPort {
  /** Closes it. */
  close(): void;
}

/** How the branch is reached. */
export interface BranchPullerOptions {
  /** Its URL, without a slash at the end. */
  readonly url: string;
  /** This program's version, for the user agent. */
  readonly version: string;
  /** Milliseconds that it has to answer; 60,000 if left out. */
  readonly answerMsMax?: number;
  /** Most bytes of an answer; 64 MiB if left out. */
  readonly answerBytesMax?: number;
}

/**
 * Makes a client.
 *
 * @param options How the branch is reached.
 * @returns The client.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const branch = createBranchPuller({ url: "http://127.0.0.1:9", version: "0.1.0" });
 * const { signal } = new AbortController();
 * strictEqual((await branch.get("/api/health", signal)).kind, "failed");
 * branch.close();
 * ```
 */
export function createBranchPuller(options: BranchPullerOptions): BranchPuller {
  const { url, version, answerMsMax = PULL_ANSWER_MS } = options;
  const { answerBytesMax = PULL_ANSWER_BYTES_MAX } = options;
  const client = Deno.createHttpClient({ http2: false });
  return {
    async get(path, signal): Promise<PullAnswer> {
      const controller = new AbortController();
      const giveUp = () => controller.abort();
      let isLate = false;
      const timeout = setTimeout(() => {
        isLate = true;
        giveUp();
      }, answerMsMax);
      signal.addEventListener("abort", giveUp);
      if (signal.aborted) giveUp();
      try {
        const response = await fetch(url + path, {
          client,
          headers: { "accept": "*/*", "user-agent": `panal/${version}` },
          redirect: "manual",
          signal: controller.signal,
        });
        const body = await readBounded(response, answerBytesMax);
        return body === undefined
          ? failed("La sucursal respondió más de lo que se lee")
          : { kind: "answered", status: response.status, body };
      } catch (error) {
        return failed(
          isLate
            ? `La sucursal no respondió en ${answerMsMax} ms`
            : `Sin conexión con la sucursal: ${reasonOf(error)}`,
        );
      } finally {
        clearTimeout(timeout);
        signal.removeEventListener("abort", giveUp);
      }
    },
    close: () => client.close(),
  };
}

function failed(reason: string): PullAnswer {
  return { kind: "failed", reason };
}

/** The whole body; undefined if it is longer than is looked at. */
async function readBounded(
  { body }: Response,
  bytesMax: number,
): Promise<string | undefined> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > bytesMax) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}
