import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createLatencies } from "../../../nodes/replay/latencies.ts";

Deno.test("createLatencies() names percentiles within 2 %, and the maximum exactly", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0.01, max: 1_000_000, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
    }),
    fc.constantFrom(0, 0.5, 0.9, 0.99, 1),
    (durations, share) => {
      const latencies = createLatencies();
      for (const ms of durations) latencies.add(ms);
      const sorted = durations.toSorted((a, b) => a - b);
      const at = Math.max(1, Math.ceil(share * sorted.length)) - 1;
      const exact = sorted[at] ?? 0;
      const named = latencies.percentile(share);
      ok(named >= exact * 0.999 && named <= exact * 1.021, `${named} ${exact}`);
      strictEqual(latencies.max, sorted.at(-1));
      strictEqual(latencies.count, durations.length);
    },
  ));
});

Deno.test("createLatencies() is 0 without any, and holds durations of any length", () => {
  const latencies = createLatencies();
  strictEqual(latencies.percentile(0.5), 0);
  strictEqual(latencies.max, 0);
  latencies.add(0);
  latencies.add(1e12);
  ok(latencies.percentile(0.5) <= 0.01);
  strictEqual(latencies.percentile(1), 1e12);
});
