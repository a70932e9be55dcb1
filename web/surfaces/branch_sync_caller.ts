/**
 * Who asks: by a token of this node, by a session that this node issued, or, on this machine alone, by the session that
 * the original screens share because they send nothing.
 *
 * @module
 */
import type { SignedIn } from "../../nodes/mod.ts";
import { isPassedOn } from "../credentials.ts";
import type { Call, Caller, Surface } from "./branch_sync_frame.ts";

/** The session of callers on this machine that send no credential. */
export const LOCAL_SESSION = { fixed: "loopback" } as const;

const SESSION = /^[0-9a-f]{32}$/;
const BEARER = /^Bearer +([A-Za-z0-9_.~+/=-]{1,4096})$/i;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
const LOCAL_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
/** Characters of a token that tell it from others: the end of its signature. */
const TOKEN_KEY_LENGTH = 43;

/**
 * Whether a network address is this machine's loopback.
 *
 * @param address An address.
 * @returns True for 127.0.0.0/8 and ::1.
 */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

/**
 * Whether a request that comes from loopback is meant for it. A page of another site can give its own name this address,
 * but its browser then still names the page's site; and a proxy on this machine passes on what others ask.
 *
 * @param request The request.
 * @returns True for `localhost` and loopback addresses, with any port, unless somebody passed the request on.
 */
export function namesLocal(request: Request): boolean {
  if (isPassedOn(request)) return false;
  const host = request.headers.get("host") ?? new URL(request.url).host;
  return LOCAL_NAME.test(host);
}

/**
 * The address under which somebody signs in. What comes from loopback and is not meant for it is no caller on this
 * machine: the password that everybody knows opens nothing for it.
 *
 * @param call The request.
 * @returns The address, or what stands for it.
 */
export function addressOf({ address, isLocal }: Call): string {
  return isLoopback(address) && !isLocal ? `${address} for others` : address;
}

/**
 * Finds out who asks. A credential that was sent decides: one that does not hold is not replaced by the local session.
 *
 * @param surface The surface.
 * @param request The request.
 * @param isLocal True if it comes from this machine, under its own name.
 * @returns Who asks; undefined if nobody is known.
 */
export async function findCaller(
  { useCases: { people }, code, site }: Surface,
  request: Request,
  isLocal: boolean,
): Promise<Caller | undefined> {
  const { headers } = request;
  const authorization = headers.get("authorization");
  const session = headers.get("x-session-id");
  let found: Caller | undefined;
  if (authorization !== null) {
    const token = BEARER.exec(authorization.trim())?.[1];
    if (token === undefined) return undefined;
    const key = token.slice(-TOKEN_KEY_LENGTH);
    found = callerOf(await people.verifyToken(token), key, token);
  } else if (session !== null) {
    if (!SESSION.test(session)) return undefined;
    found = callerOf(people.session(session), session);
  } else if (isLocal) {
    found = callerOf(people.session(LOCAL_SESSION), LOCAL_SESSION.fixed);
  }
  if (found === undefined || !found.user.active) return undefined;
  const only = found.user.site;
  return only === null || only === (site ?? code) ? found : undefined;
}

function callerOf(
  signedIn: SignedIn | undefined,
  key: string,
  token: string | null = null,
): Caller | undefined {
  return signedIn === undefined ? undefined : { ...signedIn, key, token };
}

/**
 * Ends what a caller asks by.
 *
 * @param surface The surface.
 * @param caller Who asks.
 */
export async function endCaller(
  { useCases: { people } }: Surface,
  { key, token }: Caller,
): Promise<void> {
  if (token !== null) return await people.revokeToken(token);
  const { fixed } = LOCAL_SESSION;
  await people.closeSession(key === fixed ? LOCAL_SESSION : key);
}
