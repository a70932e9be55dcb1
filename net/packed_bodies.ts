/**
 * Bodies of several commits of one log as few bytes. Most of what chance made in them can be worked out again by whoever
 * has them: each names the hash of the body before it, and each change in it names the hash of the change before it and
 * begins with a part of its own. These are left empty, and what is left is compressed.
 *
 * A change is looked for by its first bytes alone; only what is found to be such a hash is left empty, so nothing here
 * depends on what bodies mean. What is unpacked is verified like any other commit.
 *
 * @module
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { decodeCbor, encodeCbor, isBytes, isCount } from "../crdt/cbor.ts";
import { sha256 } from "../crdt/ids.ts";
import { FRAME_BYTES_MAX } from "./limits.ts";

/** Bodies that are shorter together are sent as they are, in bytes. */
export const PACKED_BYTES_MIN = 4096;
/** Bodies that are longer together are sent as they are: nobody unpacks more, in bytes. */
export const PACKED_BYTES_MAX: number = FRAME_BYTES_MAX;
const LEVEL = 6;
const HASH_BYTES = 32;
const CHECK_BYTES = 4;
/** What a change begins with: a mark, a part of its hash, its kind and its length. */
const MARK: readonly number[] = [0x85, 0x6f, 0x4a, 0x83];
const KIND_AT = MARK.length + CHECK_BYTES;
const LENGTH_AT = KIND_AT + 1;
const LENGTH_BYTES_MAX = 4;
/** Most places of one body that are left empty. */
const PLACES_MAX = 64;

/** A stretch that was left empty: where, and of which known hash; -1 for the part of a change's own. */
type Place = readonly [at: number, of: number];

/** A change in a body. */
interface Chunk {
  readonly at: number;
  readonly end: number;
}

function markAt(body: Uint8Array, from: number): number {
  for (let at = body.indexOf(MARK[0] ?? 0, from); at >= 0;) {
    if (MARK.every((byte, i) => body[at + i] === byte)) return at;
    at = body.indexOf(MARK[0] ?? 0, at + 1);
  }
  return -1;
}

/** The change that begins somewhere; undefined if it does not end within the body. */
function chunkAt(body: Uint8Array, at: number): Chunk | undefined {
  let [length, factor] = [0, 1];
  for (let i = 0; i < LENGTH_BYTES_MAX; i++) {
    const byte = body[at + LENGTH_AT + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte >= 0x80) continue;
    const end = at + LENGTH_AT + i + 1 + length;
    return end <= body.length ? { at, end } : undefined;
  }
  return undefined;
}

/** All changes of a body, one after another. */
function chunksOf(body: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = markAt(body, 0); at >= 0;) {
    const chunk = chunkAt(body, at);
    if (chunk !== undefined) chunks.push(chunk);
    at = markAt(body, chunk?.end ?? at + 1);
  }
  return chunks;
}

function hashOf(body: Uint8Array, { at, end }: Chunk): Uint8Array {
  return sha256(body.subarray(at + KIND_AT, end));
}

/** The hashes that the next body may name: that of this one, then those of its changes. */
function namesOf(body: Uint8Array, chunks: readonly Chunk[]): Uint8Array[] {
  return [sha256(body), ...chunks.map((chunk) => hashOf(body, chunk))];
}

function find(body: Uint8Array, wanted: Uint8Array): number {
  const [first = 0] = wanted;
  for (let at = body.indexOf(first); at >= 0;) {
    if (wanted.every((byte, i) => body[at + i] === byte)) return at;
    at = body.indexOf(first, at + 1);
  }
  return -1;
}

/** Leaves empty what can be worked out again. */
function empty(
  body: Uint8Array,
  chunks: readonly Chunk[],
  known: readonly Uint8Array[],
): { readonly rest: Uint8Array; readonly places: readonly Place[] } {
  const rest = body.slice();
  const places: Place[] = [];
  for (const chunk of chunks) {
    const at = chunk.at + MARK.length;
    const check = hashOf(body, chunk).subarray(0, CHECK_BYTES);
    if (check.some((byte, i) => body[at + i] !== byte)) continue;
    places.push([at, -1]);
    rest.fill(0, at, at + CHECK_BYTES);
  }
  for (const [of, hash] of known.entries()) {
    const at = find(rest, hash);
    if (at < 0) continue;
    places.push([at, of]);
    rest.fill(0, at, at + HASH_BYTES);
  }
  // The last ones that were emptied are filled first, the parts of changes' own hashes at the end.
  return { rest, places: places.reverse() };
}

/** Fills what was left empty; undefined if a place is none. */
function fill(
  rest: Uint8Array,
  places: readonly Place[],
  known: readonly Uint8Array[],
): Uint8Array | undefined {
  const body = rest.slice();
  // Changes stand one after another: more than the body is never hashed.
  let unhashed = body.length;
  for (const [at, of] of places) {
    if (of >= 0) {
      const hash = known[of];
      if (hash === undefined || at + HASH_BYTES > body.length) return undefined;
      body.set(hash, at);
      continue;
    }
    const chunk = at < MARK.length
      ? undefined
      : chunkAt(body, at - MARK.length);
    unhashed -= chunk === undefined ? 0 : chunk.end - chunk.at;
    if (chunk === undefined || unhashed < 0) return undefined;
    body.set(hashOf(body, chunk).subarray(0, CHECK_BYTES), at);
  }
  return body;
}

/**
 * Packs bodies.
 *
 * @param bodies Bodies of one log, in order.
 * @returns Few bytes; undefined where it is not worth it.
 */
export function packBodies(
  bodies: readonly Uint8Array[],
): Uint8Array | undefined {
  const total = bodies.reduce((sum, { length }) => sum + length, 0);
  if (total < PACKED_BYTES_MIN) return undefined;
  const rests: Uint8Array[] = [];
  const places: (readonly number[])[] = [];
  let known: readonly Uint8Array[] = [];
  for (const body of bodies) {
    const chunks = chunksOf(body).slice(0, PLACES_MAX / 2);
    const emptied = empty(body, chunks, known.slice(0, PLACES_MAX / 2));
    rests.push(emptied.rest);
    // Places are told from the one before, and 0 stands for a part of a change's own hash.
    places.push(emptied.places.flatMap(([at, of]) => [at, of + 1]));
    known = namesOf(body, chunks);
  }
  const plain = encodeCbor([rests, places]);
  if (plain.length > PACKED_BYTES_MAX) return undefined;
  return new Uint8Array(zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  }));
}

/**
 * Unpacks bodies.
 *
 * @param packed What `packBodies` gave, or anything.
 * @param most The most bodies to take.
 * @returns The bodies; undefined if it is nothing that was packed.
 */
export function unpackBodies(
  packed: Uint8Array,
  most: number,
): Uint8Array[] | undefined {
  const value = decodeCbor(inflate(packed));
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [rests, places] = value;
  if (!Array.isArray(rests) || !Array.isArray(places)) return undefined;
  if (rests.length > most || rests.length !== places.length) return undefined;
  const bodies: Uint8Array[] = [];
  let known: readonly Uint8Array[] = [];
  for (const [i, rest] of rests.entries()) {
    const emptied = placesOf(places[i]);
    if (!isBytes(rest) || emptied === undefined) return undefined;
    const body = fill(rest, emptied, known);
    if (body === undefined) return undefined;
    bodies.push(body);
    known = namesOf(body, chunksOf(body).slice(0, PLACES_MAX / 2));
  }
  return bodies;
}

function placesOf(value: unknown): Place[] | undefined {
  if (!Array.isArray(value) || value.length > 2 * PLACES_MAX) return undefined;
  if (value.length % 2 !== 0 || !value.every(isCount)) return undefined;
  return Array.from(
    { length: value.length / 2 },
    (_, i): Place => [value[2 * i] ?? 0, (value[2 * i + 1] ?? 0) - 1],
  );
}

/** What was not compressed, or inflates beyond what is unpacked, is nothing. */
function inflate(packed: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(
      zstdDecompressSync(packed, { maxOutputLength: PACKED_BYTES_MAX }),
    );
  } catch {
    return new Uint8Array();
  }
}
