import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { createWebTokens } from "../../../nodes/adapters/web_tokens.ts";
import {
  createTokens,
  KEY_MS,
  TOKEN_SECONDS,
  type Tokens,
} from "../../../nodes/people/tokens.ts";
import { TOKEN_KEYS } from "../../../nodes/tables.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const SUBJECT = {
  sub: "7",
  username: "ana",
  fullName: "Ana Ríos",
  role: "admin",
  branch: "CUS",
  epoch: "1",
  must: false,
};

async function withTokens(
  test: (
    tokens: Tokens,
    node: TestNode,
    reopen: () => Tokens,
  ) => Promise<void>,
): Promise<void> {
  const made = await createTestNode();
  const random = createSeededRandom(4);
  const open = () =>
    createTokens({
      replica: made.node.replica,
      clock: made.clock,
      random,
      tokens: createWebTokens(),
    });
  try {
    await test(open(), made, open);
  } finally {
    await made.stop();
  }
}

function part(token: string, index: number): Record<string, unknown> {
  return JSON.parse(
    new TextDecoder().decode(
      Uint8Array.fromBase64(token.split(".")[index] ?? "", {
        alphabet: "base64url",
      }),
    ),
  );
}

Deno.test("C-01: a token says who, as what, of which branch and until when, and lasts 12 hours", () =>
  withTokens(async (tokens, { clock }, reopen) => {
    const { token, expiresAt } = await tokens.issue(SUBJECT);
    const now = Math.floor(clock.now() / 1000);
    const { jti, ...claims } = part(token, 1);

    deepStrictEqual(claims, { ...SUBJECT, iat: now, exp: now + 43_200 });
    strictEqual(typeof jti, "string");
    strictEqual(part(token, 0)["alg"], "HS256");
    strictEqual(expiresAt, (now + TOKEN_SECONDS) * 1000);
    strictEqual((await tokens.verify(token))?.username, "ana");
    strictEqual((await reopen().verify(token))?.username, "ana");
    clock.advance(TOKEN_SECONDS * 1000 - 1);
    ok(await tokens.verify(token));
    clock.advance(1);
    strictEqual(await tokens.verify(token), undefined);
    strictEqual(await reopen().verify(token), undefined);
  }));

Deno.test("C-01: keys change every 30 days, and the one before verifies until its last token is over", () =>
  withTokens(async (tokens, { clock, node }) => {
    const first = await tokens.issue(SUBJECT);
    clock.skew(KEY_MS - 1);
    const last = await tokens.issue(SUBJECT);
    strictEqual(part(last.token, 0)["kid"], part(first.token, 0)["kid"]);
    clock.skew(1);
    const next = await tokens.issue(SUBJECT);
    ok(part(next.token, 0)["kid"] !== part(last.token, 0)["kid"]);
    ok(await tokens.verify(last.token));
    strictEqual(node.replica.reader.count(TOKEN_KEYS), 2);
    clock.skew(KEY_MS);
    await tokens.issue(SUBJECT);
    strictEqual(node.replica.reader.count(TOKEN_KEYS), 2);
  }));

Deno.test("C-01: a token that was ended is over, also after a restart", () =>
  withTokens(async (tokens, _node, reopen) => {
    const { token } = await tokens.issue(SUBJECT);
    const other = await tokens.issue(SUBJECT);
    await tokens.revoke(token);

    strictEqual(await tokens.verify(token), undefined);
    strictEqual(await reopen().verify(token), undefined);
    ok(await reopen().verify(other.token));
  }));

Deno.test("verify() takes no token that another key, or nobody, signed", () =>
  withTokens(async (tokens) => {
    const { token } = await tokens.issue(SUBJECT);
    const [head = "", body = "", sum = ""] = token.split(".");
    const encode = (value: unknown) =>
      new TextEncoder().encode(JSON.stringify(value))
        .toBase64({ alphabet: "base64url", omitPadding: true });
    const kid = part(token, 0)["kid"];
    const admin = encode({ ...part(token, 1), sub: "1" });
    for (
      const forged of [
        `${head}.${admin}.${sum}`,
        `${encode({ alg: "none", kid })}.${body}.`,
        `${encode({ alg: "HS512", kid })}.${body}.${sum}`,
        `${encode({ alg: "HS256", kid: "x" })}.${body}.${sum}`,
        `${head}.${body}.`,
        `${head}.${body}`,
        "a.b.c",
        "",
        "x".repeat(100_000),
      ]
    ) strictEqual(await tokens.verify(forged), undefined, forged);
    ok(await tokens.verify(token));
  }));
