import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { FactId } from "../../../crdt/mod.ts";
import { measureUseCases } from "../../../nodes/measured_use_cases.ts";
import type { MetricFamily } from "../../../nodes/metering/families.ts";
import { createMeter } from "../../../nodes/metering/meter.ts";
import { nodeFamilies } from "../../../nodes/metering/node_figures.ts";
import { createTestNode } from "../../support/test_node.ts";
import { listHoney, SHOP_HONEY } from "../../support/till_shop.ts";

const SPACE = { folderBytes: 12_345, freeBytes: 67_890 };
const NO_SPACE = { folderBytes: null, freeBytes: null };

/** The value of a sample, found by its labels. */
function valueOf(
  families: readonly MetricFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return families.find((one) => one.name === name)?.samples
    .find((sample) =>
      Object.entries(labels).every(([key, text]) => sample.labels[key] === text)
    )?.value;
}

Deno.test("nodeFamilies() shows what a node is, and leaves out what the system does not tell", async () => {
  const day = 86_400_000;
  const startMs = Date.UTC(2026, 10, 22);
  const { node, clock, stop } = await createTestNode({
    startMs,
    certificateEnds: startMs + 30 * day,
  });
  try {
    node.setSurfaces({ "branch-sync": null, "inventory-branch": [] });
    node.invariants.violated(7);
    node.incidents.report("fork", "Two continuations", { log: "a" });
    node.incidents.report("fork", "Two continuations", { log: "a" });
    clock.advance(10 * day);
    const parts = { node, clock, space: () => Promise.resolve(SPACE) };
    const families = await nodeFamilies(parts);
    const value = valueOf.bind(null, families);
    strictEqual(value("panal_build_info", { roles: "branch", site: "CUS" }), 1);
    strictEqual(value("panal_certificate_left_seconds"), 20 * 86_400);
    strictEqual(value("panal_surface_up", { surface: "branch-sync" }), 0);
    strictEqual(value("panal_surface_up", { surface: "inventory-branch" }), 1);
    const seventh = { invariant: "7" };
    strictEqual(value("panal_invariant_violations_total", seventh), 1);
    const first = { invariant: "1" };
    strictEqual(value("panal_invariant_violations_total", first), 0);
    strictEqual(value("panal_incidents_noted_total", { kind: "fork" }), 2);
    strictEqual(value("panal_disk_free_bytes"), 67_890);
    strictEqual(value("panal_folder_bytes"), 12_345);
    const queue = { queue: "decisions" };
    strictEqual(value("panal_queue_length", queue), 0);
    strictEqual(value("panal_queue_limit", queue), 20_000);
    const blind = await nodeFamilies({
      ...parts,
      space: () => Promise.resolve(NO_SPACE),
    });
    strictEqual(valueOf(blind, "panal_disk_free_bytes"), undefined);
    const names = families.map(({ name }) => name);
    deepStrictEqual([...new Set(names)], names);
  } finally {
    await stop();
  }
});

Deno.test("nodeFamilies() shows the rights that a node has and those that it has not", async () => {
  const { node, clock, stop } = await createTestNode();
  try {
    for (const [bound, amount] of [["account:99", 40], ["account:7", 5]]) {
      const issued = await node.useCases.issueRights({
        bound: bound as never,
        amount: amount as number,
      });
      ok(issued.ok, JSON.stringify(issued));
    }
    const held = await node.useCases.authorizeSpend({
      bounds: ["account:7" as never],
      amount: 5,
      expiresInMs: 60_000,
    });
    ok(held.ok, JSON.stringify(held));
    const families = await nodeFamilies({
      node,
      clock,
      space: () => Promise.resolve(NO_SPACE),
    });
    const kind = { kind: "account" };
    strictEqual(valueOf(families, "panal_rights_free", kind), 40);
    strictEqual(valueOf(families, "panal_rights_empty_bounds", kind), 1);
    strictEqual(valueOf(families, "panal_rights_owed_bounds"), 0);
  } finally {
    await stop();
  }
});

Deno.test("measureUseCases() counts sales by outcome, and refusals by operation and reason", async () => {
  const { useCases: plain, clock, stop } = await createTestNode();
  const shown: MetricFamily[][] = [];
  const meter = createMeter((families) => {
    shown.push([...families]);
    return Promise.resolve("");
  });
  try {
    const useCases = measureUseCases(plain, meter, clock);
    await listHoney(useCases, 3);
    clock.advance(1);
    const sale = (quantity: number, id = randomUUID()) => ({
      id: id as FactId,
      lines: [{ product: SHOP_HONEY, quantity }],
    });
    const first = sale(2);
    ok((await useCases.recordSale(first)).ok);
    ok((await useCases.recordSale(first)).ok);
    ok(!(await useCases.recordSale(sale(2))).ok);
    const voided = { sale: first.id, reason: "by mistake" };
    ok((await useCases.voidSale(voided)).ok);
    ok(!(await useCases.voidSale({ ...voided })).ok);
    const none = { scope: "mesh", product: "ghost" } as never;
    ok(!(await useCases.removeProduct(none)).ok);
    await meter.text();
    const value = valueOf.bind(null, shown.at(-1) ?? []);
    for (const outcome of ["recorded", "repeated", "voided"]) {
      strictEqual(value("panal_sales_total", { outcome }), 1, outcome);
    }
    const expected = [
      ["recordSale", "stock_insufficient"],
      ["voidSale", "sale_already_voided"],
      ["removeProduct", "product_unknown"],
    ] as const;
    for (const [operation, reason] of expected) {
      const labels = { operation, reason };
      strictEqual(value("panal_refusals_total", labels), 1, operation);
    }
  } finally {
    await stop();
  }
});

Deno.test("createMeter() shows the rest where something cannot be read, and reads once for those who ask at once", async () => {
  let reads = 0;
  const meter = createMeter((families) =>
    Promise.resolve(
      families.flatMap(({ name, samples }) =>
        samples.map(({ suffix = "", labels, value }) =>
          [name + suffix, ...Object.values(labels), value].join(" ")
        )
      ).join("\n"),
    )
  );
  meter.watch(() => {
    throw new RangeError("the store is closed");
  });
  meter.watch(async () => {
    reads++;
    await Promise.resolve();
    return [{ name: "links", help: "", type: "gauge", samples: [] }];
  });
  meter.observeGroup(3);
  meter.observeGroup(64);
  meter.observeGroup(999);
  const [one, other] = await Promise.all([meter.text(), meter.text()]);
  strictEqual(one, other);
  strictEqual(reads, 1);
  const lines = one.split("\n");
  for (
    const line of [
      "panal_metrics_unread_total figures 1",
      "panal_commit_group_decisions_bucket 2 0",
      "panal_commit_group_decisions_bucket 4 1",
      "panal_commit_group_decisions_bucket 64 2",
      "panal_commit_group_decisions_bucket 256 2",
      "panal_commit_group_decisions_bucket +Inf 3",
      "panal_commit_group_decisions_sum 1066",
      "panal_commit_group_decisions_count 3",
    ]
  ) ok(lines.includes(line), line);
  await meter.text();
  strictEqual(reads, 2);
});
