/**
 * Who may ask at all, before any route is looked at: names under which the node answers, sign-in, and browsers that
 * act for other sites.
 *
 * @module
 */
import { problem, signInRequired } from "./errors.ts";

/** What is asked of every request. */
export interface GuardOptions {
  /** True refuses everything but `/v1/health` with 401. */
  readonly requireSignIn: boolean;
  /** Names, without port, that a Host header may carry besides the loopback names; any name if left out. */
  readonly allowedHosts?: readonly string[];
}

/** Gives the answer that refuses a request, or undefined if it may pass. */
export type Guard = (request: Request, path: string) => Response | undefined;

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

/**
 * Makes the guard of a node's addresses.
 *
 * A page of another site can make a browser send requests here. It cannot forge `Origin`, so a request that changes
 * something must carry the origin of this address or none; and it can rebind its own name to this address, so where
 * `allowedHosts` is given, a request must name one of them.
 *
 * @param options What is asked of every request.
 * @returns The guard.
 */
export function createGuard(options: GuardOptions): Guard {
  const names = options.allowedHosts === undefined
    ? undefined
    : new Set(options.allowedHosts.map((name) => name.toLowerCase()));
  return function guard(request, path) {
    const host = hostOf(request);
    if (names !== undefined && !isAllowed(host, names)) return foreignHost();
    if (options.requireSignIn && path !== "/v1/health") return signInRequired();
    const { method } = request;
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") {
      return undefined;
    }
    const origin = request.headers.get("origin");
    return origin === null || originHost(origin) === host
      ? undefined
      : foreignOrigin();
  };
}

function hostOf(request: Request): string {
  const header = request.headers.get("host");
  if (header !== null) return header.toLowerCase();
  const start = request.url.indexOf("://") + 3;
  const end = request.url.indexOf("/", start);
  return request.url.slice(start, end === -1 ? undefined : end).toLowerCase();
}

function isAllowed(host: string, names: ReadonlySet<string>): boolean {
  const name = host.replace(/:[0-9]*$/, "");
  return LOOPBACK.test(name) || names.has(name);
}

function originHost(origin: string): string {
  const start = origin.indexOf("://");
  return start === -1 ? "" : origin.slice(start + 3).toLowerCase();
}

function foreignHost(): Response {
  return problem(
    "forbidden",
    "Cannot answer under this host name; use the address that the node printed when it started",
    { title: "The request names a host that this node is not." },
  );
}

function foreignOrigin(): Response {
  return problem(
    "forbidden",
    "Cannot take a change from a page of another site",
    { title: "The request comes from a page of another site." },
  );
}
