import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  isName,
  isPasswordHash,
  nameKey,
  passwordProblem,
} from "../../../nodes/people/user_rules.ts";

const SALT = "c2FsdHNhbHRzYWx0c2FsdA";
const SUM = "a".repeat(43);

Deno.test("isPasswordHash() takes bcrypt and argon2id of bearable cost, and nothing else", () => {
  const bcrypt = "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
  const argon = (cost: string) => `$argon2id$v=19$${cost}$${SALT}$${SUM}`;
  for (
    const right of [
      `$2a$10$${bcrypt}`,
      `$2b$04$${bcrypt}`,
      argon("m=19456,t=2,p=1"),
      argon("m=65536,t=3,p=4"),
    ]
  ) strictEqual(isPasswordHash(right), true, right);
  for (
    const wrong of [
      `$2y$10$${bcrypt}`,
      `$2a$31$${bcrypt}`,
      `$2a$03$${bcrypt}`,
      `$2a$10$${bcrypt}x`,
      argon("m=999999,t=2,p=1"),
      argon("m=19456,t=99,p=1"),
      argon("m=19456,t=2,p=9"),
      argon("m=19456,t=0,p=1"),
      argon("m=7,t=1,p=1"),
      `$argon2i$v=19$m=19456,t=2,p=1$${SALT}$${SUM}`,
      "admin123",
      "",
      null,
      7,
    ]
  ) strictEqual(isPasswordHash(wrong), false, String(wrong));
});

Deno.test("nameKey() is equal for names that differ in case or in how accents are encoded", () => {
  strictEqual(nameKey("JOSÉ"), nameKey("jose\u0301"));
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (name) => {
      strictEqual(nameKey(nameKey(name)), nameKey(name));
    }),
  );
});

Deno.test("C-71: isName() takes no markup and no control characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      if (/[<>\p{Cc}]/u.test(text)) {
        strictEqual(isName(text, 1000), false);
      }
    }),
  );
  strictEqual(isName("Ana Ríos Ñ.", 50), true);
});

Deno.test("passwordProblem() finds what is short, long, the name or known to all", () => {
  for (const text of ["1234567", "x".repeat(201), "Ana Maria", "Admin123"]) {
    strictEqual(typeof passwordProblem(text, "ana maria"), "string", text);
  }
  strictEqual(passwordProblem("12345678", "ana maria"), undefined);
  strictEqual(passwordProblem("x".repeat(200), "ana maria"), undefined);
});
