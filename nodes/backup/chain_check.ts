/**
 * Checks that the commits of a log in a backup are a chain: each hashed, each naming the one before, up to the head that
 * the manifest names. Certificates and signatures of heads are checked where the store is at hand.
 *
 * @module
 */
import { decodeCommit, type Hash, type Row, trunkOf } from "../../crdt/mod.ts";
import { openBlock } from "../page_sealer.ts";
import type { BackedLog } from "./backup_manifest.ts";

/** What a log's commits are held to. */
export interface ChainStart {
  /** The log, as the manifest has it. */
  readonly log: BackedLog;
  /** The seq of the first commit that is to come. */
  readonly from: number;
  /** The hash of the commit before, where it is known. */
  readonly before: string | undefined;
}

/** Follows one log, whose commits come nearly in order. */
export class ChainCheck {
  readonly #log: BackedLog;
  readonly #waiting = new Map<number, Uint8Array>();
  #next: number;
  #hash: string | undefined;
  #count = 0;
  #fault: string | undefined;

  /**
   * Makes a check.
   *
   * @param start The log and where its commits begin.
   */
  constructor({ log, from, before }: ChainStart) {
    this.#log = log;
    this.#next = Math.max(from, log.first);
    this.#hash = from <= log.first ? undefined : before;
  }

  /** How many commits were found right. */
  get count(): number {
    return this.#count;
  }

  /** Takes rows of a table of the log. */
  take(table: string, rows: readonly Row[]): void {
    for (const row of rows) {
      if (table === "commits") this.#add(Number(row["seq"]), row["body"]);
      if (table !== "blocks") continue;
      const bodies = openBlock(row["bodies"] as Uint8Array);
      const first = Number(row["first"]);
      if (bodies === undefined) this.#fail(first, "its block cannot be read");
      else bodies.forEach((body, i) => this.#add(first + i, body));
    }
    this.#follow();
  }

  /**
   * What is wrong when nothing more comes.
   *
   * @returns A sentence without an end; undefined if the log is whole.
   */
  end(): string | undefined {
    const { name, seq, hash } = this.#log;
    if (this.#fault !== undefined) return this.#fault;
    if (this.#next <= seq) {
      return `commit ${this.#next} of log ${name} is missing`;
    }
    const isEnd = this.#hash === undefined || this.#hash === hash;
    return isEnd ? undefined : `log ${name} does not end as it should`;
  }

  #add(seq: number, body: unknown): void {
    // Below the first body only those that carry certificates and checkpoints are kept.
    if (seq < this.#next || !(body instanceof Uint8Array)) return;
    this.#waiting.set(seq, body);
  }

  #follow(): void {
    for (;;) {
      const body = this.#waiting.get(this.#next);
      if (body === undefined || this.#next > this.#log.seq) return;
      this.#waiting.delete(this.#next);
      const decoded = decodeCommit(body);
      const { log, seq, prev } = decoded?.commit ?? {};
      const isNext = log === trunkOf(this.#log.name) && seq === this.#next &&
        (this.#hash === undefined || prev === this.#hash);
      if (!isNext) this.#fail(this.#next, "it does not follow the one before");
      this.#hash = decoded?.hash as Hash;
      this.#next++;
      this.#count++;
    }
  }

  #fail(seq: number, why: string): void {
    this.#fault ??= `commit ${seq} of log ${this.#log.name} is wrong: ${why}`;
  }
}
