/**
 * A server of events for web pages over Socket.IO 5 on Engine.IO 4, by WebSocket and by long polling: the one place that
 * uses the library. Pages only listen; what they send is ignored.
 *
 * Connections and what waits for each are bounded: a page that does not read is sent the newest of what replaces itself,
 * and is cut off once too much of the rest waits.
 *
 * @module
 */
import { createServer, type Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { PanalError } from "../../crdt/mod.ts";

/** Most pages at once. */
export const PAGES_MAX = 256;
/** Most events that wait for one page. */
export const PAGE_QUEUE_MAX = 1_000;
/** Milliseconds that connections have to end at a stop. */
const STOP_MS = 2_000;
/** Milliseconds between two signs of life, and how long one may be missing, as the original bridge has it. */
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
/** Longest message of a page, in bytes, as the original bridge has it. */
const PAYLOAD_BYTES_MAX = 1_000_000;
/** Milliseconds that a connection has to join and a request has to be sent. */
const JOIN_MS = 10_000;
/** Most connections for each page: a poll, a message and an upgrade beside them. */
const CONNECTIONS_EACH = 4;
/** Milliseconds between two looks at requests that are not sent to their end. */
const LOOK_MS = 1_000;

/** An event for pages. */
export interface PageEvent {
  /** What pages know it by. */
  readonly name: string;
  /** Its one argument, plain JSON; made when it is asked for. */
  argument(): unknown;
  /** True if a later event of the name makes it needless. */
  readonly latest: boolean;
}

/** Where events come from. */
export interface PageEventSource {
  /** What a page that comes is told first, in this order. */
  snapshot(): readonly PageEvent[];
  /** Is told of each event from now on; the result ends it. */
  watch(listener: (event: PageEvent) => void): () => void;
}

/** What is listened on, and what is told. */
export interface SocketIoServerOptions {
  /** The address to bind, e.g. `127.0.0.1`. */
  readonly hostname: string;
  /** The port; 0 picks a free one. */
  readonly port: number;
  /** Where events come from. */
  readonly source: PageEventSource;
  /** Whether pages of an origin may read answers; browsers do not ask this for WebSockets. */
  readonly allowsOrigin: (origin: string) => boolean;
  /** Most pages at once; `PAGES_MAX` if left out. */
  readonly pagesMax?: number;
  /** Most events that wait for one page; `PAGE_QUEUE_MAX` if left out. */
  readonly queueMax?: number;
  /** Milliseconds between two signs of life; 25,000 if left out. */
  readonly pingIntervalMs?: number;
}

/** A server that runs. */
export interface SocketIoServer {
  /** Where it answers, e.g. `http://127.0.0.1:4001`. */
  readonly url: string;
  /** The port that is bound. */
  readonly port: number;
  /** How many pages are connected. */
  pages(): number;
  /** Lets all pages go. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @param options What is listened on, and what is told.
 * @returns The server, once the port is bound.
 * @throws {PanalError} `config_invalid` if the address cannot be bound.
 */
export async function startSocketIoServer(
  options: SocketIoServerOptions,
): Promise<SocketIoServer> {
  const { pagesMax = PAGES_MAX, pingIntervalMs = PING_INTERVAL_MS } = options;
  const server = createServer({
    headersTimeout: JOIN_MS,
    requestTimeout: JOIN_MS,
    connectionsCheckingInterval: LOOK_MS,
  }, (_request, response) => void response.writeHead(404).end());
  server.maxConnections = CONNECTIONS_EACH * pagesMax;
  const io = new Server(server, {
    serveClient: false,
    pingInterval: pingIntervalMs,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: PAYLOAD_BYTES_MAX,
    connectTimeout: JOIN_MS,
    cors: {
      origin: (origin, answer) =>
        answer(null, origin !== undefined && options.allowsOrigin(origin)),
      credentials: true,
    },
    allowRequest: (_request, answer) => {
      const isFull = io.engine.clientsCount >= pagesMax;
      answer(isFull ? "Too many pages" : null, !isFull);
    },
  });
  const pages = createPages(io, options);
  const ended = options.source.watch(pages.tell);
  try {
    const port = await listen(server, options);
    let stopped: Promise<void> | undefined;
    return {
      url: `http://${nameOf(options.hostname)}:${port}`,
      port,
      pages: () => pages.count(),
      stop: () => stopped ??= stopServer({ io, server, ended }),
    };
  } catch (error) {
    ended();
    throw error;
  }
}

/** Keeps the pages that have joined, and tells them. */
function createPages(
  io: Server,
  { source, queueMax = PAGE_QUEUE_MAX }: SocketIoServerOptions,
) {
  const pages = new Map<Socket, PageEvent | undefined>();
  const isIdle = (page: Socket) => waiting(page) === 0;

  io.on("connection", (page) => {
    for (const { name, argument } of source.snapshot()) {
      page.emit(name, argument());
    }
    pages.set(page, undefined);
    page.conn.on("drain", () => {
      const missed = pages.get(page);
      if (missed === undefined || !isIdle(page)) return;
      pages.set(page, undefined);
      page.emit(missed.name, missed.argument());
    });
    page.on("disconnect", () => void pages.delete(page));
  });

  const replace = (event: PageEvent) => {
    const idle: string[] = [];
    for (const page of pages.keys()) {
      if (isIdle(page)) idle.push(page.id);
      else pages.set(page, event);
    }
    // A list of nobody would mean everybody.
    if (idle.length > 0) io.to(idle).emit(event.name, event.argument());
  };

  const add = (event: PageEvent) => {
    if (pages.size === 0) return;
    io.emit(event.name, event.argument());
    for (const page of [...pages.keys()]) {
      if (waiting(page) > queueMax) page.conn.close(true);
    }
  };

  return {
    count: () => pages.size,
    tell: (event: PageEvent) => event.latest ? replace(event) : add(event),
  };
}

/** How many packets wait for a page. */
function waiting(page: Socket): number {
  // The library keeps the number to itself; without it a page that does not read could not be told from others.
  return page.conn["writeBuffer"].length;
}

function listen(
  server: HttpServer,
  { hostname, port }: SocketIoServerOptions,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", (cause) => {
    reject(
      new PanalError(
        "config_invalid",
        `Cannot listen on ${hostname}:${port}: ${reasonOf(cause)}`,
        { cause },
      ),
    );
  });
  server.listen({ host: hostname, port }, () => {
    const address = server.address();
    resolve(typeof address === "object" && address ? address.port : port);
  });
  return promise;
}

function reasonOf(cause: Error): string {
  const { code } = cause as { readonly code?: unknown };
  if (code === "EADDRINUSE") return "another program listens there";
  if (code === "EADDRNOTAVAIL") {
    return "this machine does not have that address";
  }
  if (code === "EACCES") return "the system does not permit it";
  return cause.message;
}

function nameOf(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

async function stopServer(
  { io, server, ended }: {
    readonly io: Server;
    readonly server: HttpServer;
    readonly ended: () => void;
  },
): Promise<void> {
  ended();
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    late.resolve();
  }, STOP_MS);
  const closed = io.close();
  // Connections that browsers keep for later requests have nothing to end.
  server.closeAllConnections();
  await Promise.race([closed, late.promise]);
  clearTimeout(timer);
}
