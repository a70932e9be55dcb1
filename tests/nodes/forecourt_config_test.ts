import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";
import { FORECOURT_DEFAULTS } from "../../nodes/forecourt_config.ts";

function configure(
  line: string,
  more: { env?: Record<string, string>; file?: unknown } = {},
) {
  const { env = {}, file } = more;
  const request = parseRunArgs(line.split(" "), env);
  if (request.kind === "help") throw new TypeError("help");
  return resolveConfig(request, {
    env,
    ...(file === undefined ? {} : {
      settings: { path: "panal.json", text: JSON.stringify(file) },
    }),
  });
}

const CHANGED = {
  autoRegisterPumps: false,
  immediatePrices: true,
  pausedHoldSeconds: 0,
  pumpIdleSeconds: 120,
  checkUdpAddress: true,
};

Deno.test("readForecourt() gives the protocol's defaults", () => {
  deepStrictEqual(configure("station --site E03").forecourt, {
    autoRegisterPumps: true,
    immediatePrices: false,
    pausedHoldSeconds: 600,
    pumpIdleSeconds: 90,
    checkUdpAddress: false,
  });
  deepStrictEqual(configure("branch --site CUS").forecourt, FORECOURT_DEFAULTS);
});

Deno.test("readForecourt() reads options, variables and the settings file alike", () => {
  const options = configure(
    "station --site E03 --no-auto-register-pumps --immediate-prices --paused-hold-seconds 0 --pump-idle-seconds 120 --check-udp-address",
  );
  const variables = configure("station --site E03", {
    env: {
      PANAL_NO_AUTO_REGISTER_PUMPS: "true",
      PANAL_IMMEDIATE_PRICES: "1",
      PANAL_PAUSED_HOLD_SECONDS: "0",
      PANAL_PUMP_IDLE_SECONDS: "120",
      PANAL_CHECK_UDP_ADDRESS: "on",
    },
  });
  const file = configure("station --site E03", {
    file: {
      "no-auto-register-pumps": true,
      "immediate-prices": true,
      "paused-hold-seconds": 0,
      "pump-idle-seconds": 120,
      "check-udp-address": true,
    },
  });
  for (const { forecourt } of [options, variables, file]) {
    deepStrictEqual(forecourt, CHANGED);
  }
});

Deno.test("3.8.1 readForecourt() refuses an idle limit that a lost heartbeat would reach, and what is no number", () => {
  for (
    const [line, message] of [
      [
        "station --site E03 --pump-idle-seconds 64",
        /from 65 to 86400, not "64"/,
      ],
      ["station --site E03 --paused-hold-seconds -1", /from 0 to 86400/],
      ["station --site E03 --paused-hold-seconds x", /from 0 to 86400/],
      ["branch --site CUS --immediate-prices", /for the role station/],
    ] as const
  ) throws(() => configure(line), message);
  throws(
    () =>
      configure("station --site E03", {
        file: { "pump-idle-seconds": "long" },
      }),
    /it takes a number of seconds/,
  );
});

Deno.test("section 1: the documented ports are the defaults, on loopback; TCP and UDP share a number", () => {
  const { surfaces } = configure("station --site E03");
  const shown = Object.fromEntries(
    ["forecourt-pumps", "forecourt-udp", "forecourt-prices"].map((name) => [
      name,
      surfaces[name]?.map(({ hostname, ports }) => [hostname, ...ports]),
    ]),
  );
  deepStrictEqual(shown, {
    "forecourt-pumps": [["127.0.0.1", 6000]],
    "forecourt-udp": [["127.0.0.1", 6001]],
    "forecourt-prices": [["127.0.0.1", 5000, 5001]],
  });
  const both = configure(
    "station --site E03 --surface forecourt-pumps=on --surface forecourt-pumps=0.0.0.0:6001",
  );
  strictEqual(both.surfaces["forecourt-pumps"]?.length, 2);
});
