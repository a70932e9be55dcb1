import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import {
  type FernetKey,
  fernetKey,
  openFernet,
  parseFernetKey,
  sealFernet,
} from "../../../net/legacy/fernet.ts";

/** The key of the public specification's own vectors. */
const KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=" as FernetKey;
/** What it seals at 1985-10-26T01:20:00-07:00 with the bytes 0 to 15. */
const TOKEN =
  "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
const IV = Uint8Array.from({ length: 16 }, (_, i) => i);
const SECONDS = Date.UTC(1985, 9, 26, 8, 20) / 1000;

/** What the specification calls invalid whatever the time. */
const INVALID: Readonly<Record<string, string>> = {
  "incorrect mac":
    "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
  "too short": "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==",
  "invalid base64":
    "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
  "payload size not multiple of block size":
    "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
  "payload padding error":
    "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
  "incorrect IV":
    "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
};

/** One whose only fault is its age: no maximum is applied (9.2). */
const FROM_THE_FUTURE =
  "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==";

const URL_SAFE = { alphabet: "base64url" } as const;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined) =>
  data === undefined ? undefined : new TextDecoder().decode(data);

Deno.test("sealFernet() makes the specification's token, openFernet() opens it", () => {
  strictEqual(
    sealFernet(KEY, bytes("hello"), { seconds: SECONDS, iv: IV }),
    TOKEN,
  );
  strictEqual(text(openFernet(KEY, TOKEN)), "hello");
  strictEqual(text(openFernet(KEY, FROM_THE_FUTURE)), "");
});

for (const [fault, token] of Object.entries(INVALID)) {
  Deno.test(`openFernet() refuses the specification's token with ${fault}`, () => {
    strictEqual(openFernet(KEY, token), undefined);
  });
}

Deno.test("openFernet() opens what was sealed, whatever it is, and nothing that was altered anywhere", () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.uint8Array({ maxLength: 80 }),
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    (secret, iv, data, place, flip) => {
      const key = fernetKey(secret);
      const token = sealFernet(key, data, { seconds: 1_790_000_000, iv });
      deepStrictEqual(openFernet(key, token), data);
      const altered = Uint8Array.fromBase64(token, URL_SAFE);
      const at = place % altered.length;
      altered[at] = (altered[at] ?? 0) ^ flip;
      const sent = altered.toBase64(URL_SAFE);
      strictEqual(openFernet(key, sent), undefined);
    },
  ));
});

Deno.test("openFernet() refuses another key's token, and what is none", () => {
  const other = fernetKey(new Uint8Array(32));
  strictEqual(openFernet(other, TOKEN), undefined);
  const strange = [null, 7, {}, "", "gAAAAA==", "A".repeat(70_000)];
  for (const sent of strange) strictEqual(openFernet(KEY, sent), undefined);
  fc.assert(fc.property(fc.string(), (sent) => {
    strictEqual(openFernet(KEY, sent), undefined);
  }));
});

Deno.test("openFernet() refuses another version and a cut content under a right signature", () => {
  const signed = Uint8Array.fromBase64(TOKEN, URL_SAFE).slice(0, -32);
  const sign = (data: Uint8Array) => {
    const key = Uint8Array.fromBase64(KEY, URL_SAFE).subarray(0, 16);
    const mac = createHmac("sha256", key).update(data).digest();
    return new Uint8Array([...data, ...mac]).toBase64(URL_SAFE);
  };
  strictEqual(sign(signed), TOKEN);
  strictEqual(openFernet(KEY, sign(signed.with(0, 0x81))), undefined);
  strictEqual(openFernet(KEY, sign(signed.slice(0, -1))), undefined);
  strictEqual(openFernet(KEY, sign(signed.slice(0, 25))), undefined);
});

Deno.test("parseFernetKey() takes 32 bytes in 44 URL-safe characters and nothing else", () => {
  strictEqual(parseFernetKey(KEY), KEY);
  strictEqual(
    parseFernetKey(fernetKey(new Uint8Array(32))),
    "A".repeat(43) + "=",
  );
  for (
    const sent of [
      null,
      1,
      "",
      KEY.slice(1),
      `${KEY}=`,
      `${KEY} `,
      KEY.replace("_", "/"),
    ]
  ) {
    strictEqual(parseFernetKey(sent), undefined);
  }
  throws(() => fernetKey(new Uint8Array(31)), { code: "invalid_argument" });
});

/** Runs a program of Python's `cryptography`; undefined where it is not installed. */
async function python(program: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("python3", {
      args: ["-c", program],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

const hasCryptography =
  await python("import cryptography.fernet; print('yes')") === "yes";
const SKIPPED = hasCryptography
  ? ""
  : " (skipped: Python's `cryptography` is not installed)";

Deno.test({
  name: `Fernet tokens go to Python's cryptography and back${SKIPPED}`,
  ignore: !hasCryptography,
  async fn() {
    const words = '{"type": "CONSUMO", "kwh": 0.3, "source_ip": "10.0.0.7"} ñ€';
    const sealed = sealFernet(KEY, bytes(words), { seconds: SECONDS, iv: IV });
    const answer = await python(`
from cryptography.fernet import Fernet
f = Fernet(b"${KEY}")
print(f.decrypt(b"${sealed}").hex())
print(f.encrypt(bytes.fromhex("${bytes(words).toHex()}")).decode())
print(Fernet.generate_key().decode())`);
    const [opened = "", theirs = "", drawn = ""] = answer?.split("\n") ?? [];
    strictEqual(text(Uint8Array.fromHex(opened)), words);
    strictEqual(text(openFernet(KEY, theirs)), words);
    strictEqual(parseFernetKey(drawn), drawn);
  },
});
