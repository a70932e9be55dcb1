/**
 * A compatibility surface behind a real listener on loopback, and requests to it as any HTTP program sends them.
 *
 * @module
 */
import { startHttpServer } from "../../nodes/adapters/http_server.ts";
import type { WebApp } from "../../web/app.ts";

/** An answer, read to its end. */
export interface ServedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  readonly json: () => unknown;
}

/** A surface that is listened on. */
export interface ServedSurface {
  /** Where it answers. */
  readonly url: string;
  /**
   * Sends a request: method and path, e.g. `POST /transacciones`; a body that is no text is sent as JSON. Redirects are
   * not followed.
   */
  ask(
    line: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ServedAnswer>;
  /** The JSON of an answer that must have the status 200. */
  get<T = Record<string, unknown>>(path: string): Promise<T>;
  /** Stops listening. */
  stop(): Promise<void>;
}

/** Listens on a free port. */
export async function serveSurface(app: WebApp): Promise<ServedSurface> {
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: app.fetch,
  });
  const ask: ServedSurface["ask"] = async (line, body, headers = {}) => {
    const [method = "", path = ""] = line.split(" ");
    const response = await fetch(`${server.url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    };
  };
  return {
    url: server.url,
    ask,
    async get<T>(path: string) {
      const { status, text, json } = await ask(`GET ${path}`);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return json() as T;
    },
    stop: () => server.stop(),
  };
}
