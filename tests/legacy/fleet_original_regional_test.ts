/**
 * A station of Panal in front of an original regional office (14.5), over real sockets: each expense is sent once, and what
 * became of it is asked for by announcing the station again.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createFactIds } from "../../crdt/mod.ts";
import { listenFrames } from "../../net/mod.ts";
import {
  createRegionalLink,
  type RegionalLink,
} from "../../nodes/adapters/fleet_regional_link.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import type { PurchaseVerdict } from "../../nodes/fleet/fleet_use_cases.ts";
import {
  REGIONAL_TIMES,
  type RegionalTimes,
} from "../../nodes/fleet/regional_authority.ts";
import { COMPANY, fund, purchaseOf } from "../support/fleet.ts";
import { TestRegion, until } from "../support/fleet_region.ts";
import { OriginalCompany } from "../support/original_company.ts";
import { OriginalSocket } from "../support/original_fleet_wire.ts";
import { OriginalGasPump } from "../support/original_gas_pump.ts";
import { OriginalRegional } from "../support/original_regional.ts";
import { createProcessGroup } from "../support/processes.ts";
import type { SimulatedDisk } from "../support/simulated_disk.ts";

const SCALE = 0.05;
const FAST: RegionalTimes = {
  ...REGIONAL_TIMES,
  handshakePauseMs: 40,
  verdictMs: 150,
  announceMsMax: 400,
  nextMs: 10,
  ringMs: 60,
  sendMsMax: 1_500,
  answerMsMax: 2_000,
};
const nextId = createFactIds(createSystemRandom());
const newId = () => nextId(createSystemClock().now());

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

async function openCompany(): Promise<OriginalCompany> {
  const company = new OriginalCompany({ scale: SCALE });
  company.open(42, 100_000, { 7: 50_000 });
  await company.start();
  return company;
}

async function openRegional(
  company: OriginalCompany,
  province = 3,
): Promise<OriginalRegional> {
  const regional = new OriginalRegional({
    province,
    company: () => company.port,
    scale: SCALE,
  });
  await regional.start();
  await until(() => company.lines.length > 0, "the handshake");
  return regional;
}

/** A station of the mesh: province 3, station 5. */
class Station implements AsyncDisposable {
  readonly kept: { readonly purchase: string; readonly success: boolean }[] =
    [];
  readonly node: TestRegion;
  readonly link: RegionalLink;

  private constructor(
    node: TestRegion,
    ports: readonly number[],
    times: Partial<RegionalTimes>,
  ) {
    this.node = node;
    this.link = createRegionalLink({
      node: node.node,
      results: {
        keepResult: ({ purchase, success }) => {
          this.kept.push({ purchase, success });
          return Promise.resolve();
        },
      },
      hostname: "127.0.0.1",
      ports,
      station: { province: 3, station: 5 },
      clock: createSystemClock(),
      random: createSystemRandom(),
      logger: { log: () => {} },
      times: { ...FAST, ...times },
    });
  }

  static async open(
    regionals: Readonly<Record<number, { readonly port: number }>>,
    options: {
      readonly disk?: SimulatedDisk;
      readonly times?: Partial<RegionalTimes>;
    } = {},
  ): Promise<Station> {
    const { disk, times = {} } = options;
    const node = await TestRegion.open({
      provinces: [],
      ...(disk === undefined ? {} : { disk }),
    });
    const ports = Array.from(
      { length: 16 },
      (_, id) => regionals[id]?.port ?? 1,
    );
    const station = new Station(node, ports, times);
    await station.link.start();
    return station;
  }

  buy(amount = 100, id = newId()): Promise<PurchaseVerdict> {
    return this.link.authority.desk.charge(purchaseOf(amount, { id }));
  }

  get unknown(): readonly string[] {
    return this.node.fleet.forwards({
      target: "regional",
      state: "unknown",
      limit: 10,
    }).items.map(({ purchase }) => purchase);
  }

  async kill(): Promise<SimulatedDisk> {
    const disk = this.node.disk.copy();
    await this.stop();
    return disk;
  }

  async stop(): Promise<void> {
    await this.link.stop();
    await this.node.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

test("T11: purchases of a Panal station through an original regional office are booked once each, equal ones too", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using station = await Station.open({ 3: regional });
  strictEqual((await station.buy()).accepted, true);
  const equal = await Promise.all([station.buy(), station.buy()]);
  deepStrictEqual(equal.map(({ accepted }) => accepted), [true, true]);
  strictEqual((await station.buy(90_000)).accepted, false);
  strictEqual(company.expenses(42).length, 3);
  // C-28: the handshake stands alone, so that the first expense is not lost with it.
  const [line] = regional.stations;
  const [first] = regional.told;
  ok(line !== undefined && first !== undefined);
  ok(first.at - line.at >= FAST.handshakePauseMs - 5);
  strictEqual(line.address, "127.0.0.1:13050");
});

test("C-47: a Panal station has a text of its own, and takes no connection from an original station of its number", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using pump = new OriginalGasPump({
    province: 3,
    station: 5,
    pumps: 1,
    regionals: Array.from(
      { length: 16 },
      (_, id) => id === 3 ? regional.port : 1,
    ),
    scale: SCALE,
  });
  await pump.connect();
  await using station = await Station.open({ 3: regional });
  strictEqual((await station.buy()).accepted, true);
  strictEqual(
    await pump.buy(13_050, {
      company: 42,
      card: 7,
      total: 5,
      date: "2026-02-03",
    }),
    true,
  );
  deepStrictEqual(regional.stations.map((it) => it.station), ["5", "5-panal"]);
});

test("a verdict that was dropped on its way comes by a new handshake, and the expense is not sent again", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using station = await Station.open({ 3: regional });
  company.fates.push("drop");
  const verdict = await station.buy();
  strictEqual(verdict.accepted, true);
  strictEqual(regional.told.length, 1);
  strictEqual(company.expenses(42).length, 1);
  ok(regional.stations.length > 1);
  deepStrictEqual(
    new Set(regional.stations.map((it) => it.station)),
    new Set(["5-panal"]),
  );
});

test("several verdicts that were dropped come one by one", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using station = await Station.open({ 3: regional });
  company.fates.push("drop", "drop", "drop");
  const verdicts = await Promise.all([
    station.buy(),
    station.buy(),
    station.buy(),
  ]);
  ok(verdicts.every(({ accepted }) => accepted));
  strictEqual(company.expenses(42).length, 3);
  strictEqual(regional.told.length, 3);
});

test("a link that is lost is opened again under the same text, and the verdict comes there", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using station = await Station.open({ 3: regional });
  company.pause();
  const verdict = station.buy();
  await until(() => regional.told.length === 1, "the expense");
  regional.breakStations();
  company.resume();
  strictEqual((await verdict).accepted, true);
  strictEqual(company.expenses(42).length, 1);
  strictEqual(regional.told.length, 1);
});

test("C-42: no verdict in 35 s makes a purchase unknown: it is listed, never repeated, and a late verdict is kept for its card", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using station = await Station.open({ 3: regional }, {
    times: { sendMsMax: 300, answerMsMax: 400, announceMsMax: 100 },
  });
  company.pause();
  const id = newId();
  const verdict = await station.buy(100, id);
  strictEqual(verdict.accepted, false);
  strictEqual(verdict.reason, "outcome_unknown");
  await until(() => station.unknown.includes(id), "the list");
  await until(() => station.node.incidents.includes("fleet_outcome_unknown"));
  company.resume();
  await until(() => station.kept.length === 1, "the late verdict");
  deepStrictEqual(station.kept, [{ purchase: id, success: true }]);
  strictEqual(station.unknown.length, 0);
  strictEqual(company.expenses(42).length, 1);
  strictEqual(regional.told.length, 1);
});

test("a station whose regional office is gone goes on round the ring", async () => {
  await using company = await openCompany();
  await using own = await openRegional(company, 3);
  await using other = await openRegional(company, 7);
  await using station = await Station.open({ 3: own, 7: other });
  strictEqual((await station.buy()).accepted, true);
  await own.stop();
  await until(() => other.stations.length > 0, "the next handshake");
  strictEqual((await station.buy()).accepted, true);
  strictEqual(other.told.length, 1);
  await own.start();
  // It does not go back while the other works.
  strictEqual((await station.buy()).accepted, true);
  strictEqual(other.told.length, 2);
  strictEqual(company.expenses(42).length, 3);
});

test("a station whose regional office hangs up on handshakes goes on round the ring", async () => {
  await using company = await openCompany();
  await using other = await openRegional(company, 7);
  let dialed = 0;
  const broken = listenFrames({
    ...{ hostname: "127.0.0.1", port: 0 },
    accept(link) {
      dialed++;
      link.close();
    },
  });
  try {
    await using station = await Station.open({ 3: broken, 7: other });
    strictEqual((await station.buy()).accepted, true);
    strictEqual(dialed, 1);
  } finally {
    await broken.stop();
  }
});

test("a purchase that no regional office takes is refused and never sent", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await regional.stop();
  await using station = await Station.open({ 3: regional }, {
    times: { sendMsMax: 150, answerMsMax: 200 },
  });
  const verdict = await station.buy();
  strictEqual(verdict.accepted, false);
  strictEqual(verdict.reason, "rights_unreachable");
  await regional.start();
  await until(() => regional.stations.length > 0, "the handshake");
  await new Promise((resolve) => setTimeout(resolve, 100));
  strictEqual(company.expenses(42).length, 0);
});

test("two regional offices that both answer for one station make one verdict", async () => {
  await using company = await openCompany();
  await using own = await openRegional(company, 3);
  await using other = await openRegional(company, 4);
  await using station = await Station.open({ 3: own, 4: other });
  company.fates.push("drop");
  const verdict = station.buy();
  await until(() => company.expenses(42).length === 1, "the booking");
  // The office goes; its neighbor announces the station, and both get the verdict of the company's timers.
  own.breakStations();
  strictEqual((await verdict).accepted, true);
  await own.stop();
  await own.start();
  await new Promise((resolve) => setTimeout(resolve, 400));
  strictEqual(company.expenses(42).length, 1);
  strictEqual(station.kept.length, 0);
});

test("a station that is killed with a purchase under way never repeats it, and keeps its verdict for the card", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  const first = await Station.open({ 3: regional });
  company.fates.push("drop");
  const id = newId();
  void first.buy(100, id);
  await until(() => company.expenses(42).length === 1, "the booking");
  const disk = await first.kill();
  await using station = await Station.open({ 3: regional }, { disk });
  await until(() => station.kept.length === 1, "the verdict");
  deepStrictEqual(station.kept, [{ purchase: id, success: true }]);
  strictEqual(company.expenses(42).length, 1);
  strictEqual(regional.told.length, 1);
  // The same purchase asked for again has the first answer.
  const again = await station.buy(100, id);
  deepStrictEqual([again.accepted, again.repeated], [true, true]);
  strictEqual(regional.told.length, 1);
});

test("C-12: nothing but expenses is sent to an original regional office", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using station = await Station.open({ 3: regional });
  company.fates.push("drop", "answer");
  await Promise.all([station.buy(), station.buy()]);
  ok(regional.told.every(({ opcode }) => opcode === 4));
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
});

test("a Panal region in the place of the original one serves a station by the same link, also over a restart", async () => {
  const first = await TestRegion.open({
    provinces: [3],
    seed: 9,
    times: { verdictMsMin: 300 },
  });
  await fund(first.node.useCases, 100_000, 50_000);
  const { ports } = first;
  const regional = { port: ports[3] ?? 0 };
  await using station = await Station.open({ 3: regional });
  const verdict = station.buy();
  await until(() => first.fleet.company(COMPANY)?.spent === 100, "the charge");
  // It is killed before it answers; the station announces itself again, and gets what it is owed.
  const disk = await first.kill();
  await using region = await TestRegion.open({
    ...{ provinces: [3], seed: 9, disk, ports },
    times: { settledMs: 20 },
  });
  strictEqual((await verdict).accepted, true);
  strictEqual((await station.buy()).accepted, true);
  strictEqual(region.fleet.company(COMPANY)?.spent, 200);
  deepStrictEqual(
    region.fleet.expenses({ company: COMPANY, limit: 1 }).items[0]?.place,
    { site: null, province: 3, station: 5, pump: 0 },
  );
});

test("T16: a card at a Panal station pays through an original regional office at an original company", async () => {
  await using company = await openCompany();
  await using regional = await openRegional(company);
  await using group = await createProcessGroup();
  const off = ["station", "bridge", "pumps", "udp", "prices"]
    .flatMap((name) => ["--surface", `forecourt-${name}=off`]);
  const node = await group.run([
    ...["station", "--site", "E05", "--data", group.dataOf("station")],
    ...["--fleet-province", "3", "--fleet-station", "5", ...off],
    ...["--surface", "fleet-card=127.0.0.1:0"],
    // The office of province 3 is where the double listens.
    ...["--dial", `fleet-region=127.0.0.1:${regional.port - 3}`],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
  ]);
  await until(() => regional.stations.length > 0, "the handshake");
  const url = node.ready.surfaces["fleet-card"] ?? "";
  const ask = async (liters: number) => {
    const card = await OriginalSocket.dial(
      Number(url.slice(url.lastIndexOf(":") + 1)),
    );
    await card?.writeFrame(0, {
      "FuelRequest": {
        "request": { "company_id": 42, "card_id": 7, liters },
        "card_address": "127.0.0.1:40007",
      },
    });
    const answer = await card?.readFrame();
    card?.close();
    return answer?.text;
  };
  strictEqual(await ask(10), '{"FuelComplete":{"success":true}}');
  strictEqual(await ask(30), '{"FuelComplete":{"success":false}}');
  deepStrictEqual(
    company.expenses(42).map(({ total }) => total),
    [16_060],
  );
  strictEqual((await node.stop()).code, 0);
});
