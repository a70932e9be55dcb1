import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  FLEET_PROVINCES,
  litersTotal,
  provinceOfRegionPort,
  pumpOfAddress,
  pumpOfPort,
  pumpPort,
  regionPort,
  stationPorts,
  stationsOverlap,
} from "../../../nodes/fleet/fleet_places.ts";

Deno.test("pumpPort() and pumpOfPort() agree at every pump, from 10000 to 25999", () => {
  for (let port = 9_900; port < 26_200; port++) {
    const place = pumpOfPort(port);
    if (port < 10_000 || port > 25_999) strictEqual(place, undefined);
    else strictEqual(place && pumpPort(place), port);
  }
  deepStrictEqual(pumpOfPort(13_052), { province: 3, station: 5, pump: 2 });
});

Deno.test("C-10: pumpPort() refuses what is out of its range, in each of the three", () => {
  for (
    const [province, station, pump] of [
      [16, 0, 0],
      [-1, 0, 0],
      [0, 100, 0],
      [0, 150, 0],
      [0, -1, 0],
      [0, 0, 10],
      [0, 0, -1],
      [0.5, 0, 0],
      [NaN, 0, 0],
    ] as const
  ) strictEqual(pumpPort({ province, station, pump }), undefined);
  deepStrictEqual(stationPorts({ province: 3, station: 5 }, 3), [
    ...[13_050, 13_051, 13_052],
  ]);
  strictEqual(stationPorts({ province: 15, station: 99 }, 10).at(-1), 25_999);
  for (const pumps of [11, -1, 1.5]) {
    deepStrictEqual(stationPorts({ province: 3, station: 5 }, pumps), []);
  }
});

Deno.test("pumpOfAddress() reads the digits behind the last colon", () => {
  const place = { province: 3, station: 5, pump: 0 };
  deepStrictEqual(pumpOfAddress("127.0.0.1:13050"), place);
  deepStrictEqual(pumpOfAddress("[::1]:13050"), place);
  for (
    const text of ["", "13050", "127.0.0.1:", "a:9999", "a:13050#x", "a:26000"]
  ) {
    strictEqual(pumpOfAddress(text), undefined, text);
  }
});

Deno.test("C-08: there are sixteen provinces, and their regional ports are 30001 to 30016", () => {
  strictEqual(FLEET_PROVINCES.length, 16);
  deepStrictEqual(
    [FLEET_PROVINCES[0], FLEET_PROVINCES[4], FLEET_PROVINCES[15]],
    ["Buenos Aires", "Córdoba", "Salta"],
  );
  for (let province = 0; province < 16; province++) {
    strictEqual(regionPort(province), 30_001 + province);
    strictEqual(provinceOfRegionPort(30_001 + province), province);
  }
  for (const other of [-1, 16, 1.5]) strictEqual(regionPort(other), undefined);
  for (const port of [30_000, 30_017]) {
    strictEqual(provinceOfRegionPort(port), undefined);
  }
});

Deno.test("C-43: stations ten numbers apart overlap, over the border of a province too", () => {
  const at = (province: number, station: number) => ({ province, station });
  strictEqual(stationsOverlap(at(0, 3), at(0, 13)), true);
  strictEqual(stationsOverlap(at(0, 13), at(0, 3)), true);
  strictEqual(stationsOverlap(at(0, 95), at(1, 5)), true);
  for (const other of [at(0, 3), at(0, 4), at(0, 12), at(1, 13), at(0, 23)]) {
    strictEqual(stationsOverlap(at(0, 3), other), false);
  }
});

Deno.test("C-32: litersTotal() is whole units, and nothing for no liters or more than 2674325", () => {
  strictEqual(litersTotal(10), 16_060);
  strictEqual(litersTotal(2_674_325), 4_294_965_950);
  for (const liters of [0, -1, 1.5, 2_674_326]) {
    strictEqual(litersTotal(liters), undefined);
  }
  strictEqual(litersTotal(3, 2_000), 6_000);
});
