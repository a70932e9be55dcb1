import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { FactId } from "../../../crdt/mod.ts";
import { startHttpServer } from "../../../nodes/adapters/http_server.ts";
import {
  createSpanExporter,
  SPANS_WAITING_MAX,
} from "../../../nodes/adapters/otlp_exporter.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../../nodes/adapters/system_random.ts";
import type { Logger } from "../../../nodes/ports.ts";
import { createApp } from "../../../web/app.ts";
import { createTestNode } from "../../support/test_node.ts";
import { listHoney, SHOP_HONEY } from "../../support/till_shop.ts";

/** A span as a collector gets it. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, string>>;
  }[];
}

/** A collector of OTLP over HTTP that takes what the protocol asks of a body. */
async function startCollector(answer = () => new Response("{}")) {
  const spans: Span[] = [];
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method !== "POST" || pathname !== "/v1/traces") {
        return new Response(null, { status: 404 });
      }
      const body = await request.json();
      const answered = answer();
      if (!answered.ok) return answered;
      for (const { scopeSpans } of body.resourceSpans) {
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      return answered;
    },
  });
  return { ...server, spans };
}

/** The attributes of a span by name. */
function attributesOf({ attributes }: Span): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? ""]),
  );
}

/** A logger that keeps its messages. */
function keepLog(): Logger & { readonly messages: string[] } {
  const messages: string[] = [];
  return { messages, log: (_level, message) => void messages.push(message) };
}

const SYSTEM = { clock: createSystemClock(), random: createSystemRandom() };

Deno.test("createSpanExporter() sends a span for each request, with the sale's fact and commit", async () => {
  const { useCases, clock, stop } = await createTestNode();
  const collector = await startCollector();
  const exporter = createSpanExporter({
    ...SYSTEM,
    url: collector.url,
    resource: { "service.name": "panal" },
    commitOf: (fact) => useCases.fact(fact as FactId)[0],
    logger: keepLog(),
  });
  await listHoney(useCases, 5);
  clock.advance(1);
  const app = createApp(useCases, {
    clock,
    requireSignIn: false,
    answered: (request) => exporter.add(request),
  });
  const server = await startHttpServer({
    ...{ hostname: "127.0.0.1", port: 0, handler: app.fetch },
  });
  const [trace, parent] = [
    "0af7651916cd43dd8448eb211c80319c",
    "b7ad6b7169203331",
  ];
  const sell = (quantity: number, traceparent: string) =>
    fetch(`${server.url}/v1/sales`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent },
      body: JSON.stringify({ lines: [{ product: SHOP_HONEY, quantity }] }),
    });
  try {
    const sold = await sell(2, `00-${trace}-${parent}-01`);
    const { id } = await sold.json();
    const refused = await sell(20, `00-${"0".repeat(32)}-${parent}-01`);
    strictEqual(refused.status, 409);
    await refused.body?.cancel();
    await (await fetch(`${server.url}/nowhere?secret=1`)).body?.cancel();
    await exporter.stop();

    strictEqual(collector.spans.length, 3);
    const [sale, refusal, nowhere] = collector.spans as [Span, Span, Span];
    strictEqual(sale.name, "POST /v1/sales");
    strictEqual(sale.kind, 2);
    strictEqual(sale.traceId, trace);
    strictEqual(sale.parentSpanId, parent);
    match(sale.spanId, /^[0-9a-f]{16}$/);
    ok(BigInt(sale.endTimeUnixNano) >= BigInt(sale.startTimeUnixNano));
    const [copy] = useCases.fact(id);
    ok(copy !== undefined);
    deepStrictEqual(attributesOf(sale), {
      "http.request.method": "POST",
      "http.route": "/v1/sales",
      "http.response.status_code": "201",
      "panal.request.id": sold.headers.get("x-request-id"),
      "panal.fact.id": id,
      "panal.commit.log": copy.log,
      "panal.commit.seq": String(copy.seq),
    });
    strictEqual(refusal.parentSpanId, undefined);
    match(refusal.traceId, /^(?!0{32})[0-9a-f]{32}$/);
    strictEqual(attributesOf(refusal)["http.response.status_code"], "409");
    strictEqual(attributesOf(refusal)["panal.fact.id"], undefined);
    strictEqual(nowhere.name, "GET none");
    ok(!JSON.stringify(nowhere).includes("secret"));
  } finally {
    await server.stop();
    await collector.stop();
    await stop();
  }
});

Deno.test("createSpanExporter() keeps a bounded number of spans while the collector is away, and says so once", async () => {
  let isAway = true;
  const collector = await startCollector(() =>
    isAway ? new Response(null, { status: 503 }) : new Response("{}")
  );
  const logger = keepLog();
  const exporter = createSpanExporter({
    ...SYSTEM,
    url: collector.url,
    resource: {},
    commitOf: () => undefined,
    logger,
  });
  const request = {
    ...{ id: "a-1", method: "GET", route: "/v1/health", status: 200 },
    ...{ durationMs: 1, traceparent: null, facts: [] },
  };
  try {
    for (let i = 0; i < SPANS_WAITING_MAX + 2_000; i++) exporter.add(request);
    const until = performance.now() + 30_000;
    const waitFor = async (isTrue: () => boolean, what: string) => {
      while (!isTrue()) {
        ok(performance.now() < until, what);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await waitFor(() => logger.messages.length > 0, "the loss was logged");
    isAway = false;
    exporter.add({ ...request, route: "/last" });
    await waitFor(() => logger.messages.length > 1, "it was found again");
    await exporter.stop();
    deepStrictEqual(logger.messages, [
      "The collector does not take traces",
      "The collector takes traces again",
    ]);
    ok(collector.spans.length <= SPANS_WAITING_MAX + 1);
    // Nothing is taken after the end.
    exporter.add(request);
  } finally {
    await exporter.stop();
    await collector.stop();
  }
});
