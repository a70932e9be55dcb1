import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { startHttpServer } from "../../../nodes/adapters/http_server.ts";
import {
  CENTRAL_BODY_BYTES_MAX,
  createNoticeSender,
  type NoticeSender,
} from "../../../nodes/adapters/notice_sender.ts";
import { createInventoryCentral } from "../../../web/surfaces/inventory_central.ts";
import {
  type CentralFault,
  OriginalCentral,
  serveOriginalCentral,
} from "../../support/original_central.ts";
import {
  createTellingBranch,
  type TellingBranch,
} from "../../support/telling_branch.ts";
import { createTestNode } from "../../support/test_node.ts";

const BODY =
  '{"branch_id":"norte-2","product_id":5,"quantity_sold":4,"timestamp":"2025-10-01T18:02:09.500000","sale_price":50.0}';
const patient = () => new AbortController().signal;

function senderTo(url: string): NoticeSender {
  return createNoticeSender({ url, version: "0.1.0", answerMsMax: 150 });
}

async function posting(fault: CentralFault) {
  const central = new OriginalCentral();
  const server = serveOriginalCentral(central);
  const sender = senderTo(server.url);
  central.faults.push(fault);
  try {
    const delivery = await sender.postNotice(BODY, patient());
    const status = "status" in delivery ? delivery.status : 0;
    return { kind: delivery.kind, status };
  } finally {
    sender.close();
    await server.stop();
  }
}

for (
  const [fault, kind, status] of [
    ["none", "answered", 200],
    ["error_before", "answered", 500],
    ["created", "answered", 201],
    ["redirect", "answered", 307],
    ["hang_after", "broken", 0],
    ["die_before", "broken", 0],
    ["die_after", "broken", 0],
  ] as const
) {
  Deno.test(`NoticeSender.postNotice() says ${kind} ${status} when the central does ${fault}`, async () => {
    deepStrictEqual(await posting(fault), { kind, status });
  });
}

Deno.test("NoticeSender says that nothing was sent when nobody listens or the name is unknown", async () => {
  const server = serveOriginalCentral(new OriginalCentral());
  await server.stop();
  for (const url of [server.url, "http://central.invalid:8000"]) {
    const sender = createNoticeSender({ url, version: "0.1.0" });
    strictEqual((await sender.postNotice(BODY, patient())).kind, "not_sent");
    strictEqual((await sender.readTotal(patient())).kind, "unreachable");
    sender.close();
  }
});

async function reading(handler: () => Response) {
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler,
  });
  const sender = senderTo(server.url);
  try {
    const { kind, ...rest } = await sender.readTotal(patient());
    return "total" in rest ? rest.total : kind;
  } finally {
    sender.close();
    await server.stop();
  }
}

Deno.test("NoticeSender.readTotal() reads a count, and nothing else", async () => {
  const total = (value: unknown) => () =>
    Response.json({ "total_notifications": value });
  strictEqual(await reading(total(7)), 7);
  strictEqual(await reading(total("7")), null);
  strictEqual(await reading(total(1.5)), null);
  strictEqual(await reading(() => Response.json([])), null);
  strictEqual(await reading(() => new Response("<html>")), null);
  strictEqual(await reading(() => new Response("", { status: 404 })), null);
  strictEqual(
    await reading(() => new Response("", { status: 503 })),
    "unreachable",
  );
});

Deno.test("NoticeSender.readTotal() reads no more of an endless answer than its bound", async () => {
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += 16_384;
          controller.enqueue(new Uint8Array(16_384).fill(32));
        },
      }),
    );
  strictEqual(await reading(endless), null);
  ok(sent < CENTRAL_BODY_BYTES_MAX * 100);
});

Deno.test("NoticeSender sends JSON as this program, on a connection of its own", async () => {
  const seen: (string | null)[] = [];
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler(request) {
      const { method, headers, url } = request;
      const named = ["user-agent", "content-type", "connection"];
      seen.push(method, new URL(url).pathname);
      seen.push(...named.map((name) => headers.get(name)));
      return new Response("{}");
    },
  });
  const sender = senderTo(server.url);
  await sender.postNotice(BODY, patient());
  sender.close();
  await server.stop();

  deepStrictEqual(seen, [
    "POST",
    "/sale-notification",
    "panal/0.1.0",
    "application/json",
    "close",
  ]);
});

Deno.test("NoticeSender gives up when it is told to", async () => {
  const central = new OriginalCentral();
  const server = serveOriginalCentral(central);
  const sender = createNoticeSender({ url: server.url, version: "0.1.0" });
  central.faults.push("hang_before");
  const ending = new AbortController();
  const delivery = sender.postNotice(BODY, ending.signal);
  ending.abort();
  strictEqual((await delivery).kind, "broken");
  sender.close();
  await server.stop();
});

async function withBranchTo(
  url: string,
  test: (branch: TellingBranch) => Promise<void>,
): Promise<void> {
  const sender = senderTo(url);
  const branch = await createTellingBranch({
    central: () => sender,
    branchId: "norte-2",
  });
  try {
    await test(branch);
  } finally {
    await branch.stop();
    sender.close();
  }
}

/** Virtual time passes quickly beside real sockets. */
const LONG_MS = 3_600_000;

Deno.test("a branch has every sale counted once by a central over HTTP, whatever fails", async () => {
  const central = new OriginalCentral();
  const server = serveOriginalCentral(central);
  await withBranchTo(server.url, async (branch) => {
    const faults: readonly CentralFault[] = [
      "none",
      "error_after",
      "die_after",
      "hang_after",
      "die_before",
      "hang_before",
      "created",
      "redirect",
    ];
    central.faults.push(...faults);
    for (let i = 0; i < 10; i++) await branch.sell(i === 4 ? "99" : "1");
    server.down();
    await branch.until(() => branch.view().failures > 0, LONG_MS);
    await branch.crash();
    server.up();
    await branch.until(() => branch.view().pending === 0, LONG_MS);

    const { confirmed, setAside, unconfirmed } = branch.view();
    deepStrictEqual([confirmed, setAside, unconfirmed], [9, 1, 0]);
    const ids = central.counted.map((it) => it["sale_id"]);
    deepStrictEqual([ids.length, new Set(ids).size], [9, 9]);
  });
  await server.stop();
});

Deno.test("a branch tells the central role of another mesh's office over HTTP", async () => {
  const office = await createTestNode({ roles: ["office"], initialRows: true });
  const app = createInventoryCentral(office.useCases, {
    now: () => office.clock.now(),
  });
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: app.fetch,
  });
  await withBranchTo(server.url, async (branch) => {
    await branch.sell("1", 3);
    await branch.sell("99");
    await branch.sell("2", -1);
    await branch.until(() => branch.view().pending === 0, LONG_MS);

    const { confirmed, setAside } = branch.view();
    deepStrictEqual([confirmed, setAside], [2, 1]);
    const { items } = office.useCases.notices({ limit: 10 });
    deepStrictEqual(
      items.map((it) => [it.branch, it.product, it.quantity, it.amountText]),
      [["norte-2", "1", 3, "7.5"], ["norte-2", "2", -1, "-2.5"]],
    );
    const sales = branch.node.useCases.sales({ limit: 10 }).items;
    strictEqual(items[0]?.timestamp, sales[0]?.localTime);
    const kept = office.useCases.notices({ limit: 10, quarantined: true });
    deepStrictEqual(kept.items.map((it) => it.product), ["99"]);
  });
  await server.stop();
  await office.stop();
});
