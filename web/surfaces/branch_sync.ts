/**
 * The surface of the branch software: what its screens ask of their branch, and what branches send to their central.
 *
 * Every answer is JSON of the address's family, whatever was asked; nothing of a fault but a sentence gets out.
 *
 * @module
 */
import { Hono } from "hono";
import { type Clock, sha256 } from "../../crdt/mod.ts";
import type { Metrics, UseCases } from "../../nodes/mod.ts";
import type { WebApp } from "../app.ts";
import { authRoutes } from "./branch_sync_auth.ts";
import {
  BODY_BYTES_MAX,
  type BodyReader,
  createBodyReader,
  MESSAGE_BYTES_MAX,
} from "./branch_sync_body.ts";
import { findCaller, isLoopback, namesLocal } from "./branch_sync_caller.ts";
import {
  mayAsk,
  type PageOrigin,
  preflight,
  withOrigin,
} from "./branch_sync_cors.ts";
import type { Call, Caller, Route, Surface } from "./branch_sync_frame.ts";
import {
  createRateLimit,
  MESSAGES_PER_MINUTE,
  type RateLimit,
  WRITES_PER_MINUTE,
} from "./branch_sync_limits.ts";
import { createStockMemory } from "./branch_sync_memory.ts";
import { productRoutes } from "./branch_sync_products.ts";
import { reportRoutes } from "./branch_sync_reports.ts";
import { saleRoutes } from "./branch_sync_sales.ts";
import { syncRoutes } from "./branch_sync_sync.ts";
import { userRoutes } from "./branch_sync_users.ts";
import { brokenBy, familyOf, refusal } from "./branch_sync_wire.ts";

const METRICS_PATH = "/metrics";
/** How requests to addresses that there are not are counted. */
const NO_ROUTE = "none";
/** Milliseconds within which an address answers, longer than a push waits; what it does by then goes on. */
export const ANSWER_MS_MAX = 75_000;
/** The code of a node that has no site and no setting that gives it one. */
const CODE_WITHOUT_SITE = "CEN";

/** What the surface needs besides the node. */
export interface BranchSyncOptions {
  /** Tells the time and measures limits. */
  readonly clock: Clock;
  /** The code under which the node answers; its site's if left out. */
  readonly code?: string;
  /** The name that goes with it; what the mesh knows of the site if left out. */
  readonly name?: string;
  /** Origins of pages that may use the surface from other machines. */
  readonly origins?: readonly string[];
  /** The most bytes that a branch's message inflates to; 16 MiB if left out. */
  readonly messageBytesMax?: number;
  /** Messages a minute of one branch; 60 if left out. */
  readonly messagesPerMinute?: number;
  /** Counts requests, and is what `GET /metrics` answers on this machine; nothing is there if left out. */
  readonly metrics?: Pick<Metrics, "countRequest" | "text">;
  /** Told of what broke inside, before the client is answered 500. */
  readonly onError?: (cause: unknown) => void;
}

/** A surface with everything it works with. */
interface Frame {
  readonly surface: Surface;
  readonly options: BranchSyncOptions;
  readonly routes: ReadonlyMap<string, readonly Route[]>;
  readonly bodies: BodyReader;
  readonly writes: RateLimit;
}

/**
 * Makes the surface.
 *
 * @param useCases The node.
 * @param options What the surface needs besides.
 * @returns An application for a listener of its own; who asks is what its listener says.
 */
export function createBranchSync(
  useCases: UseCases,
  options: BranchSyncOptions,
): WebApp {
  const { clock } = options;
  const { site } = useCases.node;
  const code = options.code ?? site ?? CODE_WITHOUT_SITE;
  const surface: Surface = {
    useCases,
    clock,
    code,
    get name() {
      return options.name ?? useCases.branchSync.branches()
        .find((branch) => branch.site === code)?.name ??
        code;
    },
    site,
    served: createStockMemory(),
  };
  const messages = createRateLimit(
    clock,
    options.messagesPerMinute ?? MESSAGES_PER_MINUTE,
  );
  const routes = Map.groupBy([
    ...authRoutes(surface),
    ...userRoutes(surface),
    ...productRoutes(surface),
    ...saleRoutes(surface),
    ...reportRoutes(surface),
    ...syncRoutes(surface, messages),
  ], ({ path }) => path);
  const frame: Frame = {
    surface,
    options,
    routes,
    bodies: createBodyReader(clock),
    writes: createRateLimit(clock, WRITES_PER_MINUTE),
  };
  const app = new Hono();
  // HEAD arrives as GET, and its answer's body is left out.
  app.all("*", (context) => {
    const from = context.env as { readonly address?: string } | undefined;
    return respond(frame, context.req.raw, from?.address ?? "");
  });
  return app;
}

async function respond(
  frame: Frame,
  request: Request,
  address: string,
): Promise<Response> {
  const page: PageOrigin = {
    origin: request.headers.get("origin"),
    isLoopback: isLoopback(address),
    origins: frame.options.origins ?? [],
  };
  if (request.method === "OPTIONS") return preflight(page, request);
  const { pathname } = new URL(request.url);
  const family = familyOf(pathname.toLowerCase());
  try {
    const answered = await dispatch(frame, request, {
      page,
      address,
      pathname,
    });
    return withOrigin(page, await withTag(request, answered));
  } catch (cause) {
    const answered = brokenBy(family, cause);
    if (answered.status === 500) frame.options.onError?.(cause);
    return withOrigin(page, answered);
  }
}

/** Where a request comes from, and what it asks for. */
interface Asked {
  readonly page: PageOrigin;
  readonly address: string;
  readonly pathname: string;
}

/** An answer within a bound: nothing that the node waits for keeps a client waiting for ever. */
async function inTime(
  clock: Clock,
  family: Call["family"],
  answered: Response | Promise<Response>,
): Promise<Response> {
  const late = Promise.withResolvers<Response>();
  const timer = clock.timer(ANSWER_MS_MAX, () =>
    late.resolve(
      refusal(
        family,
        503,
        "Sigue en curso: revise antes de reintentar",
        { "retry-after": "10" },
      ),
    ));
  try {
    return await Promise.race([answered, late.promise]);
  } finally {
    timer.cancel();
  }
}

/** Segments of a path as the original framework compares them: without regard to case and to a slash at the end. */
function findRoutes(
  routes: Frame["routes"],
  pathname: string,
): { readonly found: readonly Route[]; readonly param: string } | undefined {
  const path = pathname.length > 1 && pathname.endsWith("/")
    ? pathname.slice(0, -1)
    : pathname;
  const plain = routes.get(path.toLowerCase());
  if (plain !== undefined) return { found: plain, param: "" };
  const segments = path.split("/");
  for (const at of [3, 4]) {
    const value = segments[at];
    if (value === undefined || value === "") continue;
    const pattern = segments.with(at, ":id").join("/").toLowerCase();
    const found = routes.get(pattern);
    const param = decoded(value);
    if (found !== undefined && param !== undefined) return { found, param };
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function dispatch(
  frame: Frame,
  request: Request,
  { page, address, pathname }: Asked,
): Promise<Response> {
  const { options } = frame;
  const family = familyOf(pathname.toLowerCase());
  const isLocal = page.isLoopback && namesLocal(request);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (pathname === METRICS_PATH && method === "GET" && isLocal) {
    const text = await options.metrics?.text();
    if (text !== undefined) return metricsAnswer(text);
  }
  const matched = findRoutes(frame.routes, pathname);
  const route = matched?.found.find((one) => one.method === method);
  if (matched === undefined || route === undefined) {
    options.metrics?.countRequest(NO_ROUTE, 404);
    return refusal(family, 404, "No existe esa dirección");
  }
  const { param } = matched;
  const answered = await admit(frame, request, {
    ...{ page, address, family, method, isLocal, route, param },
  });
  options.metrics?.countRequest(route.path, answered.status);
  return answered;
}

/** A request to an address that there is. */
interface Admission {
  readonly page: PageOrigin;
  readonly address: string;
  readonly family: Call["family"];
  readonly method: string;
  readonly isLocal: boolean;
  readonly route: Route;
  readonly param: string;
}

/** Lets a request pass to its route, or says why not: before its body is read, if that can be said before. */
async function admit(
  frame: Frame,
  request: Request,
  { page, address, family, method, isLocal, route, param }: Admission,
): Promise<Response> {
  const { surface, options } = frame;
  if (method !== "GET") {
    if (!mayAsk(page)) return refusal(family, 403, "Origen no permitido");
    const wait = page.isLoopback ? 0 : frame.writes.count(address);
    if (wait > 0) return tooMany(family, wait);
  }
  const isOpen = route.access === "open" || route.access === "sender";
  const caller = isOpen
    ? undefined
    : await findCaller(surface, request, isLocal);
  const denied = isOpen ? undefined : denial(route, caller, family);
  if (denied !== undefined) return denied;
  const bytesMax = route.access === "sender"
    ? options.messageBytesMax ?? MESSAGE_BYTES_MAX
    : BODY_BYTES_MAX;
  const body = method === "GET"
    ? undefined
    : await frame.bodies.read(request, bytesMax);
  if (body?.ok === false) {
    const { status, text } = body.error;
    return refusal(family, status, text);
  }
  const call: Call = {
    raw: request,
    family,
    param,
    query: new URL(request.url).searchParams,
    address,
    isLocal,
    body: (body?.value ?? {}) as Call["body"],
    caller,
  };
  return await inTime(surface.clock, family, route.handle(call));
}

/** Why a caller may not ask; undefined if it may. */
function denial(
  route: Route,
  caller: Caller | undefined,
  family: Call["family"],
): Response | undefined {
  if (caller === undefined) {
    return refusal(family, 401, "Debe iniciar sesión");
  }
  const { role, mustChangePassword } = caller.user;
  if (mustChangePassword && route.beforePassword !== true) {
    return refusal(
      family,
      403,
      "Debe cambiar su contraseña antes de continuar",
    );
  }
  if (route.access === "admin" && role !== "admin") {
    return refusal(family, 403, "Solo un administrador puede hacer esto");
  }
  return route.access === "manager" && role === "cashier"
    ? refusal(family, 403, "Un cajero no puede hacer esto")
    : undefined;
}

/**
 * The answer to a client that asks too often.
 *
 * @param family The form of the address.
 * @param seconds When it may ask again.
 * @returns Status 429.
 */
function tooMany(family: Call["family"], seconds: number): Response {
  return refusal(
    family,
    429,
    `Demasiadas solicitudes: reintente en ${seconds} s`,
    { "retry-after": String(seconds) },
  );
}

function metricsAnswer(text: string): Response {
  return new Response(text, {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

/** Bytes of a tag. */
const TAG_BYTES = 15;

/** A reading with its weak tag, or 304 without a body if the client has the same already. */
async function withTag(
  request: Request,
  answered: Response,
): Promise<Response> {
  const isReading = request.method === "GET" || request.method === "HEAD";
  if (!isReading || answered.status !== 200) return answered;
  const bytes = new Uint8Array(await answered.arrayBuffer());
  const digest = sha256(bytes).subarray(0, TAG_BYTES);
  const tag = `W/"${bytes.length.toString(16)}-${
    btoa(String.fromCharCode(...digest))
  }"`;
  const headers = new Headers(answered.headers);
  headers.set("etag", tag);
  if (!isKnown(request.headers.get("if-none-match"), tag)) {
    headers.set("content-length", String(bytes.length));
    return new Response(bytes, { headers });
  }
  headers.delete("content-type");
  return new Response(null, { status: 304, headers });
}

/** Tags are compared weakly: the mark before them does not matter. */
function isKnown(header: string | null, tag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  const bare = (text: string) => text.trim().replace(/^W\//, "");
  return header.split(",").some((one) => bare(one) === bare(tag));
}
