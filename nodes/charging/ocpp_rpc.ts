/**
 * Questions and answers on one OCPP connection, pure but for its ports: the other end's are answered one after another, and
 * this end's are asked one after another, as the specification demands of both.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import {
  checkOcppResponse,
  encodeOcppCall,
  encodeOcppError,
  encodeOcppResult,
  type OcppChecked,
  type OcppError,
  type OcppFrame,
  type OcppPayload,
  parseOcppFrame,
  WEBSOCKET_CLOSE,
} from "../../net/mod.ts";

/** Most questions of a point that wait while one is answered; the specification lets it ask one at a time. */
export const CALLS_WAITING_MAX = 8;
/** Most questions to a point that wait while one is asked. */
export const CALLS_QUEUED_MAX = 32;
/** Messages that mean nothing, one after another, after which a connection is closed. */
export const GARBAGE_MAX = 5;
/** How long a point has to answer, in milliseconds, unless set otherwise. */
export const CALL_MS = 15_000;

/** What became of a question. */
export type CallOutcome =
  | {
    /** It was answered as the specification has it. */
    readonly kind: "result";
    /** The answer. */
    readonly payload: OcppPayload;
  }
  | {
    /** The point could not answer it, or answered something else. */
    readonly kind: "error";
    /** Why, in words. */
    readonly message: string;
  }
  | {
    /** Nothing came in time; or it could not be sent. */
    readonly kind: "silent" | "failed";
  };

/** How a question is answered. */
export type Answer =
  | {
    /** The members of the answer. */
    readonly payload: OcppPayload;
  }
  | {
    /** Why it cannot be. */
    readonly error: OcppError;
  };

/** What a connection works with. */
export interface OcppRpcParts<R> {
  /** Sends a message; false if the connection is over. */
  readonly send: (text: string) => boolean;
  /** Closes the connection. */
  readonly close: (code: number, reason: string) => void;
  /** Reads a question of the other end. */
  readonly parse: (action: string, payload: OcppPayload) => OcppChecked<R>;
  /** Answers a question; the next one waits for it. */
  readonly answer: (request: R) => Promise<Answer>;
  /** Counts what was dropped or refused, by kind. */
  readonly drop: (kind: string) => void;
  /** Time. */
  readonly clock: Pick<Clock, "timer">;
  /** How long a point has to answer, in milliseconds. */
  readonly callMs: number;
}

interface Asked {
  readonly id: string;
  readonly action: string;
  readonly payload: OcppPayload;
  readonly resolve: (outcome: CallOutcome) => void;
  /** Set once it was sent. */
  timer?: Timer;
}

/** One connection's questions and answers. */
export class OcppRpc<R> {
  readonly #parts: OcppRpcParts<R>;
  readonly #waiting: { readonly id: string; readonly request: R }[] = [];
  readonly #queue: Asked[] = [];
  #asked: Asked | undefined;
  #isAnswering = false;
  #garbage = 0;
  #number = 0;
  #over = false;

  /**
   * Makes them.
   *
   * @param parts What they work with.
   */
  constructor(parts: OcppRpcParts<R>) {
    this.#parts = parts;
  }

  /** A message came. */
  receive(text: string): void {
    if (this.#over) return;
    const reading = parseOcppFrame(text);
    if (reading.kind === "garbage") return this.#count();
    this.#garbage = 0;
    if (reading.kind === "refused") {
      this.#refuse(reading.id, reading.error);
    } else if (reading.frame.kind === "call") {
      this.#take(reading.frame);
    } else this.#answered(reading.frame);
  }

  /**
   * Asks the other end.
   *
   * @param action What.
   * @param payload The members, checked.
   * @returns What became of it; it never rejects.
   */
  call(action: string, payload: OcppPayload): Promise<CallOutcome> {
    if (this.#over || this.#queue.length >= CALLS_QUEUED_MAX) {
      return Promise.resolve({ kind: "failed" });
    }
    return new Promise((resolve) => {
      const id = String(++this.#number);
      this.#queue.push({ id, action, payload, resolve });
      this.#askNext();
    });
  }

  /** The connection is over. */
  end(): void {
    this.#over = true;
    this.#waiting.length = 0;
    const open = [...this.#queue.splice(0)];
    if (this.#asked !== undefined) open.push(this.#asked);
    this.#asked = undefined;
    for (const { resolve, timer } of open) {
      timer?.cancel();
      resolve({ kind: "failed" });
    }
  }

  #count(): void {
    this.#parts.drop("garbage");
    if (++this.#garbage < GARBAGE_MAX) return;
    this.#parts.close(WEBSOCKET_CLOSE.policyViolation, "no OCPP");
  }

  #refuse(id: string, error: OcppError): void {
    this.#parts.drop(error.code);
    this.#parts.send(encodeOcppError(id, error));
  }

  // The other end's questions

  #take({ id, action, payload }: OcppFrame & { readonly kind: "call" }): void {
    const parsed = this.#parts.parse(action, payload);
    if (!parsed.ok) return this.#refuse(id, parsed.error);
    if (this.#waiting.length >= CALLS_WAITING_MAX) {
      return this.#refuse(id, {
        code: "GenericError",
        description: "One call at a time",
      });
    }
    this.#waiting.push({ id, request: parsed.value });
    if (!this.#isAnswering) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const answer = await this.#parts.answer(next.request).catch(
        (): Answer => ({ error: INTERNAL }),
      );
      if (this.#over) break;
      if ("error" in answer) this.#refuse(next.id, answer.error);
      else this.#parts.send(encodeOcppResult(next.id, answer.payload));
    }
    this.#isAnswering = false;
  }

  // This end's questions

  #askNext(): void {
    if (this.#asked !== undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    const { id, action, payload } = next;
    if (!this.#parts.send(encodeOcppCall(id, action, payload))) {
      next.resolve({ kind: "failed" });
      return this.#askNext();
    }
    this.#asked = next;
    next.timer = this.#parts.clock.timer(this.#parts.callMs, () => {
      this.#parts.drop("unanswered");
      this.#settle(next, { kind: "silent" });
    });
  }

  #answered(frame: OcppFrame & { readonly kind: "result" | "error" }): void {
    const asked = this.#asked;
    if (asked === undefined || frame.id !== asked.id) {
      this.#parts.drop("unasked");
      return;
    }
    if (frame.kind === "error") {
      const { code, description } = frame;
      const message = description === "" ? code : `${code}: ${description}`;
      return this.#settle(asked, { kind: "error", message });
    }
    const checked = checkOcppResponse(asked.action, frame.payload);
    if (!checked.ok) this.#parts.drop("wrong_answer");
    this.#settle(
      asked,
      checked.ok
        ? { kind: "result", payload: checked.value }
        : { kind: "error", message: checked.error.description },
    );
  }

  #settle(asked: Asked, outcome: CallOutcome): void {
    if (this.#asked !== asked) return;
    asked.timer?.cancel();
    this.#asked = undefined;
    asked.resolve(outcome);
    this.#askNext();
  }
}

const INTERNAL: OcppError = {
  code: "InternalError",
  description: "It could not be done",
};
