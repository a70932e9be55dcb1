/**
 * A log of records on a Disk that survives torn, lost and refused writes. Separate from the simulated store because it
 * knows bytes only.
 *
 * Layout: two header sectors, used in turn, then records, each from a sector's start, so that a torn write cannot hurt
 * an earlier record. A header names where the log begins: at a snapshot, which carries the sequence number of the last
 * change in it; changes follow, each with the next number. A new snapshot goes before the log if it fits there, else
 * behind it, and counts from the moment its header is durable. Until then the old log is whole, and a snapshot behind
 * it is just one more record of it.
 *
 * Damage of the very last record looks like a write that never ended and cannot be told from it.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { Disk } from "../ports.ts";
import {
  encodeRecord,
  readStored,
  recordBytes,
  SECTOR,
  type StoredRecord,
} from "./disk_record.ts";

/** A record as it was read. */
export interface LogRecord {
  /** Whether it replaces everything before it, or adds to it. */
  readonly kind: "snapshot" | "change";
  /** What the store put in. */
  readonly payload: Uint8Array;
}

const SNAPSHOT = 1;
const CHANGE = 2;
const LOG_OFFSET = 2 * SECTOR;
const RECORD_MAGIC = 0x504e4c52;
const HEADER_MAGIC = 0x504e4c48;
// Below this, replacing the log saves nothing worth its cost.
const REPLACE_BYTES_MIN = 64 * 1024;
const REPLACE_FACTOR = 4;

/** The log; one per disk at a time. */
export class DiskLog {
  readonly #disk: Disk;
  #generation = 0;
  #start = LOG_OFFSET;
  #end = LOG_OFFSET;
  #sequence = 0;
  /** The length of the log from which on it is worth replacing. */
  #worthReplacing = REPLACE_BYTES_MIN;

  /**
   * Makes a log; `recover` must be called before anything else.
   *
   * @param disk Where it is.
   */
  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /**
   * Reads the log and forgets a write that never ended. What it gives is durable.
   *
   * @returns The records, the first one a snapshot; none if the log was never begun.
   * @throws {PanalError} `data_folder_damaged` if records are missing before later ones, or it is no log.
   */
  recover(): LogRecord[] {
    const header = this.#readHeader();
    if (header === undefined) {
      this.#checkNeverBegun();
      this.#disk.truncate(0);
      return [];
    }
    this.#generation = header.generation;
    this.#start = this.#end = header.start;
    const records: LogRecord[] = [];
    for (;;) {
      const found = readRecord(this.#disk, this.#end);
      if (found === undefined || !this.#continues(found, records)) break;
      this.#sequence = found.number;
      this.#end += found.bytes;
      this.#grown(found);
      records.push({
        kind: found.type === SNAPSHOT ? "snapshot" : "change",
        payload: found.payload,
      });
    }
    if (records.length === 0) damaged("its first record is bad");
    if (latestNumber(this.#disk, this.#start, this.#end) > this.#sequence) {
      damaged(`a record after number ${this.#sequence} is bad`);
    }
    this.#disk.truncate(this.#end);
    // What a killed process had written but not synced could be read here and lost later.
    this.#disk.sync();
    return records;
  }

  /** Whether replacing the log would free much room. */
  get isWorthReplacing(): boolean {
    return this.#end - this.#start > this.#worthReplacing;
  }

  /**
   * Adds a change and makes it durable.
   *
   * @param payload The change.
   * @throws {PanalError} `store_full` or `store_failed` (it is not there, now or later), `store_outcome_unknown`.
   */
  append(payload: Uint8Array): void {
    const record = encodeRecord({
      magic: RECORD_MAGIC,
      type: CHANGE,
      number: this.#sequence + 1,
      payload,
    }, this.#end);
    this.#durably(() => this.#disk.write(this.#end, record));
    this.#sequence++;
    this.#end += record.length;
  }

  /**
   * Replaces the log, or begins it.
   *
   * @param payload Everything that the log's records together say.
   * @throws {PanalError} Like `append`; the log is then as it was.
   */
  replace(payload: Uint8Array): void {
    const fits = LOG_OFFSET + recordBytes(payload) <= this.#start;
    const start = fits ? LOG_OFFSET : this.#end;
    const record = encodeRecord({
      magic: RECORD_MAGIC,
      type: SNAPSHOT,
      number: this.#sequence,
      payload,
    }, start);
    this.#durably(() => this.#disk.write(start, record));
    this.#switchHeader(start);
    this.#start = start;
    this.#end = start + record.length;
    this.#worthReplacing = threshold(record.length);
    // What is behind is the old log: not part of this one, whether or not this becomes durable.
    this.#disk.truncate(this.#end);
  }

  /** Puts off replacing, after there was no room for it. */
  postponeReplacing(): void {
    this.#worthReplacing = (this.#end - this.#start) * 1.25;
  }

  #switchHeader(start: number): void {
    const generation = this.#generation + 1;
    const payload = new Uint8Array(8);
    new DataView(payload.buffer).setFloat64(0, start);
    const offset = (generation % 2) * SECTOR;
    const header = encodeRecord(
      { magic: HEADER_MAGIC, type: 0, number: generation, payload },
      offset,
    );
    const before = this.#disk.read(offset, SECTOR);
    this.#durably(
      () => this.#disk.write(offset, header),
      // A header that a later sync makes durable would hide what is appended to the old log.
      () => this.#disk.write(offset, before),
    );
    this.#generation = generation;
  }

  /** Makes a step durable, or makes it durably undone. */
  #durably(step: () => void, undo?: () => void): void {
    try {
      step();
      this.#disk.sync();
    } catch (error) {
      if (isOutcomeUnknown(error)) throw error;
      try {
        undo?.();
        this.#disk.truncate(this.#end);
        this.#disk.sync();
      } catch {
        throw new PanalError(
          "store_outcome_unknown",
          "Cannot undo a write that the disk refused",
          { cause: error },
        );
      }
      throw error;
    }
  }

  #continues(found: StoredRecord, before: readonly LogRecord[]): boolean {
    if (before.length === 0) return found.type === SNAPSHOT;
    const step = found.type === SNAPSHOT ? 0 : 1;
    return found.number === this.#sequence + step;
  }

  #grown(found: StoredRecord): void {
    if (found.type === SNAPSHOT) this.#worthReplacing = threshold(found.bytes);
  }

  #readHeader(): { generation: number; start: number } | undefined {
    let latest: { generation: number; start: number } | undefined;
    for (const offset of [0, SECTOR]) {
      const found = readStored(this.#disk, offset, HEADER_MAGIC);
      if (found === undefined || found.payload.length !== 8) continue;
      if (latest !== undefined && latest.generation > found.number) continue;
      const { buffer, byteOffset } = found.payload;
      const start = new DataView(buffer, byteOffset).getFloat64(0);
      latest = { generation: found.number, start };
    }
    return latest;
  }

  /** Without a header, either the log was being begun when the process died, or it is not readable. */
  #checkNeverBegun(): void {
    const latest = latestNumber(this.#disk, 0, 0);
    const blank = this.#disk.read(0, LOG_OFFSET).every((byte) => byte === 0);
    if (latest > 0 || (latest < 0 && !blank)) damaged("it has no header");
  }
}

function threshold(snapshotBytes: number): number {
  return Math.max(REPLACE_BYTES_MIN, REPLACE_FACTOR * snapshotBytes);
}

function readRecord(disk: Disk, offset: number): StoredRecord | undefined {
  return readStored(disk, offset, RECORD_MAGIC);
}

/** The highest sequence number of any readable record outside the known log; -1 if there is none. */
function latestNumber(disk: Disk, start: number, end: number): number {
  let latest = -1;
  for (let at = LOG_OFFSET; at < disk.size(); at += SECTOR) {
    if (at >= start && at < end) continue;
    const found = readRecord(disk, at);
    if (found !== undefined) latest = Math.max(latest, found.number);
  }
  return latest;
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof PanalError && error.code === "store_outcome_unknown";
}

function damaged(reason: string): never {
  throw new PanalError(
    "data_folder_damaged",
    `Cannot read the log: ${reason}`,
  );
}
