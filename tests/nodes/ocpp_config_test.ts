import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  type NodeConfig,
  parseRunArgs,
  resolveConfig,
} from "../../nodes/config.ts";
import { OCPP_DEFAULTS } from "../../nodes/ocpp_config.ts";

function configOf(...args: string[]): NodeConfig {
  const request = parseRunArgs(["charging", "--site", "MAD", ...args], {});
  if (request.kind === "help") throw new TypeError("help");
  return resolveConfig(request, { env: {} });
}

Deno.test("charging-ocpp is off unless it is switched on", () => {
  strictEqual(configOf().surfaces["charging-ocpp"], undefined);
  const on = configOf("--surface", "charging-ocpp=on");
  deepStrictEqual(on.surfaces["charging-ocpp"]?.[0]?.ports, [9000]);
  deepStrictEqual(on.ocpp, OCPP_DEFAULTS);
});

Deno.test("readOcpp() reads who may connect and how often chargers give a sign", () => {
  const args = ["--ocpp-points", "known", "--ocpp-heartbeat", "60"];
  deepStrictEqual(configOf(...args).ocpp, {
    admission: "known",
    heartbeatSeconds: 60,
  });
});

Deno.test("readOcpp() refuses other words, seconds and roles", () => {
  const code = { code: "config_invalid" };
  throws(() => configOf("--ocpp-points", "some"), code);
  throws(() => configOf("--ocpp-heartbeat", "4"), code);
  throws(() => configOf("--ocpp-heartbeat", "1e3"), code);
  const request = parseRunArgs(
    ["branch", "--site", "MAD", "--ocpp-points", "any"],
    {},
  );
  if (request.kind === "help") throw new TypeError("help");
  throws(() => resolveConfig(request, { env: {} }), code);
});
