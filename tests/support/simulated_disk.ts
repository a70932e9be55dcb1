/**
 * A disk of 512-byte sectors that forgets, tears, refuses and flips on demand.
 *
 * @module
 */
import { PanalError } from "../../crdt/errors.ts";
import { type Random, randomBelow } from "../../crdt/random.ts";
import type { Disk } from "../../nodes/ports.ts";

const SECTOR = 512;

/** Thrown by every use of a disk after `haltAfter`: the process would not live to see it. */
export class DiskHalted extends Error {
  /** Makes one. */
  constructor() {
    super("The simulated machine has stopped");
    this.name = "DiskHalted";
  }
}

/**
 * A callback that ends with its machine, as everything in a process does.
 *
 * @param callback What may use a disk.
 */
export function untilHalted(callback: () => void): () => void {
  return () => {
    try {
      callback();
    } catch (error) {
      if (!(error instanceof DiskHalted)) throw error;
    }
  };
}

/** Bytes as the process sees them, and as they are on the disk. After `crash` it is what a new process finds. */
export class SimulatedDisk implements Disk {
  /** The most bytes that the file may have. */
  capacityBytes = Infinity;
  /** How many syncs have succeeded. */
  syncs = 0;
  /** How many writes, cuts and syncs were asked for. */
  operations = 0;
  #view = new Bytes();
  #durable = new Bytes();
  /** Sectors written since the last sync. */
  readonly #dirty = new Set<number>();
  #failures = 0;
  #skipped = 0;
  #unknown: "keep" | "lose" | undefined;
  #operationsLeft = Infinity;

  /**
   * Makes syncs throw `store_failed`; what they should have made durable stays in doubt.
   *
   * @param times How many.
   * @param skipped How many succeed before.
   */
  failNextSync(times = 1, skipped = 0): void {
    this.#failures = times;
    this.#skipped = skipped;
  }

  /** Makes the next sync throw `store_outcome_unknown`, with all that was written durable, or all of it gone; undefined undoes it. */
  unknownNextSync(outcome: "keep" | "lose" | undefined): void {
    this.#unknown = outcome;
  }

  /** Makes everything throw `DiskHalted` after some more writes, cuts and syncs, until `crash`. */
  haltAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  /** Whether it has stopped. */
  get isHalted(): boolean {
    return this.#operationsLeft < 0;
  }

  /**
   * Turns the power off and on: each sector written since the last sync is there, not there, or torn at any byte.
   *
   * @param random What decides.
   */
  crash(random: Random): void {
    const cut = randomBelow(random, 2) === 0;
    const after = this.#durable.copy();
    if (cut) after.resize(this.#view.length);
    for (const sector of this.#dirty) {
      const offset = sector * SECTOR;
      if (offset >= this.#view.length) continue;
      const written = this.#view.read(offset, SECTOR);
      const choice = randomBelow(random, 3);
      if (choice === 0) continue;
      const length = choice === 1
        ? written.length
        : randomBelow(random, written.length + 1);
      // A torn sector has its first bytes from one side and its last ones from the other.
      if (choice === 2 && randomBelow(random, 2) === 0) {
        after.write(offset + length, written.subarray(length));
      } else after.write(offset, written.subarray(0, length));
    }
    this.#durable = after;
    this.#reset();
  }

  /** Another disk with what is durable on this one, as a backup has it. */
  copy(): SimulatedDisk {
    const disk = new SimulatedDisk();
    disk.#durable = this.#durable.copy();
    disk.#reset();
    return disk;
  }

  /** Turns one bit of a byte over, for good. */
  flipBit(offset: number, bit = 0): void {
    for (const bytes of [this.#view, this.#durable]) {
      const [byte] = bytes.read(offset, 1);
      if (byte !== undefined) {
        bytes.write(offset, Uint8Array.of(byte ^ (1 << bit)));
      }
    }
  }

  /** See `Disk`. */
  size(): number {
    this.#check(0);
    return this.#view.length;
  }

  /** See `Disk`. */
  read(offset: number, length: number): Uint8Array {
    this.#check(0);
    return this.#view.read(offset, length);
  }

  /** See `Disk`. */
  write(offset: number, bytes: Uint8Array): void {
    this.#check(1);
    const room = Math.max(0, this.capacityBytes - offset);
    this.#touch(offset, Math.min(bytes.length, room));
    this.#view.write(offset, bytes.subarray(0, room));
    if (bytes.length > room) {
      throw new PanalError("store_full", "Cannot write: the disk is full");
    }
  }

  /** See `Disk`. */
  truncate(length: number): void {
    this.#check(1);
    if (length >= this.#view.length) return;
    this.#view.resize(length);
    // What is written behind this again differs from what was there, all of it.
    this.#touch(length, 1);
  }

  /** See `Disk`. */
  sync(): void {
    this.#check(1);
    if (this.#failures > 0 && this.#skipped-- <= 0) {
      this.#failures--;
      throw new PanalError("store_failed", "Cannot sync: input/output error");
    }
    const unknown = this.#unknown;
    this.#unknown = undefined;
    if (unknown === "lose") this.#reset();
    else this.#flush();
    if (unknown !== undefined) {
      throw new PanalError(
        "store_outcome_unknown",
        "Cannot tell what is synced",
      );
    }
    this.syncs++;
  }

  #check(cost: number): void {
    this.operations += cost;
    this.#operationsLeft -= cost;
    if (this.isHalted) throw new DiskHalted();
  }

  #touch(offset: number, length: number): void {
    const end = Math.max(offset, this.#view.length, offset + length);
    const first = Math.floor(Math.min(offset, this.#view.length) / SECTOR);
    const last = Math.ceil((offset + length) / SECTOR);
    for (let i = first; i < last && i * SECTOR < end; i++) this.#dirty.add(i);
  }

  #flush(): void {
    this.#durable.resize(this.#view.length);
    for (const sector of this.#dirty) {
      const offset = sector * SECTOR;
      if (offset >= this.#view.length) continue;
      this.#durable.write(offset, this.#view.read(offset, SECTOR));
    }
    this.#dirty.clear();
  }

  #reset(): void {
    this.#view = this.#durable.copy();
    this.#dirty.clear();
    this.#failures = 0;
    this.#unknown = undefined;
    this.#operationsLeft = Infinity;
  }
}

/** A file that grows; bytes never written are 0. */
class Bytes {
  length = 0;
  #bytes = new Uint8Array(4 * SECTOR);

  read(offset: number, length: number): Uint8Array {
    const end = Math.max(offset, Math.min(this.length, offset + length));
    return this.#bytes.slice(offset, end);
  }

  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const end = offset + bytes.length;
    if (end > this.length) this.resize(end);
    this.#bytes.set(bytes, offset);
  }

  resize(length: number): void {
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    if (length < this.length) this.#bytes.fill(0, length, this.length);
    this.length = length;
  }

  copy(): Bytes {
    const copy = new Bytes();
    copy.resize(this.length);
    copy.#bytes.set(this.#bytes.subarray(0, this.length));
    return copy;
  }
}
