import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";
import { FLEET_DEFAULTS, fleetPorts } from "../../nodes/fleet_config.ts";

function configure(line: string, env: Record<string, string> = {}) {
  const request = parseRunArgs(line.split(" "), env);
  if (request.kind === "help") throw new TypeError("help");
  return resolveConfig(request, { env });
}

const STATION = "station --site E05 --fleet-province 3 --fleet-station 5";

Deno.test("readFleet() gives a station that serves no cards", () => {
  const { fleet, surfaces } = configure("station --site E05");
  deepStrictEqual(fleet, FLEET_DEFAULTS);
  deepStrictEqual(fleetPorts(fleet), []);
  strictEqual(surfaces["fleet-card"], undefined);
});

Deno.test("readFleet() reads options and variables alike", () => {
  const options = configure(`${STATION} --fleet-pumps 3 --fleet-price 1700`);
  const variables = configure("station --site E05", {
    PANAL_FLEET_PROVINCE: "3",
    PANAL_FLEET_STATION: "5",
    PANAL_FLEET_PUMPS: "3",
    PANAL_FLEET_PRICE: "1700",
  });
  deepStrictEqual(options.fleet, {
    ...FLEET_DEFAULTS,
    ...{ station: { province: 3, station: 5 }, pumps: 3, price: 1_700 },
  });
  deepStrictEqual(variables.fleet, options.fleet);
});

Deno.test("C-10: readFleet() refuses numbers out of their range, and half of a place", () => {
  for (
    const line of [
      "--fleet-province 16 --fleet-station 5",
      "--fleet-province 3 --fleet-station 100",
      "--fleet-province x --fleet-station 5",
      "--fleet-province 3 --fleet-station 5 --fleet-pumps 11",
      "--fleet-province 3 --fleet-station 5 --fleet-pumps 0",
      "--fleet-province 3 --fleet-station 5 --fleet-price 0",
      "--fleet-province 3",
      "--fleet-station 5",
    ]
  ) {
    throws(() => configure(`station --site E05 ${line}`), {
      code: "config_invalid",
    });
  }
  throws(() => configure("branch --site CUS --fleet-province 3"), {
    code: "config_invalid",
    message: /role station/,
  });
});

Deno.test("C-44: fleet surfaces are off unless they are switched on, one by one", () => {
  deepStrictEqual(
    Object.keys(configure(STATION).surfaces).filter((it) =>
      it.startsWith("fleet")
    ),
    [],
  );
  const { surfaces } = configure(
    `${STATION} --fleet-pumps 2 --surface fleet-card=on --surface fleet-udp=on --surface fleet-quic=on`,
  );
  const at = (ports: number[]) => [
    { hostname: "127.0.0.1", ports, explicit: false },
  ];
  deepStrictEqual(surfaces["fleet-card"], at([13_050, 13_051]));
  deepStrictEqual(surfaces["fleet-udp"], at([13_050, 13_051]));
  deepStrictEqual(surfaces["fleet-quic"], at([13_150, 13_151]));
});

Deno.test("C-44: fleet surfaces take addresses of this machine alone", () => {
  for (const host of ["0.0.0.0", "192.168.1.5", "[::]", "station.example"]) {
    for (const name of ["fleet-card", "fleet-udp", "fleet-quic"]) {
      throws(
        () => configure(`${STATION} --surface ${name}=${host}:13050`),
        { code: "config_invalid", message: /listens on this machine alone/ },
      );
    }
  }
  for (const host of ["127.0.0.1", "localhost", "127.1.2.3", "[::1]"]) {
    const { surfaces } = configure(
      `${STATION} --surface fleet-card=${host}:13051-13053`,
    );
    deepStrictEqual(surfaces["fleet-card"]?.[0]?.ports, [
      ...[13_051, 13_052, 13_053],
    ]);
  }
});

Deno.test("C-10: a fleet surface takes ports of its own station alone, and needs to know which one that is", () => {
  for (const port of ["13060", "13049", "8000", "13059-13061"]) {
    throws(
      () => configure(`${STATION} --surface fleet-card=127.0.0.1:${port}`),
      { code: "config_invalid", message: /no port of this station/ },
    );
  }
  throws(() => configure(`${STATION} --surface fleet-quic=127.0.0.1:13050`), {
    code: "config_invalid",
  });
  for (const value of ["on", "127.0.0.1:13050", "127.0.0.1:0"]) {
    throws(
      () => configure(`station --site E05 --surface fleet-card=${value}`),
      { code: "config_invalid", message: /--fleet-province P --fleet-station/ },
    );
  }
  const { surfaces } = configure(
    `${STATION} --surface fleet-card=127.0.0.1:0`,
  );
  deepStrictEqual(surfaces["fleet-card"]?.[0]?.ports, [0]);
});
