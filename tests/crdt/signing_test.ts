import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fromHex, toHex } from "../../crdt/ids.ts";
import { ED25519, SIMULATED_SIGNATURES } from "../../crdt/signing.ts";

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

for (
  const [name, scheme] of Object.entries({ ED25519, SIMULATED_SIGNATURES })
) {
  Deno.test(`${name} verifies its own signatures and no changed ones`, () => {
    fc.assert(
      fc.property(
        seeds,
        fc.uint8Array(),
        fc.nat(63),
        fc.integer({ min: 1, max: 255 }),
        (seed, message, at, flip) => {
          const { publicKey, sign } = scheme.signer(seed);
          const signature = sign(message);
          strictEqual(scheme.verify(publicKey, message, signature), true);
          deepStrictEqual(sign(message), signature);
          const changed = Uint8Array.from(
            signature,
            (byte, i) => i === at ? byte ^ flip : byte,
          );
          strictEqual(scheme.verify(publicKey, message, changed), false);
          const longer = Uint8Array.of(...message, 0);
          strictEqual(scheme.verify(publicKey, longer, signature), false);
        },
      ),
    );
  });

  Deno.test(`${name} refuses malformed keys and signatures`, () => {
    const { publicKey } = scheme.signer(new Uint8Array(32));
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (key, signature) => {
        strictEqual(scheme.verify(key, Uint8Array.of(1), signature), false);
        strictEqual(
          scheme.verify(publicKey, Uint8Array.of(1), signature),
          false,
        );
      }),
    );
  });
}

Deno.test("ED25519 is that of RFC 8032", () => {
  const seed = fromHex(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  );
  const { publicKey, sign } = ED25519.signer(seed);
  strictEqual(
    toHex(publicKey),
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
  strictEqual(toHex(sign(new Uint8Array())).slice(0, 16), "e5564300c360ac72");
});
