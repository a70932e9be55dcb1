import { deepStrictEqual, ok } from "node:assert/strict";
import { withoutSecrets } from "../../../nodes/people/hidden.ts";
import { CHARGING_SAMPLES } from "../../support/charging_samples.ts";

Deno.test("the key of a point's telemetry is never shown with its fact", () => {
  const fact = CHARGING_SAMPLES.find(({ type }) => type === "PointCredential");
  ok(fact?.type === "PointCredential");
  ok(!JSON.stringify(withoutSecrets({ ...fact })).includes(fact.key));
  const others = CHARGING_SAMPLES.filter((one) => one.type !== fact.type);
  for (const one of others) deepStrictEqual(withoutSecrets({ ...one }), one);
});
