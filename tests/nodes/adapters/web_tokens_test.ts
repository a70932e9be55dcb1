import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { SignJWT } from "jose";
import { createWebTokens } from "../../../nodes/adapters/web_tokens.ts";

const KEY = { kid: "k1", secret: new Uint8Array(32).fill(9) };
const CLAIMS = {
  sub: "7",
  username: "ana",
  fullName: "Ana Ríos",
  role: "admin",
  branch: "CUS",
  iat: 1_000,
  exp: 2_000,
  jti: "a",
  epoch: "",
  must: false,
};

Deno.test("createWebTokens() reads what it signed, until it ends by the clock that is passed in", async () => {
  const tokens = createWebTokens();
  const token = await tokens.sign(CLAIMS, KEY);

  deepStrictEqual(await tokens.verify(token, [KEY], 1_999_999), CLAIMS);
  strictEqual(await tokens.verify(token, [KEY], 2_000_000), undefined);
  const other = { ...KEY, secret: new Uint8Array(32) };
  strictEqual(await tokens.verify(token, [other], 1_000_000), undefined);
  strictEqual(await tokens.verify(token, [], 1_000_000), undefined);
});

Deno.test("createWebTokens() takes no token whose claims are of another form", async () => {
  const tokens = createWebTokens();
  for (const change of [{ sub: "x" }, { role: 7 }, { epoch: undefined }]) {
    const token = await new SignJWT({ ...CLAIMS, ...change })
      .setProtectedHeader({ alg: "HS256", kid: "k1" }).sign(KEY.secret);
    strictEqual(await tokens.verify(token, [KEY], 1_000_000), undefined);
  }
});

Deno.test("createWebTokens() never throws on arbitrary text", () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.base64String().map((it) => `${it}.${it}.${it}`)),
      async (text) => {
        const read = await createWebTokens().verify(text, [KEY], 0);
        strictEqual(read, undefined);
      },
    ),
  ));
