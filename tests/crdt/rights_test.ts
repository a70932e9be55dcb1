import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BoundName,
  logFactId,
  spaceOfBound,
  stockBound,
} from "../../crdt/bounds.ts";
import { contentDigest, type Fact } from "../../crdt/facts.ts";
import type { LogFact } from "../../crdt/fold.ts";
import type { LogId, ProductId, SiteCode } from "../../crdt/ids.ts";
import { createLedger } from "../../crdt/ledger.ts";
import { OPEN_HOLDS } from "../../crdt/holds.ts";
import { RIGHTS_TABLES, rightsTotal } from "../../crdt/rights.ts";
import { captureId } from "../../crdt/rights_facts.ts";
import { RETURNS_DUE } from "../../crdt/rights_returns.ts";
import { balanceOf, RIGHTS_OWED, rightsOf } from "../../crdt/rights_sums.ts";
import {
  apartId,
  IN_TRANSIT,
  RIGHTS_APART,
} from "../../crdt/rights_transfers.ts";
import { onHandOf, stockSums } from "../../crdt/stock.ts";
import {
  idOf,
  makeFact,
  makeSale,
  placeFact,
  TestArchive,
} from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const OPENED = idOf("opened");
const HONEY = stockBound("CUS" as SiteCode, "1" as ProductId, OPENED);
const nameOf = (log: number) => String(log).repeat(32) as LogId;

/** A fact in a log; logs are called 1 to 9, so that ids can contain them. */
function at<F extends Fact>(log: number, seq: number, fact: F): LogFact<F> {
  const placed = placeFact(fact, { log, seq, stamp: 10 * seq + log });
  return { ...placed, log: nameOf(log) };
}

function delivered(log: number, quantity: number, name = "delivery") {
  return makeFact("StockReceived", {
    id: logFactId(nameOf(log), idOf(name)),
    site: "CUS",
    date: "2026-01-01",
    lines: [{ product: "1", quantity, bound: OPENED }],
  });
}

function sold(
  name: string,
  quantity = 1,
  { bound = OPENED, ...fields }: Record<string, unknown> = {},
) {
  return makeSale(name, {
    lines: [{
      product: "1",
      name: "honey",
      quantity,
      amount: 10 * quantity,
      ...(bound === null ? {} : { bound }),
    }],
    total: 10 * quantity,
    ...fields,
  });
}

function granted(log: number, to: number, amount: number) {
  return makeFact("RightsGranted", {
    id: logFactId(nameOf(log), idOf("request")),
    bound: HONEY,
    amount,
    to: nameOf(to),
    request: idOf("request"),
  });
}

function accepted(from: number, amount: number, name = "acceptance") {
  return makeFact("RightsAccepted", {
    id: idOf(name),
    bound: HONEY,
    amount,
    grant: logFactId(nameOf(from), idOf("request")),
  });
}

function returned(sale: Fact, amount: number, name = "return") {
  return makeFact("RightsReturned", {
    id: idOf(name),
    of: sale.id,
    rights: [{ bound: HONEY, amount }],
  });
}

function voidOf(sale: Fact, name = "void") {
  return makeFact("SaleVoided", {
    id: idOf(name),
    site: "CUS",
    date: "2026-01-02",
    sale: sale.id,
    content: contentDigest(sale),
    reason: "",
  });
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) {
      yield [item, ...rest];
    }
  }
}

/** Rows after some facts, in one order; as the node has them that wrote `own`. */
function rowsOf(placed: readonly LogFact[], own?: number): MemoryRows {
  return build(placed, own).rows;
}

/** Rows after some facts, and the ledger that made them. */
function build(placed: readonly LogFact[], own?: number) {
  const rows = new MemoryRows();
  const archive = new TestArchive(undefined, own);
  const ledger = createLedger(archive);
  for (const one of placed) {
    archive.facts.push(one);
    strictEqual(ledger.place(rows, one), true);
  }
  return { rows, ledger, archive };
}

/** Compares what a check shows in every order of arrival. */
function inEveryOrder(
  placed: readonly LogFact[],
  check: (rows: MemoryRows) => unknown,
  expected: unknown,
): void {
  for (const order of permutations(placed)) {
    deepStrictEqual(check(rowsOf(order)), expected);
  }
}

const balance = (rows: MemoryRows, log: number, bound: BoundName = HONEY) =>
  balanceOf(rightsOf(rows, bound, log));
const balances = (rows: MemoryRows) =>
  [1, 2, 3].map((log) => balance(rows, log));
const onHand = (rows: MemoryRows) => {
  const sums = stockSums(rows, "CUS" as SiteCode, "1" as ProductId);
  return sums === undefined ? 0 : onHandOf(sums);
};
const due = (rows: MemoryRows) =>
  rows.scan(RETURNS_DUE).map((row) => row["log"]);

Deno.test("a delivery makes rights in the log that records it, and a sale there spends them", () => {
  inEveryOrder(
    [at(1, 1, delivered(1, 5)), at(1, 2, sold("s", 2)), at(2, 1, sold("t", 1))],
    (rows) => [balances(rows), rightsTotal(rows, HONEY)],
    [[3, -1, 0], 2],
  );
});

Deno.test("a delivery under an id that does not contain its log makes no rights", () => {
  const elsewhere = at(2, 1, delivered(1, 5));
  deepStrictEqual(balances(rowsOf([elsewhere])), [0, 0, 0]);
});

Deno.test("a delivery recorded at two logs is two deliveries", () => {
  inEveryOrder(
    [at(1, 1, delivered(1, 5)), at(2, 1, delivered(2, 5))],
    (rows) => balances(rows),
    [5, 5, 0],
  );
});

Deno.test("rights are in transit from the grant to its acceptance, whichever comes first", () => {
  const delivery = at(1, 1, delivered(1, 5));
  const grant = at(1, 2, granted(1, 2, 3));
  const show = (rows: MemoryRows) => [
    balances(rows),
    rows.scan(IN_TRANSIT).map((row) => [row["receiver"], row["amount"]]),
    rightsTotal(rows, HONEY),
  ];
  inEveryOrder([delivery, grant], show, [[2, 0, 0], [[nameOf(2), 3]], 5]);
  inEveryOrder(
    [delivery, grant, at(2, 1, accepted(1, 3))],
    show,
    [[2, 3, 0], [], 5],
  );
});

Deno.test("an acceptance counts only in the log that the grant names, for its amount, and once", () => {
  const grant = at(1, 2, granted(1, 2, 3));
  inEveryOrder(
    [
      grant,
      at(2, 1, accepted(1, 3)),
      at(2, 2, accepted(1, 3, "again")),
      at(2, 3, accepted(1, 4, "more")),
      at(3, 1, accepted(1, 3, "thief")),
    ],
    balances,
    [-3, 3, 0],
  );
});

Deno.test("an acceptance without its grant is pending, and counts no more once the grant is gone", () => {
  const acceptance = at(2, 1, accepted(1, 3));
  deepStrictEqual(balances(rowsOf([acceptance])), [0, 0, 0]);
  const grant = at(1, 2, granted(1, 2, 3));
  const rows = rowsOf([acceptance, grant]);
  const archive = new TestArchive();
  createLedger(archive).unplace(rows, grant);
  deepStrictEqual(balances(rows), [0, 0, 0]);
});

/** An acceptance by a node that does not read the space of the grant. */
function acceptedApart(from: number, amount: number) {
  const { id, ...fact } = accepted(from, amount);
  ok(fact.type === "RightsAccepted" && id !== undefined);
  return makeFact("RightsAccepted", { ...fact, id: apartId(fact.grant) });
}

Deno.test("an acceptance apart counts without its grant at the node that wrote it, and nowhere else", () => {
  const apart = at(2, 1, acceptedApart(1, 3));
  const show = (rows: MemoryRows) => [
    balances(rows),
    rows.scan(RIGHTS_APART).map((row) => row["amount"]),
  ];
  deepStrictEqual(show(rowsOf([apart], 2)), [[0, 3, 0], [3]]);
  deepStrictEqual(show(rowsOf([apart], 1)), [[0, 0, 0], []]);
  deepStrictEqual(show(rowsOf([apart])), [[0, 0, 0], []]);
  // What is not marked waits for its grant, also here.
  const unmarked = at(2, 1, accepted(1, 3));
  deepStrictEqual(show(rowsOf([unmarked], 2)), [[0, 0, 0], []]);
});

Deno.test("once the grant of an acceptance apart is here it counts like any other, whatever came first", () => {
  const delivery = at(1, 1, delivered(1, 5));
  const grant = at(1, 2, granted(1, 2, 3));
  const apart = at(2, 1, acceptedApart(1, 3));
  const thief = at(3, 1, acceptedApart(1, 3));
  for (const order of permutations([delivery, grant, apart, thief])) {
    for (const own of [1, 2, 3]) {
      const rows = rowsOf(order, own);
      deepStrictEqual(balances(rows), [2, 3, 0]);
      deepStrictEqual(rows.scan(RIGHTS_APART), []);
      deepStrictEqual(rightsTotal(rows, HONEY), 5);
    }
  }
  const { rows, ledger } = build([delivery, grant, apart], 2);
  ledger.unplace(rows, grant);
  deepStrictEqual(balances(rows), [5, 3, 0]);
  ledger.unplace(rows, apart);
  deepStrictEqual(balances(rows), [5, 0, 0]);
  deepStrictEqual(rows.scan(RIGHTS_APART), []);
});

Deno.test("a log that grants what it does not hold owes it", () => {
  inEveryOrder(
    [at(1, 1, delivered(1, 2)), at(1, 2, granted(1, 2, 3))],
    (rows) => rows.scan(RIGHTS_OWED).map((row) => [row["log"], row["owed"]]),
    [[1, 1]],
  );
});

Deno.test("an observation takes a balance below zero, and what is made later pays for it", () => {
  const observed = at(1, 1, sold("s", 2, { observation: true }));
  const sums = rightsOf(rowsOf([observed]), HONEY, 1);
  deepStrictEqual([balanceOf(sums), sums.observed], [-2, 2]);
  const rows = rowsOf([observed, at(1, 2, delivered(1, 5))]);
  deepStrictEqual([balances(rows), rows.scan(RIGHTS_OWED)], [[3, 0, 0], []]);
});

Deno.test("a sale retried at two tills spends at both, and the till whose copy does not count gives back", () => {
  const [first, second] = [at(1, 1, sold("s")), at(2, 1, sold("s"))];
  inEveryOrder(
    [first, second],
    (rows) => [balances(rows), due(rows)],
    [[-1, -1, 0], [2]],
  );
  inEveryOrder(
    [first, second, at(2, 2, returned(second.fact, 1))],
    (rows) => [balances(rows), due(rows)],
    [[-1, 0, 0], []],
  );
});

Deno.test("two voids of one sale made apart give back once, in the log that spent", () => {
  const sale = at(1, 1, sold("s", 2));
  const voided = (log: number) => at(log, 2, voidOf(sale.fact, `void ${log}`));
  const voids = [sale, voided(2), voided(3)];
  inEveryOrder(voids, (rows) => [balances(rows), due(rows)], [
    [-2, 0, 0],
    [1],
  ]);
  inEveryOrder(
    [...voids, at(1, 3, returned(sale.fact, 2))],
    (rows) => [balances(rows), due(rows)],
    [[0, 0, 0], []],
  );
});

Deno.test("nobody gives back more than was spent, twice, or what another log spent", () => {
  const sale = at(1, 1, sold("s", 2));
  inEveryOrder(
    [
      sale,
      at(3, 1, voidOf(sale.fact)),
      at(1, 2, returned(sale.fact, 2)),
      at(1, 3, returned(sale.fact, 2, "again")),
      at(1, 4, returned(sale.fact, 3, "more")),
      at(2, 1, returned(sale.fact, 2, "elsewhere")),
    ],
    balances,
    [0, 0, 0],
  );
});

Deno.test("a return counts for nothing while what was sold stays sold", () => {
  const sale = at(1, 2, sold("s", 2));
  inEveryOrder(
    [at(1, 1, delivered(1, 5)), sale, at(1, 3, returned(sale.fact, 2))],
    (rows) => [balances(rows), onHand(rows), due(rows)],
    [[3, 0, 0], 3, []],
  );
});

Deno.test("a return counts no more once its void is cut away", () => {
  const sale = at(1, 2, sold("s", 2));
  const voided = at(2, 3, voidOf(sale.fact));
  const placed = [at(1, 1, delivered(1, 5)), sale, voided];
  for (
    const order of permutations([...placed, at(1, 4, returned(sale.fact, 2))])
  ) {
    const { rows, ledger } = build(order);
    deepStrictEqual([balance(rows, 1), onHand(rows)], [5, 5]);
    ledger.unplace(rows, voided);
    deepStrictEqual([balance(rows, 1), onHand(rows)], [3, 3]);
  }
});

Deno.test("a return counts no more once the copy that came first is cut away", () => {
  const first = at(2, 1, sold("s", 2));
  const second = at(1, 2, sold("s", 2));
  const placed = [at(1, 1, delivered(1, 5)), first, second];
  for (
    const order of permutations([...placed, at(1, 3, returned(second.fact, 2))])
  ) {
    const { rows, ledger } = build(order);
    deepStrictEqual([balance(rows, 1), onHand(rows)], [5, 3]);
    ledger.unplace(rows, first);
    deepStrictEqual([rightsTotal(rows, HONEY), onHand(rows)], [3, 3]);
  }
});

Deno.test("a sale that two tills recorded keeps its right spent where only one of them knew of `strict`", () => {
  const aware = at(1, 2, sold("s"));
  const unaware = at(2, 1, sold("s", 1, { bound: null }));
  const placed = [at(1, 1, delivered(1, 5)), aware, unaware];
  const show = (rows: MemoryRows) => [
    onHand(rows),
    due(rows),
    rightsTotal(rows, HONEY),
  ];
  inEveryOrder(placed, show, [4, [], 4]);
  inEveryOrder([...placed, at(1, 3, returned(aware.fact, 1))], show, [
    4,
    [],
    4,
  ]);
  inEveryOrder(
    [...placed, at(3, 3, sold("s"))],
    (rows) => [onHand(rows), due(rows), rightsTotal(rows, HONEY)],
    [4, [3], 4],
  );
  inEveryOrder([...placed, at(3, 1, voidOf(aware.fact))], show, [5, [1], 5]);
});

Deno.test("a void that comes back makes every copy's rights due again", () => {
  const [first, second] = [at(1, 1, sold("s")), at(2, 1, sold("s"))];
  const voided = at(3, 1, voidOf(first.fact));
  const { rows, ledger } = build([first, voided, second]);
  deepStrictEqual(due(rows), [1, 2]);
  ledger.unplace(rows, voided);
  deepStrictEqual(due(rows), [2]);
  ledger.unplace(rows, first);
  deepStrictEqual(due(rows), []);
});

/** A fact in a continuation of log 1 as a clone makes them; `number` is the node's own. */
function forked<F extends Fact>(number: number, seq: number, fact: F) {
  const hash = String.fromCharCode(92 + number).repeat(64);
  return { ...at(number, seq, fact), log: `${nameOf(1)}~${hash}` as LogId };
}

Deno.test("what both continuations of a fork make or grant counts once", () => {
  const show = (rows: MemoryRows) => [
    [1, 2, 5, 6].reduce((sum, log) => sum + balance(rows, log), 0),
    rightsTotal(rows, HONEY),
    onHand(rows),
  ];
  inEveryOrder(
    [5, 6].map((log) => forked(log, 1, delivered(1, 5))),
    show,
    [5, 5, 5],
  );
  inEveryOrder(
    [
      at(1, 1, delivered(1, 5)),
      forked(5, 2, granted(1, 2, 3)),
      forked(6, 2, granted(1, 2, 3)),
      at(2, 1, accepted(1, 3)),
    ],
    show,
    [5, 5, 5],
  );
  const counted = makeFact("StockCounted", {
    id: logFactId(nameOf(1), idOf("count")),
    site: "CUS",
    date: "2026-01-01",
    product: "1",
    counted: 4,
    difference: 4,
    bound: OPENED,
    rights: 4,
  });
  inEveryOrder(
    [5, 6].map((log) => forked(log, 1, counted)),
    show,
    [4, 4, 4],
  );
});

Deno.test("a deposit in both continuations of a fork counts once, also when one is cut away", () => {
  const placed = [5, 6].map((log) => forked(log, 1, issued(1, 100, ACCOUNT)));
  const show = (rows: MemoryRows) =>
    [5, 6].map((log) => balance(rows, log, ACCOUNT));
  inEveryOrder(placed, show, [100, 0]);
  const { rows, ledger } = build(placed);
  ledger.unplace(rows, placed[0] as LogFact);
  deepStrictEqual(show(rows), [0, 100]);
});

Deno.test("a fork of the giver takes from no receiver what it accepted and spent", () => {
  const other = placeFact(granted(1, 2, 1), { log: 6, seq: 2, stamp: 1 });
  inEveryOrder(
    [
      at(1, 1, delivered(1, 5)),
      forked(5, 2, granted(1, 2, 3)),
      { ...forked(6, 2, other.fact), stamp: other.stamp },
      at(2, 1, accepted(1, 3)),
      at(2, 2, sold("s", 3)),
    ],
    (rows) => [
      balance(rows, 2),
      rows.scan(RIGHTS_OWED).filter((row) => row["log"] === 2),
      rows.scan(IN_TRANSIT).map((row) => row["amount"]),
      rightsTotal(rows, HONEY),
    ],
    [0, [], [1], 2],
  );
});

Deno.test("one acceptance takes one of two grants that a fork made to a log and to its heir", () => {
  inEveryOrder(
    [
      forked(5, 2, granted(1, 3, 3)),
      forked(6, 2, granted(1, 2, 3)),
      at(9, 1, reassigned("moved", 3, 2)),
      at(2, 1, accepted(1, 3)),
    ],
    (rows) => [
      balance(rows, 2),
      rows.scan(IN_TRANSIT).map((row) => row["amount"]),
      rightsTotal(rows, HONEY),
    ],
    [3, [3], 0],
  );
});

Deno.test("what a fork's continuation gives back counts for what its trunk spent, once", () => {
  const sale = at(1, 2, sold("s", 5));
  inEveryOrder(
    [
      at(1, 1, delivered(1, 5)),
      sale,
      at(2, 1, voidOf(sale.fact)),
      forked(5, 3, returned(sale.fact, 5)),
      forked(6, 3, returned(sale.fact, 5, "again")),
    ],
    (rows) => [rightsTotal(rows, HONEY), due(rows)],
    [5, []],
  );
});

Deno.test("what a fork's continuation charges ends the hold of its trunk", () => {
  for (const end of [capture(30), release]) {
    inEveryOrder(
      [...funds, at(1, 3, hold), forked(5, 4, end)],
      (rows) => [
        rightsOf(rows, ACCOUNT, 1).held,
        rows.count(OPEN_HOLDS),
        rightsTotal(rows, ACCOUNT),
      ],
      [0, 0, end === release ? 100 : 70],
    );
  }
});

Deno.test("a charge copied by a log that held nothing gives the holder nothing back", () => {
  const copy = { ...at(2, 1, { ...capture(40), observed: 40 }) };
  const early = placeFact(copy.fact, { log: 2, seq: 1, stamp: 1 }).stamp;
  inEveryOrder(
    [...funds, at(1, 3, hold), at(1, 4, capture(40)), {
      ...copy,
      stamp: early,
    }],
    (rows) => [balance(rows, 1, ACCOUNT), due(rows)],
    [60, [2]],
  );
});

Deno.test("what a till gave back and a void takes again was observed: it is owed, not overdrawn", () => {
  const own = { id: logFactId(nameOf(1), idOf("r")) };
  const back = at(1, 1, sold("r", -1, own));
  inEveryOrder(
    [
      back,
      at(1, 2, sold("s")),
      at(1, 3, voidOf(back.fact)),
      at(1, 4, returned(back.fact, -1)),
    ],
    (rows) => [balance(rows, 1), rightsOf(rows, HONEY, 1).observed],
    [-1, 1],
  );
});

const ACCOUNT = "account:99" as BoundName;
const CARD = "card:99/7" as BoundName;
const issued = (log: number, amount: number, bound: BoundName) =>
  makeFact("RightsIssued", {
    id: logFactId(nameOf(log), idOf(bound)),
    bound,
    amount,
  });
const hold = makeFact("HoldPlaced", {
  id: idOf("purchase"),
  bounds: [ACCOUNT, CARD],
  amount: 40,
  expiresAt: 1000,
});
const capture = (amount: number) =>
  makeFact("SpendCaptured", {
    id: captureId(hold.id),
    purchase: hold.id,
    bounds: [ACCOUNT, CARD],
    amount,
  });
const release = makeFact("HoldReleased", {
  id: idOf("release"),
  purchase: hold.id,
  reason: "expired",
});
const funds = [
  at(1, 1, issued(1, 100, ACCOUNT)),
  at(1, 2, issued(1, 50, CARD)),
];
const state = (rows: MemoryRows) => [
  ...[ACCOUNT, CARD].map((bound) => {
    const { held } = rightsOf(rows, bound, 1);
    return [balance(rows, 1, bound), held];
  }),
  rows.count(OPEN_HOLDS),
];

Deno.test("a hold sets rights apart from every bound until it is captured or released", () => {
  const held = [...funds, at(1, 3, hold)];
  inEveryOrder(held, state, [[100, 40], [50, 40], 1]);
  inEveryOrder([...held, at(1, 4, release)], state, [[100, 0], [50, 0], 0]);
  inEveryOrder([...held, at(1, 4, capture(30))], state, [[70, 0], [20, 0], 0]);
});

Deno.test("a purchase is charged once, also after its hold was let go", () => {
  inEveryOrder(
    [...funds, at(1, 3, hold), at(1, 4, release), at(1, 5, capture(30))],
    state,
    [[70, 0], [20, 0], 0],
  );
});

Deno.test("a purchase charged at two logs counts once, and the other log gives back", () => {
  const [first, second] = [at(1, 3, capture(30)), at(2, 5, capture(30))];
  const refund = makeFact("RightsReturned", {
    id: idOf("refund"),
    of: second.fact.id,
    rights: [{ bound: ACCOUNT, amount: 30 }, { bound: CARD, amount: 30 }],
  });
  inEveryOrder(
    [...funds, first, second],
    (rows) => [balance(rows, 2, ACCOUNT), due(rows)],
    [-30, [2]],
  );
  inEveryOrder(
    [...funds, first, second, at(2, 6, refund)],
    (rows) => [balance(rows, 1, CARD), balance(rows, 2, CARD), due(rows)],
    [20, 0, []],
  );
});

Deno.test("rights of money stand in the company's space", () => {
  deepStrictEqual([ACCOUNT, CARD].map(spaceOfBound), [
    "company:99",
    "company:99",
  ]);
});

function stated(name: string, statement: Record<string, unknown>) {
  return makeFact("AuthorityStated", {
    id: idOf(name),
    statement,
    chain: "",
    signature: "0".repeat(128),
  });
}

const reassigned = (name: string, lost: number, to: number) =>
  stated(name, {
    kind: "reassign",
    log: nameOf(lost),
    seq: 2,
    hash: "0".repeat(64),
    to: nameOf(to),
    atRisk: [{ bound: HONEY, amount: 3 }],
  });
const taken = (log: number, amount: number, by: string, bound = HONEY) =>
  makeFact("RightsAccepted", {
    id: idOf(`taken ${log} ${by} ${bound}`),
    bound,
    amount,
    grant: idOf(by),
  });
const conserved = (rows: MemoryRows) => [
  balance(rows, 2),
  balance(rows, 3),
  rightsTotal(rows, HONEY),
];

Deno.test("the balance of a lost log goes to one log, once, whichever of statement and acceptance comes first", () => {
  const lost = [at(1, 1, delivered(1, 5)), at(1, 2, sold("s", 2))];
  const statement = at(9, 1, reassigned("moved", 1, 2));
  inEveryOrder([...lost, statement], conserved, [0, 0, 3]);
  inEveryOrder(
    [...lost, statement, at(2, 1, taken(2, 3, "moved"))],
    conserved,
    [3, 0, 3],
  );
  inEveryOrder(
    [...lost, statement, at(3, 1, taken(3, 3, "moved"))],
    conserved,
    [0, 0, 3],
  );
});

Deno.test("of two reassignments made apart the least counts, and the other's receiver owes what it spent", () => {
  inEveryOrder(
    [
      at(1, 1, delivered(1, 5)),
      at(8, 1, reassigned("first", 1, 2)),
      at(9, 2, reassigned("second", 1, 3)),
      at(2, 1, taken(2, 5, "first")),
      at(3, 1, taken(3, 5, "second")),
      at(3, 2, sold("t", 4)),
    ],
    conserved,
    [5, -4, 1],
  );
});

Deno.test("what was on its way to a lost log is taken over, unless that log had accepted it first", () => {
  const grant = [at(3, 1, delivered(3, 5)), at(3, 2, granted(3, 1, 4))];
  const statement = at(9, 9, reassigned("moved", 1, 2));
  inEveryOrder(
    [...grant, statement, at(2, 9, accepted(3, 4, "heir"))],
    conserved,
    [4, 1, 5],
  );
  inEveryOrder(
    [
      ...grant,
      statement,
      at(1, 1, accepted(3, 4)),
      at(2, 9, accepted(3, 4, "heir")),
    ],
    (rows) => balances(rows),
    [4, 0, 1],
  );
});

Deno.test("only the issuer that is named, or its heir, makes a company's rights", () => {
  const issuer = (log: number) =>
    stated("issuer", { kind: "issuer", company: "99", log: nameOf(log) });
  const both = [
    at(1, 1, issued(1, 100, ACCOUNT)),
    at(2, 1, issued(2, 7, ACCOUNT)),
  ];
  const show = (rows: MemoryRows) =>
    [1, 2].map((log) => balance(rows, log, ACCOUNT));
  inEveryOrder(both, show, [100, 7]);
  inEveryOrder([...both, at(9, 1, issuer(1))], show, [100, 0]);
  inEveryOrder([...both, at(9, 1, issuer(2))], show, [0, 7]);
  inEveryOrder(
    [...both, at(9, 1, issuer(1)), at(9, 2, reassigned("moved", 1, 2))],
    show,
    [100, 7],
  );
});

Deno.test("statements about rights leave nothing behind when they are taken out", () => {
  const placed = [
    at(1, 1, delivered(1, 5)),
    at(9, 1, reassigned("moved", 1, 2)),
    at(2, 1, taken(2, 5, "moved")),
    at(3, 1, issued(3, 100, ACCOUNT)),
    at(
      9,
      2,
      stated("issuer", { kind: "issuer", company: "99", log: nameOf(3) }),
    ),
  ];
  for (const order of permutations(placed)) {
    const rows = new MemoryRows();
    const archive = new TestArchive();
    archive.facts.push(...placed);
    const ledger = createLedger(archive);
    for (const one of placed) ledger.place(rows, one);
    for (const one of order) ledger.unplace(rows, one);
    for (const table of RIGHTS_TABLES) {
      deepStrictEqual(rows.scan(table), [], table.name);
    }
  }
});

Deno.test("goods that come back make rights only where the sale's id contains its log", () => {
  const copy = sold("back", -2);
  inEveryOrder(
    [
      at(1, 1, copy),
      at(2, 1, copy),
      at(3, 1, sold("own", -2, { id: logFactId(nameOf(3), idOf("own")) })),
      at(1, 2, voidOf(copy)),
    ],
    (rows) => [balances(rows), due(rows), onHand(rows)],
    [[0, 0, 2], [], 2],
  );
});
