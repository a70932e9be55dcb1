import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { firstLimit } from "../../../nodes/fleet/cards.ts";
import { idOf } from "../../support/facts.ts";
import {
  cardOf,
  COMPANY,
  companyOf,
  fine,
  fund,
  purchaseOf,
} from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const openCompany = () => createTestNode({ roles: ["company"] });

/** What a company and a card have. */
function sums({ fleet }: Awaited<ReturnType<typeof openCompany>>["useCases"]) {
  const company = fleet.company(COMPANY);
  const card = fleet.card(COMPANY, cardOf(7));
  return {
    balance: company?.balance,
    limit: card?.limit,
    expenses: fleet.expenses({ limit: 10, company: COMPANY }).items.length,
  };
}

Deno.test("T01: a purchase debits the card and the account and is recorded once", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 500);
  const verdict = await useCases.fleet.charge(purchaseOf(200));
  strictEqual(verdict.accepted, true);
  deepStrictEqual(sums(useCases), { balance: 800, limit: 300, expenses: 1 });
  const company = useCases.fleet.company(COMPANY);
  deepStrictEqual(
    [company?.cards, company?.expenses, company?.spent, company?.free],
    [1, 1, 200, 800],
  );
  deepStrictEqual(
    useCases.fleet.expense(verdict.id)?.place,
    purchaseOf(1).place,
  );
  await stop();
});

Deno.test("T02, C-27: an unknown card is made with a tenth of the balance, and spends of it", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000);
  strictEqual((await useCases.fleet.charge(purchaseOf(100))).accepted, true);
  deepStrictEqual(sums(useCases), { balance: 900, limit: 0, expenses: 1 });
  strictEqual(useCases.fleet.card(COMPANY, cardOf(7))?.automatic, true);
  await stop();
});

Deno.test("C-27: an unknown card is made even if its purchase is refused", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000);
  const verdict = await useCases.fleet.charge(purchaseOf(101));
  strictEqual(verdict.reason, "limit_insufficient");
  deepStrictEqual(sums(useCases), { balance: 1000, limit: 100, expenses: 0 });
  await stop();
});

Deno.test("C-27: a tenth is computed in single precision", () => {
  deepStrictEqual(
    [1000, 1009, 3_000_000, 99_999_999, 123_456_789, 4_294_967_295].map(
      firstLimit,
    ),
    [100, 100, 300_000, 10_000_000, 12_345_679, 429_496_736],
  );
});

Deno.test("T03: a card's limit is enforced", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 50);
  const verdict = await useCases.fleet.charge(purchaseOf(200));
  deepStrictEqual(
    [verdict.accepted, verdict.reason],
    [false, "limit_insufficient"],
  );
  deepStrictEqual(sums(useCases), { balance: 1000, limit: 50, expenses: 0 });
  await stop();
});

Deno.test("T04: the account's balance is enforced", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 1000);
  const first = await useCases.fleet.charge(purchaseOf(900));
  fine(
    await useCases.fleet.registerCard({
      company: COMPANY,
      card: cardOf(8),
      limit: 100,
    }),
  );
  fine(await useCases.fleet.deposit({ company: COMPANY, amount: 100 }));
  fine(
    await useCases.fleet.setLimit({
      company: COMPANY,
      card: cardOf(8),
      limit: 200,
    }),
  );
  const second = await useCases.fleet.charge(purchaseOf(100));
  const third = await useCases.fleet.charge(
    purchaseOf(200, { card: cardOf(8) }),
  );
  deepStrictEqual(
    [first, second, third].map(({ reason }) => reason),
    [null, null, "balance_insufficient"],
  );
  strictEqual(useCases.fleet.company(COMPANY)?.balance, 100);
  await stop();
});

Deno.test("T05: nothing is not bought, and no card is made for it", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000);
  for (const amount of [0, -1, 0.5, NaN, 4_294_967_296]) {
    const verdict = await useCases.fleet.charge(purchaseOf(amount));
    strictEqual(verdict.reason, "amount_invalid", `${amount}`);
  }
  strictEqual(useCases.fleet.card(COMPANY, cardOf(7)), undefined);
  await stop();
});

Deno.test("charge() stores nothing of a company that nobody knows", async () => {
  const { useCases, stop } = await openCompany();
  const company = companyOf(43);
  for (const amount of [0, 10]) {
    const input = purchaseOf(amount, { company, keepRefusal: true });
    const { accepted } = await useCases.fleet.charge(input);
    strictEqual(accepted, false);
  }
  const review = purchaseOf(10, { company, review: "replay_suspected" });
  strictEqual(
    (await useCases.fleet.charge(review)).reason,
    "company_unknown",
  );
  strictEqual(useCases.fleet.company(company), undefined);
  deepStrictEqual(useCases.fleet.companies({ limit: 10 }).items, []);
  strictEqual(useCases.documents({ limit: 10 }).items.length, 0);
  await stop();
});

Deno.test("charge() gives a repeat the first answer, and refuses the id for other content", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 500);
  const id = idOf("purchase");
  const one = await useCases.fleet.charge(purchaseOf(200, { id }));
  const two = await useCases.fleet.charge(purchaseOf(200, { id }));
  const other = await useCases.fleet.charge(purchaseOf(201, { id }));
  deepStrictEqual(one, { id, accepted: true, reason: null, repeated: false });
  deepStrictEqual(two, { id, accepted: true, reason: null, repeated: true });
  deepStrictEqual([other.accepted, other.reason], [false, "id_reused"]);
  deepStrictEqual(sums(useCases), { balance: 800, limit: 300, expenses: 1 });
  await stop();
});

Deno.test("charge() keeps a refusal where its verdict waits for somebody, and repeats it", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 50);
  const id = idOf("refused");
  const input = purchaseOf(200, { id, keepRefusal: true });
  const one = await useCases.fleet.charge(input);
  const two = await useCases.fleet.charge(input);
  deepStrictEqual(
    [one.repeated, two.repeated, two.reason],
    [false, true, "limit_insufficient"],
  );
  const kept = useCases.fleet.expense(id);
  deepStrictEqual([kept?.accepted, kept?.settled], [false, false]);
  const { items } = useCases.fleet.expenses({ limit: 9, accepted: false });
  deepStrictEqual(items.map((item) => item.id), [id]);
  await stop();
});

Deno.test("C-21: a suspected repeat is recorded for a person and not charged", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 500);
  const input = purchaseOf(200, { review: "replay_suspected", suspect: true });
  const verdict = await useCases.fleet.charge(input);
  strictEqual(verdict.reason, "replay_suspected");
  const query = { limit: 9, company: COMPANY };
  const found = [
    useCases.fleet.expenses({ ...query, reason: "replay_suspected" }),
    useCases.fleet.expenses({ ...query, suspect: true }),
    useCases.fleet.expenses({ ...query, suspect: false }),
  ].map(({ items }) => items.length);
  deepStrictEqual(found, [1, 1, 0]);
  deepStrictEqual(sums(useCases), { balance: 1000, limit: 500, expenses: 1 });
  await stop();
});

Deno.test("C-22: two equal purchases on one day are two", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 1000, 500);
  const [one, two] = [
    await useCases.fleet.charge(purchaseOf(200)),
    await useCases.fleet.charge(purchaseOf(200)),
  ];
  ok(one.id !== two.id);
  deepStrictEqual(sums(useCases), { balance: 600, limit: 100, expenses: 2 });
  await stop();
});

Deno.test("C-32: a balance may be more than the installed programs can hold", async () => {
  const { useCases, stop } = await openCompany();
  await fund(useCases, 4_294_967_295);
  fine(await useCases.fleet.deposit({ company: COMPANY, amount: 10 }));
  strictEqual(useCases.fleet.company(COMPANY)?.balance, 4_294_967_305);
  const more = await useCases.fleet.deposit({
    company: COMPANY,
    amount: 1,
    balanceMax: 4_294_967_295,
  });
  strictEqual(more.ok ? "" : more.error.code, "amount_out_of_range");
  await stop();
});
