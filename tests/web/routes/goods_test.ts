import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type NativeApi, withApi, withProduct } from "../native_api.ts";

/** Names of the products that a query gives, page by page. */
async function names(api: NativeApi, query: string): Promise<string[]> {
  const { body } = await api.get(`/v1/products?${query}`);
  return body.items.map(({ name }: { name: string }) => name);
}

Deno.test("GET /v1/products?text= finds by words of name, id and barcode, whatever case and accents", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await api.post("/v1/products", {
      product: "0042",
      name: "Café Orgánico de Quillabamba",
      details: { barcode: "7751234567890" },
    });

    deepStrictEqual(await names(api, "text=quilla%20CAFE"), [
      "Café Orgánico de Quillabamba",
    ]);
    deepStrictEqual(await names(api, "text=7751234567890"), [
      "Café Orgánico de Quillabamba",
    ]);
    deepStrictEqual(await names(api, "text=0042%20org%C3%A1nico"), [
      "Café Orgánico de Quillabamba",
    ]);
    deepStrictEqual(await names(api, "text=honey"), ["The honey"]);
    deepStrictEqual(await names(api, "text=honey%20quilla"), []);
    strictEqual((await names(api, "text=%20")).length, 2);
  }));

Deno.test("GET /v1/products?low= gives what is at or under its minimum, and nothing that is not counted", () =>
  withApi(async (api) => {
    const make = (product: string, rest: Record<string, unknown>) =>
      api.post("/v1/products", { product, name: product, ...rest });
    await make("at minimum", { stock: 5, details: { minimum: 5 } });
    await make("above", { stock: 6, details: { minimum: 5 } });
    await make("gone", {});
    await make("some", { stock: 1 });
    await make("uncounted", { policy: "unmetered", details: { minimum: 9 } });

    deepStrictEqual(await names(api, "low=true"), ["at minimum", "gone"]);
    deepStrictEqual(await names(api, "low=true&text=gone"), ["gone"]);
    strictEqual((await names(api, "low=false")).length, 5);
  }));

Deno.test("GET /v1/products?low= pages through what it leaves out", () =>
  withApi(async (api) => {
    for (let i = 0; i < 7; i++) {
      await api.post("/v1/products", {
        ...{ product: `p${i}`, name: `p${i}`, stock: i % 3 === 0 ? 0 : 9 },
      });
    }

    const found: string[] = [];
    let cursor = "";
    do {
      const { body } = await api.get(`/v1/products?low=true&limit=1${cursor}`);
      found.push(...body.items.map(({ name }: { name: string }) => name));
      cursor = body.next === null ? "" : `&cursor=${body.next}`;
    } while (cursor !== "");
    deepStrictEqual(found, ["p0", "p3", "p6"]);
  }));

Deno.test("GET /v1/stock-levels shows stock by site, and what sites can spare", () =>
  withApi(async (api) => {
    await api.post("/v1/products", {
      product: "honey",
      name: "Honey",
      details: { unit: "kg", minimum: 3 },
    });
    for (const [site, quantity] of [["CUS", 4], ["LIM", 9]]) {
      await api.post("/v1/stock/receipts", {
        site,
        lines: [{ product: "honey", quantity }],
      });
    }
    await api.post("/v1/stock/offers", {
      site: "LIM",
      product: "honey",
      quantity: 5,
    });
    await api.post("/v1/stock/offers", {
      site: "CUS",
      product: "honey",
      quantity: 0,
    });

    deepStrictEqual((await api.get("/v1/stock-levels")).body, {
      items: [{
        product: "honey",
        name: "Honey",
        policy: "soft",
        unit: "kg",
        minimum: 3,
        sites: [{ site: "CUS", onHand: 4 }, { site: "LIM", onHand: 9 }, {
          site: "MASTER",
          onHand: 0,
        }],
        offers: [{ site: "LIM", quantity: 5 }],
      }],
      total: null,
      next: null,
    });
    deepStrictEqual(
      (await api.get("/v1/stock-levels?text=nothing")).body.items,
      [],
    );
  }, { node: { roles: ["office"] } }));

Deno.test("GET /v1/stock-levels leaves the master stock out where not all sites are read", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await api.post("/v1/stock/counts", { product: "honey", counted: 2 });

    const { body } = await api.get("/v1/stock-levels?text=honey");

    deepStrictEqual(body.items[0].sites, [{ site: "CUS", onHand: 2 }]);
  }));

Deno.test("GET /v1/price-changes lists what is set for later, the next first, until it is replaced or in force", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await withProduct(api, "bread");
    const at = (seconds: number) =>
      new Date(api.clock.now() + seconds * 1000).toISOString();
    const set = async (product: string, price: string, effectiveAt?: string) =>
      (await api.post("/v1/prices", {
        ...{ product, price },
        ...(effectiveAt === undefined ? {} : { effectiveAt }),
      })).body.fact;
    const listed = async () =>
      (await api.get("/v1/price-changes?limit=10")).body.items.map((
        row: { product: string; price: { amount: string } },
      ) => [row.product, row.price.amount]);
    await set("honey", "3.00", at(200));
    await set("bread", "1.50", at(100));
    const later = await set("bread", "1.70", at(300));

    deepStrictEqual(await listed(), [
      ["bread", "1.50"],
      ["honey", "3.00"],
      ["bread", "1.70"],
    ]);
    const { body: first } = await api.get("/v1/price-changes?limit=2");
    const { body: rest } = await api.get(
      `/v1/price-changes?limit=2&cursor=${first.next}`,
    );
    strictEqual(rest.items.length, 1);
    strictEqual(rest.next, null);
    const { log, seq, ...last } = rest.items[0];
    deepStrictEqual(last, {
      scope: "site:CUS",
      product: "bread",
      name: "The bread",
      price: { amount: "1.70", currency: "PEN" },
      effectiveAt: at(300).replace("Z", "000Z"),
      fact: later,
    });
    const [fact] = (await api.get(`/v1/facts/${later}`)).body.items;
    deepStrictEqual([fact.log, fact.seq], [log, seq]);

    await set("bread", "2.00");
    api.clock.advance(1);
    deepStrictEqual(await listed(), [["honey", "3.00"]]);
    api.clock.advance(200_000);
    deepStrictEqual(await listed(), []);
    strictEqual(
      (await api.get("/v1/products/honey")).body.price.amount,
      "3.00",
    );
  }));

Deno.test("offers of stock are told as changes of the stock", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const told: unknown[] = [];
    const stop = api.useCases.subscribe((change) => void told.push(change));

    await api.post("/v1/stock/offers", { product: "honey", quantity: 2 });
    stop();

    deepStrictEqual(
      told.map((change) => {
        const { view, key } = change as { view: string; key: unknown };
        return [view, key];
      }),
      [["stock", ["CUS", "honey"]]],
    );
  }));
