/**
 * Which pages may use the branch software's surface. The original screens are loaded from a file, so their browser sends
 * the origin `null`: on this machine that is let in, from elsewhere only pages that a setting names.
 *
 * @module
 */
import { allowsOrigin } from "./fastapi_cors.ts";

const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";

/** Where a request comes from. */
export interface PageOrigin {
  /** The `Origin` header; null without one. */
  readonly origin: string | null;
  /** True if the request comes from this machine. */
  readonly isLoopback: boolean;
  /** Origins of pages that a setting names. */
  readonly origins: readonly string[];
}

/**
 * Whether a page may use the surface.
 *
 * @param page Where the request comes from.
 * @returns True if it may, and where no page asks.
 */
export function mayAsk({ origin, isLoopback, origins }: PageOrigin): boolean {
  if (origin === null) return true;
  if (isLoopback && origin === "null") return true;
  return allowsOrigin({ origins, loopback: isLoopback }, origin);
}

/**
 * An answer with the headers that let a page read it.
 *
 * @param page Where the request comes from.
 * @param response The answer; it is changed.
 * @returns The answer.
 */
export function withOrigin(page: PageOrigin, response: Response): Response {
  const { origin, isLoopback } = page;
  const { headers } = response;
  if (isLoopback && (origin === null || origin === "null")) {
    headers.set("access-control-allow-origin", "*");
  } else if (origin !== null && mayAsk(page)) {
    headers.set("access-control-allow-origin", origin);
    headers.append("vary", "Origin");
  }
  return response;
}

/**
 * The answer to a browser that asks whether a page may send a request.
 *
 * @param page Where the request comes from.
 * @param request The request.
 * @returns 204 without a body.
 */
export function preflight(page: PageOrigin, request: Request): Response {
  const named = request.headers.get("access-control-request-headers");
  const headers = new Headers({
    "access-control-allow-methods": METHODS,
    "vary": "Access-Control-Request-Headers",
  });
  if (named !== null) headers.set("access-control-allow-headers", named);
  return withOrigin(page, new Response(null, { status: 204, headers }));
}
