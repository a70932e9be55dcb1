import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  COMMIT_BYTES_MAX,
  parseFact,
  type ProductId,
  type SiteCode,
  siteSpace,
} from "../../../crdt/mod.ts";
import { COMMITS, SYNC_BRANCHES, SYNC_ISSUES } from "../../../nodes/tables.ts";
import { UNLISTED_MAX } from "../../../nodes/branch_sync/receive.ts";
import { createFactReader } from "../../../nodes/log_facts.ts";
import { saidMessage, saidSale } from "../../support/branch_messages.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const ADDRESS = "192.168.1.20";
const ABA = "ABA" as SiteCode;

async function withOffice(
  body: (office: TestNode) => Promise<void>,
): Promise<void> {
  const office = await createTestNode({
    roles: ["office"],
    startMs: Date.UTC(2025, 2, 5, 12),
  });
  try {
    await body(office);
  } finally {
    await office.stop();
  }
}

async function receive({ useCases }: TestNode, body: unknown) {
  const received = await useCases.branchSync.receive({
    body,
    address: ADDRESS,
  });
  ok(received.ok, JSON.stringify(received));
  return received.value;
}

Deno.test("C-44: a number with more zeros is none of those that are counted", async () => {
  await withOffice(async (office) => {
    const one = saidSale({ number: 1 });
    const two = saidSale({ number: 2, time: "09:00:00.000" });
    const other = {
      ...saidSale({ number: 1, time: "10:00:00.000" }),
      VentaID: "ABA-20250304-0001",
    };
    await receive(office, saidMessage([one, two, other]));
    deepStrictEqual(office.useCases.branchSync.status().gaps, []);
  });
});

Deno.test("C-18: a thousand codes that no setting names may send, not one more", async () => {
  await withOffice(async (office) => {
    office.node.replica.transact((writer) => {
      for (let i = 0; i < UNLISTED_MAX; i++) {
        writer.put(SYNC_BRANCHES, { site: `X${i}`, at: 1 });
      }
    });
    const send = async (branch: string) =>
      (await office.useCases.branchSync.receive({
        body: saidMessage([saidSale({ branch, number: 1 })], branch),
        address: ADDRESS,
      })).ok;
    deepStrictEqual([await send("X7"), await send("ABA")], [true, false]);
  });
});

Deno.test("C-20: whoever hears of three sales with one number lists what their receiver lists", async () => {
  await withOffice(async (office) => {
    for (const quantity of [1, 2, 3]) {
      await receive(office, saidMessage([saidSale({ number: 1, quantity })]));
    }
    const { replica } = office.node;
    const listed = () =>
      office.useCases.branchSync.conflicts({ limit: 9 }).items
        .map(({ receipt, first, second }) => [receipt, first, second]);
    const received = listed();
    strictEqual(received.length, 2);
    replica.transact((writer) => {
      for (const { number = null } of writer.scan(SYNC_ISSUES)) {
        writer.delete(SYNC_ISSUES, [number]);
      }
    });
    deepStrictEqual(listed(), received);
  });
});

Deno.test("C-10: days without a sale up to yesterday are told, unless somebody else sold there", async () => {
  await withOffice(async (office) => {
    await receive(
      office,
      saidMessage([saidSale({ day: "2025-03-01", number: 1 })]),
    );
    const days = () =>
      office.useCases.branchSync.status().gaps.map(({ date }) => date);
    deepStrictEqual(days(), ["2025-03-02", "2025-03-03", "2025-03-04"]);
    const own = {
      ...saidSale({ day: "2025-03-03", number: 1 }),
      VentaID: "ABA-20250303-00712001",
    };
    await receive(office, saidMessage([own]));
    deepStrictEqual(days(), ["2025-03-02", "2025-03-04"]);
  });
});

Deno.test("C-25: an older message without stock overwrites no name", async () => {
  await withOffice(async (office) => {
    const said = (number: number, name: string, description: string) => {
      const sale = saidSale({
        number,
        time: `${String(number).padStart(2, "0")}:00:00.000`,
        products: [{ name }],
      });
      const [line] = sale["Detalles"] as Record<string, unknown>[];
      return saidMessage([{
        ...sale,
        Detalles: [{ ...line, ProductoDescripcion: description }],
      }]);
    };
    await receive(office, said(12, "new", "new"));
    await receive(office, said(9, "old", "old"));
    const view = office.useCases.product(
      `site:${ABA}`,
      "ABA-PROD-001" as ProductId,
    );
    strictEqual(view?.name, "new");
    strictEqual(view?.details.description, "new");
  });
});

Deno.test("C-40: long sales of long names are stored whatever their bytes", async () => {
  await withOffice(async (office) => {
    const name = "蜂".repeat(100);
    const long = (number: number, lines: number) => ({
      ...saidSale({ number }),
      Detalles: Array.from({ length: lines }, (_, i) => ({
        DetalleID: "蜂".repeat(29) + i % 10,
        ProductoID: `ABA-PROD-${String(i).padStart(3, "0")}`,
        Cantidad: 1,
        PrecioUnitario: 2.5,
        Subtotal: 2.5,
        ProductoNombre: name,
      })),
    });
    const big = await receive(office, saidMessage([long(1, 600)]));
    strictEqual(big.received + big.quarantined, 1);
    const many = Array.from({ length: 20 }, (_, i) => long(i + 2, 100));
    const all = await receive(office, saidMessage(many));
    strictEqual(all.received, 20);
    const sizes = office.node.replica.reader.scan(COMMITS)
      .map((row) => (row["body"] as Uint8Array).length);
    ok(sizes.every((size) => size <= COMMIT_BYTES_MAX));
  });
});

Deno.test("C-27: whatever is recorded of a hostile message others can read", async () => {
  await withOffice(async (office) => {
    const values: unknown[] = [
      ...[NaN, Infinity, -0, 1e300, 1e-300, 0.1 + 0.2, -1, 2 ** 53, 4e12],
      ...["", " ", "\u0000", "\ud800", "\ud800\udc00", "__proto__", "<b>"],
      ...[null, undefined, true, [], {}, { toString: 1 }, "1e400", "-0"],
      ...["x".repeat(5000), "１２", "9".repeat(21), "0x10", "1_0"],
    ];
    const base = saidSale({ number: 1 });
    const [line] = base["Detalles"] as Record<string, unknown>[];
    const sales: unknown[] = [];
    let number = 1;
    for (const value of values) {
      for (const field of Object.keys(base)) {
        sales.push({ ...saidSale({ number: ++number }), [field]: value });
      }
      for (const field of [...Object.keys(line ?? {}), "Nombre", "Stock"]) {
        const sale = saidSale({ number: ++number });
        const [own] = sale["Detalles"] as Record<string, unknown>[];
        sales.push({ ...sale, Detalles: [{ ...own, [field]: value }] });
      }
      sales.push({
        ...saidSale({ number: ++number }),
        ClienteNombre: value,
        ClienteDNI: value,
      });
      sales.push(value);
    }
    const done = await receive(office, {
      ...saidMessage(sales),
      productos: [...values, ...values.map((Stock) => ({ ...line, Stock }))],
    });
    const { received, duplicates, conflicts, quarantined } = done;
    ok(received > 100 && quarantined > 100);
    strictEqual(
      new Set(sales).size >= received + duplicates + conflicts.length,
      true,
    );
    const { replica } = office.node;
    for (const entry of replica.ownLogs(siteSpace(ABA))) {
      const factsAt = createFactReader(replica.archive, entry);
      for (let seq = 1; seq <= entry.seq; seq++) {
        for (const { fact } of factsAt(seq)) {
          ok(typeof parseFact(fact) === "object", JSON.stringify(fact));
        }
      }
    }
  });
});
