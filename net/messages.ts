/**
 * The messages of the replication protocol as canonical CBOR. Commits, certificates and saved branches pass through as
 * bytes; what is in them is decided above.
 *
 * @module
 */
import { decodeCbor, encodeCbor, isBytes, isCount } from "../crdt/cbor.ts";
import {
  type FactId,
  fromHex,
  type Hash,
  type LogId,
  parseFactId,
  parseLogId,
  parseSpaceId,
  type SpaceId,
  toHex,
  type VectorEntry,
} from "../crdt/ids.ts";
import { packBodies, unpackBodies } from "./packed_bodies.ts";

/** The version of the protocol that this program speaks. */
export const PROTOCOL_VERSION = 1;
/** Most entries of a list in one message. */
export const MESSAGE_ITEMS_MAX = 20_000;
/** Most contacts in one message. */
export const MESSAGE_CONTACTS_MAX = 256;
/** Most addresses of one peer in a message. */
export const MESSAGE_ADDRESSES_MAX = 16;
const ADDRESS_LENGTH_MAX = 256;
/** Most commits in one message. */
const MESSAGE_BODIES_MAX = 4096;
/** Longest body of a message about the present moment, in bytes. */
export const MESSAGE_PRESENT_BYTES_MAX = 1024;
/** Most countersignatures in one message. */
export const MESSAGE_COUNTERSIGNATURES_MAX = 32;

/** A space and the digest of its vector. */
export interface SpaceDigest {
  /** The space. */
  readonly space: SpaceId;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

/** A peer and where it can be dialed. */
export interface Contact {
  /** The peer id, as text. */
  readonly peer: string;
  /** Multiaddrs. */
  readonly addresses: readonly string[];
}

/** A signed head without its log. */
export interface WireHead {
  /** The seq. */
  readonly seq: number;
  /** The commit's hash. */
  readonly hash: Hash;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** A head that another member signed too. */
export interface WireCountersignature {
  /** The log. */
  readonly log: LogId;
  /** Its head, signed by its writer. */
  readonly head: WireHead;
  /** The other member's public key, 32 bytes. */
  readonly signer: Uint8Array;
  /** Its signature, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Who writes a log, and its epoch: its name follows from both and its space. */
export interface WireOpening {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 8 bytes. */
  readonly epoch: Uint8Array;
}

/** Who signed a checkpoint's head too. */
export interface Voucher {
  /** The member's certificate chain. */
  readonly chain: Uint8Array;
  /** Its signature, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A message. */
export type Message =
  | {
    readonly kind: "hello";
    readonly root: Uint8Array;
    readonly chain: Uint8Array;
    readonly addresses: readonly string[];
    readonly digests: readonly SpaceDigest[];
  }
  | { readonly kind: "join"; readonly token: string }
  | { readonly kind: "joined"; readonly chain: Uint8Array }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "digests"; readonly digests: readonly SpaceDigest[] }
  | {
    readonly kind: "buckets";
    readonly space: SpaceId;
    readonly digests: readonly Uint8Array[];
  }
  | {
    readonly kind: "entries";
    readonly space: SpaceId;
    /** Which buckets the entries are all of. */
    readonly buckets: readonly number[];
    readonly entries: readonly VectorEntry[];
    /** True if the other side should answer with its own entries of these buckets. */
    readonly asks: boolean;
  }
  | {
    readonly kind: "delta";
    readonly space: SpaceId;
    readonly entries: readonly VectorEntry[];
  }
  | {
    readonly kind: "pull";
    readonly space: SpaceId;
    readonly log: LogId;
    readonly from: number;
  }
  | {
    /** The answer to a pull of commits whose bodies are no longer kept. */
    readonly kind: "gone";
    readonly space: SpaceId;
    readonly log: LogId;
    /** The first seq whose body is still here. */
    readonly firstBody: number;
  }
  | {
    readonly kind: "commits";
    readonly log: LogId;
    readonly bodies: readonly Uint8Array[];
    readonly head: WireHead;
  }
  | { readonly kind: "contacts"; readonly contacts: readonly Contact[] }
  | {
    readonly kind: "savedRequest";
    readonly space: SpaceId;
    readonly log: LogId;
  }
  | {
    readonly kind: "savedStart";
    readonly log: LogId;
    readonly head: WireHead;
    /** Commits that carry certificates and checkpoints, in order, up to the checkpoint that the head names. */
    readonly landmarks: readonly Uint8Array[];
    /** True if another message with the next landmarks follows. */
    readonly more: boolean;
    /** Other members that signed the head too. */
    readonly vouchers: readonly Voucher[];
  }
  | {
    readonly kind: "savedPart";
    readonly log: LogId;
    readonly doc: string;
    readonly bytes: Uint8Array;
  }
  | { readonly kind: "savedNone"; readonly log: LogId }
  | {
    readonly kind: "countersigned";
    readonly items: readonly WireCountersignature[];
  }
  | {
    /** Asks for rights to be granted to a log. */
    readonly kind: "rightsAsk";
    /** The request; a repeat gets the same answer. */
    readonly id: FactId;
    /** What is asked for, by name. */
    readonly bound: string;
    /** How many, 1 or more. */
    readonly amount: number;
    /** The receiving log. */
    readonly log: LogId;
    /** After so many milliseconds nobody waits for it any more. */
    readonly waitMs: number;
    /** The receiving log's epoch, 8 bytes: who does not know the log sees by it whose it is. */
    readonly epoch?: Uint8Array;
  }
  | {
    readonly kind: "rightsAnswer";
    readonly id: FactId;
    /** Why nothing was granted; empty with a run. */
    readonly reason: string;
    /** The giver's commits from the one that holds the grant on; null without one. */
    readonly run: {
      readonly log: LogId;
      readonly bodies: readonly Uint8Array[];
      readonly head: WireHead;
    } | null;
    /** Who writes the run's log: who does not read its space verifies the run by that alone. */
    readonly opening?: WireOpening;
  }
  | {
    /** What is so at the moment, of the sender alone: not kept, not passed on, lost without harm. */
    readonly kind: "present";
    /** Whom it concerns. */
    readonly space: SpaceId;
    /** What it says, at most `MESSAGE_PRESENT_BYTES_MAX`. */
    readonly body: Uint8Array;
  };

const KINDS: readonly Message["kind"][] = [
  "hello",
  "join",
  "joined",
  "refused",
  "digests",
  "buckets",
  "entries",
  "delta",
  "pull",
  "commits",
  "contacts",
  "savedRequest",
  "savedStart",
  "savedPart",
  "savedNone",
  "gone",
  "countersigned",
  "rightsAsk",
  "rightsAnswer",
  "present",
];

function logArray(log: LogId): Uint8Array[] {
  return log.split("~").map(fromHex);
}

function entryArray({ log, seq, hash }: VectorEntry): unknown[] {
  return [logArray(log), seq, fromHex(hash)];
}

function headArray({ seq, hash, signature }: WireHead): unknown[] {
  return [seq, fromHex(hash), signature];
}

function fields(message: Message): unknown[] {
  switch (message.kind) {
    case "hello":
      return [
        message.root,
        message.chain,
        message.addresses,
        message.digests.map((one) => [one.space, one.digest]),
      ];
    case "join":
      return [message.token];
    case "joined":
      return [message.chain];
    case "refused":
      return [message.reason];
    case "digests":
      return [message.digests.map((one) => [one.space, one.digest])];
    case "buckets":
      return [message.space, message.digests];
    case "entries":
      return [
        message.space,
        message.buckets,
        message.entries.map(entryArray),
        message.asks,
      ];
    case "delta":
      return [message.space, message.entries.map(entryArray)];
    case "pull":
      return [message.space, logArray(message.log), message.from];
    case "commits":
      return [
        logArray(message.log),
        packBodies(message.bodies) ?? message.bodies,
        headArray(message.head),
      ];
    case "contacts":
      return [message.contacts.map(({ peer, addresses }) => [peer, addresses])];
    case "savedRequest":
      return [message.space, logArray(message.log)];
    case "savedStart":
      return [
        logArray(message.log),
        headArray(message.head),
        message.landmarks,
        message.more,
        message.vouchers.map(({ chain, signature }) => [chain, signature]),
      ];
    case "savedPart":
      return [logArray(message.log), message.doc, message.bytes];
    case "savedNone":
      return [logArray(message.log)];
    case "countersigned":
      return [
        message.items.map((item) => [
          logArray(item.log),
          headArray(item.head),
          item.signer,
          item.signature,
        ]),
      ];
    case "gone":
      return [message.space, logArray(message.log), message.firstBody];
    case "rightsAsk":
      return [
        message.id,
        message.bound,
        message.amount,
        logArray(message.log),
        message.waitMs,
        ...(message.epoch === undefined ? [] : [message.epoch]),
      ];
    case "rightsAnswer": {
      const { id, reason, run, opening } = message;
      const fields = run === null
        ? null
        : [logArray(run.log), run.bodies, headArray(run.head)];
      const last = opening === undefined
        ? []
        : [[opening.publicKey, opening.epoch]];
      return [id, reason, fields, ...last];
    }
    case "present":
      return [message.space, message.body];
  }
}

/**
 * Encodes a message.
 *
 * @param message The message.
 * @returns One frame.
 */
export function encodeMessage(message: Message): Uint8Array {
  return encodeCbor([
    PROTOCOL_VERSION,
    KINDS.indexOf(message.kind),
    ...fields(message),
  ]);
}

/** Thrown inside this file alone where a field has another form. */
class Malformed extends Error {}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Malformed();
  return value;
}

function list<T>(
  value: unknown,
  parse: (item: unknown) => T,
  most = MESSAGE_ITEMS_MAX,
): T[] {
  if (!Array.isArray(value) || value.length > most) throw new Malformed();
  return value.map(parse);
}

function bytes(value: unknown, length?: number): Uint8Array {
  return must(isBytes(value, length) ? value : undefined);
}

function text(value: unknown, most: number): string {
  return must(
    typeof value === "string" && value.length <= most ? value : undefined,
  );
}

function count(value: unknown): number {
  return must(isCount(value) ? value : undefined);
}

function tuple(value: unknown, length: number): unknown[] {
  return must(
    Array.isArray(value) && value.length === length ? value : undefined,
  );
}

function log(value: unknown): LogId {
  return must(
    parseLogId(list(value, (part) => toHex(bytes(part)), 2).join("~")),
  );
}

function hash(value: unknown): Hash {
  return toHex(bytes(value, 32)) as Hash;
}

function space(value: unknown): SpaceId {
  return must(parseSpaceId(value));
}

function entry(value: unknown): VectorEntry {
  const [name, seq, digest] = tuple(value, 3);
  return {
    log: log(name),
    seq: must(count(seq) > 0 ? count(seq) : undefined),
    hash: hash(digest),
  };
}

function head(value: unknown): WireHead {
  const [seq, digest, signature] = tuple(value, 3);
  return {
    seq: count(seq),
    hash: hash(digest),
    signature: bytes(signature, 64),
  };
}

function digests(value: unknown): SpaceDigest[] {
  return list(value, (item) => {
    const [name, digest] = tuple(item, 2);
    return { space: space(name), digest: bytes(digest, 32) };
  });
}

function addresses(value: unknown): string[] {
  return list(
    value,
    (item) => text(item, ADDRESS_LENGTH_MAX),
    MESSAGE_ADDRESSES_MAX,
  );
}

function bucket(value: unknown): number {
  return must(count(value) < 64 ? count(value) : undefined);
}

function boolean(value: unknown): boolean {
  return must(typeof value === "boolean" ? value : undefined);
}

function factId(value: unknown): FactId {
  return must(parseFactId(value) === value ? value as FactId : undefined);
}

function run(
  value: unknown,
): Extract<Message, { kind: "rightsAnswer" }>["run"] {
  if (value === null) return null;
  const [id, bodies, last] = tuple(value, 3);
  return {
    log: log(id),
    bodies: list(bodies, (item) => bytes(item), 4096),
    head: head(last),
  };
}

/** A field that earlier versions do not send. */
function optional<T, K extends string>(
  name: K,
  value: unknown,
  parse: (value: unknown) => T,
): { readonly [P in K]?: T } {
  return value === undefined ? {} : { [name]: parse(value) } as { [P in K]: T };
}

function epoch(value: unknown): Uint8Array {
  return bytes(value, 8);
}

function opening(value: unknown): WireOpening {
  const [key, drawn] = tuple(value, 2);
  return { publicKey: bytes(key, 32), epoch: epoch(drawn) };
}

function contact(value: unknown): Contact {
  const [peer, list] = tuple(value, 2);
  return { peer: text(peer, 128), addresses: addresses(list) };
}

function voucher(value: unknown): Voucher {
  const [chain, signature] = tuple(value, 2);
  return { chain: bytes(chain), signature: bytes(signature, 64) };
}

function countersignature(value: unknown): WireCountersignature {
  const [id, last, signer, signature] = tuple(value, 4);
  return {
    log: log(id),
    head: head(last),
    signer: bytes(signer, 32),
    signature: bytes(signature, 64),
  };
}

const PARSERS: {
  readonly [K in Message["kind"]]: (f: readonly unknown[]) => Message;
} = {
  hello: ([root, chain, list, spaces]) => ({
    kind: "hello",
    root: bytes(root, 32),
    chain: bytes(chain),
    addresses: addresses(list),
    digests: digests(spaces),
  }),
  join: ([token]) => ({ kind: "join", token: text(token, 4096) }),
  joined: ([chain]) => ({ kind: "joined", chain: bytes(chain) }),
  refused: ([reason]) => ({ kind: "refused", reason: text(reason, 500) }),
  digests: ([spaces]) => ({ kind: "digests", digests: digests(spaces) }),
  buckets: ([name, list_]) => ({
    kind: "buckets",
    space: space(name),
    digests: list(
      list_,
      (item) => must(bytes(item).length <= 8 ? bytes(item) : undefined),
      64,
    ),
  }),
  entries: ([name, buckets, entries, asks]) => ({
    kind: "entries",
    space: space(name),
    buckets: list(buckets, bucket, 64),
    entries: list(entries, entry),
    asks: boolean(asks),
  }),
  delta: ([name, entries]) => ({
    kind: "delta",
    space: space(name),
    entries: list(entries, entry),
  }),
  pull: ([name, id, from]) => ({
    kind: "pull",
    space: space(name),
    log: log(id),
    from: count(from),
  }),
  commits: ([id, bodies, last]) => ({
    kind: "commits",
    log: log(id),
    bodies: isBytes(bodies)
      ? must(unpackBodies(bodies, MESSAGE_BODIES_MAX))
      : list(bodies, (item) => bytes(item), MESSAGE_BODIES_MAX),
    head: head(last),
  }),
  contacts: ([list_]) => ({
    kind: "contacts",
    contacts: list(list_, contact, MESSAGE_CONTACTS_MAX),
  }),
  savedRequest: ([name, id]) => ({
    kind: "savedRequest",
    space: space(name),
    log: log(id),
  }),
  savedStart: ([id, last, landmarks, more, vouchers]) => ({
    kind: "savedStart",
    log: log(id),
    head: head(last),
    landmarks: list(landmarks, (item) => bytes(item)),
    more: boolean(more),
    vouchers: list(vouchers, voucher, MESSAGE_COUNTERSIGNATURES_MAX),
  }),
  savedPart: ([id, doc, data]) => ({
    kind: "savedPart",
    log: log(id),
    doc: text(doc, 256),
    bytes: bytes(data),
  }),
  savedNone: ([id]) => ({ kind: "savedNone", log: log(id) }),
  countersigned: ([items]) => ({
    kind: "countersigned",
    items: list(items, countersignature, MESSAGE_COUNTERSIGNATURES_MAX),
  }),
  gone: ([name, id, first]) => ({
    kind: "gone",
    space: space(name),
    log: log(id),
    firstBody: count(first),
  }),
  rightsAsk: ([id, bound, amount, to, waitMs, last]) => ({
    kind: "rightsAsk",
    id: factId(id),
    bound: text(bound, 160),
    amount: must(count(amount) > 0 ? count(amount) : undefined),
    log: log(to),
    waitMs: count(waitMs),
    ...optional("epoch", last, epoch),
  }),
  rightsAnswer: ([id, reason, commits, writer]) => ({
    kind: "rightsAnswer",
    id: factId(id),
    reason: text(reason, 500),
    run: run(commits),
    ...optional("opening", writer, opening),
  }),
  present: ([name, body]) => ({
    kind: "present",
    space: space(name),
    body: must(
      bytes(body).length <= MESSAGE_PRESENT_BYTES_MAX ? bytes(body) : undefined,
    ),
  }),
};

/**
 * Decodes a message.
 *
 * @param frame Anything.
 * @returns The message, or undefined if the bytes are none.
 */
export function decodeMessage(frame: Uint8Array): Message | undefined {
  const value = decodeCbor(frame);
  if (!Array.isArray(value) || value[0] !== PROTOCOL_VERSION) return undefined;
  const kind = typeof value[1] === "number" ? KINDS[value[1]] : undefined;
  if (kind === undefined) return undefined;
  try {
    return PARSERS[kind](value.slice(2));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
