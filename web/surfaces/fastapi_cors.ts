/**
 * Which pages of other origins may use a compatibility surface, in the words of the original programs' framework: the
 * answer to a browser's question before a request, and the headers of an answer.
 *
 * @module
 */

/** Which pages of other origins may use a surface. */
export interface CorsPolicy {
  /** Their origins, e.g. `http://localhost:3000`; `*` for all, which then are sent no credentials. */
  readonly origins: readonly string[] | "*";
  /** Whether pages of any port of this machine may, too. */
  readonly loopback?: boolean;
}

/** The original programs' pages, and pages of any port of this machine. */
export const PAGE_POLICY: CorsPolicy = {
  origins: ["http://localhost:3000", "http://localhost:3001"],
  loopback: true,
};

const METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
const MAX_AGE_SECONDS = 600;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether pages of an origin may use a surface.
 *
 * @param policy Which may.
 * @param origin The `Origin` of a request.
 * @returns True if they may.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const policy = { origins: ["http://localhost:3000"], loopback: true };
 * strictEqual(allowsOrigin(policy, "http://127.0.0.1:5173"), true);
 * strictEqual(allowsOrigin(policy, "http://example.org"), false);
 * ```
 */
export function allowsOrigin(policy: CorsPolicy, origin: string): boolean {
  if (policy.origins === "*" || policy.origins.includes(origin)) return true;
  if (policy.loopback !== true || !URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return /^https?:$/.test(protocol) && LOOPBACK.has(hostname);
}

/** Headers that every answer to a page has. */
function originHeaders(policy: CorsPolicy, origin: string): [string, string][] {
  if (policy.origins === "*") return [["access-control-allow-origin", "*"]];
  const credentials: [string, string] = [
    "access-control-allow-credentials",
    "true",
  ];
  return allowsOrigin(policy, origin)
    ? [["access-control-allow-origin", origin], credentials]
    : [credentials];
}

/**
 * The answer to a browser that asks whether a page may send a request.
 *
 * @param request The request.
 * @param policy Which pages may.
 * @returns 200 `OK`, or 400 with what is not allowed; undefined if the request asks no such thing.
 */
export function preflightResponse(
  request: Request,
  policy: CorsPolicy,
): Response | undefined {
  const { headers: sent, method } = request;
  const origin = sent.get("origin");
  const wanted = sent.get("access-control-request-method");
  if (origin === null || method !== "OPTIONS" || wanted === null) {
    return undefined;
  }
  const headers = new Headers([
    ...originHeaders(policy, origin),
    ["content-type", "text/plain; charset=utf-8"],
    ["access-control-allow-methods", METHODS],
    ["access-control-max-age", String(MAX_AGE_SECONDS)],
  ]);
  if (policy.origins !== "*") headers.set("vary", "Origin");
  const named = sent.get("access-control-request-headers");
  if (named !== null) headers.set("access-control-allow-headers", named);
  const failures = [
    ...(allowsOrigin(policy, origin) ? [] : ["origin"]),
    ...(METHODS.split(", ").includes(wanted) ? [] : ["method"]),
  ];
  return failures.length === 0
    ? new Response("OK", { headers })
    : new Response(`Disallowed CORS ${failures.join(", ")}`, {
      status: 400,
      headers,
    });
}

/**
 * An answer with the headers that let a page read it.
 *
 * @param request The request.
 * @param response The answer; it is changed.
 * @param policy Which pages may.
 * @returns The answer.
 */
export function withCors(
  request: Request,
  response: Response,
  policy: CorsPolicy,
): Response {
  const origin = request.headers.get("origin");
  if (origin === null) return response;
  for (const [name, value] of originHeaders(policy, origin)) {
    response.headers.set(name, value);
  }
  if (policy.origins !== "*" && allowsOrigin(policy, origin)) {
    response.headers.append("vary", "Origin");
  }
  return response;
}
