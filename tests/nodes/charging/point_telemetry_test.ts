import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parsePointId, type PointKey } from "../../../crdt/mod.ts";
import { fernetKey, sealFernet } from "../../../net/legacy/fernet.ts";
import {
  readTelemetry,
  type TelemetryReader,
} from "../../../nodes/charging/point_telemetry.ts";

const POINT = "SEV-07";
const KEY = fernetKey(new Uint8Array(32).fill(7));
const OLD = fernetKey(new Uint8Array(32).fill(8));
const RECORD = { "type": "CONSUMO", "cp_id": POINT, "kwh": 0.3 };
const NOW = 1_790_000_000_000;

function seal(content: unknown, key = KEY) {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return {
    "cp_id": POINT,
    "encrypted": true,
    "ciphertext": sealFernet(key, new TextEncoder().encode(text), {
      seconds: 1,
      iv: new Uint8Array(16),
    }),
  };
}

function readerOf(...keys: readonly PointKey[]): TelemetryReader {
  return {
    keysOf: (point) => point === parsePointId(POINT) ? keys : [],
    now: () => NOW,
  };
}

const NEWEST: PointKey = { key: KEY, until: null };
const read = (record: Record<string, unknown>, ...keys: PointKey[]) =>
  readTelemetry(readerOf(...keys), record, null);
const why = (record: Record<string, unknown>, ...keys: PointKey[]) => {
  const outcome = read(record, ...keys);
  return outcome.ok ? undefined : outcome.error;
};

Deno.test("readTelemetry() opens what the point's key sealed (9.2)", () => {
  deepStrictEqual(read(seal({ ...RECORD, "source_ip": "10.0.0.7" }), NEWEST), {
    ok: true,
    value: {
      record: { ...RECORD, "source_ip": "10.0.0.7" },
      unauthenticated: false,
    },
  });
});

Deno.test("C-39: the key before opens for 60 s more, by the broker's clock", () => {
  const keys = [NEWEST, { key: OLD, until: NOW * 1000 }];
  const at = (ms: number) =>
    readTelemetry(readerOf(...keys), seal(RECORD, OLD), ms).ok;
  strictEqual(at(NOW), true);
  strictEqual(at(NOW - 1), true);
  strictEqual(at(NOW + 1), false);
  strictEqual(read(seal(RECORD, OLD), ...keys).ok, true);
});

Deno.test("C-39: clear records of a point with a key are taken, and marked", () => {
  deepStrictEqual(read(RECORD, NEWEST), {
    ok: true,
    value: { record: RECORD, unauthenticated: true },
  });
  deepStrictEqual(read(RECORD), {
    ok: true,
    value: { record: RECORD, unauthenticated: false },
  });
  strictEqual(read({ ...RECORD, "encrypted": "true" }, NEWEST).ok, true);
});

Deno.test("readTelemetry() drops what is sealed with no key, another key, a damaged token, or names nobody", () => {
  const sealed = seal(RECORD);
  strictEqual(why(sealed), "key_unknown");
  strictEqual(why(sealed, { key: OLD, until: null }), "not_opened");
  strictEqual(why(sealed, { key: "damaged", until: null }), "not_opened");
  const { ciphertext } = sealed;
  for (const damaged of [null, 5, "", "gAAAA", `${ciphertext}x`.slice(1)]) {
    strictEqual(
      why({ ...sealed, "ciphertext": damaged }, NEWEST),
      "not_opened",
    );
  }
  strictEqual(why({ ...sealed, "cp_id": "A#B" }, NEWEST), "point_invalid");
  strictEqual(why({ ...sealed, "cp_id": 7 }, NEWEST), "point_invalid");
});

Deno.test("readTelemetry() drops what a key sealed for another point, and what is no object", () => {
  for (const content of ["", "[1]", "null", "7", "{", "\u0000"]) {
    strictEqual(why(seal(content), NEWEST), "content_invalid");
  }
  const foreign = seal({ ...RECORD, "cp_id": "SEV-08" });
  strictEqual(why(foreign, NEWEST), "content_invalid");
  const unnamed = read(seal({ "type": "CONSUMO" }), NEWEST);
  deepStrictEqual(unnamed.ok && unnamed.value.record, {
    "type": "CONSUMO",
    "cp_id": POINT,
  });
});
