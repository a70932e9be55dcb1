/**
 * How a request says who asks: a token in its header, or a session in a cookie, which event streams and pages need
 * because they cannot send headers.
 *
 * @module
 */
import type { PeopleUseCases, SignedIn } from "../nodes/mod.ts";

/** How the cookie's name begins; the port follows. */
const COOKIE = "panal_session";
const BEARER = /^Bearer +([^ ]+) *$/i;
const PORT = /:([0-9]{1,5})$/;
const SESSION_ID = /^[0-9a-f]{32}$/;

/** Headers by which proxies say for whom they ask. */
const PASSED_ON = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/**
 * Whether a proxy passed a request on: it then comes from the proxy's machine and is none of that machine's.
 *
 * @param request The request.
 * @returns True if it says so.
 */
export function isPassedOn({ headers }: Request): boolean {
  return PASSED_ON.some((name) => headers.has(name));
}

/** What a request carries. */
export interface Credentials {
  /** A token; empty for a header that is none. */
  readonly token?: string;
  /** A session's id. */
  readonly session?: string;
}

/**
 * Reads what a request carries. A header goes before a cookie: who sends one means it.
 *
 * @param request The request.
 * @returns Its token and its session, as far as there are any.
 */
export function credentialsOf(request: Request): Credentials {
  const { headers } = request;
  const authorization = headers.get("authorization");
  const cookies = headers.get("cookie");
  const session = cookies === null ? undefined : sessionOf(request, cookies);
  return {
    ...(authorization === null
      ? {}
      : { token: BEARER.exec(authorization)?.[1] ?? "" }),
    ...(session === undefined ? {} : { session }),
  };
}

function sessionOf(request: Request, cookies: string): string | undefined {
  const start = `${cookieName(request)}=`;
  return cookies.split(/; */)
    .filter((cookie) => cookie.startsWith(start))
    .map((cookie) => cookie.slice(start.length))
    .find((session) => SESSION_ID.test(session));
}

/**
 * The cookie's name. Browsers keep one set of cookies for all ports of a name (RFC 6265, section 8.5), so without the
 * port in it two nodes on one machine would sign each other's people out.
 */
function cookieName(request: Request): string {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const port = PORT.exec(host)?.[1];
  return port === undefined ? COOKIE : `${COOKIE}_${port}`;
}

/**
 * Who asks.
 *
 * @param people The node's people.
 * @param request The request.
 * @returns The caller; undefined if it has not signed in. At once unless a token is to be verified.
 */
export function callerOf(
  people: PeopleUseCases,
  request: Request,
): SignedIn | undefined | Promise<SignedIn | undefined> {
  const { token, session } = credentialsOf(request);
  if (token !== undefined) return people.verifyToken(token);
  return session === undefined ? undefined : people.session(session);
}

/**
 * Whether the reader of a stream is still who it was: nobody where nobody has to sign in, or a user that was not changed
 * since. Who is not connects again, and the guard judges anew; so does everybody while the users cannot be read.
 *
 * @param people The node's people.
 * @param caller Who opened the stream; undefined where nobody had to sign in.
 * @returns True if it may read on.
 */
export function isSameCaller(
  people: PeopleUseCases,
  caller: SignedIn | undefined,
): boolean {
  try {
    if (caller === undefined) return !people.hasUsers();
    const now = people.user(caller.user.id);
    return now?.active === true && now.changedAt === caller.user.changedAt;
  } catch {
    // A timer asks, also while the disk has failed and the store is closed: nothing may be thrown there.
    return false;
  }
}

/**
 * The header that hands a session to a browser, or takes it away.
 *
 * @param request The request, whose scheme says whether the cookie may travel without TLS.
 * @param session The session; undefined takes it away.
 * @returns A value of `set-cookie`.
 */
export function sessionCookie(request: Request, session?: string): string {
  const secure = request.url.startsWith("https:") ? "; Secure" : "";
  const end = session === undefined ? "; Max-Age=0" : "";
  return `${cookieName(request)}=${
    session ?? ""
  }; HttpOnly; SameSite=Strict; Path=/${secure}${end}`;
}
