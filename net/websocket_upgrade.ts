/**
 * How a WebSocket begins: the HTTP request of a client, and what a server answers, pure.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Longest request head, in bytes. */
export const UPGRADE_BYTES_MAX = 8192;
/** Most headers of a request. */
const HEADERS_MAX = 100;
/** What RFC 6455 adds to a key. */
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What a client asks for. */
export interface UpgradeRequest {
  /** The path as it was sent, without its query. */
  readonly path: string;
  /** Headers by lower-case name; of several of one name, joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The subprotocols that it offers, in its order. */
  readonly protocols: readonly string[];
  /** The other end's network address. */
  readonly address: string;
}

/** What a head turned out to be. */
export type UpgradeReading =
  | {
    /** A request for a WebSocket. */
    readonly kind: "upgrade";
    /** The request. */
    readonly request: UpgradeRequest;
    /** `Sec-WebSocket-Key`. */
    readonly key: string;
  }
  | {
    /** Anything else: to be answered with this status. */
    readonly kind: "refused";
    /** The status. */
    readonly status: number;
  };

/** A refusal of a request. */
export interface UpgradeRefusal {
  /** The HTTP status, e.g. 401. */
  readonly status: number;
  /** Headers besides. */
  readonly headers?: Readonly<Record<string, string>>;
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

const latin = new TextDecoder("latin1");
const encoder = new TextEncoder();

/**
 * Where the head of a request ends.
 *
 * @param bytes What came so far.
 * @returns The first byte after the head; -1 while it is not whole.
 */
export function headEnd(bytes: Uint8Array): number {
  for (let i = 3; i < bytes.length; i++) {
    if (
      bytes[i] === 10 && bytes[i - 1] === 13 && bytes[i - 2] === 10 &&
      bytes[i - 3] === 13
    ) return i + 1;
  }
  return -1;
}

/**
 * Reads the head of a request.
 *
 * @param head The bytes up to the empty line.
 * @param address The other end's network address.
 * @returns The request, or what to answer instead.
 */
export function parseUpgrade(
  head: Uint8Array,
  address: string,
): UpgradeReading {
  const lines = latin.decode(head).split("\r\n").slice(0, -2);
  const match = /^([A-Z]{1,16}) (\/[\x21-\x7e]{0,2047}) HTTP\/1\.1$/
    .exec(lines[0] ?? "");
  const headers = match === null ? undefined : readHeaders(lines.slice(1));
  if (match === null || headers === undefined) return refused(400);
  if (match[1] !== "GET") return refused(405);
  const has = (name: string, word: string) =>
    words(headers[name]).some((it) => it.toLowerCase() === word);
  if (
    !has("upgrade", "websocket") || !has("connection", "upgrade") ||
    headers["sec-websocket-version"] !== "13"
  ) return refused(426);
  const key = headers["sec-websocket-key"] ?? "";
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return refused(400);
  const [path = ""] = (match[2] ?? "").split("?");
  const protocols = words(headers["sec-websocket-protocol"]);
  return {
    kind: "upgrade",
    key,
    request: { path, headers, protocols, address },
  };
}

function refused(status: number): UpgradeReading {
  return { kind: "refused", status };
}

function words(header: string | undefined): string[] {
  return (header ?? "").split(",").map((it) => it.trim()).filter((it) =>
    it !== ""
  );
}

function readHeaders(
  lines: readonly string[],
): Record<string, string> | undefined {
  if (lines.length > HEADERS_MAX) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):[ \t]*(.*?)[ \t]*$/
      .exec(line);
    if (match === null) return undefined;
    const name = (match[1] ?? "").toLowerCase();
    const value = match[2] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/**
 * The answer that opens a WebSocket.
 *
 * @param key The client's key.
 * @param protocol The subprotocol that is spoken; none if it is left out.
 * @returns The head of the answer.
 */
export function encodeUpgrade(key: string, protocol?: string): Uint8Array {
  const accept = createHash("sha1").update(key + KEY_SUFFIX).digest("base64");
  return encodeHead("101 Switching Protocols", {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Accept": accept,
    ...(protocol === undefined ? {} : { "Sec-WebSocket-Protocol": protocol }),
  });
}

/**
 * The answer that opens none.
 *
 * @param refusal Why.
 * @returns The whole answer; the connection ends after it.
 */
export function encodeUpgradeRefusal(
  { status, headers }: UpgradeRefusal,
): Uint8Array {
  return encodeHead(`${status} ${STATUS_TEXTS[status] ?? "Refused"}`, {
    "Connection": "close",
    "Content-Length": "0",
    ...(status === 426
      ? { "Upgrade": "websocket", "Sec-WebSocket-Version": "13" }
      : {}),
    ...(status === 405 ? { "Allow": "GET" } : {}),
    ...headers,
  });
}

function encodeHead(
  status: string,
  headers: Readonly<Record<string, string>>,
): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return encoder.encode(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`);
}
