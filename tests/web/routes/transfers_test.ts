import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type NativeApi, refuses, withApi } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

/** A product with stock at CUS. */
async function stocked(
  api: NativeApi,
  policy: "soft" | "strict" | "unmetered" = "soft",
): Promise<void> {
  await api.post("/v1/products", {
    ...{ scope: "mesh", product: "honey", name: "Honey", policy },
  });
  await api.post("/v1/stock/counts", {
    ...{ site: "CUS", product: "honey", counted: 10 },
  });
}

async function onHand(api: NativeApi, site: string): Promise<number> {
  const { status, body } = await api.get(`/v1/stock/${site}/honey`);
  return status === 404 ? 0 : body.onHand;
}

function send(api: NativeApi, quantity: number, rest: object = {}) {
  return api.post("/v1/transfers", {
    ...{ id: ID, from: "CUS", to: "LIM" },
    lines: [{ product: "honey", quantity }],
    ...rest,
  });
}

const OFFICE = { node: { roles: ["office"] } };

Deno.test("goods leave the one site at once, are on their way, and arrive at the other once", () =>
  withApi(async (api) => {
    await stocked(api);

    strictEqual((await send(api, 4, { note: "by bus" })).status, 201);
    strictEqual((await send(api, 4, { note: "by bus" })).status, 200);
    deepStrictEqual([await onHand(api, "CUS"), await onHand(api, "LIM")], [
      6,
      0,
    ]);
    const { body: { items: [sent] } } = await api.get(
      "/v1/transfers?open=true&site=LIM",
    );
    const { at: _, ...rest } = sent;
    deepStrictEqual(rest, {
      ...{ id: ID, from: "CUS", to: "LIM", note: "by bus", arrivals: [] },
      lines: [{ product: "honey", quantity: 4 }],
    });

    const arrive = (body: object) =>
      api.post(`/v1/transfers/${ID}/arrival`, { site: "LIM", ...body });
    strictEqual((await arrive({})).status, 201);
    strictEqual((await arrive({})).status, 200);
    deepStrictEqual([await onHand(api, "CUS"), await onHand(api, "LIM")], [
      6,
      4,
    ]);
    deepStrictEqual((await api.get("/v1/transfers?open=true")).body.items, []);
    const { body: { items: [done] } } = await api.get("/v1/transfers");
    deepStrictEqual(
      [done.arrivals.length, done.arrivals[0].site, done.arrivals[0].lines],
      [1, "LIM", [{ product: "honey", quantity: 4 }]],
    );
  }, OFFICE));

Deno.test("of a transfer less may arrive, or it comes back where it left", () =>
  withApi(async (api) => {
    await stocked(api);
    await send(api, 4);
    await api.post(`/v1/transfers/${ID}/arrival`, {
      ...{ site: "LIM", note: "one broke" },
      lines: [{ product: "honey", quantity: 3 }],
    });
    deepStrictEqual([await onHand(api, "CUS"), await onHand(api, "LIM")], [
      6,
      3,
    ]);

    const other = ID.replace(/a$/, "b");
    await send(api, 2, { id: other });
    strictEqual(await onHand(api, "CUS"), 4);
    const back = `/v1/transfers/${other}/arrival`;
    strictEqual((await api.post(back, { site: "CUS" })).status, 201);
    deepStrictEqual([await onHand(api, "CUS"), await onHand(api, "LIM")], [
      6,
      3,
    ]);
    const third = ID.replace(/a$/, "c");
    await send(api, 1, { id: third });
    const lost = `/v1/transfers/${third}/arrival`;
    strictEqual((await api.post(lost, { site: "LIM", lines: [] })).status, 201);
    deepStrictEqual([await onHand(api, "CUS"), await onHand(api, "LIM")], [
      5,
      3,
    ]);
  }, OFFICE));

Deno.test("no more leaves than is there, and nothing that nobody knows", () =>
  withApi(async (api) => {
    await stocked(api);

    const short = await send(api, 11);
    refuses(short, 409, "stock_insufficient");
    deepStrictEqual(short.body.details, {
      ...{ product: "honey", onHand: 10, wanted: 11 },
    });
    refuses(
      await send(api, 6, {
        lines: [
          { product: "honey", quantity: 6 },
          { product: "honey", quantity: 5 },
        ],
      }),
      409,
      "stock_insufficient",
    );
    refuses(
      await send(api, 1, { lines: [{ product: "wax", quantity: 1 }] }),
      404,
      "product_unknown",
    );
    refuses(await send(api, 1, { to: "CUS" }), 422, "invalid_argument");
    refuses(await send(api, 1, { lines: [] }), 422, "request_invalid");
    refuses(
      await api.post(`/v1/transfers/${ID}/arrival`, { site: "LIM" }),
      404,
      "transfer_unknown",
    );
    await send(api, 1);
    refuses(await send(api, 2), 409, "id_reused");
    refuses(
      await api.post(`/v1/transfers/${ID}/arrival`, { site: "AQP" }),
      422,
      "invalid_argument",
    );
    refuses(
      await api.post(`/v1/transfers/${ID}/arrival`, {}),
      422,
      "request_invalid",
    );
    strictEqual(await onHand(api, "CUS"), 9);
  }, OFFICE));

Deno.test("rights of what is sold strictly leave with the goods, and arrive with them", () =>
  withApi(async (api) => {
    await stocked(api, "strict");
    const free = async () => {
      const { body } = await api.get("/v1/rights");
      return body.items.map((row: { bound: string; free: number }) => [
        row.bound.split("/")[0],
        row.free,
      ]);
    };
    deepStrictEqual(await free(), [["stock:CUS", 10]]);

    strictEqual((await send(api, 4)).status, 201);
    deepStrictEqual(await free(), [["stock:CUS", 6]]);
    await api.post(`/v1/transfers/${ID}/arrival`, { site: "LIM" });
    deepStrictEqual(await free(), [["stock:CUS", 6], ["stock:LIM", 4]]);
  }, OFFICE));

Deno.test("what is not counted moves without a trace in the stock", () =>
  withApi(async (api) => {
    await stocked(api, "unmetered");

    strictEqual((await send(api, 400)).status, 201);
    strictEqual(
      (await api.post(`/v1/transfers/${ID}/arrival`, { site: "LIM" })).status,
      201,
    );
    deepStrictEqual([await onHand(api, "CUS"), await onHand(api, "LIM")], [
      10,
      0,
    ]);
  }, OFFICE));

Deno.test("GET /v1/transfers gives the last first, page by page", () =>
  withApi(async (api) => {
    await stocked(api);
    for (const digit of ["1", "2", "3"]) {
      await send(api, Number(digit), { id: ID.replace(/a$/, digit) });
      api.clock.advance(1_000);
    }
    const quantities = (
      { items }: { items: { lines: { quantity: number }[] }[] },
    ) => items.map(({ lines }) => lines[0]?.quantity);

    const first = (await api.get("/v1/transfers?limit=2")).body;
    deepStrictEqual(quantities(first), [3, 2]);
    const rest = (await api.get(
      `/v1/transfers?limit=2&cursor=${first.next}`,
    )).body;
    deepStrictEqual([quantities(rest), rest.next], [[1], null]);
  }, OFFICE));

Deno.test("a branch sends from its own site alone", () =>
  withApi(async (api) => {
    await api.post("/v1/products", {
      ...{ product: "honey", name: "Honey", stock: 5 },
    });

    const { from: _, ...own } = { from: "", to: "LIM", id: ID };
    const sent = await api.post("/v1/transfers", {
      ...own,
      lines: [{ product: "honey", quantity: 2 }],
    });

    strictEqual(sent.status, 201);
    strictEqual(await onHand(api, "CUS"), 3);
    const other = await send(api, 1, {
      ...{ id: ID.replace(/a$/, "d"), from: "LIM", to: "CUS" },
    });
    strictEqual(other.status >= 400, true);
    strictEqual(await onHand(api, "CUS"), 3);
  }));
