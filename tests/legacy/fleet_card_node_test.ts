/**
 * Cards of the installed kind at the pumps of a whole node, which decides by rights (sections 5.1, 9.2, 12).
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { CardId, CompanyId } from "../../crdt/mod.ts";
import { fuelFrame } from "../support/card_rig.ts";
import { startFleetStation } from "../support/fleet_station.ts";
import { untilTrue } from "../support/line_client.ts";
import { OriginalCompany } from "../support/original_company.ts";
import { OriginalRegional } from "../support/original_regional.ts";
import type { SimulatedDisk } from "../support/simulated_disk.ts";
import {
  RawFleetClient,
  ResettingClient,
} from "../support/raw_fleet_client.ts";

type Station = Awaited<ReturnType<typeof startFleetStation>>;

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const COMPANY = "42" as CompanyId;
const balance = ({ fleet }: Station) => fleet.company(COMPANY)?.balance;

/** Buys a liter with each of some cards at once, at the station's pumps in turn. */
function buyAll(station: Station, count: number, company = 42) {
  const { ports, card } = station;
  return Promise.all(
    Array.from(
      { length: count },
      (_, i) =>
        card.payAt(ports[i % ports.length] ?? 0, {
          ...{ company, card: i + 1, liters: 1 },
        }),
    ),
  );
}

Deno.test({
  name:
    "T31: the smallest installation: a card pays a liter, once, from account and card",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation();
    await station.fund("42", 100_000, { "7": 50_000 });
    const payment = { company: 42, card: 7, liters: 1 };
    strictEqual(await station.card.pay(payment), "charged");

    strictEqual(balance(station), 98_394);
    const { items } = station.fleet.expenses({ limit: 10, company: COMPANY });
    deepStrictEqual(
      items.map(({ card, amount, liters, place, source, accepted }) => ({
        ...{ card, amount, liters, place, source, accepted },
      })),
      [{
        ...{ card: "7", amount: 1_606, liters: 1, source: "card" },
        place: { site: "E05", province: 3, station: 5, pump: null },
        accepted: true,
      }],
    );
    strictEqual(station.fleet.card(COMPANY, "7" as CardId)?.limit, 48_394);
  },
});

Deno.test({
  name:
    "T10: T05: a card pays, a card over its limit and one without liters do not",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation();
    await station.fund("42", 100_000, { "7": 3_212, "8": 1_605 });
    const pay = (card: number, liters: number) =>
      station.card.payAt(station.ports[0] ?? 0, {
        ...{ company: 42, card, liters },
      });

    strictEqual(await pay(7, 2), "charged");
    strictEqual(await pay(7, 1), "refused");
    strictEqual(await pay(8, 1), "refused");
    strictEqual(await pay(8, 0), "refused");
    strictEqual(balance(station), 96_788);
  },
});

Deno.test({
  name:
    "T13: T17: T19: cards at six pumps at once are charged once each, and nothing is lost",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation({ pumps: 6 });
    await station.fund("42", 1_000_000);
    const outcomes = await buyAll(station, 15);

    deepStrictEqual(outcomes, Array(15).fill("charged"));
    strictEqual(balance(station), 1_000_000 - 15 * 1_606);
    strictEqual(station.fleet.company(COMPANY)?.expenses, 15);
  },
});

Deno.test({
  name:
    "T22: four rounds of eight purchases at eight pumps are charged, T21: and three more rounds after them",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation({ pumps: 8 });
    await station.fund("42", 10_000_000);
    for (let round = 0; round < 7; round++) {
      const outcomes = await buyAll(station, 8);
      deepStrictEqual(outcomes, Array(8).fill("charged"));
    }
    strictEqual(balance(station), 10_000_000 - 56 * 1_606);
  },
});

Deno.test({
  name:
    "T09: a station of ten pumps serves, and T15: a burst of many cards never spends more than there is",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation({ pumps: 10 });
    await station.fund("42", 20_000, { "1": 20_000 });
    const { ports, card } = station;
    const outcomes = await Promise.all(
      Array.from(
        { length: 30 },
        (_, i) =>
          card.payAt(ports[i % 10] ?? 0, { company: 42, card: 1, liters: 1 }),
      ),
    );

    strictEqual(outcomes.filter((it) => it === "charged").length, 12);
    strictEqual(outcomes.filter((it) => it === "refused").length, 18);
    strictEqual(balance(station), 20_000 - 12 * 1_606);
  },
});

/** A verdict whose card vanished: kept. */
async function keep(station: Station, card: number, liters = 1) {
  const before = station.fleet.results({ limit: 100 }).items.length;
  const client = await RawFleetClient.connect(station.ports[0] ?? 0);
  await client.send(fuelFrame(liters, card));
  await client.endWrite();
  await untilTrue(
    "kept",
    () => station.fleet.results({ limit: 100 }).items.length > before,
  );
  client.close();
}

Deno.test({
  name:
    "T26: T24: a kept result is given to the next request of its card, once, without charging again",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation({ pumps: 2 });
    await station.fund("42", 100_000, { "7": 50_000 });
    await keep(station, 7);
    strictEqual(balance(station), 98_394);
    const payment = { company: 42, card: 7, liters: 2 };

    strictEqual(
      await station.card.payAt(station.ports[1] ?? 0, payment),
      "charged",
    );
    strictEqual(balance(station), 98_394);
    await untilTrue(
      "delivered",
      () =>
        station.fleet.results({ limit: 9, state: "delivered" }).items.length ===
          1,
    );
    strictEqual(await station.card.pay(payment), "charged");
    strictEqual(balance(station), 95_182);
  },
});

Deno.test({
  name:
    "T27: C-35: a query names no company: the oldest result of that number comes first, each once",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation();
    await station.fund("42", 100_000, { "7": 50_000, "8": 1_000 });
    await keep(station, 7);
    await keep(station, 8);
    const ask = async (card: number) =>
      (await station.card.askKept(card))?.success;

    strictEqual(await ask(9), undefined);
    strictEqual(await ask(8), false);
    strictEqual(await ask(7), true);
    strictEqual(await ask(7), undefined);
    strictEqual(await ask(8), undefined);
  },
});

Deno.test({
  name: "T28: a kept result survives the end of the node",
  ...OPTIONS,
  async fn() {
    const before = await startFleetStation();
    await before.fund("42", 100_000, { "7": 50_000 });
    await keep(before, 7);
    const disk = await before.kill();
    await using after = await startFleetStation({ disk });

    deepStrictEqual(await after.card.askKept(7), {
      ...{ port: after.ports[0], success: true },
    });
    strictEqual(await after.card.askKept(7), undefined);
    strictEqual(balance(after), 98_394);
  },
});

Deno.test({
  name:
    "C-34: T25: a card that is reset once it was answered finds its result; one that closed properly finds none",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation();
    await station.fund("42", 100_000, { "7": 50_000, "8": 50_000 });
    const payment = { company: 42, card: 8, liters: 1 };
    strictEqual(await station.card.pay(payment), "charged");
    const killed = await ResettingClient.connect(station.ports[0] ?? 0);
    await killed.send(fuelFrame(1, 7));
    await untilTrue(
      "charged",
      () => station.fleet.company(COMPANY)?.expenses === 2,
    );
    await wait(30);
    await killed.reset();
    await untilTrue(
      "kept",
      () => station.fleet.results({ limit: 9 }).items.length === 1,
    );

    strictEqual((await station.card.askKept(7))?.success, true);
    strictEqual(await station.card.askKept(8), undefined);
  },
});

Deno.test({
  name:
    "T32: sixteen stations of six pumps and twenty cards: each card buys a liter",
  ...OPTIONS,
  async fn() {
    const stations = await Promise.all(
      Array.from({ length: 16 }, (_, province) =>
        startFleetStation({
          ...{ pumps: 6, site: `S${province}` },
          station: { province, station: 3 },
        })),
    );
    await Promise.all(stations.map((it) => it.fund("42", 1_000_000)));
    const outcomes = await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          stations[i % 16]?.card.pay({ company: 42, card: i, liters: 1 }),
      ),
    );
    deepStrictEqual(outcomes, Array(20).fill("charged"));
    const places = stations.flatMap(({ fleet }) =>
      fleet.expenses({ limit: 10 }).items.map(({ place }) => place.province)
    );
    deepStrictEqual(
      places.toSorted((a, b) => (a ?? 0) - (b ?? 0)),
      [0, 0, 1, 1, 2, 2, 3, 3, ...Array.from({ length: 12 }, (_, i) => i + 4)],
    );
    await Promise.all(stations.map((it) => it[Symbol.asyncDispose]()));
  },
});

Deno.test({
  name:
    "T30: T29: while nobody decides, kept results are given all the same, and later purchases are decided",
  ...OPTIONS,
  async fn() {
    let reached = true;
    const again = Promise.withResolvers<void>();
    await using station = await startFleetStation({
      authority: (fleet) => ({
        async charge(input) {
          if (!reached) await again.promise;
          return await fleet.charge(input);
        },
      }),
    });
    await station.fund("42", 100_000, { "7": 50_000 });
    await keep(station, 7);
    reached = false;
    using waiting = await RawFleetClient.connect(station.ports[0] ?? 0);
    await waiting.send(fuelFrame(1, 9));

    strictEqual((await station.card.askKept(7))?.success, true);
    strictEqual(await station.card.askKept(9), undefined);
    again.resolve();
    deepStrictEqual(await waiting.frame(), [
      ...[1, '{"FuelComplete":{"success":true}}'],
    ]);
  },
});

Deno.test({
  name:
    "T11: T16: cards of a station whose purchases an original regional office decides are charged by its company, once",
  ...OPTIONS,
  async fn() {
    await using company = new OriginalCompany({ scale: 0.05 });
    company.open(42, 100_000, { 7: 5_000 });
    await company.start();
    await using regional = new OriginalRegional({
      province: 3,
      company: () => company.port,
      scale: 0.05,
    });
    await regional.start();
    await untilTrue("linked", () => company.lines.length > 0);
    await using station = await startFleetStation({
      regional: regional.port - 3,
    });
    const pay = (liters: number) =>
      station.card.payAt(station.ports[0] ?? 0, {
        ...{ company: 42, card: 7, liters },
      });

    strictEqual(await pay(2), "charged");
    strictEqual(await pay(1), "charged");
    strictEqual(await pay(1), "refused");
    strictEqual(company.books.get(42)?.balance, 100_000 - 3 * 1_606);
    strictEqual(balance(station), undefined);
  },
});

Deno.test({
  name:
    "T12: two companies with three cards each: every purchase is booked where it belongs",
  ...OPTIONS,
  async fn() {
    await using station = await startFleetStation({ pumps: 3 });
    await station.fund("1", 1_000_000);
    await station.fund("2", 1_000_000);
    const outcomes = (await Promise.all(
      [1, 2].map((company) => buyAll(station, 3, company)),
    )).flat();

    deepStrictEqual(outcomes, Array(6).fill("charged"));
    for (const company of ["1", "2"] as CompanyId[]) {
      const { items } = station.fleet.cards({ company, limit: 9 });
      deepStrictEqual(items.map(({ spent }) => spent), [1_606, 1_606, 1_606]);
      strictEqual(station.fleet.company(company)?.balance, 1_000_000 - 4_818);
    }
  },
});

Deno.test({
  name:
    "T14: T18: T20: five purchases, the end of the node, and three more: all are charged, and the books are one",
  ...OPTIONS,
  async fn() {
    const before = await startFleetStation({ pumps: 5 });
    await before.fund("42", 1_000_000);
    deepStrictEqual(await buyAll(before, 5), Array(5).fill("charged"));
    const disk = await before.kill();
    await using after = await startFleetStation({ pumps: 3, disk });
    deepStrictEqual(await buyAll(after, 3), Array(3).fill("charged"));

    strictEqual(balance(after), 1_000_000 - 8 * 1_606);
    const { items } = after.fleet.expenses({ company: COMPANY, limit: 99 });
    strictEqual(new Set(items.map(({ id }) => id)).size, 8);
  },
});

/** A node that is killed after it charged card 8 and told it, and charged card 7 and had not told it yet. */
async function killedBeforeTelling(folder: string): Promise<SimulatedDisk> {
  const held = Promise.withResolvers<void>();
  const station = await startFleetStation({
    dataDir: folder,
    authority: (fleet) => ({
      async charge(input) {
        const verdict = await fleet.charge(input);
        if (input.card === "7") await held.promise;
        return verdict;
      },
    }),
  });
  await station.fund("42", 101_606, { "7": 50_000, "8": 50_000 });
  await keep(station, 9);
  strictEqual(
    await station.card.pay({ company: 42, card: 8, liters: 1 }),
    "charged",
  );
  using waiting = await RawFleetClient.connect(station.ports[0] ?? 0);
  await waiting.send(fuelFrame(1, 7));
  await untilTrue("charged", () => balance(station) === 96_788);
  const disk = station.node.disk.copy();
  await Deno.copyFile(join(folder, "fleet-told"), join(folder, "killed"));
  held.resolve();
  await waiting.frame();
  await station[Symbol.asyncDispose]();
  await Deno.rename(join(folder, "killed"), join(folder, "fleet-told"));
  return disk;
}

Deno.test({
  name:
    "C-33: T28: a card that was charged and not told when its node was killed finds its result; one that was told does not",
  ...OPTIONS,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "panal-test-" });
    const disk = await killedBeforeTelling(folder);
    await using after = await startFleetStation({ disk, dataDir: folder });
    strictEqual((await after.card.askKept(7))?.success, true);
    strictEqual(await after.card.askKept(7), undefined);
    strictEqual(await after.card.askKept(8), undefined);
    strictEqual((await after.card.askKept(9))?.success, true);
    strictEqual(balance(after), 96_788);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name:
    "C-42: where nobody knows whether a card was told, because the machine lost power, its purchase is listed and never delivered",
  ...OPTIONS,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "panal-test-" });
    const disk = await killedBeforeTelling(folder);
    const path = join(folder, "fleet-told");
    const lines = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, lines.replace(/^.*\n/, "0\n"));
    await using after = await startFleetStation({ disk, dataDir: folder });
    strictEqual(await after.card.askKept(7), undefined);
    strictEqual((await after.card.askKept(9))?.success, true);
    const { items } = after.fleet.results({ limit: 9 });
    deepStrictEqual(
      items.filter(({ card }) => card !== "9")
        .map(({ card, success, state }) => [card, success, state]),
      [["7", true, "delivering"]],
    );
    await Deno.remove(folder, { recursive: true });
  },
});
