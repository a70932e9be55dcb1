/**
 * Who may ask at all, before any route is looked at: names under which the node answers, sign-in, roles, and browsers
 * that act for other sites.
 *
 * @module
 */
import type { PeopleUseCases, SignedIn } from "../nodes/mod.ts";
import { type Access, hasRole, isRole } from "./access.ts";
import { callerOf, isPassedOn } from "./credentials.ts";
import { problem, roleTooLow, signInRequired } from "./errors.ts";

/** What is asked of every request. */
export interface GuardOptions {
  /**
   * True refuses everything but `/v1/health` and what is for everyone with 401 while there are no users; what a proxy
   * passed on always is.
   */
  readonly requireSignIn: boolean;
  /** Names, without port, that a Host header may carry besides the loopback names; any name if left out. */
  readonly allowedHosts?: readonly string[];
}

/** A request that may pass, and who asks; undefined where nobody has to sign in. */
export interface Passed {
  /** Who asks. */
  readonly caller: SignedIn | undefined;
}

/** Gives the answer that refuses a request, or lets it pass; at once unless a token is to be verified. */
export type Guard = (
  request: Request,
  path: string,
  access: Access,
) => Response | Passed | Promise<Response | Passed>;

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;
const NOBODY: Passed = { caller: undefined };

/**
 * Makes the guard of a node's addresses.
 *
 * A page of another site can make a browser send requests here. It cannot forge `Origin` or `Sec-Fetch-Site`, so a
 * request that changes something must carry the origin of this address or none, and must not say that it comes from
 * another; and it can rebind its own name to this address, so where `allowedHosts` is given, a request must name one of
 * them.
 *
 * @param options What is asked of every request.
 * @param people The node's people; asked only where it matters who asks.
 * @returns The guard.
 */
export function createGuard(
  options: GuardOptions,
  people: () => PeopleUseCases,
): Guard {
  const names = options.allowedHosts === undefined
    ? undefined
    : new Set(options.allowedHosts.map((name) => name.toLowerCase()));
  return function guard(request, path, access) {
    const host = hostOf(request);
    if (names !== undefined && !isAllowed(host, names)) return foreignHost();
    const open = path === "/v1/health" || access === "everyone";
    const needed = !open && people().hasUsers();
    if (
      !needed && !open && (options.requireSignIn || isPassedOn(request))
    ) return signInRequired(false);
    if (!isOwnOrigin(request, host)) return foreignOrigin();
    if (!needed) return access === "signed_in" ? found() : NOBODY;
    return access === "anybody" ? NOBODY : found();

    /** Passes those who may; with no users also those who are nobody. */
    function found(): Response | Passed | Promise<Response | Passed> {
      const caller = callerOf(people(), request);
      const judge = (one: SignedIn | undefined) =>
        one === undefined
          ? needed ? signInRequired(true) : NOBODY
          : judged(one, access);
      return caller instanceof Promise ? caller.then(judge) : judge(caller);
    }
  };
}

function judged(caller: SignedIn, access: Access): Response | Passed {
  if (!isRole(access)) return { caller };
  if (caller.user.mustChangePassword) return passwordFirst();
  return hasRole(caller.user, access) ? { caller } : roleTooLow(access);
}

function isOwnOrigin(request: Request, host: string): boolean {
  const { method } = request;
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") {
    return true;
  }
  const site = request.headers.get("sec-fetch-site");
  if (site === "cross-site" || site === "same-site") return false;
  const origin = request.headers.get("origin");
  return origin === null || originHost(origin) === host;
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

function passwordFirst(): Response {
  return problem(
    "forbidden",
    "Cannot do this before your password is changed: POST /v1/users/{id}/password",
    { title: "The password must be changed first." },
  );
}
