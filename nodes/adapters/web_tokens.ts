/**
 * JSON Web Tokens, signed with HMAC-SHA-256: the only place that knows the library.
 *
 * @module
 */
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { TokenClaims, WebTokens } from "../people/people_ports.ts";

const ALGORITHM = "HS256";

const claims: z.ZodType<TokenClaims> = z.object({
  sub: z.string().regex(/^[1-9][0-9]{0,9}$/),
  username: z.string(),
  fullName: z.string(),
  role: z.string(),
  branch: z.string(),
  iat: z.int(),
  exp: z.int(),
  jti: z.string(),
  epoch: z.string(),
  must: z.boolean(),
});

/** The name of the key that a token says it was signed with. */
function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    // Anything may stand where a token should be.
    return undefined;
  }
}

/**
 * Makes and reads tokens.
 *
 * @returns The port.
 */
export function createWebTokens(): WebTokens {
  return {
    sign: (content, { kid, secret }) =>
      new SignJWT({ ...content })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
        .sign(secret),
    async verify(token, keys, nowMs) {
      const kid = kidOf(token);
      const key = keys.find((one) => one.kid === kid);
      if (key === undefined) return undefined;
      try {
        const { payload } = await jwtVerify(token, key.secret, {
          algorithms: [ALGORITHM],
          currentDate: new Date(nowMs),
        });
        const read = claims.safeParse(payload);
        return read.success ? read.data : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
