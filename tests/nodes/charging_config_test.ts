import { deepStrictEqual, throws } from "node:assert/strict";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";

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

Deno.test("readCharging() gives the defaults: 8192 connections, on this machine", () => {
  const { charging, surfaces } = configure("charging --site SEV");
  deepStrictEqual(charging, {
    ...charging,
    isOpen: false,
    connectionsMax: 8192,
  });
  deepStrictEqual(surfaces["charging"], [
    { hostname: "127.0.0.1", ports: [8000], explicit: false },
  ]);
});

Deno.test("readCharging() reads options, variables and the settings file alike", () => {
  const changed = {
    ...configure("charging --site SEV").charging,
    ...{ isOpen: true, connectionsMax: 6000 },
  };
  const options = "--charging-open --charging-connections 6000";
  deepStrictEqual(
    configure(`charging --site SEV ${options}`).charging,
    changed,
  );
  deepStrictEqual(
    configure("charging --site SEV", {
      env: {
        PANAL_CHARGING_OPEN: "true",
        PANAL_CHARGING_CONNECTIONS: "6000",
      },
    }).charging,
    changed,
  );
  deepStrictEqual(
    configure("charging --site SEV", {
      file: { "charging-open": true, "charging-connections": 6000 },
    }).charging,
    changed,
  );
});

Deno.test("readCharging() refuses numbers that it cannot take, and other roles", () => {
  for (const value of ["0", "-1", "1.5", "65537", "many"]) {
    throws(
      () =>
        configure("charging --site SEV", {
          env: { PANAL_CHARGING_CONNECTIONS: value },
        }),
      { code: "config_invalid" },
    );
  }
  throws(() => configure("branch --site CUS --charging-connections 5"), {
    code: "config_invalid",
  });
});
