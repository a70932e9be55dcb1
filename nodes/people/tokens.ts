/**
 * Tokens of a node: signed with keys of its own that change every 30 days, ended one by one by their ids.
 *
 * @module
 */
import {
  type Clock,
  ok,
  PanalError,
  type Random,
  type Row,
  toHex,
  type Writer,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import { REVOKED_TOKENS, TOKEN_KEYS } from "../tables.ts";
import type { TokenClaims, TokenKey, WebTokens } from "./people_ports.ts";

/** How long a token lasts, in seconds. */
export const TOKEN_SECONDS = 12 * 3_600;
/** After how long a new key signs, in milliseconds. */
export const KEY_MS = 30 * 86_400_000;
/** Most tokens that are ended before their time; beyond, all end, with the keys that signed them. */
export const REVOKED_MAX = 10_000;
/** Most tokens whose signature is known to be right. */
const CHECKED_MAX = 1_000;
/** Longest token that is looked at, in characters. */
const TOKEN_LENGTH_MAX = 4_096;
const SECRET_BYTES = 32;
const ID_BYTES = 16;

interface StoredKey extends TokenKey {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
}

/** What a token is to say, but for its id and its times. */
export type TokenSubject = Omit<TokenClaims, "iat" | "exp" | "jti">;

/** The tokens of a node. */
export interface Tokens {
  /** Issues one. */
  issue(
    subject: TokenSubject,
  ): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** What one says; undefined if it is none of this node's, is over or was ended. */
  verify(token: string): Promise<TokenClaims | undefined>;
  /** Ends one. */
  revoke(token: string): Promise<void>;
}

/** What tokens work with. */
export interface TokenParts {
  /** Where keys are stored. */
  readonly replica: Replica;
  /** When tokens end. */
  readonly clock: Clock;
  /** Draws keys and ids. */
  readonly random: Random;
  /** Signs and verifies. */
  readonly tokens: WebTokens;
}

interface TokenState {
  /** The newest first. */
  keys: readonly StoredKey[];
  /** Ids of tokens that were ended, and when they would have. */
  readonly revoked: Map<string, number>;
  /** Tokens whose signature was right. */
  readonly checked: Map<string, TokenClaims>;
}

function load({ replica }: TokenParts): TokenState {
  const keys = replica.reader.scan(TOKEN_KEYS).map((row) => ({
    kid: String(row["kid"]),
    secret: row["secret"] as Uint8Array,
    at: Number(row["at"]),
  }));
  const revoked = replica.reader.scan(REVOKED_TOKENS).map((
    row,
  ): [string, number] => [String(row["jti"]), Number(row["exp"])]);
  return {
    keys: keys.toSorted((a, b) => b.at - a.at),
    revoked: new Map(revoked),
    checked: new Map(),
  };
}

const keyRow = ({ kid, secret, at }: StoredKey): Row => ({ kid, secret, at });

/** Writes rows of this node alone; what is refused is thrown, since a token must not outlive what ended it. */
async function write(
  replica: Replica,
  body: (writer: Writer) => void,
): Promise<void> {
  const done = await replica.decide(({ writer }) => ok(body(writer)));
  if (!done.ok) throw new PanalError(done.error.code, done.error.message);
}

/** Changes the keys, in memory and in the store. */
async function setKeys(
  { replica }: TokenParts,
  state: TokenState,
  keys: readonly StoredKey[],
): Promise<void> {
  const before = state.keys;
  const gone = before.filter((key) => !keys.includes(key));
  state.keys = keys;
  try {
    await write(replica, (writer) => {
      for (const { kid } of gone) writer.delete(TOKEN_KEYS, [kid]);
      for (const key of keys) writer.put(TOKEN_KEYS, keyRow(key));
    });
  } catch (error) {
    state.keys = before;
    throw error;
  }
}

/** The key that signs today; a new one if the last is too old. Keys stay until their last token is over. */
async function signingKey(
  parts: TokenParts,
  state: TokenState,
): Promise<TokenKey> {
  const now = parts.clock.now();
  const [newest] = state.keys;
  if (newest !== undefined && now - newest.at < KEY_MS) return newest;
  const key: StoredKey = {
    kid: toHex(parts.random.bytes(8)),
    secret: parts.random.bytes(SECRET_BYTES),
    at: now,
  };
  const kept = state.keys.filter(({ at }) =>
    now < at + KEY_MS + TOKEN_SECONDS * 1000
  );
  await setKeys(parts, state, [key, ...kept]);
  return key;
}

/** Ends a token; with too many ended ones, all of them. */
async function revoke(
  parts: TokenParts,
  state: TokenState,
  { jti, exp }: TokenClaims,
): Promise<void> {
  const { replica, clock } = parts;
  const { revoked, checked } = state;
  const over = [...revoked].filter(([, end]) => end * 1000 <= clock.now());
  for (const [id] of over) revoked.delete(id);
  if (revoked.size >= REVOKED_MAX) {
    checked.clear();
    await setKeys(parts, state, []);
  }
  revoked.set(jti, exp);
  await write(replica, (writer) => {
    for (const [id] of over) writer.delete(REVOKED_TOKENS, [id]);
    writer.put(REVOKED_TOKENS, { jti, exp });
  });
}

/**
 * Makes the tokens of a node, with the keys that it had before.
 *
 * @param parts What they work with.
 * @returns The tokens.
 */
export function createTokens(parts: TokenParts): Tokens {
  const { clock, random, tokens } = parts;
  const state = load(parts);
  const read = async (token: string) => {
    const { checked } = state;
    const known = checked.get(token);
    if (known !== undefined) return known;
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    const claims = await tokens.verify(token, state.keys, clock.now());
    if (claims === undefined) return undefined;
    if (checked.size >= CHECKED_MAX) checked.clear();
    checked.set(token, claims);
    return claims;
  };
  const verify = async (token: string) => {
    const claims = await read(token);
    const over = claims === undefined ||
      claims.exp * 1000 <= clock.now() || state.revoked.has(claims.jti);
    return over ? undefined : claims;
  };
  return {
    async issue(subject) {
      const key = await signingKey(parts, state);
      const iat = Math.floor(clock.now() / 1000);
      const exp = iat + TOKEN_SECONDS;
      const jti = toHex(random.bytes(ID_BYTES));
      const token = await tokens.sign({ ...subject, iat, exp, jti }, key);
      return { token, expiresAt: exp * 1000 };
    },
    verify,
    async revoke(token) {
      const claims = await verify(token);
      if (claims !== undefined) await revoke(parts, state, claims);
    },
  };
}
