/**
 * Asks the node that served the page: JSON in, JSON out, a deadline for each request, refusals as values.
 *
 * @module
 */

/** One thing that is wrong with a request. */
export interface FieldProblem {
  readonly in: string;
  /** Parts joined by dots, e.g. `lines.0.quantity`. */
  readonly path: string;
  readonly message: string;
}

/** Why a request was refused (RFC 9457), or `unreachable` where no answer came. */
export interface Problem {
  /** 0 where no answer came. */
  readonly status: number;
  /** A stable code of the node, or `unreachable`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What came of a request. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | { readonly ok: false; readonly problem: Problem };

/** How a request is made. */
export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until it counts as unreachable; {@linkcode TIMEOUT_MS} if left out. */
  readonly timeoutMs?: number;
}

/** The longest wait for an answer, in milliseconds. */
export const TIMEOUT_MS = 15_000;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const signedOutListeners = new Set<() => void>();

/**
 * Has a function called when the node no longer knows who asks.
 *
 * @param listener Called at each such answer.
 */
export function onSignedOut(listener: () => void): void {
  signedOutListeners.add(listener);
}

/**
 * Reads something.
 *
 * @param path With its query.
 * @param options A signal and a deadline.
 * @returns What the node says.
 */
export function read<T>(
  path: string,
  options: AskOptions = {},
): Promise<Answer<T>> {
  return ask("GET", path, undefined, options);
}

/**
 * Changes something. Give the body an id wherever the route takes one: after `unreachable` nobody knows whether it was
 * done, and only a repeat with the same id counts once.
 *
 * @param method The HTTP method.
 * @param path The route.
 * @param body What is sent as JSON; nothing if left out.
 * @param options A signal and a deadline.
 * @returns What the node says.
 */
export function change<T>(
  method: Exclude<Method, "GET">,
  path: string,
  body?: unknown,
  options: AskOptions = {},
): Promise<Answer<T>> {
  return ask(method, path, body, options);
}

/**
 * Reads a text, e.g. a receipt.
 *
 * @param path With its query.
 * @param options A signal and a deadline.
 * @returns The text.
 */
export function readText(
  path: string,
  options: AskOptions = {},
): Promise<Answer<string>> {
  return ask("GET", path, undefined, options);
}

async function ask<T>(
  method: Method,
  path: string,
  body: unknown,
  { signal, timeoutMs = TIMEOUT_MS }: AskOptions,
): Promise<Answer<T>> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(path, {
      method,
      signal: signal === undefined
        ? deadline
        : AbortSignal.any([signal, deadline]),
      cache: "no-store",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const isText = response.headers.get("content-type")
      ?.startsWith("text/") === true;
    const value: unknown = isText
      ? await response.text()
      : await response.json();
    if (response.ok) {
      return { ok: true, value: value as T, status: response.status };
    }
    if (response.status === 401) {
      for (const listener of signedOutListeners) listener();
    }
    return { ok: false, problem: problemOf(response.status, value) };
  } catch (error) {
    return { ok: false, problem: unreachable(error) };
  }
}

function problemOf(status: number, value: unknown): Problem {
  const body = (typeof value === "object" && value !== null ? value : {}) as
    & Partial<Problem>
    & object;
  return {
    ...body,
    status,
    code: body.code ?? "internal",
    title: body.title ?? `HTTP ${status}`,
    detail: body.detail ?? "",
  };
}

function unreachable(error: unknown): Problem {
  return {
    status: 0,
    code: "unreachable",
    title: "The node does not answer.",
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** What a page of a list looks like on the wire. */
export interface WirePage<T> {
  readonly items: readonly T[];
  /** How many the whole list has; null where that is not known cheaply. */
  readonly total: number | null;
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
}

/**
 * A path with a query.
 *
 * @param path Without a query.
 * @param query Values; those undefined or empty are left out.
 * @returns The path and what is to be asked.
 */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}
