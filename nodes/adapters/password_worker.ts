/**
 * The worker of `worker_hasher.ts`: hashes and compares passwords, one after the other.
 *
 * @module
 */
import { argon2id, argon2Verify, bcryptVerify } from "hash-wasm";

/** Memory in KiB, passes and lanes of argon2id: what OWASP recommends at least; about 110 ms. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const HASH_BYTES = 32;
/** Bytes of a password that bcrypt looks at. */
const BCRYPT_BYTES_MAX = 72;

/** What the worker is asked. */
export type PasswordQuestion =
  & { readonly number: number; readonly password: string }
  & (
    | { readonly kind: "hash"; readonly salt: Uint8Array }
    | { readonly kind: "verify"; readonly hash: string }
  );

/** What it answers. */
export type PasswordAnswer =
  & { readonly number: number }
  & (
    | { readonly value: string | boolean }
    | { readonly reason: string }
  );

interface WorkerScope {
  onmessage: ((event: MessageEvent<PasswordQuestion>) => void) | null;
  postMessage(message: PasswordAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;
const encoder = new TextEncoder();

async function verify(password: string, hash: string): Promise<boolean> {
  const bytes = encoder.encode(password);
  // The library refuses an empty password; nobody's hash is of one.
  if (bytes.length === 0) return false;
  if (hash.startsWith("$argon2id$")) {
    return await argon2Verify({ password: bytes, hash });
  }
  return await bcryptVerify({
    password: bytes.subarray(0, BCRYPT_BYTES_MAX),
    hash,
  });
}

async function answer(question: PasswordQuestion): Promise<string | boolean> {
  if (question.kind === "verify") {
    return await verify(question.password, question.hash);
  }
  return await argon2id({
    password: question.password,
    salt: question.salt,
    iterations: PASSES,
    parallelism: LANES,
    memorySize: MEMORY_KIB,
    hashLength: HASH_BYTES,
    outputType: "encoded",
  });
}

// One after the other: each takes 19 MiB while it runs.
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }) => {
  const { number } = data;
  last = last.then(() => answer(data)).then(
    (value) => scope.postMessage({ number, value }),
    (error) => scope.postMessage({ number, reason: String(error) }),
  );
};
