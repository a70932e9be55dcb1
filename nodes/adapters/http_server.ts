/**
 * A listener for HTTP and HTTPS: one place that binds ports, says clearly why it cannot, and stops within a bound.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import { BodyPatience, createHttpLoad, type LoadBounds } from "./http_load.ts";

/** Milliseconds that requests have to end after a stop was asked for; what still runs then is cut off. */
export const HTTP_STOP_MS = 2_000;

/** What a listener knows of a request besides the request. */
export interface RequestFrom {
  /** The asking machine's network address. */
  readonly address: string;
  /**
   * Waits for the request's body.
   *
   * @param reading Reads it.
   * @returns The body; undefined if the client takes too long to send it: answer 408.
   */
  within<T>(reading: Promise<T>): Promise<T | undefined>;
  /** The request's id: what it says in `x-request-id`, if that can be taken, or a new one. The answer carries it. */
  readonly requestId: string;
}

/** What is listened on, and who answers. */
export interface HttpServerOptions {
  /** The address to bind, e.g. `127.0.0.1`, `::1` or `0.0.0.0`. */
  readonly hostname: string;
  /** The port; 0 picks a free one. */
  readonly port: number;
  /** Answers a request. If it throws, the client gets an empty 500. */
  readonly handler: (
    request: Request,
    from: RequestFrom,
  ) => Response | Promise<Response>;
  /** Certificate chain and private key in PEM form, for HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Milliseconds that requests have to end at a stop; 2,000 if left out. */
  readonly stopMs?: number;
  /** How much may run at once. */
  readonly load?: LoadBounds;
  /** How long a client may take to send a body, in milliseconds; 30,000 if left out. */
  readonly bodyMs?: number;
  /** Is told what the handler threw, and the request's id. */
  readonly onError?: (error: unknown, requestId: string) => void;
}

/** A listener that runs. */
export interface HttpServer {
  /** Where it answers, without a slash at the end, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The port that is bound. */
  readonly port: number;
  /** Takes no more requests, lets those that run end for two seconds, then cuts off what is left. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a listener.
 *
 * @param options What is listened on, and who answers.
 * @returns The listener, once the port is bound.
 * @throws {PanalError} `config_invalid` if the address is taken, is not this machine's, or may not be bound, or if the
 * certificate cannot be used.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const server = await startHttpServer({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   handler: () => new Response("here"),
 * });
 * const response = await fetch(server.url);
 * strictEqual(await response.text(), "here");
 * await server.stop();
 * ```
 */
export function startHttpServer(
  options: HttpServerOptions,
): Promise<HttpServer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpServer>();
  const abort = new AbortController();
  const drain = new Drain();
  const load = createHttpLoad(options.load);
  const patience = new BodyPatience(options.bodyMs);
  function handler(
    request: Request,
    info: Deno.ServeHandlerInfo,
  ): Response | Promise<Response> {
    const from = new ListenerFrom(info, idOf(request), patience);
    const leave = load.enter(() => from.address);
    if (leave === undefined) return withId(tooMany(), from.requestId);
    info.completed.then(leave, leave);
    return drain.enter(info.completed)
      ? answer(options, request, from)
      : new Response(null, {
        status: 503,
        headers: { "connection": "close", "retry-after": "10" },
      });
  }
  const settings = {
    hostname: options.hostname,
    port: options.port,
    signal: abort.signal,
    onListen: () => {},
    onError(error: unknown) {
      options.onError?.(error, "");
      return new Response(null, { status: 500 });
    },
  };
  try {
    const server = options.tls === undefined
      ? Deno.serve(settings, handler)
      : Deno.serve({ ...settings, ...options.tls }, handler);
    const scheme = options.tls === undefined ? "http" : "https";
    const { port } = server.addr;
    let stopped: Promise<void> | undefined;
    resolve({
      url: `${scheme}://${nameOf(options.hostname)}:${port}`,
      port,
      stop: () =>
        stopped ??= stopServer({ server, abort, drain }, options)
          .finally(() => patience.stop()),
    });
  } catch (cause) {
    reject(bindError(options, cause));
  }
  return promise;
}

function tooMany(): Response {
  const text = "Too many requests run at once. Nothing was written.\n";
  return new Response(text, { status: 429, headers: { "retry-after": "1" } });
}

/** Answers with the request's id. */
function answer(
  { handler, onError }: HttpServerOptions,
  request: Request,
  from: ListenerFrom,
): Response | Promise<Response> {
  const marked = (response: Response) => withId(response, from.requestId);
  const failed = (error: unknown) => {
    onError?.(error, from.requestId);
    return marked(new Response(null, { status: 500 }));
  };
  try {
    const response = handler(request, from);
    return response instanceof Promise
      ? response.then(marked, failed)
      : marked(response);
  } catch (error) {
    return failed(error);
  }
}

/** Ids of this process begin alike; a number follows. */
const ID_START = crypto.getRandomValues(new Uint8Array(5)).toHex();
/** What a caller may choose: fit for a log line. */
const CALLERS_ID = /^[\w.:-]{1,64}$/;
let requests = 0;

function idOf({ headers }: Request): string {
  const given = headers.get("x-request-id");
  return given !== null && CALLERS_ID.test(given)
    ? given
    : `${ID_START}-${(++requests).toString(36)}`;
}

function withId(response: Response, id: string): Response {
  // The answer that makes a WebSocket is the server's own.
  if (response.status === 101) return response;
  try {
    response.headers.set("x-request-id", id);
    return response;
  } catch {
    // One that was fetched from elsewhere, or a redirection, cannot be changed.
    const marked = new Response(response.body, response);
    marked.headers.set("x-request-id", id);
    return marked;
  }
}

/** Looked up only where somebody asks: most requests do not. A class, since a getter of each object is made anew. */
class ListenerFrom implements RequestFrom {
  readonly requestId: string;
  readonly #info: Deno.ServeHandlerInfo;

  readonly #patience: BodyPatience;

  constructor(
    info: Deno.ServeHandlerInfo,
    requestId: string,
    patience: BodyPatience,
  ) {
    this.#info = info;
    this.requestId = requestId;
    this.#patience = patience;
  }

  within<T>(reading: Promise<T>): Promise<T | undefined> {
    return this.#patience.within(reading);
  }

  get address(): string {
    const { remoteAddr } = this.#info;
    return "hostname" in remoteAddr ? remoteAddr.hostname : "";
  }
}

/** A host name as it stands in an address; an address of all interfaces is reached through loopback. */
function nameOf(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  if (hostname === "::" || hostname === "[::]") return "[::1]";
  return hostname.includes(":") && !hostname.startsWith("[")
    ? `[${hostname}]`
    : hostname;
}

/** Counts the requests that run, so that a stop can wait for them. */
class Drain {
  #running = 0;
  #stopping = false;
  readonly #idle = Promise.withResolvers<void>();

  /** Counts a request until it is completed; false once a stop was asked for. */
  enter(completed: Promise<void>): boolean {
    if (this.#stopping) return false;
    this.#running++;
    completed.then(this.#leave, this.#leave);
    return true;
  }

  /** Takes no more requests, and resolves once none runs. */
  empty(): Promise<void> {
    this.#stopping = true;
    if (this.#running === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  readonly #leave = () => {
    this.#running--;
    if (this.#stopping && this.#running === 0) this.#idle.resolve();
  };
}

interface Running {
  readonly server: Deno.HttpServer;
  readonly abort: AbortController;
  readonly drain: Drain;
}

/**
 * First waits until every answer is handed over, then lets the server flush and close. The other way round an endless
 * answer could not be cut off: a server that is shutting down no longer takes an abort.
 */
async function stopServer(
  { server, abort, drain }: Running,
  { stopMs = HTTP_STOP_MS }: Pick<HttpServerOptions, "stopMs">,
): Promise<void> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), stopMs);
  if (await Promise.race([drain.empty(), late.promise]) === "late") {
    abort.abort();
    await server.finished;
  } else {
    // A client that does not read what was handed over must not keep the program from ending.
    server.unref();
    await Promise.race([server.shutdown(), late.promise]);
  }
  clearTimeout(timer);
}

function bindError(options: HttpServerOptions, cause: unknown): PanalError {
  const place = `${options.hostname}:${options.port}`;
  return new PanalError(
    "config_invalid",
    `Cannot listen on ${place}: ${reasonOf(options, cause)}`,
    { cause },
  );
}

function reasonOf(options: HttpServerOptions, cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) {
    return "another program listens there";
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "this machine does not have that address";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return options.port < 1024
      ? "ports below 1024 need more rights"
      : "the system does not permit it";
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return "the program was started without permission for that address";
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return options.tls === undefined
    ? text
    : `${text} (is the certificate in PEM form?)`;
}
