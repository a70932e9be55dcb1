/**
 * The surroundings of the task `charging-console`: a node over HTTP, typed lines, and the terminal.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { ConsoleNode, NodeAnswer } from "../charging/console_orders.ts";
import type {
  ChargingConsoleIo,
  ConsoleTarget,
} from "../charging_console_command.ts";
import { typedLines } from "./company_admin_io.ts";

/** How long an answer may take, in milliseconds. */
const ANSWER_MS_MAX = 15_000;
/** The longest answer, in bytes: a panel of 1,000 points takes under one megabyte. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Makes the surroundings.
 *
 * @param output Where results go, and what ends the console.
 * @returns The surroundings.
 */
export function createChargingConsoleIo(
  output: Pick<ChargingConsoleIo, "stdout" | "stderr" | "signal">,
): ChargingConsoleIo {
  return {
    ...output,
    open: (target) => new HttpConsoleNode(target, output.signal),
    lines: () => typedLines(Deno.stdin.readable),
    terminal: Deno.stdout.isTerminal() ? () => Deno.consoleSize() : undefined,
    clock: {
      now: () => {
        const now = new Date();
        const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
        const date = day.map((part) => String(part).padStart(2, "0")).join("-");
        return `${date} ${timeText(now)}`;
      },
      timeOf: (instant) => timeText(new Date(instant)),
    },
    password: () => Deno.env.get("PANAL_PASSWORD") || undefined,
  };
}

function timeText(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

/** A node over HTTP; signs in before its first question, and again when its token has ended. */
export class HttpConsoleNode implements ConsoleNode {
  readonly #target: ConsoleTarget;
  readonly #signal: AbortSignal;
  #token: string | undefined;

  /**
   * Makes it; nothing is sent yet.
   *
   * @param target The node.
   * @param signal Ends questions and waits.
   */
  constructor(target: ConsoleTarget, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  async ask(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<NodeAnswer> {
    if (this.#target.user !== undefined) this.#token ??= await this.#signIn();
    const answer = await this.#send(method, path, body);
    if (answer.status !== 401 || this.#target.user === undefined) return answer;
    this.#token = await this.#signIn();
    return await this.#send(method, path, body);
  }

  wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    this.#signal.addEventListener("abort", end, { once: true });
    if (this.#signal.aborted) end();
    return promise;
  }

  async #signIn(): Promise<string> {
    this.#token = undefined;
    const { status, body } = await this.#send(
      "POST",
      "/v1/sessions",
      this.#target.user,
    );
    const token = typeof body === "object" && body !== null && "token" in body
      ? body.token
      : undefined;
    if (status < 300 && typeof token === "string") return token;
    throw new PanalError(
      "sign_in_failed",
      "The node does not take this name and the password in PANAL_PASSWORD",
    );
  }

  async #send(
    method: string,
    path: string,
    body: unknown,
  ): Promise<NodeAnswer> {
    const { url } = this.#target;
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(this.#token === undefined
            ? {}
            : { authorization: `Bearer ${this.#token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A node never redirects; whoever does is none.
        redirect: "manual",
        signal: AbortSignal.any([
          this.#signal,
          AbortSignal.timeout(ANSWER_MS_MAX),
        ]),
      });
      return { status: response.status, body: await readAnswer(response) };
    } catch (cause) {
      if (cause instanceof PanalError) throw cause;
      throw new PanalError("dial_failed", `No node answers at ${url}`, {
        cause,
      });
    }
  }
}

/** An answer's JSON; undefined for what is none. */
async function readAnswer({ body }: Response): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) {
      throw new PanalError("dial_failed", "The node's answer is too long");
    }
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch {
    return undefined;
  }
}
