import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createPointLog,
  POINT_LOG_LINE_MAX,
  POINT_LOG_LINES_MAX,
  withoutKeys,
} from "../../../nodes/charging/point_log.ts";
import { fernetKey, sealFernet } from "../../../net/legacy/fernet.ts";

const TOKEN = "3f2b8c1e-9d4a-4b7c-8e21-6a5d0f9c7b13";

Deno.test("createPointLog() keeps the last lines, oldest first, and cuts long ones", () => {
  let now = 0;
  const log = createPointLog(() => now++);
  for (let i = 0; i < POINT_LOG_LINES_MAX + 7; i++) {
    log.add("MONITOR", `line ${i}`);
  }
  const lines = log.lines();
  strictEqual(lines.length, POINT_LOG_LINES_MAX);
  deepStrictEqual(lines[0], { source: "MONITOR", msg: "line 7", at: 7 });
  log.add("X".repeat(500), "y ".repeat(5000));
  const last = log.lines().at(-1);
  strictEqual(last?.source.length, 32);
  strictEqual(last?.msg.length, POINT_LOG_LINE_MAX);
});

Deno.test("C-40: tokens and keys are taken out of log lines, wherever they stand in them", () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.stringMatching(/^[ -~]{0,30}$/),
    fc.stringMatching(/^[ -~]{0,30}$/),
    (bytes, before, after) => {
      const key = fernetKey(bytes);
      const sealed = sealFernet(key, bytes, {
        seconds: 1_790_000_000,
        iv: bytes.slice(16),
      });
      for (const secret of [key, TOKEN, TOKEN.toUpperCase(), sealed]) {
        // A word that goes on is another word.
        const line = withoutKeys(`${before} ${secret} ${after}`);
        strictEqual(line.includes(secret), false, line);
      }
    },
  ));
  strictEqual(
    withoutKeys(`Registrado. Token: ${TOKEN}, clave: abcd1234`),
    "Registrado. Token: ***, clave: ***",
  );
  strictEqual(
    withoutKeys(`{"token": "short", "symmetric_key": "k1k2k3"}`),
    `{"token": "***", "symmetric_key": "***"}`,
  );
  strictEqual(withoutKeys("SET_KEY#abcdef"), "SET_KEY#***");
  const plain = "CP SEV-07 en C/ Serrano 10: 12.300 kWh, 2.46 EUR (417)";
  strictEqual(withoutKeys(plain), plain);
});

Deno.test("C-40: a secret that is cut with its line is not shown either", () => {
  const log = createPointLog(() => 0);
  const key = fernetKey(new Uint8Array(32).fill(0xa7));
  for (let at = 950; at < POINT_LOG_LINE_MAX + 10; at++) {
    log.add("ENGINE", `${"- ".repeat(at / 2)}${key}`);
    const { msg = "" } = log.lines().at(-1) ?? {};
    strictEqual(msg.includes(key.slice(0, 4)), false, msg.slice(-50));
  }
});
