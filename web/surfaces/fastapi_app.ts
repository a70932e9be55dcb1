/**
 * The frame of a compatibility surface: which route a request belongs to, and what the original programs' framework
 * answers when there is none, when the method is another, when the path ends in a slash, when validation fails and when
 * something breaks. Routing is done here and not by Hono because these answers are part of the protocol.
 *
 * @module
 */
import { Hono } from "hono";
import { type ErrorCode, PanalError } from "../../crdt/mod.ts";
import {
  allowsOrigin,
  type CorsPolicy,
  preflightResponse,
  withCors,
} from "./fastapi_cors.ts";
import type { RequestFrom } from "../route.ts";
import { type JsonValue, writeJson } from "./fastapi_json.ts";
import { problemsBody, type ValidationProblem } from "./fastapi_validation.ts";

/** A request as a route sees it. */
export interface SurfaceRequest {
  /** The request itself. */
  readonly raw: Request;
  /** The value of the path's `{…}` part; empty without one. */
  readonly param: string;
  /** The asking machine's network address; left out if it came through no listener. */
  readonly address?: string | undefined;
}

/** Answers a request. */
export type RouteHandler = (
  request: SurfaceRequest,
) => Response | Promise<Response>;

/** A route, in the order of registration. */
export interface Route {
  /** The method. */
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path, with at most one `{…}` part, a whole segment. */
  readonly path: string;
  /** What answers. */
  readonly handle: RouteHandler;
  /** True for description pages, which also answer HEAD. */
  readonly page?: boolean;
  /** What the route writes. */
  readonly subject?: Subject;
}

/** What a route writes: the subject of the sentence that a client gets when it could not be written. */
export type Subject = "la venta" | "el cambio";

/** What a surface needs besides routes. */
export interface FrameOptions {
  /** Told of what broke inside, before the client is answered 500. */
  readonly onError?: (cause: unknown) => void;
  /** Which pages of other origins may use the surface; none if left out. */
  readonly cors?: CorsPolicy;
}

const FORM_TYPES = [
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
];

/**
 * A JSON answer.
 *
 * @param body The value.
 * @param status The status; 200 if left out.
 * @param headers Further headers.
 * @returns The response, `application/json` without a charset.
 */
export function jsonResponse(
  body: JsonValue,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(writeJson(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/**
 * A refusal with one sentence.
 *
 * @param status The status.
 * @param detail The sentence.
 * @returns `{"detail": …}`.
 */
export function detailResponse(status: number, detail: string): Response {
  return jsonResponse({ detail }, status);
}

/**
 * A 422 answer.
 *
 * @param problems What is wrong, in order.
 * @returns The response.
 */
export function problemsResponse(
  problems: readonly ValidationProblem[],
): Response {
  return jsonResponse(problemsBody(problems), 422);
}

const UNAVAILABLE: Partial<
  Record<ErrorCode, readonly [reason: string, advice: string]>
> = {
  "store_full": ["Disco lleno", "Libere espacio y reintente."],
  "store_failed": ["Fallo del disco", "Reintente."],
  "store_closed": ["El nodo se está deteniendo", "Reintente en un momento."],
  "node_stopping": ["El nodo se está deteniendo", "Reintente en un momento."],
  overloaded: ["Demasiadas solicitudes en espera", "Reintente en un momento."],
  forbidden: [
    "El certificado de este nodo no lo permite",
    "Avise al administrador.",
  ],
};

/**
 * The answer to a refusal that the original programs do not know: the node cannot write now.
 *
 * @param code The refusal's code.
 * @param subject What was not written; nothing is said of it if left out.
 * @returns A 503 answer; for a code that has no sentence of its own one that names the code.
 */
export function unavailable(code: ErrorCode, subject?: Subject): Response {
  if (code === "store_outcome_unknown") {
    return detailResponse(
      503,
      `Fallo del disco: no se sabe si ${
        subject ?? "el cambio"
      } se registró. Revise antes de reintentar.`,
    );
  }
  const [reason, advice] = UNAVAILABLE[code] ??
    [`No es posible ahora (${code})`, "Reintente."];
  return detailResponse(
    503,
    `${reason}${
      subject === undefined ? "" : `: ${subject} no se registró`
    }. ${advice}`,
  );
}

function brokenResponse(
  cause: unknown,
  route: Route,
  options: FrameOptions,
): Response {
  if (
    cause instanceof PanalError &&
    (cause.code in UNAVAILABLE || cause.code === "store_outcome_unknown")
  ) {
    return unavailable(cause.code, route.subject);
  }
  options.onError?.(cause);
  return new Response("Internal Server Error", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The value of the route's `{…}` part if the path fits, else undefined. */
function paramOf(route: Route, path: string): string | undefined {
  const open = route.path.indexOf("{");
  if (open < 0) return path === route.path ? "" : undefined;
  const tail = route.path.slice(route.path.indexOf("}") + 1);
  const end = path.length - tail.length;
  if (end <= open || !path.startsWith(route.path.slice(0, open))) {
    return undefined;
  }
  const value = path.slice(open, end);
  return path.endsWith(tail) && !value.includes("/") ? value : undefined;
}

function allows(route: Route, method: string): boolean {
  return route.method === method || (route.page === true && method === "HEAD");
}

function withoutRoute(request: Request, routes: readonly Route[]): Response {
  const url = new URL(request.url);
  const path = decoded(url.pathname);
  const fitting = routes.find((route) => paramOf(route, path) !== undefined);
  if (fitting !== undefined) {
    const allow = fitting.page === true
      ? `${fitting.method}, HEAD`
      : fitting.method;
    return jsonResponse({ detail: "Method Not Allowed" }, 405, { allow });
  }
  const shorter = trimSlashes(path);
  if (
    shorter !== path &&
    routes.some((route) => paramOf(route, shorter) !== undefined)
  ) {
    const location = `${url.origin}${trimSlashes(url.pathname)}${url.search}`;
    return new Response(null, { status: 307, headers: { location } });
  }
  return detailResponse(404, "Not Found");
}

function trimSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return path.slice(0, end);
}

/**
 * Whether a browser posts a form from a page of another host. Only what a page can send without asking first is looked
 * at: these media types.
 */
function isForeignForm(request: Request, cors?: CorsPolicy): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || ["GET", "HEAD", "OPTIONS"].includes(request.method)) {
    return false;
  }
  if (cors !== undefined && allowsOrigin(cors, origin)) return false;
  const type =
    request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ??
      "text/plain";
  if (!FORM_TYPES.includes(type)) return false;
  if (!URL.canParse(origin)) return true;
  const { protocol, host } = new URL(origin);
  const own = `${protocol}//${
    request.headers.get("host") ?? new URL(request.url).host
  }`;
  return !URL.canParse(own) || new URL(own).host !== host;
}

/**
 * Makes a surface of its routes.
 *
 * @param routes The routes, in the order of registration.
 * @param options What the surface needs besides.
 * @returns The application.
 */
export function createSurface(
  routes: readonly Route[],
  options: FrameOptions = {},
): Hono {
  const app = new Hono();
  const { cors } = options;
  app.all("*", async (context) => {
    const request = context.req.raw;
    // The listener's second argument.
    const from = context.env as Partial<RequestFrom> | undefined;
    const asked = { raw: request, address: from?.address ?? "" };
    if (cors === undefined) return await answer(asked, routes, options);
    return preflightResponse(request, cors) ??
      withCors(request, await answer(asked, routes, options), cors);
  });
  return app;
}

async function answer(
  { raw: request, address }: Omit<SurfaceRequest, "param">,
  routes: readonly Route[],
  options: FrameOptions,
): Promise<Response> {
  const path = decoded(new URL(request.url).pathname);
  const route = routes.find((candidate) =>
    allows(candidate, request.method) && paramOf(candidate, path) !== undefined
  );
  if (route === undefined) return withoutRoute(request, routes);
  if (isForeignForm(request, options.cors)) {
    return detailResponse(403, "Origen no permitido");
  }
  try {
    return await route.handle({
      raw: request,
      param: paramOf(route, path) ?? "",
      address,
    });
  } catch (cause) {
    return brokenResponse(cause, route, options);
  }
}
