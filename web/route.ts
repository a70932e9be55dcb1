/**
 * One route of the native interface: its description, the schemas that parse its requests, and what it does.
 *
 * Each part of a request is parsed here by the schema that also describes it. The library's own validators are not
 * used: they read bodies without a bound and cost several times as much per request.
 *
 * @module
 */
import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ErrorCode, Result } from "../crdt/mod.ts";
import type { Refusal, SignedIn } from "../nodes/mod.ts";
import { readJson } from "./body.ts";
import { bodyTooLate, invalidRequest, problem, refused } from "./errors.ts";
import { describeRoute } from "./openapi.ts";

/** Where an answer carries what a use-case gave. */
const OUTCOME = Symbol("outcome");

/** An answer whose JSON body has the type that the route describes; error answers fit every type. */
export type Reply<T> = Response & { readonly __answer?: T };

/** What a route was asked, parsed. */
export interface Asked<P, Q, B> {
  /** Parts of the path. */
  readonly params: P;
  /** The query. */
  readonly query: Q;
  /** The body. */
  readonly body: B;
  /** The request itself, for its headers. */
  readonly request: Request;
  /** Who asks; undefined where nobody has to sign in. */
  readonly caller: SignedIn | undefined;
  /** Where it comes from; `127.0.0.1` where no listener says it. */
  readonly from: RequestFrom;
}

/** What a listener knows of a request besides the request. */
export interface RequestFrom {
  /** The asking machine's network address. */
  readonly address: string;
  /** The request's id, which its answer carries. */
  readonly requestId?: string;
  /** Waits for its body; undefined if the client takes too long to send it. */
  within?<T>(reading: Promise<T>): Promise<T | undefined>;
}

/** What a route is. */
export interface RouteSpec<P, Q, B, A> {
  /** In lower case. */
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With parameters in braces, e.g. `/v1/sales/{id}`. */
  readonly path: string;
  /** The path for the router, where a parameter takes slashes too. */
  readonly pattern?: string;
  /** A verb and a noun, unique. */
  readonly id: string;
  /** The resource. */
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  /** More, in Markdown. */
  readonly description?: string;
  /** Parses the path's parameters; what it refuses is 404. */
  readonly params?: z.ZodType<P>;
  /** Parses the query; what it refuses is 422. */
  readonly query?: z.ZodType<Q>;
  /** Parses the body; what it refuses is 422. */
  readonly body?: z.ZodType<B>;
  /** Describes the JSON that is answered. */
  readonly answer?: z.ZodType<A>;
  /** The media type of an answer that is not JSON. */
  readonly media?: readonly string[];
  /** What each successful status says; 200 with the summary if left out. */
  readonly statuses?: Readonly<Record<number, string>>;
  /** Codes with which it can refuse, besides those that every such route has. */
  readonly errors?: readonly ErrorCode[];
  /** Answers a parsed request. */
  readonly run: (
    asked: Asked<P, Q, B>,
  ) => Reply<NoInfer<A>> | Promise<Reply<NoInfer<A>>>;
}

/** A route as the application mounts it. */
export interface Route {
  /** A verb and a noun, unique; says in `access.ts` who may ask. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** The path in the router's form, e.g. `/v1/sales/:id`. */
  readonly pattern: string;
  /** Its entry in the OpenAPI document. */
  readonly config: RouteConfig;
  /** Parses and answers a request of a caller whom the guard let pass. */
  readonly handle: (
    context: Context,
    caller?: SignedIn,
  ) => Response | Promise<Response>;
}

/**
 * Makes a route.
 *
 * @param spec What it is.
 * @returns The route.
 */
export function defineRoute<
  P = undefined,
  Q = undefined,
  B = undefined,
  A = unknown,
>(spec: RouteSpec<P, Q, B, A>): Route {
  const handle = spec.body === undefined
    ? (context: Context, caller?: SignedIn) => {
      const asked = parseHead(spec, context, caller);
      return asked instanceof Response ? asked : spec.run(asked);
    }
    : withBody(spec, spec.body);
  return {
    id: spec.id,
    method: spec.method.toUpperCase(),
    pattern: spec.pattern ?? spec.path.replaceAll(/\{(.+?)\}/g, ":$1"),
    config: describeRoute(spec),
    handle,
  };
}

function withBody<P, Q, B, A>(
  spec: RouteSpec<P, Q, B, A>,
  schema: z.ZodType<B>,
): Route["handle"] {
  return async function handle(context, caller) {
    const asked = parseHead(spec, context, caller);
    if (asked instanceof Response) return asked;
    const reading = readJson(context.req.raw);
    const read = await (asked.from.within?.(reading) ?? reading);
    if (read === undefined) return bodyTooLate();
    if (!read.ok) return read.error;
    const body = schema.safeParse(read.value);
    if (!body.success) return invalidRequest("body", body.error.issues);
    return spec.run({ ...asked, body: body.data });
  };
}

function parseHead<P, Q, B, A>(
  spec: RouteSpec<P, Q, B, A>,
  context: Context,
  caller: SignedIn | undefined,
): Asked<P, Q, B> | Response {
  let params = undefined as P;
  let query = undefined as Q;
  if (spec.params !== undefined) {
    const parsed = spec.params.safeParse(context.req.param());
    if (!parsed.success) {
      return problem("not_found", "There is nothing under this id");
    }
    params = parsed.data;
  }
  if (spec.query !== undefined) {
    const parsed = spec.query.safeParse(context.req.query());
    if (!parsed.success) return invalidRequest("query", parsed.error.issues);
    query = parsed.data;
  }
  return {
    params,
    query,
    body: undefined as B,
    request: context.req.raw,
    caller,
    from: fromOf(context),
  };
}

const LOOPBACK: RequestFrom = { address: "127.0.0.1" };

/**
 * Where a request comes from; a façade without a listener is asked by its own program.
 *
 * @param context The request with what the listener knows of it.
 * @returns Where it comes from.
 */
export function fromOf(context: Context): RequestFrom {
  const from: Partial<RequestFrom> | undefined = context.env;
  // The address itself is not read: a listener looks it up when it is asked for.
  return from !== undefined && "address" in from
    ? from as RequestFrom
    : LOOPBACK;
}

/**
 * An answer with a JSON body.
 *
 * @param body What to answer.
 * @param status 200 if left out.
 * @param headers Further headers.
 * @returns The answer.
 */
export function reply<T>(
  body: T,
  status: number = 200,
  headers?: Readonly<Record<string, string>>,
): Reply<T> {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/**
 * The answer to a decision that was taken or refused.
 *
 * @param outcome What the use-case gave.
 * @param toReply The answer if it was taken.
 * @returns The answer.
 */
export function decided<T, W>(
  outcome: Result<T, Refusal>,
  toReply: (value: T) => Reply<W>,
): Reply<W> {
  if (!outcome.ok) return refused(outcome.error);
  const answer: Reply<W> & { [OUTCOME]?: unknown } = toReply(outcome.value);
  answer[OUTCOME] = outcome.value;
  return answer;
}

/**
 * What a use-case gave for an answer.
 *
 * @param answer The answer.
 * @returns What `decided` was given; undefined for any other answer.
 */
export function outcomeOf(answer: Response): unknown {
  return (answer as { readonly [OUTCOME]?: unknown })[OUTCOME];
}

/**
 * Who did something, for the list of what administrators did.
 *
 * @param caller Who asks; undefined where nobody has to sign in.
 * @returns The `by` of a use-case's input, or nothing.
 */
export function actorOf(
  caller: SignedIn | undefined,
): { readonly by?: SignedIn["actor"] } {
  return caller === undefined ? {} : { by: caller.actor };
}
