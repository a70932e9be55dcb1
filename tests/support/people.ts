/**
 * What sign-ins of test nodes need: a real slow hash that is fast, and the program's own tokens.
 *
 * @module
 */
import { scryptSync, timingSafeEqual } from "node:crypto";
import { toHex } from "../../crdt/mod.ts";
import { createWebTokens } from "../../nodes/adapters/web_tokens.ts";
import type {
  PasswordHasher,
  PeoplePorts,
} from "../../nodes/people/people_ports.ts";

const COST = { N: 2, r: 1, p: 1 };

function derive(password: string, salt: string): Uint8Array {
  return scryptSync(password, salt, 32, COST);
}

/** A hasher of real scrypt at the least cost: tests sign in often. */
export function createTestHasher(): PasswordHasher & {
  readonly asked: number;
} {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    hash(password, salt) {
      const name = toHex(salt);
      return Promise.resolve(
        `$scrypt$${name}$${toHex(derive(password, name))}`,
      );
    },
    verify(password, hash) {
      asked++;
      const [, kind, salt = "", wanted = ""] = hash.split("$");
      const known = kind === "scrypt" && timingSafeEqual(
        new TextEncoder().encode(toHex(derive(password, salt))),
        new TextEncoder().encode(wanted),
      );
      return Promise.resolve(known);
    },
    isCurrent: (hash) => hash.startsWith("$scrypt$"),
    stop: () => {},
  };
}

/** What a test node is given. */
export function testPeople(): PeoplePorts {
  return { hasher: createTestHasher(), tokens: createWebTokens() };
}
