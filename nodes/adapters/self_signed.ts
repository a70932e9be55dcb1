/**
 * A certificate that a program makes for itself at its start, for links on one machine on which nobody checks whose it is.
 * The runtime has no function that makes one, and all that is needed of X.509 is this one form.
 *
 * @module
 */
import { generateKeyPairSync, sign } from "node:crypto";

/** A certificate and its key, as PEM. */
export interface SelfSigned {
  /** The certificate. */
  readonly cert: string;
  /** The private key: never log it. */
  readonly key: string;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
/** `[0]` and `[3]` of a certificate's body: its version and its extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** `[2]` of a list of names: one of the domain name system. */
const DNS_NAME = 0x82;

/** ecdsa-with-SHA256, commonName and subjectAltName. */
const ECDSA_SHA256 = Uint8Array.fromHex("2a8648ce3d040302");
const COMMON_NAME = Uint8Array.fromHex("550403");
const ALTERNATIVE_NAMES = Uint8Array.fromHex("551d11");
const VERSION_3 = Uint8Array.of(2);

/** One value of the distinguished encoding rules: its type, its length, its content. */
function der(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = length < 0x80
    ? [type, length]
    : length < 0x100
    ? [type, 0x81, length]
    : [type, 0x82, length >> 8, length & 0xff];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const text = (value: string) => new TextEncoder().encode(value);

/** `20260203120000Z`. */
function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(GENERALIZED_TIME, text(digits));
}

function pem(label: string, content: Uint8Array): string {
  const lines = content.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${
    lines.join("\n")
  }\n-----END ${label}-----\n`;
}

/** A day of tolerance for clocks, and longer than a program runs. */
const BEFORE_MS = 86_400_000;
const AFTER_MS = 3_650 * 86_400_000;

/**
 * Makes a key and a certificate for it, signed by itself.
 *
 * @param name The host's name, which is its only one.
 * @param now Wall time in milliseconds since 1970; it holds for ten years from then.
 * @returns Both, as PEM.
 */
export function createSelfSigned(name: string, now: number): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
  });
  const algorithm = der(SEQUENCE, der(OBJECT_ID, ECDSA_SHA256));
  const subject = der(
    SEQUENCE,
    der(
      SET,
      der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8_STRING, text(name))),
    ),
  );
  const names = der(SEQUENCE, der(DNS_NAME, text(name)));
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, VERSION_3)),
    der(INTEGER, Uint8Array.of(1)),
    algorithm,
    subject,
    der(SEQUENCE, time(now - BEFORE_MS), time(now + AFTER_MS)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      EXTENSIONS,
      der(
        SEQUENCE,
        der(
          SEQUENCE,
          der(OBJECT_ID, ALTERNATIVE_NAMES),
          der(OCTET_STRING, names),
        ),
      ),
    ),
  );
  // A bit string begins with how many of its last bits are unused: none.
  const signature = der(
    BIT_STRING,
    Uint8Array.of(0),
    sign("sha256", body, privateKey),
  );
  return {
    cert: pem("CERTIFICATE", der(SEQUENCE, body, algorithm, signature)),
    key: pem(
      "PRIVATE KEY",
      privateKey.export({ type: "pkcs8", format: "der" }),
    ),
  };
}
