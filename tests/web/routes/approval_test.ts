import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { UserRole } from "../../../nodes/mod.ts";
import { PASSWORD, type PeopleApi, withPeople } from "../people_api.ts";

const HONEY = { product: "honey", name: "Honey", price: "10.00", stock: 50 };
const APPROVAL = { name: "supervisor", password: PASSWORD };

async function postAs(
  api: PeopleApi,
  role: UserRole,
  path: string,
  body: object,
) {
  const response = await api.request(path, {
    method: "POST",
    headers: { ...await api.as(role), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text };
}

/** What of a fact says who. */
// deno-lint-ignore no-explicit-any -- a test looks into facts of any form
function factOf(api: PeopleApi, id: string): any {
  const [placed] = api.useCases.fact(id as never);
  return placed?.fact;
}

/** A shop with honey, at which a cashier has sold one. */
function withSale(
  test: (api: PeopleApi, sale: string) => Promise<void>,
): Promise<void> {
  return withPeople(async (api) => {
    strictEqual(
      (await postAs(api, "admin", "/v1/products", HONEY)).status,
      201,
    );
    const lines = [{ product: "honey", quantity: 2 }];
    const sold = await postAs(api, "cashier", "/v1/sales", { lines });
    strictEqual(sold.status, 201, sold.text);
    strictEqual(factOf(api, sold.body.id).approvedBy, undefined);
    await test(api, sold.body.id);
  });
}

/** What a cashier may not do alone, with the sale that it is about. */
const ACTS: Readonly<Record<string, (sale: string) => [string, object]>> = {
  discount: () => ["/v1/sales", {
    lines: [{ product: "honey", quantity: 1 }],
    discount: "1.00",
  }],
  "own price": () => ["/v1/sales", {
    lines: [{ product: "honey", quantity: 1, price: "5.00" }],
  }],
  return: (sale) => ["/v1/sales", {
    lines: [{ product: "honey", quantity: -1 }],
    returns: { sale, reason: "broken" },
  }],
  void: (sale) => [`/v1/sales/${sale}/void`, { reason: "twice" }],
};

for (const [name, act] of Object.entries(ACTS)) {
  Deno.test(`a cashier's ${name} takes the approval of a supervisor, whom the fact names`, () =>
    withSale(async (api, sale) => {
      const [path, body] = act(sale);
      const alone = await postAs(api, "cashier", path, body);
      deepStrictEqual([alone.status, alone.body.code], [403, "forbidden"]);
      for (
        const approval of [
          { ...APPROVAL, password: "something else" },
          { ...APPROVAL, name: "nobody" },
          { ...APPROVAL, name: "cashier" },
        ]
      ) {
        const refused = await postAs(api, "cashier", path, {
          ...{ ...body, approval },
        });
        deepStrictEqual(
          [refused.status, refused.body.code],
          [403, "approval_failed"],
        );
      }

      const done = await postAs(api, "cashier", path, {
        ...{ ...body, approval: APPROVAL },
      });

      strictEqual(done.status, 201, done.text);
      const fact = factOf(api, done.body.fact ?? done.body.id);
      deepStrictEqual(fact.approvedBy, {
        id: String(api.idOf("supervisor")),
        name: "The supervisor",
      });
      const actor = fact.seller ?? fact.by;
      strictEqual(actor.id, String(api.idOf("cashier")));
      strictEqual(JSON.stringify(fact).includes(PASSWORD), false);
    }));
}

Deno.test("an approval is of one act alone: the cashier is no supervisor behind it", () =>
  withSale(async (api, sale) => {
    const [path, body] = ACTS["void"]?.(sale) ?? ["", {}];
    const approved = { ...body, approval: APPROVAL };
    strictEqual((await postAs(api, "cashier", path, approved)).status, 201);
    const [other, discount] = ACTS["discount"]?.(sale) ?? ["", {}];

    strictEqual((await postAs(api, "cashier", other, discount)).status, 403);
  }));

Deno.test("who may do it alone needs no approval, and none is recorded", () =>
  withSale(async (api, sale) => {
    const [path, body] = ACTS["void"]?.(sale) ?? ["", {}];
    const approval = { name: "nobody", password: "nothing" };

    const done = await postAs(api, "supervisor", path, { ...body, approval });

    strictEqual(done.status, 201, done.text);
    strictEqual(factOf(api, done.body.fact).approvedBy, undefined);
  }));

Deno.test("passwords tried as approvals are throttled as sign-ins are", () =>
  withSale(async (api, sale) => {
    const [path, body] = ACTS["void"]?.(sale) ?? ["", {}];
    const wrong = { ...APPROVAL, password: "something else" };
    for (let i = 0; i < 5; i++) {
      await postAs(api, "cashier", path, { ...body, approval: wrong });
    }

    const waits = await postAs(api, "cashier", path, {
      ...{ ...body, approval: APPROVAL },
    });

    deepStrictEqual([waits.status, waits.body.code], [403, "approval_failed"]);
    match(waits.body.detail, /wait|too many|seconds/i);
  }));
