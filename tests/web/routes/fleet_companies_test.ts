import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ars, AT, withCompany } from "../fleet_api.ts";
import { refuses, withApi } from "../native_api.ts";
import { withPeople } from "../people_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("POST /v1/companies/{company}/deposits makes a company, once for each id", () =>
  withApi(async (api) => {
    refuses(await api.get(AT), 404, "company_unknown");
    const body = { id: ID, amount: "1000", note: "=October" };
    const first = await api.post(`${AT}/deposits`, body);
    const again = await api.post(`${AT}/deposits`, body);

    deepStrictEqual([first.status, again.status], [201, 200]);
    deepStrictEqual(first.body, { balance: ars(1000) });
    deepStrictEqual(again.body, { balance: ars(1000) });
    const other = await api.post(`${AT}/deposits`, { ...body, amount: "2" });
    refuses(other, 409, "id_reused");
    const { body: company } = await api.get(AT);
    deepStrictEqual(company, {
      ...{ company: "99", name: "", cards: 0, expenses: 0, issuer: true },
      ...{ balance: ars(1000), free: ars(1000), inTransit: ars(0) },
      ...{ spent: ars(0), floor: ars(0), floorOpen: ars(0) },
    });
    const { body: list } = await api.get("/v1/companies");
    deepStrictEqual(list.items, [company]);
  }));

Deno.test("POST /v1/companies/{company}/deposits refuses what a company cannot hold", () =>
  withApi(async (api) => {
    for (
      const amount of [
        ...["0", "0.5", "-1", "1e3", "", "1000000000001"],
        ...[5, null, { amount: "5", currency: "PEN" }],
      ]
    ) {
      const refused = await api.post(`${AT}/deposits`, { amount });
      refuses(refused, 422, "request_invalid");
    }
    const exact = await api.post(`${AT}/deposits`, {
      amount: { amount: "5.00", currency: "ARS" },
    });
    deepStrictEqual(exact.body, { balance: ars(5) });
    for (const company of ["x", "01", "4294967296", "-1"]) {
      const refused = await api.post(`/v1/companies/${company}/deposits`, {
        amount: "5",
      });
      refuses(refused, 404, "not_found");
    }
  }));

Deno.test("PUT /v1/companies/{company}/name names a company", () =>
  withApi(async (api) => {
    await withCompany(api);
    const named = await api.put(`${AT}/name`, { name: "Transportes del Sur" });

    deepStrictEqual([named.status, named.body.name], [
      200,
      "Transportes del Sur",
    ]);
    strictEqual((await api.get(AT)).body.name, "Transportes del Sur");
    const empty = await api.put(`${AT}/name`, { name: "" });
    refuses(empty, 422, "request_invalid");
  }));

Deno.test("PUT /v1/companies/{company}/floor makes the floor, and takes it back", () =>
  withApi(async (api) => {
    await withCompany(api);
    const set = await api.put(`${AT}/floor`, { amount: "300" });
    const less = await api.put(`${AT}/floor`, { amount: "100" });

    deepStrictEqual(
      [set.status, set.body.floor, less.body.floor],
      [200, ars(300), ars(100)],
    );
    deepStrictEqual(less.body.balance, ars(10_000));
    const { body } = await api.get(`${AT}/holders?of=floor`);
    deepStrictEqual(
      body.items.map((it: { free: unknown }) => it.free),
      [ars(100)],
    );
  }));

Deno.test("GET /v1/companies/{company}/holders says where the rights are", () =>
  withApi(async (api) => {
    refuses(await api.get(`${AT}/holders`), 404, "company_unknown");
    await withCompany(api);
    const { body } = await api.get(`${AT}/holders`);

    deepStrictEqual(
      body.items.map(({ site, free }: { site: string; free: unknown }) => ({
        site,
        free,
      })),
      [{ site: "CUS", free: ars(10_000) }],
    );
    const wrong = await api.get(`${AT}/holders?of=cards`);
    refuses(wrong, 422, "request_invalid");
  }));

Deno.test("what an administrator changes at a company is listed with its name, and others may not", () =>
  withPeople(async (api) => {
    const headers = await api.as("admin");
    const by = { id: "99", name: "somebody else" };
    const changes = [
      await api.post(`${AT}/deposits`, { amount: "1000", by }, { headers }),
      await api.put(`${AT}/name`, { name: "Sur" }, { headers }),
      await api.post(`${AT}/cards`, { card: "7", limit: "50" }, { headers }),
      await api.put(`${AT}/cards/7/limit`, { limit: "60" }, { headers }),
      await api.put(`${AT}/floor`, { amount: "70" }, { headers }),
    ];
    deepStrictEqual(changes.map(({ status }) => status), [
      ...[201, 200, 201, 200, 200],
    ]);
    const { body } = await api.get("/v1/acts?limit=5", { headers });
    const acts: { act: string; subject: string; by: { name: string } }[] =
      body.items;
    deepStrictEqual(acts.map(({ act }) => act).toSorted(), [
      ...["card_limit_set", "card_registered", "company_named"],
      ...["deposit_made", "floor_set"],
    ]);
    deepStrictEqual(
      [...new Set(acts.map((it) => it.by.name))],
      ["The admin"],
    );
    for (const role of ["cashier", "supervisor"] as const) {
      const refused = await api.post(`${AT}/deposits`, { amount: "1" }, {
        headers: await api.as(role),
      });
      refuses(refused, 403, "forbidden");
    }
  }));
