import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { PanalError } from "../../crdt/mod.ts";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";
import { parseStationAddress } from "../../nodes/pump_settings.ts";

const PUMP = ["pump", "--site", "E03", "--pump", "3"];

function settingsOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const request = parseRunArgs(args, env);
  if (request.kind !== "run") throw new Error("help");
  return resolveConfig(request, { env }).pumpSettings;
}

function refuses(args: readonly string[], line: RegExp): void {
  throws(() => settingsOf(args), (error) => {
    return error instanceof PanalError && error.code === "config_invalid" &&
      line.test(error.message);
  });
}

Deno.test("readPumpSettings() gives a pump its name and the flow of the original pumps, half a liter a second", () => {
  deepStrictEqual(settingsOf(PUMP), {
    name: "Surtidor 3",
    flowMlPerSecond: 500,
    station: null,
  });
  strictEqual(settingsOf(["station", "--site", "E03"]), null);
});

Deno.test("readPumpSettings() reads name, flow and the station to serve", () => {
  const settings = settingsOf([
    ...PUMP,
    ...["--pump-name", "Isla 3 poniente", "--flow-ml-per-second", "833"],
    ...["--dial", "forecourt-pumps=tcp://10.0.0.5:6000?udp=6001&rest=8001"],
  ]);

  deepStrictEqual(settings, {
    name: "Isla 3 poniente",
    flowMlPerSecond: 833,
    station: {
      hostname: "10.0.0.5",
      port: 6000,
      udpPort: 6001,
      restPort: 8001,
    },
  });
});

Deno.test("readPumpSettings() reads the variables of installed pump software, also the port's other name (decision 35)", () => {
  const envs: Readonly<Record<string, string>>[] = [
    { ESTACION_HOST: "e1", ESTACION_TCP_PORT: "6100", ESTACION_PORT: "7" },
    { ESTACION_HOST: "e1", ESTACION_PORT: "6200", ESTACION_UDP_PORT: "6300" },
    { ESTACION_HOST: "e1" },
    { ESTACION_UDP_PORT: "6300" },
  ];

  const stations = envs.map((env) => settingsOf(PUMP, env)?.station);

  deepStrictEqual(
    stations.map((it) => [it?.hostname, it?.port, it?.udpPort]),
    [
      ["e1", 6100, 6001],
      ["e1", 6200, 6300],
      ["e1", 6000, 6001],
      ["estacion-backend", 6000, 6300],
    ],
  );
});

Deno.test("readPumpSettings() reads number and name of installed pump software", () => {
  const args = ["pump", "--site", "E03"];
  const settings = settingsOf(args, {
    ID_SURTIDOR: "7",
    NOMBRE_SURTIDOR: "Isla norte 7",
  });

  strictEqual(settings?.name, "Isla norte 7");
  strictEqual(settingsOf(args, { ID_SURTIDOR: "7" })?.name, "Surtidor 7");
});

Deno.test("readPumpSettings() lets an option win over the variables of installed software", () => {
  const settings = settingsOf(
    [...PUMP, "--dial", "forecourt-pumps=tcp://[::1]:6009"],
    { ESTACION_HOST: "e1" },
  );

  deepStrictEqual(settings?.station, {
    hostname: "::1",
    port: 6009,
    udpPort: null,
    restPort: null,
  });
});

Deno.test("readPumpSettings() refuses what has no effect or cannot be read, in one line", () => {
  const branch = ["branch", "--site", "CUS"];
  refuses([...branch, "--pump-name", "x"], /--pump-name is for the role pump/);
  refuses([...branch, "--flow-ml-per-second", "5"], /--flow-ml-per-second is/);
  refuses(
    [...branch, "--dial", "forecourt-pumps=tcp://h:1"],
    /--dial forecourt-pumps is for the role pump/,
  );
  refuses([...PUMP, "--flow-ml-per-second", "0"], /milliliters from 1/);
  refuses([...PUMP, "--flow-ml-per-second", "1.5"], /milliliters from 1/);
  refuses([...PUMP, "--pump-name", "a\nb"], /printable characters/);
  refuses([
    ...PUMP,
    ...["--dial", "forecourt-pumps=tcp://a:1"],
    ...["--dial", "forecourt-pumps=tcp://b:1"],
  ], /leave all but one/);
});

Deno.test("parseStationAddress() refuses everything that is no such address", () => {
  const texts = [
    "http://127.0.0.1:6000",
    "127.0.0.1:6000",
    "tcp://",
    "tcp://h:0",
    "tcp://h:6000/path",
    "tcp://u@h:6000",
    "tcp://h:6000?udp=x",
    "tcp://h:6000?udp=70000",
    "tcp://h:6000?port=1",
    `tcp://${"h".repeat(400)}`,
  ];
  for (const text of texts) {
    throws(
      () => parseStationAddress("--dial", text),
      (error) => error instanceof PanalError,
      text,
    );
  }
});
