/**
 * Where peers that a node was linked with can be dialed, kept over its stop. Many links may come up at once: what they
 * tell is written together.
 *
 * @module
 */
import type { Clock, PeerId, Timer } from "../crdt/mod.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { ADDRESSES } from "./tables.ts";

/** Most peers of which addresses are kept. */
export const ADDRESSES_MAX = 1000;
/** How long addresses are gathered before they are written, in milliseconds. */
export const REMEMBER_MS = 250;
/** When a peer was seen is written again after this long, in milliseconds. */
const SEEN_AGAIN_MS = 86_400_000;

/** What the book works with. */
export interface AddressBookParts {
  /** Where it is kept. */
  readonly replica: Pick<Replica, "reader" | "transact">;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
}

/** Remembers addresses. */
export class AddressBook {
  readonly #parts: AddressBookParts;
  readonly #unwritten = new Map<PeerId, string>();
  #timer: Timer | undefined;
  #stopped = false;

  /**
   * Reads nothing yet.
   *
   * @param parts What it works with.
   */
  constructor(parts: AddressBookParts) {
    this.#parts = parts;
  }

  /** All addresses that are kept. */
  all(): string[] {
    return this.#parts.replica.reader.scan(ADDRESSES)
      .map((row) => String(row["address"]));
  }

  /** Keeps a peer's address, in the place of an older one. */
  keep(peer: PeerId, address: string): void {
    const { replica, clock } = this.#parts;
    const known = replica.reader.get(ADDRESSES, [peer]);
    const isFresh = known?.["address"] === address &&
      Math.abs(clock.now() - Number(known["seen"])) < SEEN_AGAIN_MS;
    if (isFresh) return void this.#unwritten.delete(peer);
    if (this.#stopped) return;
    this.#unwritten.set(peer, address);
    this.#timer ??= clock.timer(REMEMBER_MS, () => {
      this.#timer = undefined;
      this.#write();
    });
  }

  /** Writes nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #write(): void {
    const { replica, clock, logger } = this.#parts;
    const rows = [...this.#unwritten];
    this.#unwritten.clear();
    const seen = clock.now();
    try {
      replica.transact((writer) => {
        let count = writer.count(ADDRESSES);
        for (const [peer, address] of rows) {
          const isNew = writer.get(ADDRESSES, [peer]) === undefined;
          if (isNew && count >= ADDRESSES_MAX) continue;
          count += Number(isNew);
          writer.put(ADDRESSES, { peer, address, seen });
        }
      });
    } catch (error) {
      // Whoever is linked again tells it again.
      logger.log("error", "Addresses of peers could not be written", {
        error: String(error),
      });
    }
  }
}
