/**
 * Bodies of requests of the branch software: JSON and forms with nested keys, plain or compressed, up to a limit of what
 * they inflate to. A body of another media type is an empty object, as in the original programs.
 *
 * @module
 */
import { gunzip, inflate, inflateRaw } from "node:zlib";
import { type Clock, err, ok, type Result } from "../../crdt/mod.ts";
import { parseForm } from "./branch_sync_form.ts";

/** The most bytes that a body of most addresses inflates to. */
export const BODY_BYTES_MAX = 1_048_576;
/** The most bytes that a message of a branch inflates to, unless a setting says otherwise. */
export const MESSAGE_BYTES_MAX = 16_777_216;
/** What a body may always inflate to, however small it came. */
const INFLATED_FREE_BYTES = 1_048_576;
/** The most that a larger body grows by inflating: a day of sales grows about tenfold. */
const INFLATION_RATIO_MAX = 100;
/** How much a body usually grows: room for so much is taken before it is inflated. */
const USUAL_RATIO = 12;
/** Milliseconds within which a body must have come, unless it keeps coming. */
export const BODY_MS_MAX = 30_000;
/** Bytes that buy a body another second: a day of sales on a slow line takes minutes. */
const BODY_BYTES_PER_SECOND = 4_096;
/** Milliseconds within which any body must have come. */
export const BODY_SLOW_MS_MAX = 300_000;
/** The most bytes of bodies that are held at once. */
export const BODIES_BYTES_MAX = 134_217_728;
/** How deep values of a body may lie in each other. */
export const DEPTH_MAX = 32;

/** Why a body was not read. */
export interface BodyRefusal {
  /** 400, 408, 413, 415 or 503. */
  readonly status: number;
  /** A sentence in Spanish. */
  readonly text: string;
}

/** What reads bodies: one for a surface, so that all of its bodies together have a bound. */
export interface BodyReader {
  /**
   * Reads a body.
   *
   * @param request The request; its body is used up.
   * @param bytesMax The most bytes it may inflate to.
   * @returns An object or an array; an empty object for no body or another media type.
   */
  read(
    request: Request,
    bytesMax: number,
  ): Promise<Result<object, BodyRefusal>>;
}

const TOO_LARGE: BodyRefusal = {
  status: 413,
  text: "El mensaje es demasiado grande",
};

function refuse(status: number, text: string): Result<never, BodyRefusal> {
  return err({ status, text });
}

/**
 * Makes a reader of bodies.
 *
 * @param clock Measures how long a body takes.
 * @param options The most bytes that are held at once; a default if left out.
 * @returns The reader.
 */
export function createBodyReader(
  clock: Clock,
  { bytesMax = BODIES_BYTES_MAX }: { readonly bytesMax?: number } = {},
): BodyReader {
  const held = { bytes: 0, bytesMax };
  return {
    async read(request, limit) {
      const kind = mediaOf(request);
      if (!kind.ok) return kind;
      if (kind.value === undefined || request.body === null) return ok({});
      const room: Room = { held, limit, taken: 0 };
      try {
        const bytes = await withDeadline(clock, room, request);
        if (!bytes.ok) return bytes;
        const plain = await inflated(request, bytes.value, room);
        return plain.ok ? parse(plain.value, kind.value) : plain;
      } finally {
        held.bytes -= room.taken;
      }
    },
  };
}

/** What one body may take, and took, of what all may. */
interface Room {
  readonly held: { bytes: number; readonly bytesMax: number };
  readonly limit: number;
  taken: number;
}

/** Takes room for bytes; why there is none otherwise. */
function take(room: Room, bytes: number): BodyRefusal | undefined {
  if (room.held.bytes + bytes > room.held.bytesMax) {
    return {
      status: 503,
      text: "Demasiados mensajes: reintente en un momento",
    };
  }
  room.held.bytes += bytes;
  room.taken += bytes;
  return undefined;
}

/** What is in a body, and in which characters. */
interface Media {
  readonly type: "json" | "form";
  readonly charset: string;
}

const CHARSETS = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["us-ascii", "utf-8"],
  ["utf-16", "utf-16le"],
  ["utf-16le", "utf-16le"],
  ["utf-16be", "utf-16be"],
  ["iso-8859-1", "iso-8859-1"],
  ["latin1", "iso-8859-1"],
]);

function mediaOf(request: Request): Result<Media | undefined, BodyRefusal> {
  const header = request.headers.get("content-type") ?? "";
  const type = (header.split(";")[0] ?? "").trim().toLowerCase();
  const isJson = type === "application/json";
  if (!isJson && type !== "application/x-www-form-urlencoded") {
    return ok(undefined);
  }
  const named = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(header)?.[1] ?? "utf-8";
  const charset = CHARSETS.get(named.toLowerCase());
  return charset === undefined
    ? refuse(415, "El juego de caracteres no se conoce")
    : ok({ type: isJson ? "json" : "form", charset });
}

/** The bytes as they came, unless they take too long or are too many. */
async function withDeadline(
  clock: Clock,
  room: Room,
  request: Request,
): Promise<Result<Uint8Array, BodyRefusal>> {
  const reader = request.body?.getReader();
  if (reader === undefined) return ok(new Uint8Array(0));
  const late = Promise.withResolvers<Result<never, BodyRefusal>>();
  const begun = clock.monotonic();
  const look = () => {
    const earned = room.taken / BODY_BYTES_PER_SECOND * 1000;
    const left = begun + Math.min(BODY_MS_MAX + earned, BODY_SLOW_MS_MAX) -
      clock.monotonic();
    if (left <= 0) late.resolve(refuse(408, "El mensaje tardó demasiado"));
    else timer = clock.timer(Math.ceil(left), look);
  };
  let timer = clock.timer(BODY_MS_MAX, look);
  try {
    return await Promise.race([readAll(reader, room), late.promise]);
  } catch {
    return refuse(400, "El mensaje llegó incompleto");
  } finally {
    timer.cancel();
    // What still comes is not waited for.
    reader.cancel().catch(() => {});
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  room: Room,
): Promise<Result<Uint8Array, BodyRefusal>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    const none = length > room.limit ? TOO_LARGE : take(room, value.length);
    if (none !== undefined) return err(none);
    chunks.push(value);
  }
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return ok(first);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return ok(bytes);
}

type Inflate = typeof gunzip | typeof inflate;

/** How a body is inflated; undefined for a coding that is not taken, null for none. */
function inflateOf(
  request: Request,
  bytes: Uint8Array,
): Inflate | null | undefined {
  const coding = (request.headers.get("content-encoding") ?? "identity")
    .trim().toLowerCase();
  switch (coding) {
    case "":
    case "identity":
      return null;
    case "gzip":
    case "x-gzip":
      return gunzip;
    case "deflate":
      // Some programs send deflate without the header that HTTP asks for.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw;
    default:
      return undefined;
  }
}

async function inflated(
  request: Request,
  bytes: Uint8Array,
  room: Room,
): Promise<Result<Uint8Array, BodyRefusal>> {
  const open = inflateOf(request, bytes);
  if (open === null || bytes.length === 0) return ok(bytes);
  if (open === undefined) return refuse(415, "La compresión no se conoce");
  const maxOutputLength = Math.min(
    room.limit,
    Math.max(INFLATED_FREE_BYTES, bytes.length * INFLATION_RATIO_MAX),
  );
  const expected = Math.min(maxOutputLength, bytes.length * USUAL_RATIO);
  const none = take(room, expected);
  if (none !== undefined) return err(none);
  const { promise, resolve } = Promise.withResolvers<
    Result<Uint8Array, BodyRefusal>
  >();
  open(bytes, { maxOutputLength }, (error, plain) => {
    if (error === null) return resolve(ok(plain));
    const { code } = error as { readonly code?: unknown };
    resolve(
      code === "ERR_BUFFER_TOO_LARGE"
        ? err(TOO_LARGE)
        : refuse(400, "El mensaje comprimido está dañado"),
    );
  });
  const plain = await promise;
  if (!plain.ok) return plain;
  const more = take(room, plain.value.length - expected);
  return more === undefined ? plain : err(more);
}

function parse(
  bytes: Uint8Array,
  { type, charset }: Media,
): Result<object, BodyRefusal> {
  // A byte that is no character must not hold up a branch's whole day.
  const text = new TextDecoder(charset).decode(bytes);
  if (type === "form") {
    const form = parseForm(text);
    return form === undefined ? err(TOO_LARGE) : ok(form);
  }
  if (text === "") return ok({});
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(400, "El mensaje no es JSON válido");
  }
  if (typeof value !== "object" || value === null) {
    return refuse(400, "El mensaje debe ser un objeto o una lista");
  }
  return isDeep(value, DEPTH_MAX)
    ? refuse(400, "El mensaje tiene demasiados niveles")
    : ok(value);
}

/** Whether values lie deeper in each other than allowed. */
function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (left === 0) return true;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (isDeep(inner, left - 1)) return true;
  }
  return false;
}
