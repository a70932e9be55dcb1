import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { plainRecord } from "../../support/plain_record.ts";
import {
  createHandshakeReader,
  encodeFleetHandshake,
  FLEET_HANDSHAKE_BYTES_MAX,
  parseFleetHandshake,
  parseU32Text,
} from "../../../net/legacy/fleet_handshake.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

Deno.test("C-11: parseFleetHandshake() reads PUMP, REGIONAL and COMPANY; what COMPANY means is told by the port", () => {
  deepStrictEqual(parseFleetHandshake("PUMP 127.0.0.1:13052 5"), {
    kind: "pump",
    address: "127.0.0.1:13052",
    station: "5",
  });
  deepStrictEqual(parseFleetHandshake("REGIONAL 3"), {
    kind: "regional",
    id: "3",
  });
  for (const name of ["127.0.0.1:60000", "42"]) {
    deepStrictEqual(parseFleetHandshake(`COMPANY ${name}`), {
      kind: "company",
      name,
    });
  }
});

Deno.test("parseFleetHandshake() splits at any spaces and takes more words", () => {
  const pump = { kind: "pump", address: "a:1", station: "3-panal" };
  for (
    const line of ["PUMP a:1 3-panal\r\n", "\t PUMP  a:1\t3-panal more words "]
  ) deepStrictEqual(parseFleetHandshake(line), pump);
});

Deno.test("parseFleetHandshake() refuses unknown and missing words", () => {
  for (
    const line of [
      "",
      " ",
      "PUMP",
      "PUMP a:1",
      "REGIONAL",
      "COMPANY",
      "COMPANY ",
      "pump a:1 5",
      "HELLO 1 2",
      "\0\0\0\0f{}",
    ]
  ) strictEqual(parseFleetHandshake(line), undefined, line);
});

Deno.test("parseFleetHandshake() reads what encodeFleetHandshake() writes", () => {
  const word = fc.stringMatching(/^[!-~]{1,20}$/);
  fc.assert(
    fc.property(
      fc.oneof(
        plainRecord({
          kind: fc.constant("pump" as const),
          address: word,
          station: word,
        }),
        plainRecord({ kind: fc.constant("regional" as const), id: word }),
        plainRecord({ kind: fc.constant("company" as const), name: word }),
      ),
      (handshake) => {
        const line = text(encodeFleetHandshake(handshake));

        strictEqual(line.endsWith("\n"), true);
        deepStrictEqual(parseFleetHandshake(line), handshake);
      },
    ),
  );
});

Deno.test("C-28: createHandshakeReader() keeps what follows the line in the same bytes", () => {
  const stream = bytes("PUMP 127.0.0.1:13052 5\r\n\u0004rest\n");
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = createHandshakeReader();
    let step = reader.push(stream.subarray(0, cut));
    let rest = stream.subarray(cut);
    if (step.kind === "waiting") {
      step = reader.push(rest);
      rest = rest.subarray(rest.length);
    }

    strictEqual(step.kind, "line");
    if (step.kind !== "line") continue;
    strictEqual(step.line, "PUMP 127.0.0.1:13052 5");
    strictEqual(text(step.rest) + text(rest), "\u0004rest\n");
  }
});

Deno.test("createHandshakeReader() refuses a line that does not end", () => {
  const longest = `${"x".repeat(FLEET_HANDSHAKE_BYTES_MAX - 1)}\n`;
  strictEqual(createHandshakeReader().push(bytes(longest)).kind, "line");
  strictEqual(
    createHandshakeReader().push(bytes(`x${longest}`)).kind,
    "too_long",
  );
  const slow = createHandshakeReader(4);
  strictEqual(slow.push(bytes("xx")).kind, "waiting");
  strictEqual(slow.push(bytes("xx")).kind, "too_long");
});

Deno.test("C-31: parseU32Text() reads digits up to 4294967295 and nothing else", () => {
  for (
    const [digits, value] of [["0", 0], ["042", 42], [
      "4294967295",
      2 ** 32 - 1,
    ]] as const
  ) {
    strictEqual(parseU32Text(digits), value);
  }
  for (
    const other of ["", " 1", "+1", "-1", "1.0", "1e1", "x", "4294967296", "٣"]
  ) {
    strictEqual(parseU32Text(other), undefined, other);
  }
});
