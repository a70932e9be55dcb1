import { deepStrictEqual, throws } from "node:assert/strict";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";

function configure(line: string) {
  const request = parseRunArgs(line.split(" "), {});
  if (request.kind === "help") throw new TypeError("help");
  return resolveConfig(request, { env: {} });
}

const REGION = "region --region 0";
const STATION = "station --site E05";
const PLACE = "--fleet-province 3 --fleet-station 5 --surface fleet-card=on";

Deno.test("C-38: a region's fleet surface is off, and listens on all sixteen ports when it is on", () => {
  deepStrictEqual(configure(REGION).surfaces["fleet-region"], undefined);
  const at = (line: string) =>
    configure(`${REGION} ${line}`).surfaces["fleet-region"]
      ?.flatMap(({ ports }) => ports);
  const all = Array.from({ length: 16 }, (_, province) => 30_001 + province);
  deepStrictEqual(at("--surface fleet-region=on"), all);
  // Ports of provinces that an original regional office serves are left out.
  deepStrictEqual(
    at(
      "--surface fleet-region=127.0.0.1:30001-30003 --surface fleet-region=127.0.0.1:30005-30016",
    ),
    all.filter((port) => port !== 30_004),
  );
});

Deno.test("C-44: a region's fleet surface and original programs are on this machine alone", () => {
  for (
    const line of [
      `${REGION} --surface fleet-region=0.0.0.0:30001-30016`,
      `${REGION} --surface fleet-region=on --dial fleet-company=10.0.0.7:60000`,
      `${STATION} ${PLACE} --dial fleet-region=10.0.0.7`,
    ]
  ) {
    throws(() => configure(line), {
      code: "config_invalid",
      message: /on this machine alone/,
    });
  }
});

Deno.test("checkFleetDial() takes addresses of original programs from those who can serve them", () => {
  deepStrictEqual(
    configure(
      `${REGION} --surface fleet-region=on --dial fleet-company=127.0.0.1:60000`,
    ).dial,
    { "fleet-company": ["127.0.0.1:60000"] },
  );
  deepStrictEqual(
    configure(`${STATION} ${PLACE} --dial fleet-region=127.0.0.1`).dial,
    { "fleet-region": ["127.0.0.1:30001"] },
  );
  deepStrictEqual(
    configure(`${STATION} ${PLACE} --dial fleet-region=localhost:31001`).dial,
    { "fleet-region": ["localhost:31001"] },
  );
});

Deno.test("checkFleetDial() refuses a wrong role, a missing surface or place, and a second address", () => {
  const refused: Readonly<Record<string, RegExp>> = {
    [`${STATION} --dial fleet-company=127.0.0.1:60000`]:
      /for the role region: run station\+region/,
    [`${REGION} --dial fleet-company=127.0.0.1:60000`]:
      /add --surface fleet-region=on/,
    [`${REGION} --surface fleet-region=on --dial fleet-region=127.0.0.1`]:
      /for the role station/,
    [`${STATION} --dial fleet-region=127.0.0.1`]: /add --surface fleet-card=on/,
    [`${STATION} ${PLACE} --dial fleet-region=127.0.0.1 --dial fleet-region=localhost`]:
      /takes one address/,
    [`${STATION} ${PLACE} --dial fleet-region=127.0.0.1:0`]:
      /on this machine alone/,
    [`${REGION} --surface fleet-region=on --dial fleet-company=127.0.0.1`]:
      /takes HOST:PORT/,
  };
  for (const [line, message] of Object.entries(refused)) {
    throws(() => configure(line), { code: "config_invalid", message }, line);
  }
});
