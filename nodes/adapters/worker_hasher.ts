/**
 * Hashes passwords in a worker, so that requests do not wait behind a hash that is slow on purpose. The worker ends when
 * it has had nothing to do for a while.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { PasswordHasher } from "../people/people_ports.ts";
import { isPasswordHash } from "../people/user_rules.ts";
import type { PasswordAnswer, PasswordQuestion } from "./password_worker.ts";

/** A worker without work ends after this, in milliseconds. */
const IDLE_MS = 10_000;
/** Longest time until the worker has answered everything that waits, in milliseconds. */
const ANSWER_MS_MAX = 60_000;
/** Most hashes that wait; sign-ins have a bound of their own below it. */
const WAITING_MAX = 64;
/** How hashes that are made today begin. */
const CURRENT = "$argon2id$v=19$m=19456,t=2,p=1$";

type Question =
  | { readonly kind: "hash"; readonly password: string; salt: Uint8Array }
  | { readonly kind: "verify"; readonly password: string; hash: string };

interface Waiting {
  readonly resolve: (value: string | boolean) => void;
  readonly reject: (error: PanalError) => void;
}

/** The worker while it runs, and who waits for it. */
class PasswordWorker {
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #number = 0;
  #stopped = false;
  readonly #waiting = new Map<number, Waiting>();

  /** Asks; the worker is started if none runs. */
  ask(question: Question): Promise<string | boolean> {
    if (this.#stopped) {
      return Promise.reject(
        new PanalError("node_stopping", "The node is stopping"),
      );
    }
    if (this.#waiting.size >= WAITING_MAX) {
      return Promise.reject(
        new PanalError("overloaded", "Too many passwords wait for their hash"),
      );
    }
    const number = ++this.#number;
    const worker = this.#worker ??= this.#start();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#limit();
      worker.postMessage({ number, ...question } satisfies PasswordQuestion);
    });
  }

  /** Ends it for good. */
  stop(): void {
    this.#stopped = true;
    this.#end(new PanalError("node_stopping", "The node is stopping"));
  }

  #start(): Worker {
    const worker = new Worker(
      new URL("./password_worker.ts", import.meta.url),
      {
        type: "module",
      },
    );
    worker.onmessage = ({ data }: MessageEvent<PasswordAnswer>) =>
      this.#answered(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(broken(event.message));
    };
    return worker;
  }

  #answered(answer: PasswordAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ("value" in answer) waiting?.resolve(answer.value);
    else waiting?.reject(broken(answer.reason));
    this.#limit();
  }

  /** Ends the worker when it has nothing to do, or does not answer. */
  #limit(): void {
    clearTimeout(this.#timer);
    const busy = this.#waiting.size > 0;
    this.#timer = setTimeout(
      () => this.#end(broken("it took too long")),
      busy ? ANSWER_MS_MAX : IDLE_MS,
    );
    if (!busy) Deno.unrefTimer(this.#timer);
  }

  #end(error: PanalError): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(error);
  }
}

function broken(reason: string): PanalError {
  return new PanalError("internal", `A password was not hashed: ${reason}`);
}

/**
 * Makes a hasher with a worker of its own.
 *
 * @returns The hasher: argon2id, and bcrypt to compare with.
 */
export function createWorkerHasher(): PasswordHasher {
  const worker = new PasswordWorker();
  return {
    hash: async (password, salt) =>
      String(await worker.ask({ kind: "hash", password, salt })),
    verify: async (password, hash) =>
      isPasswordHash(hash) &&
      await worker.ask({ kind: "verify", password, hash }) === true,
    isCurrent: (hash) => hash.startsWith(CURRENT),
    stop: () => worker.stop(),
  };
}
