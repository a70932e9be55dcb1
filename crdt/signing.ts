/**
 * Signatures: Ed25519 (RFC 8032) for real nodes, and a keyed hash for simulations, where signatures must be cheap and
 * repeatable and nobody attacks them.
 *
 * @module
 */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { sha256 } from "./ids.ts";

/** Signs with one key. */
export interface Signer {
  /** The public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The signature of `message`, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Checks signatures. */
export interface SignatureScheme {
  /** Makes a signer from a secret seed of 32 bytes. */
  signer(seed: Uint8Array): Signer;
  /** Whether `signature` is the key's signature of `message`; false for anything malformed. */
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}

const PKCS8_PREFIX = Uint8Array.from([
  48,
  46,
  2,
  1,
  0,
  48,
  5,
  6,
  3,
  43,
  101,
  112,
  4,
  34,
  4,
  32,
]);
const SPKI_PREFIX = Uint8Array.from([
  48,
  42,
  48,
  5,
  6,
  3,
  43,
  101,
  112,
  3,
  33,
  0,
]);
const PUBLIC_KEYS_MAX = 4096;

function withPrefix(prefix: Uint8Array, key: Uint8Array): Uint8Array {
  const out = new Uint8Array(prefix.length + key.length);
  out.set(prefix);
  out.set(key, prefix.length);
  return out;
}

function createEd25519(): SignatureScheme {
  const publicKeys = new Map<string, KeyObject>();
  const publicKeyObject = (key: Uint8Array): KeyObject => {
    const name = String(key);
    let object = publicKeys.get(name);
    if (object === undefined) {
      if (publicKeys.size >= PUBLIC_KEYS_MAX) publicKeys.clear();
      object = createPublicKey({
        key: withPrefix(SPKI_PREFIX, key) as never,
        format: "der",
        type: "spki",
      });
      publicKeys.set(name, object);
    }
    return object;
  };
  return {
    signer(seed) {
      const key = createPrivateKey({
        key: withPrefix(PKCS8_PREFIX, seed) as never,
        format: "der",
        type: "pkcs8",
      });
      const der = createPublicKey(key).export({ format: "der", type: "spki" });
      return {
        publicKey: new Uint8Array(der.subarray(der.length - 32)),
        sign: (message) => new Uint8Array(sign(null, message, key)),
      };
    },
    verify(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      try {
        return verify(null, message, publicKeyObject(publicKey), signature);
      } catch {
        return false;
      }
    },
  };
}

function createKeyedHash(): SignatureScheme {
  const tag = new TextEncoder().encode("panal/simulated-signature");
  const mac = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
    const half = sha256(withPrefix(withPrefix(tag, publicKey), message));
    return withPrefix(half, half);
  };
  return {
    signer(seed) {
      const publicKey = sha256(seed);
      return { publicKey, sign: (message) => mac(publicKey, message) };
    },
    verify(publicKey, message, signature) {
      const expected = mac(publicKey, message);
      return signature.length === 64 &&
        expected.every((byte, i) => byte === signature[i]);
    },
  };
}

/** Ed25519, as real nodes use it. */
export const ED25519: SignatureScheme = createEd25519();

/** A keyed hash in the place of signatures. Only for simulations: anybody who knows a public key can sign. */
export const SIMULATED_SIGNATURES: SignatureScheme = createKeyedHash();
