/**
 * The surroundings of the task `company-admin`: a link to a company's port, and typed lines.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import {
  addressText,
  type AdminAnswer,
  type AdminRequest,
  connectFrames,
  encodeAdminRequest,
  encodeFleetHandshake,
  FLEET_HANDSHAKE_PAUSE_MS,
  FLEET_LIST_BYTES_MAX,
  type FrameLink,
  parseAdminAnswer,
} from "../../net/mod.ts";
import type {
  AdminSession,
  AdminTarget,
  CompanyAdminIo,
} from "../company_admin_command.ts";

/**
 * Makes the surroundings: standard input, and links to a company.
 *
 * @param output Where results go.
 * @returns The surroundings.
 */
export function createCompanyAdminIo(
  output: Pick<CompanyAdminIo, "stdout" | "stderr">,
): CompanyAdminIo {
  return {
    ...output,
    open: (target) => openAdminSession(target),
    lines: () => typedLines(Deno.stdin.readable),
  };
}

/** How long an answer may take, in milliseconds. */
export const ADMIN_ANSWER_MS = 10_000;
/** Longest line that is read, in characters; the rest of it is another line. */
const LINE_LENGTH_MAX = 4_096;

/** Times of a session, in milliseconds. */
export interface AdminSessionTimings {
  /** How long an answer may take, and how long the dial. */
  readonly answerMs: number;
  /** The pause behind the handshake. */
  readonly pauseMs: number;
}

const TIMINGS: AdminSessionTimings = {
  answerMs: ADMIN_ANSWER_MS,
  pauseMs: FLEET_HANDSHAKE_PAUSE_MS,
};

/**
 * Makes a session; nothing is dialed before the first question.
 *
 * @param target Whom to ask.
 * @param timings Times.
 * @returns The session.
 */
export function openAdminSession(
  target: AdminTarget,
  timings: AdminSessionTimings = TIMINGS,
): AdminSession {
  let line: AdminLine | undefined;
  return {
    async ask(request) {
      if (line?.isOver !== false) line = await AdminLine.dial(target, timings);
      return await line.ask(request);
    },
    close: () => line?.close(),
  };
}

/** One connection: it is of no use after an answer that did not come, since answers are told apart by their order. */
class AdminLine {
  isOver = false;
  readonly #link: FrameLink;
  readonly #answerMs: number;
  #waiting: PromiseWithResolvers<AdminAnswer> | undefined;
  #asked: AdminRequest["kind"] = "totalBalance";

  private constructor(link: FrameLink, answerMs: number) {
    this.#link = link;
    this.#answerMs = answerMs;
    link.start({
      frame: ({ payload }) => this.#take(payload),
      closed: (why) => {
        this.isOver = true;
        this.#waiting?.reject(
          new PanalError(
            "link_closed",
            why === "late"
              ? `The company has not answered within ${
                answerMs / 1000
              } s: whether it was done is not known`
              : "The company has closed the connection: is another administrator of it connected?",
          ),
        );
      },
    });
  }

  /** Dials, introduces itself and waits until the other side listens. */
  static async dial(
    { company, host, port }: AdminTarget,
    { answerMs, pauseMs }: AdminSessionTimings,
  ): Promise<AdminLine> {
    const link = await connectFrames({
      host,
      port,
      connectMs: answerMs,
      payloadBytesMax: FLEET_LIST_BYTES_MAX,
    }).catch((error) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PanalError(
        "dial_failed",
        `No company answers at ${addressText(host, port)}: ${
          reason.replace(/^.*?: /, "")
        }`,
        { cause: error },
      );
    });
    const line = new AdminLine(link, answerMs);
    link.send(encodeFleetHandshake({ kind: "company", name: `${company}` }));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return line;
  }

  async ask(request: AdminRequest): Promise<AdminAnswer> {
    this.#waiting = Promise.withResolvers<AdminAnswer>();
    this.#asked = request.kind;
    const { promise } = this.#waiting;
    if (this.isOver || !this.#link.send(encodeAdminRequest(request))) {
      this.#waiting.reject(
        new PanalError("link_closed", "The company has closed the connection"),
      );
    } else this.#link.expect(this.#answerMs);
    try {
      return await promise;
    } finally {
      this.#waiting = undefined;
    }
  }

  close(): void {
    this.#link.close();
  }

  #take(payload: Uint8Array): void {
    const answer = parseAdminAnswer(this.#asked, payload);
    if (answer !== undefined) return this.#waiting?.resolve(answer);
    this.#waiting?.reject(
      new PanalError(
        "link_closed",
        "What answered is no company's port: its answer cannot be read",
      ),
    );
    this.#link.destroy();
  }
}

/**
 * Lines of the standard input.
 *
 * @param input Where they come from.
 * @returns Each without its end.
 */
export async function* typedLines(
  input: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of input) {
    text += decoder.decode(bytes, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
    if (text.length > LINE_LENGTH_MAX) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}
