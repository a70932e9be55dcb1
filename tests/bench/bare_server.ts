/**
 * The least that a durable HTTP server must do, to compare with: the same server, router, body schema and grouping as a
 * node, and one inserted row per sale. A program of its own; its argument is the path of its database, and it prints its
 * address.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { DatabaseSync } from "node:sqlite";
import { Hono } from "hono";
import { z } from "zod";
import { createFactIds } from "../../crdt/random.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { GROUP_DECISIONS_MAX } from "../../nodes/limits.ts";

const money = z.union([
  z.string(),
  z.strictObject({ amount: z.string(), currency: z.string() }),
]);
const saleBody = z.strictObject({
  id: z.string().regex(/^[0-9a-fA-F-]{36}$/).optional(),
  lines: z.array(z.strictObject({
    product: z.string().regex(/^(?!\.{1,2}$)[^/\p{Cc}\p{Cs}]{1,64}$/u),
    quantity: z.int().min(0).max(1_000_000_000),
    price: money.optional(),
    amount: money.optional(),
  })).min(1).max(500),
  at: z.string().optional(),
  observation: z.boolean().optional(),
  note: z.string().max(500).optional(),
});

interface Sale {
  readonly id: string;
  readonly product: string;
  readonly quantity: number;
  readonly at: number;
  readonly amount: number;
}

/** Inserts sales, all that wait in one transaction. */
function createInserter(path: string): (sale: Sale) => Promise<void> {
  const database = new DatabaseSync(path);
  for (
    const sql of [
      "PRAGMA journal_mode = WAL",
      "PRAGMA synchronous = FULL",
      "PRAGMA cache_size = -32768",
      "PRAGMA journal_size_limit = 67108864",
      "CREATE TABLE sales (id BLOB PRIMARY KEY, product TEXT, quantity INTEGER, at INTEGER, amount INTEGER)",
    ]
  ) database.exec(sql);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const insert = database.prepare("INSERT INTO sales VALUES (?, ?, ?, ?, ?)");
  const waiting: { sale: Sale; done: () => void }[] = [];
  const flush = () => {
    const group = waiting.splice(0, GROUP_DECISIONS_MAX);
    if (waiting.length > 0) setImmediate(flush);
    begin.run();
    for (const { sale: { id, product, quantity, at, amount } } of group) {
      insert.run(bytesOf(id), product, quantity, at, amount);
    }
    commit.run();
    for (const { done } of group) done();
  };
  return (sale) =>
    new Promise((done) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ sale, done });
    });
}

function bytesOf(id: string): Uint8Array {
  return Uint8Array.fromHex(id.replaceAll("-", ""));
}

function serve(path: string): void {
  const insert = createInserter(path);
  const newId = createFactIds(createSystemRandom());
  const app = new Hono();
  app.post("/v1/sales", async (context) => {
    const body = saleBody.safeParse(await context.req.json());
    const line = body.data?.lines[0];
    if (line === undefined) return context.json({ code: "invalid" }, 422);
    const now = Date.now();
    const sale = {
      id: newId(now),
      product: line.product,
      quantity: line.quantity,
      at: now * 1000,
      amount: 150 * line.quantity,
    };
    await insert(sale);
    return context.json(sale, 201);
  });
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, app.fetch);
  const url = `http://127.0.0.1:${server.addr.port}`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${url}\n`));
}

if (import.meta.main) serve(Deno.args[0] ?? "");
