import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import fc from "fast-check";
import {
  type FactId,
  fuelAmount,
  ok as decided,
  type ProductId,
  type Result,
  saleIdOfKey,
  shortSaleId,
  type SiteCode,
  siteSpace,
} from "../../../crdt/mod.ts";
import type {
  ForecourtEvent,
  RecordFuelSaleInput,
} from "../../../nodes/forecourt/forecourt_use_cases.ts";
import { COMMAND_LIFE_MS } from "../../../nodes/forecourt/pump_commands.ts";
import { VARIATION_ALLOWED_ML } from "../../../nodes/forecourt/wet_stock.ts";
import type { Refusal } from "../../../nodes/use_cases.ts";
import { createTestNode } from "../../support/test_node.ts";

const CUS = "CUS" as SiteCode;
const fuel = (code: string) => code as ProductId;

async function withStation(
  run: (station: Awaited<ReturnType<typeof createTestNode>>) => Promise<void>,
) {
  const station = await createTestNode({
    site: "CUS",
    roles: ["branch"],
    currency: "CLP",
    timezone: "America/Santiago",
  });
  try {
    await run(station);
  } finally {
    await station.stop();
  }
}

function done<T>(result: Result<T, Refusal>): T {
  ok(result.ok, JSON.stringify(result));
  return result.value;
}

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "done" : result.error.code;
}

const SALE: RecordFuelSaleInput = {
  pump: "12",
  fuel: "97",
  volumeMl: 8000,
  price: 1415,
  amount: 11_320,
  payment: "tarjeta",
  source: "pump",
};

Deno.test("addPump() lists a pump once, and numbers follow the highest", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const first = done(await forecourt.addPump({ name: "Isla 1" }));
    deepStrictEqual([first.pump, first.fuel, first.capacityMl], [
      1,
      "95",
      100_000,
    ]);
    const given = done(
      await forecourt.addPump({ pump: 12, name: "Isla 3", fuels: ["97"] }),
    );
    deepStrictEqual([given.pump, given.fuels], [12, ["97"]]);
    strictEqual(done(await forecourt.addPump({ name: "x" })).pump, 13);
    strictEqual(
      codeOf(await forecourt.addPump({ pump: 12, name: "y" })),
      "pump_exists",
    );
    strictEqual(
      codeOf(await forecourt.addPump({ name: "Isla 3", uniqueName: true })),
      "name_taken",
    );
    deepStrictEqual(
      forecourt.pumps({ limit: 2 }).items.map(({ pump }) => pump),
      [1, 12],
    );
    const { next } = forecourt.pumps({ limit: 2 });
    ok(next !== null);
    deepStrictEqual(
      forecourt.pumps({ limit: 2, cursor: next }).items.map(({ pump }) => pump),
      [13],
    );
  }));

Deno.test("changePump() and removePump() refuse unknown, connected and doubly named pumps", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    done(await forecourt.addPump({ name: "Isla 1" }));
    done(await forecourt.addPump({ name: "Isla 2" }));
    const changed = done(
      await forecourt.changePump({
        pump: 2,
        serviceState: "fuera_servicio",
        capacityMl: 5,
      }),
    );
    deepStrictEqual([changed.serviceState, changed.capacityMl, changed.name], [
      "fuera_servicio",
      5,
      "Isla 2",
    ]);
    strictEqual(
      codeOf(await forecourt.changePump({ pump: 2, name: "Isla 1" })),
      "name_taken",
    );
    strictEqual(
      codeOf(await forecourt.changePump({ pump: 9, name: "z" })),
      "pump_unknown",
    );
    forecourt.live.update(CUS, 2, { connection: "connected", links: 1 });
    strictEqual(
      codeOf(await forecourt.removePump({ pump: 2 })),
      "pump_connected",
    );
    forecourt.live.update(CUS, 2, { connection: "disconnected", links: 0 });
    done(await forecourt.recordFuelSale({ ...SALE, pump: "2" }));
    strictEqual(done(await forecourt.removePump({ pump: 2 })).pump, 2);
    strictEqual(forecourt.pump(CUS, 2), undefined);
    strictEqual(forecourt.fuelSales({ limit: 9 }).items.length, 1);
  }));

Deno.test("recordFuelSale() counts a repeat once and says so", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const id = saleIdOfKey("a sale");
    const first = done(await forecourt.recordFuelSale({ ...SALE, id }));
    const again = done(
      await forecourt.recordFuelSale({ ...SALE, id, payment: "efectivo" }),
    );
    deepStrictEqual([first.repeated, again.repeated], [false, true]);
    deepStrictEqual(again.sale, first.sale);
    strictEqual(
      codeOf(await forecourt.recordFuelSale({ ...SALE, id, amount: 1 })),
      "id_reused",
    );
    deepStrictEqual(forecourt.fuelTotals(CUS), {
      count: 1,
      volumeMl: 8000,
      amount: 11_320,
    });
    deepStrictEqual(
      forecourt.fuelSaleByShortId(shortSaleId(id)),
      first.sale,
    );
    strictEqual(forecourt.fuelSaleByShortId("0".repeat(24)), undefined);
  }));

Deno.test("fuelSaleByShortId() finds sales with ids of every kind", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const { sale } = done(await forecourt.recordFuelSale(SALE));
    deepStrictEqual(forecourt.fuelSaleByShortId(shortSaleId(sale.id)), sale);
    const id = "0193f1aa-1111-4222-b333-444455556666" as FactId;
    done(await forecourt.recordFuelSale({ ...SALE, id }));
    strictEqual(forecourt.fuelSaleByShortId(shortSaleId(id))?.id, id);
  }));

Deno.test("recordFuelSale() marks what does not add up, and stores it as told", () =>
  withStation(async ({ useCases }) => {
    const { forecourt } = useCases;
    const priced = done(
      await forecourt.setPrices({
        scope: `site:${CUS}`,
        prices: [{ fuel: fuel("97"), price: 1415 }],
      }),
    );
    const right = done(await forecourt.recordFuelSale(SALE)).sale;
    deepStrictEqual([right.amountMismatch, right.priceMismatch], [
      false,
      false,
    ]);
    const wrong = done(
      await forecourt.recordFuelSale({ ...SALE, price: 1400, amount: 5 }),
    ).sale;
    deepStrictEqual(
      [wrong.amountMismatch, wrong.priceMismatch, wrong.amount],
      [true, true, 5],
    );
    const taken = done(
      await forecourt.addPump({ pump: 12, name: "Isla 3" }),
    );
    strictEqual(taken.taken, null);
    done(
      await forecourt.pricesTaken({
        pumps: [12],
        set: priced.id,
        prices: [{ fuel: fuel("97"), price: 1400 }],
      }),
    );
    const old = done(
      await forecourt.recordFuelSale({ ...SALE, price: 1400, amount: 11_200 }),
    ).sale;
    strictEqual(old.priceMismatch, false);
    const incidents = useCases.incidents({ limit: 10 }).items;
    deepStrictEqual(
      incidents.map(({ kind, details }) => [kind, details["sale"]]),
      [["fuel_mismatch", wrong.id]],
    );
  }));

Deno.test("prices() gives the narrowest scope's price of each fuel, from its instant on", () =>
  withStation(async ({ useCases: { forecourt }, clock }) => {
    const prices = (price: number, ...codes: string[]) =>
      codes.map((code) => ({ fuel: fuel(code), price }));
    done(
      await forecourt.setPrices({
        scope: "mesh",
        prices: prices(1300, "93", "diesel"),
      }),
    );
    const at = (clock.now() + 60_000) * 1000;
    done(
      await forecourt.setPrices({
        scope: `site:${CUS}`,
        prices: prices(1200, "93"),
        effectiveAt: at,
      }),
    );
    const shown = () =>
      forecourt.prices(CUS).prices.map(({ fuel, price }) => [fuel, price]);
    deepStrictEqual(shown(), [["93", 1300], ["diesel", 1300]]);
    strictEqual(forecourt.nextPrices(CUS, clock.now() * 1000 + 99), at);
    clock.advance(60_001);
    deepStrictEqual(shown(), [["93", 1200], ["diesel", 1300]]);
    strictEqual(
      codeOf(
        await forecourt.setPrices({ scope: "mesh", prices: prices(-1, "93") }),
      ),
      "price_invalid",
    );
    strictEqual(
      forecourt.priceSets({ scope: "mesh", limit: 9 }).items.length,
      1,
    );
  }));

Deno.test("prices() knows a fuel whose price is the oldest of very many", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const scope = `site:${CUS}` as const;
    const set = (code: string, price: number) =>
      forecourt.setPrices({ scope, prices: [{ fuel: fuel(code), price }] });
    done(await set("diesel", 999));
    for (let price = 1; price <= 300; price++) done(await set("95", price));
    deepStrictEqual(
      forecourt.prices(CUS).prices.map(({ fuel, price }) => [fuel, price]),
      [["95", 300], ["diesel", 999]],
    );
  }));

Deno.test("recordFuelSale() stores a delivery although the directory lists tanks whose number is none", () =>
  withStation(async ({ useCases: { forecourt }, node: { replica } }) => {
    const space = siteSpace(CUS);
    await replica.decide((decision) => {
      for (const name of ["0", "-1", "1e3", "007", "9007199254740991"]) {
        decision.record(space, {
          type: "DirectoryChanged",
          id: decision.newId(),
          at: decision.at,
          space,
          subject: `tank/${name}`,
          field: "fuel",
          value: "97",
          over: [],
        });
      }
      return decided(null);
    });
    strictEqual(done(await forecourt.recordFuelSale(SALE)).sale.fuel, "97");
    deepStrictEqual(forecourt.tanks({ limit: 9 }).items, []);
  }));

Deno.test("setPrices() counts a repeat once", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const input = {
      id: saleIdOfKey("prices"),
      scope: "mesh",
      prices: [{ fuel: fuel("93"), price: 1300 }],
    } as const;
    const first = done(await forecourt.setPrices(input));
    deepStrictEqual(done(await forecourt.setPrices(input)), first);
    strictEqual(
      forecourt.priceSets({ scope: "mesh", limit: 9 }).items.length,
      1,
    );
  }));

Deno.test("fuelSales() pages through every filter in both directions", () =>
  withStation(async ({ useCases: { forecourt }, clock }) => {
    const ids: FactId[] = [];
    for (let i = 0; i < 25; i++) {
      clock.advance(1000);
      const { sale } = done(
        await forecourt.recordFuelSale({
          ...SALE,
          pump: String(1 + i % 3),
          fuel: i % 2 === 0 ? "93" : "97",
        }),
      );
      ids.push(sale.id);
    }
    for (const newestFirst of [false, true]) {
      for (const site of [undefined, CUS]) {
        for (const pump of [undefined, "2"]) {
          for (const fuel of [undefined, "93"]) {
            const wanted = ids.filter((_, i) =>
              (pump === undefined || i % 3 === 1) &&
              (fuel === undefined || i % 2 === 0)
            );
            if (newestFirst) wanted.reverse();
            const filter = {
              newestFirst,
              ...(site === undefined ? {} : { site }),
              ...(pump === undefined ? {} : { pump }),
              ...(fuel === undefined ? {} : { fuel }),
            };
            const found: FactId[] = [];
            let cursor: string | null = null;
            do {
              const page = forecourt.fuelSales({
                ...filter,
                limit: 4,
                ...(cursor === null ? {} : { cursor }),
              });
              found.push(...page.items.map(({ id }) => id));
              cursor = page.next;
            } while (cursor !== null);
            deepStrictEqual(found, wanted, JSON.stringify(filter));
            deepStrictEqual(
              forecourt.fuelSales({ ...filter, limit: 3, offset: 2 }).items
                .map(({ id }) => id),
              wanted.slice(2, 5),
            );
          }
        }
      }
    }
  }));

Deno.test("fuelSales() leaves out whole days of a long list and begins at the right one", () =>
  withStation(async ({ useCases: { forecourt }, clock }) => {
    const ids: FactId[] = [];
    for (let day = 0; day < 6; day++) {
      const recorded = await Promise.all(
        Array.from({ length: 1000 }, () => forecourt.recordFuelSale(SALE)),
      );
      ids.push(...recorded.map((one) => done(one).sale.id));
      clock.advance(24 * 3_600_000);
    }
    for (const newestFirst of [false, true]) {
      const all = newestFirst ? ids.toReversed() : ids;
      for (const offset of [0, 1999, 2000, 2999, 3000, 5998, 6000]) {
        const page = forecourt.fuelSales({
          site: CUS,
          limit: 3,
          offset,
          newestFirst,
        });
        deepStrictEqual(
          page.items.map(({ id }) => id),
          all.slice(offset, offset + 3),
          `${offset} ${newestFirst}`,
        );
      }
    }
  }));

Deno.test("a tank's level is delivered - dispensed + dipped, and a great loss is an incident", () =>
  withStation(async ({ useCases }) => {
    const { forecourt } = useCases;
    strictEqual(
      codeOf(await forecourt.receiveFuel({ tank: 1, volumeMl: 1 })),
      "tank_unknown",
    );
    done(await forecourt.setTank({ tank: 1, fuel: "97", capacityMl: 9e6 }));
    done(await forecourt.setTank({ tank: 2, fuel: "97", pumps: ["12"] }));
    done(await forecourt.receiveFuel({ tank: 1, volumeMl: 5_000_000 }));
    done(await forecourt.receiveFuel({ tank: 2, volumeMl: 5_000_000 }));
    done(await forecourt.recordFuelSale({ ...SALE, pump: "3" }));
    done(await forecourt.recordFuelSale(SALE));
    done(await forecourt.recordFuelSale({ ...SALE, fuel: "93" }));
    const levels = () =>
      forecourt.tanks({ limit: 9 }).items.map(({ levelMl }) => levelMl);
    deepStrictEqual(levels(), [4_992_000, 4_992_000]);
    const allowed = VARIATION_ALLOWED_ML + 80;
    const kept = 4_992_000 - allowed;
    done(await forecourt.dipTank({ tank: 1, measuredMl: kept }));
    deepStrictEqual(levels(), [kept, 4_992_000]);
    const losses = () =>
      useCases.incidents({ limit: 10 }).items
        .filter(({ kind }) => kind === "wet_stock_loss");
    deepStrictEqual(losses(), []);
    done(await forecourt.dipTank({ tank: 1, measuredMl: kept - 1 }));
    deepStrictEqual(
      losses().map(({ details }) => [details["tank"], details["lossMl"]]),
      [[1, allowed + 1]],
    );
  }));

Deno.test("dipTank() of an earlier instant finds what was there then, and nothing beside a later dip", () =>
  withStation(async ({ useCases: { forecourt }, clock }) => {
    done(await forecourt.setTank({ tank: 1, fuel: "97" }));
    const brought = { tank: 1, volumeMl: 1_000_000 };
    done(await forecourt.receiveFuel(brought));
    done(await forecourt.recordFuelSale(SALE));
    clock.advance(60_000);
    const measuredAt = clock.now() * 1000;
    clock.advance(60_000);
    done(await forecourt.recordFuelSale(SALE));
    done(await forecourt.receiveFuel(brought));
    clock.advance(24 * 3_600_000);
    done(await forecourt.recordFuelSale(SALE));
    done(await forecourt.receiveFuel(brought));

    const dipped = done(
      await forecourt.dipTank({ tank: 1, measuredMl: 991_000, at: measuredAt }),
    );
    deepStrictEqual([dipped.dippedMl, dipped.levelMl], [-1_000, 2_975_000]);
    const before = done(
      await forecourt.dipTank({
        tank: 1,
        measuredMl: 500,
        at: measuredAt - 1_000_000,
      }),
    );
    deepStrictEqual([before.dippedMl, before.levelMl], [-1_000, 2_975_000]);
  }));

Deno.test("commandPump() orders what ends by itself, and its outcome is shown", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    strictEqual(
      codeOf(await forecourt.commandPump({ pump: 1, command: "pause" })),
      "pump_unknown",
    );
    done(await forecourt.addPump({ name: "Isla 1" }));
    const events: ForecourtEvent[] = [];
    const stop = forecourt.watch((event) => void events.push(event));
    const order = done(
      await forecourt.commandPump({
        ...{ pump: 1, command: "pause", reason: "x" },
        by: { id: "7", name: "Ana" },
      }),
    );
    strictEqual(order.reason, "Ana: x");
    strictEqual(order.expiresAt - order.at, COMMAND_LIFE_MS * 1000);
    deepStrictEqual(events, [{ kind: "command", command: order }]);
    stop();
    done(
      await forecourt.endPumpCommand({
        pump: 1,
        command: order.id,
        outcome: "sent",
      }),
    );
    deepStrictEqual(forecourt.pumpCommands({ limit: 9 }).items, [
      { ...order, outcome: "sent" },
    ]);
    strictEqual(events.length, 1);
  }));

Deno.test("closeDay() closes what is known, and later arrivals go to numbered supplements", () =>
  withStation(async ({ useCases: { forecourt }, clock }) => {
    const { sale } = done(await forecourt.recordFuelSale(SALE));
    const { date } = sale;
    const closed = done(await forecourt.closeDay({ date }));
    deepStrictEqual([closed.number, closed.report.total], [0, {
      count: 1,
      volumeMl: 8000,
      amount: 11_320,
    }]);
    strictEqual(codeOf(await forecourt.closeDay({ date })), "nothing_to_close");
    const late = { ...SALE, volumeMl: 1000, amount: 1415, at: sale.at + 1 };
    done(await forecourt.recordFuelSale(late));
    const supplement = done(await forecourt.closeDay({ date }));
    deepStrictEqual([supplement.number, supplement.report.total.amount], [
      1,
      1415,
    ]);
    deepStrictEqual(
      forecourt.dayCloses({ site: CUS, limit: 9 }).items.map((
        { number, report },
      ) => [number, report.total.amount]),
      [[0, 11_320], [1, 1415]],
    );
    strictEqual(forecourt.dayReport(CUS, date).total.amount, 12_735);
    deepStrictEqual(forecourt.dayReport(CUS, date).totalizers, [
      { pump: "12", fuel: "97", openingMl: 0, closingMl: 9000 },
    ]);
    clock.advance(24 * 3_600_000);
    const next = done(await forecourt.recordFuelSale(SALE)).sale.date;
    ok(next > date);
    deepStrictEqual(forecourt.dayReport(CUS, next).totalizers, [
      { pump: "12", fuel: "97", openingMl: 9000, closingMl: 17_000 },
    ]);
  }));

Deno.test("the company's list keeps its numbers, names and prices", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const entry = done(
      await forecourt.addStationEntry({
        name: "Ruta 68",
        host: "10.0.0.5",
        port: 5000,
        prices: [{ fuel: fuel("93"), price: 1290 }],
      }),
    );
    deepStrictEqual([entry.number, entry.site, entry.state], [
      1,
      "EST1",
      "Activa",
    ]);
    deepStrictEqual(
      forecourt.prices(entry.site).prices.map(({ price }) => price),
      [1290],
    );
    const changed = done(
      await forecourt.changeStationEntry({ number: 1, name: "Ruta 5" }),
    );
    deepStrictEqual([changed.name, changed.host], ["Ruta 5", "10.0.0.5"]);
    done(await forecourt.removeStationEntry(1));
    deepStrictEqual(forecourt.stationEntries(), []);
    strictEqual(
      codeOf(await forecourt.changeStationEntry({ number: 1 })),
      "station_unknown",
    );
    strictEqual(
      done(await forecourt.nameStation({ name: "Central" })).name,
      "Central",
    );
    strictEqual(forecourt.station(CUS).name, "Central");
  }));

Deno.test("addStationEntry() gives no station the site of one that was taken off the list", () =>
  withStation(async ({ useCases: { forecourt } }) => {
    const add = (name: string) =>
      forecourt.addStationEntry({
        name,
        host: "10.0.0.5",
        port: 5000,
        prices: [{ fuel: fuel("93"), price: 1290 }],
      });
    const first = done(await add("Ruta 68"));
    done(await forecourt.removeStationEntry(first.number));
    const second = done(await add("Ruta 5"));
    strictEqual(second.number, first.number);
    notStrictEqual(second.site, first.site);
    done(await forecourt.removeStationEntry(second.number));
    const third = done(await add("Ruta 7"));
    strictEqual(new Set([first.site, second.site, third.site]).size, 3);
  }));

Deno.test("prices() passes over a price of a liter that is none", () =>
  withStation(async ({ useCases: { forecourt }, node: { replica } }) => {
    const scope = `site:${CUS}` as const;
    const price = 2_000_000_000;
    strictEqual(
      codeOf(
        await forecourt.setPrices({
          scope,
          prices: [{ fuel: fuel("95"), price }],
        }),
      ),
      "price_invalid",
    );
    for (const wrong of [-1, Number.MAX_SAFE_INTEGER]) {
      await replica.decide((decision) => {
        decision.record(siteSpace(CUS), {
          type: "PricesChanged",
          id: decision.newId(),
          at: decision.at,
          scope,
          prices: [{ product: fuel("95"), price: wrong }],
          currency: "CLP",
          exponent: 0,
          effectiveAt: decision.at,
          over: [],
          origin: "",
        });
        return decided(null);
      });
      deepStrictEqual(forecourt.prices(CUS).prices, []);
    }
  }));

Deno.test("fuelAmount() rounds down as exact arithmetic does", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(100_000), (volume, price) => {
      const exact = BigInt(volume) * BigInt(price) / 1000n;
      strictEqual(fuelAmount(volume, price), Number(exact));
    }),
  );
});
