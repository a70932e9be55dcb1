import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  fixedFactId,
  fromHex,
  parseFactId,
  parseProductId,
  parseSiteCode,
  parseSpaceId,
  peerIdOf,
  publicKeyOf,
  sha256,
  siteOfSpace,
  siteSpace,
  toHex,
} from "../../crdt/ids.ts";

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

Deno.test("fromHex(toHex(x)) = x", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    deepStrictEqual(fromHex(toHex(bytes)), bytes);
  }));
});

Deno.test("fromHex() refuses what are no lower-case digits in pairs", () => {
  for (const text of ["0", "0g", "AB", "é0", "0\u0000", "\u{1F600}"]) {
    throws(() => fromHex(text), { code: "invalid_argument" }, text);
  }
});

Deno.test("sha256() is SHA-256", () => {
  const hex = toHex(sha256(new TextEncoder().encode("abc")));
  strictEqual(hex.slice(0, 16), "ba7816bf8f01cfea");
});

Deno.test("publicKeyOf(peerIdOf(x)) = x", () => {
  fc.assert(fc.property(keys, (key) => {
    const peer = peerIdOf(key);
    ok(peer.startsWith("12D3Koo"));
    deepStrictEqual(publicKeyOf(peer), key);
  }));
});

Deno.test("publicKeyOf() refuses other texts", () => {
  const peer = peerIdOf(new Uint8Array(32));
  const wrong = ["", "0OIl", `${peer}1`, `1${peer}`, peer.slice(1)];
  for (const text of [...wrong, "1".repeat(100_000)]) {
    throws(() => publicKeyOf(text), { code: "invalid_argument" });
  }
});

Deno.test("parseSiteCode() takes 2 to 12 letters and digits, in upper case", () => {
  deepStrictEqual(
    ["CUS", "e03", "A", "A".repeat(13), "A B", "Ñu", "CUS\n", 7]
      .map(parseSiteCode),
    ["CUS", "E03", ...Array(6).fill(undefined)],
  );
});

Deno.test("parseSpaceId() takes the three kinds of spaces", () => {
  deepStrictEqual(
    ["mesh", "site:CUS", "company:99", "site:cus", "site:", "mesh ", "x:1"]
      .map(parseSpaceId),
    ["mesh", "site:CUS", "company:99", ...Array(4).fill(undefined)],
  );
});

Deno.test("siteOfSpace(siteSpace(x)) = x", () => {
  const site = parseSiteCode("CUS");
  ok(site !== undefined);
  strictEqual(siteOfSpace(siteSpace(site)), site);
  strictEqual(siteOfSpace("mesh" as never), undefined);
});

Deno.test("parseFactId() takes every UUID, in lower case", () => {
  fc.assert(fc.property(fc.uuid(), (id) => {
    strictEqual(parseFactId(id.toUpperCase()), id);
    strictEqual(parseFactId(id.slice(1)), undefined);
    strictEqual(parseFactId(`{${id}}`), undefined);
  }));
});

Deno.test("parseProductId() takes printable text that every store can hold", () => {
  for (const text of ["1", "miel de ulmo", "ñ🍯", "a".repeat(64)]) {
    strictEqual(parseProductId(text), text);
  }
  for (const text of ["", "a/b", "a\u0000", "\n", "\ud800", "a".repeat(65)]) {
    strictEqual(parseProductId(text), undefined);
  }
});

Deno.test("fixedFactId() tells different parts apart and keeps its order", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b);
      strictEqual(fixedFactId(a) === fixedFactId(b), same);
      strictEqual(parseFactId(fixedFactId(a)), fixedFactId(a));
    }),
  );
  ok(fixedFactId(["b"], 1) < fixedFactId(["a"], 2));
});

Deno.test("parsers of ids never throw", () => {
  const parsers = [parseFactId, parseProductId, parseSiteCode, parseSpaceId];
  fc.assert(fc.property(fc.anything(), (value) => {
    for (const parse of parsers) parse(value);
  }));
});
