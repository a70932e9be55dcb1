/**
 * One keep-alive connection to an HTTP server with as little work per request as possible, so that a load generator
 * leaves the machine to the server.
 *
 * @module
 */

/** An answer; its body is valid until the next request. */
export interface RawAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const BUFFER_BYTES = 64 * 1024;

/** The bytes of a POST of JSON. */
export function postRequest(url: URL, body: unknown): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(body);
  return encoder.encode(
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${encoder.encode(text).length}\r\n\r\n${text}`,
  );
}

/** One connection; one request at a time. */
export class HttpConnection {
  readonly #socket: Deno.TcpConn;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  /** Connects to the server of a URL. */
  static async open(url: URL): Promise<HttpConnection> {
    const { hostname, port } = url;
    return new HttpConnection(
      await Deno.connect({ hostname, port: Number(port) }),
    );
  }

  /** Sends a request and waits for the whole answer, which must say its length. */
  async request(bytes: Uint8Array): Promise<RawAnswer> {
    let rest = bytes;
    while (rest.length > 0) {
      rest = rest.subarray(await this.#socket.write(rest));
    }
    const buffer = this.#buffer;
    let length = 0;
    let head = -1;
    let total = Infinity;
    while (length < total) {
      const read = await this.#socket.read(buffer.subarray(length));
      if (read === null) throw new Error("the server closed the connection");
      length += read;
      if (head >= 0) continue;
      head = headLength(buffer, length);
      if (head < 0) continue;
      total = head + contentLength(buffer, head);
      if (total > BUFFER_BYTES) throw new Error("the answer is too long");
    }
    // "HTTP/1.1 201 …"
    const status = digit(buffer, 9) * 100 + digit(buffer, 10) * 10 +
      digit(buffer, 11);
    return { status, body: buffer.subarray(head, total) };
  }

  /** Ends it. */
  close(): void {
    this.#socket.close();
  }
}

function digit(buffer: Uint8Array, at: number): number {
  return (buffer[at] ?? 48) - 48;
}

function headLength(buffer: Uint8Array, length: number): number {
  for (let i = 3; i < length; i++) {
    if (
      buffer[i] === 10 && buffer[i - 1] === 13 && buffer[i - 2] === 10 &&
      buffer[i - 3] === 13
    ) return i + 1;
  }
  return -1;
}

function contentLength(buffer: Uint8Array, head: number): number {
  const text = decoder.decode(buffer.subarray(0, head));
  const match = /\r\ncontent-length: *(\d+)/i.exec(text);
  if (match === null) throw new Error("the answer does not say its length");
  return Number(match[1]);
}
