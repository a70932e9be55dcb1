/**
 * An installed central of the branch software behind a port of the loopback interface, on raw sockets, so that it can
 * fail in every way that a program on a network fails: also between what it commits and what it answers.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { gunzipSync, inflateSync } from "node:zlib";
import type {
  OriginalAnswer,
  OriginalCentralModel,
} from "./original_central_model.ts";

/**
 * What goes wrong with one message. `before` and `after` say whether it is committed; `hang` answers nothing, `die` breaks
 * the connection, `nonsense` answers 200 with a page, `denied` 200 with `success` false, `endless` never ends its answer.
 */
export type BranchCentralFault =
  | "none"
  | "hang_before"
  | "hang_after"
  | "die_before"
  | "die_after"
  | "nonsense_before"
  | "nonsense_after"
  | "denied"
  | "endless"
  | "created"
  | `redirect_${301 | 302 | 303 | 307 | 308}`;

/** Every fault that ends by itself soon. */
export const QUICK_FAULTS: readonly BranchCentralFault[] = [
  "none",
  "die_before",
  "die_after",
  "nonsense_before",
  "nonsense_after",
  "denied",
  "created",
  "redirect_301",
  "redirect_302",
  "redirect_303",
  "redirect_307",
  "redirect_308",
];

/** A request that came. */
export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
  /** Header lines in lower case. */
  readonly head: string;
  /** Bytes on the wire. */
  readonly bytes: number;
  /** Bytes after decompression. */
  readonly inflated: number;
}

/** The program behind its port. */
export interface BranchCentralServer {
  /** Its URL. */
  readonly url: string;
  /** What goes wrong with the messages to come, one each. */
  readonly faults: BranchCentralFault[];
  /** What came, in order. */
  readonly arrived: readonly ArrivedRequest[];
  /** Most requests that were being answered at one time. */
  readonly busiest: number;
  /** Closes the port, so that connections are refused. */
  down(): void;
  /** Opens the same port again. */
  up(): void;
  /** Ends it and waits for its connections. */
  stop(): Promise<void>;
}

/**
 * Serves a central over HTTP.
 *
 * @param central The central.
 * @returns The server.
 */
export function serveBranchCentral(
  central: OriginalCentralModel,
): BranchCentralServer {
  const open = new Set<Deno.Conn>();
  const running = new Set<Promise<void>>();
  const faults: BranchCentralFault[] = [];
  const arrived: ArrivedRequest[] = [];
  let listener: Deno.TcpListener | undefined;
  let busy = 0;
  let busiest = 0;

  const track = (work: Promise<void>) => {
    running.add(work);
    work.finally(() => running.delete(work));
  };
  const serve = async (connection: Deno.Conn) => {
    const request = await readRequest(connection);
    if (request === undefined) return;
    arrived.push(request);
    busiest = Math.max(busiest, ++busy);
    try {
      const fault = request.method === "POST" ? faults.shift() : undefined;
      await answer(central, connection, { request, fault: fault ?? "none" });
    } finally {
      busy--;
    }
  };
  const listen = (port: number) => {
    const opened = Deno.listen({ hostname: "127.0.0.1", port });
    listener = opened;
    track((async () => {
      for await (const connection of opened) {
        open.add(connection);
        track(
          serve(connection).catch(() => {}).finally(() => {
            open.delete(connection);
            close(connection);
          }),
        );
      }
    })());
    return opened.addr.port;
  };
  const down = () => {
    listener?.close();
    listener = undefined;
  };
  const port = listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    arrived,
    get busiest() {
      return busiest;
    },
    down,
    up: () => void listen(port),
    async stop() {
      down();
      for (const connection of open) close(connection);
      while (running.size > 0) await Promise.all(running);
    },
  };
}

type Request = ArrivedRequest & { readonly body: Uint8Array };

/**
 * Answers a request as the program does when nothing goes wrong.
 *
 * @param central The central.
 * @param request Method, path and inflated body.
 * @returns The answer; null if none ever comes.
 */
export function answerRequest(
  central: OriginalCentralModel,
  { method, path, body }: Pick<Request, "method" | "path" | "body">,
): OriginalAnswer | null {
  if (method === "POST" && path === "/api/sincronizacion/recibir") {
    return central.receive(body);
  }
  const id = /^\/api\/ventas\/([^/?]+)$/.exec(path)?.[1];
  if (method === "GET" && id !== undefined) {
    return central.sale(decodeURIComponent(id));
  }
  return { status: 404, type: "text/html", body: "Cannot GET" };
}

async function answer(
  central: OriginalCentralModel,
  connection: Deno.Conn,
  { request, fault }: {
    readonly request: Request;
    readonly fault: BranchCentralFault;
  },
): Promise<void> {
  const commits = fault === "none" || fault === "created" ||
    fault.endsWith("_after");
  const said = commits ? answerRequest(central, request) : undefined;
  if (fault.startsWith("die")) return;
  if (fault.startsWith("hang") || said === null) {
    return await untilClosed(connection);
  }
  if (fault.startsWith("redirect")) {
    const status = Number(fault.slice("redirect_".length));
    return await respond(connection, page(status), "location: /api/health");
  }
  if (fault.startsWith("nonsense")) return await respond(connection, page(200));
  if (fault === "denied") {
    const body = '{"success":false,"error":"base de datos ocupada"}';
    return await respond(connection, { ...page(200), body });
  }
  if (fault === "endless") return await endless(connection);
  const status = fault === "created" ? 201 : said?.status ?? 500;
  await respond(connection, { ...said ?? page(500), status });
}

function page(status: number): OriginalAnswer {
  return { status, type: "text/html", body: "<html>router</html>" };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}

async function untilClosed(connection: Deno.Conn): Promise<void> {
  const bytes = new Uint8Array(64);
  while (await connection.read(bytes) !== null) await setImmediate();
}

const REQUEST_BYTES_MAX = 1024 * 1024;

async function readRequest(
  connection: Deno.Conn,
): Promise<Request | undefined> {
  const bytes = new Uint8Array(REQUEST_BYTES_MAX);
  let length = 0;
  for (;;) {
    const read = await connection.read(bytes.subarray(length));
    if (read === null) return undefined;
    length += read;
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, length));
    const at = text.indexOf("\r\n\r\n");
    if (at < 0) continue;
    const head = text.slice(0, at).toLowerCase();
    const wanted = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
    if (length < at + 4 + wanted) continue;
    const [method = "", path = ""] = text.split(" ");
    const sent = bytes.slice(at + 4, at + 4 + wanted);
    const body = inflate(sent, head);
    return {
      ...{ method, path, head, body },
      ...{ bytes: sent.length, inflated: body.length },
    };
  }
}

function inflate(body: Uint8Array, head: string): Uint8Array {
  const encoding = /content-encoding: (\w+)/.exec(head)?.[1];
  if (encoding === "gzip") return new Uint8Array(gunzipSync(body));
  return encoding === "deflate" ? new Uint8Array(inflateSync(body)) : body;
}

async function respond(
  connection: Deno.Conn,
  { status, type, body }: OriginalAnswer,
  header = "x-powered-by: Express",
): Promise<void> {
  const bytes = new TextEncoder().encode(body);
  const head =
    `HTTP/1.1 ${status} Any\r\n${header}\r\ncontent-type: ${type}; charset=utf-8\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
  await write(connection, new TextEncoder().encode(head));
  await write(connection, bytes);
  connection.closeWrite();
  await untilClosed(connection);
}

async function write(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += await connection.write(bytes.subarray(at));
}

async function endless(connection: Deno.Conn): Promise<void> {
  const head =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
  await write(connection, new TextEncoder().encode(head));
  const spaces = new TextEncoder().encode(" ".repeat(64 * 1024));
  for (;;) await write(connection, spaces);
}
