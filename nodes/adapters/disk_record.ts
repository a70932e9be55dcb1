/**
 * Sealed records: bytes on a disk that are either found whole, where they were written, or not at all.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Disk } from "../ports.ts";

/** The bytes that a disk writes at once; a torn write may destroy the rest of the sectors that it touches. */
export const SECTOR = 512;

// Magic, type, sequence number, length, checksum; the payload follows.
const PREFIX_BYTES = 32;
const CHECKSUM_OFFSET = 24;
const CHECKSUM_BYTES = 8;

/** What a record says. */
export interface Sealed {
  /** Tells a header from a record of the log. */
  readonly magic: number;
  /** The kind of record. */
  readonly type: number;
  /** A sequence number. */
  readonly number: number;
  /** The rest. */
  readonly payload: Uint8Array;
}

/** A record as it was found. */
export interface StoredRecord extends Sealed {
  /** How many bytes it takes on the disk. */
  readonly bytes: number;
}

/** How many bytes a record takes on the disk: whole sectors. */
export function recordBytes(payload: Uint8Array): number {
  return Math.ceil((PREFIX_BYTES + payload.length) / SECTOR) * SECTOR;
}

/** Makes the bytes of a record for one place on the disk. */
export function encodeRecord(record: Sealed, offset: number): Uint8Array {
  const bytes = new Uint8Array(recordBytes(record.payload));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, record.magic);
  view.setUint32(4, record.type);
  view.setFloat64(8, record.number);
  view.setUint32(16, record.payload.length);
  bytes.set(record.payload, PREFIX_BYTES);
  bytes.set(checksum(bytes, record.payload.length, offset), CHECKSUM_OFFSET);
  return bytes;
}

/** Reads the record at a place; undefined if none is there whole. */
export function readStored(
  disk: Disk,
  offset: number,
  magic: number,
): StoredRecord | undefined {
  const prefix = disk.read(offset, PREFIX_BYTES);
  if (prefix.length < PREFIX_BYTES) return undefined;
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const length = view.getUint32(16);
  if (view.getUint32(0) !== magic || offset + length > disk.size()) {
    return undefined;
  }
  const bytes = disk.read(offset, PREFIX_BYTES + length);
  if (bytes.length < PREFIX_BYTES + length) return undefined;
  const expected = checksum(bytes, length, offset);
  for (let i = 0; i < CHECKSUM_BYTES; i++) {
    if (bytes[CHECKSUM_OFFSET + i] !== expected[i]) return undefined;
  }
  const payload = bytes.subarray(PREFIX_BYTES);
  return {
    magic,
    type: view.getUint32(4),
    number: view.getFloat64(8),
    payload,
    bytes: recordBytes(payload),
  };
}

/** The place is part of it, so that a record that was left elsewhere is never taken for one of the log. */
function checksum(
  bytes: Uint8Array,
  length: number,
  offset: number,
): Uint8Array {
  const place = new Uint8Array(8);
  new DataView(place.buffer).setFloat64(0, offset);
  return createHash("sha256").update(place)
    .update(bytes.subarray(0, CHECKSUM_OFFSET))
    .update(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length))
    .digest().subarray(0, CHECKSUM_BYTES);
}
