import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";

const START = Date.UTC(2026, 10, 22, 15);

Deno.test("GET /v1/health tells who the node is and how", () =>
  withApi(async (api) => {
    const { status, body } = await api.get("/v1/health");

    strictEqual(status, 200);
    strictEqual(body.peer, api.useCases.node.peer);
    strictEqual(body.site, "CUS");
    deepStrictEqual(body.roles, ["branch"]);
    strictEqual(body.version, api.useCases.node.version);
  }));

Deno.test("GET /v1/health tells that all is well", () =>
  withApi(async (api) => {
    const { body } = await api.get("/v1/health");

    deepStrictEqual([body.status, body.ready, body.problems], ["ok", true, []]);
  }));

Deno.test("GET /v1/health tells what is wrong, since when, and what helps", () =>
  withApi(async (api) => {
    const { status, body } = await api.get("/v1/health");

    strictEqual(status, 200);
    deepStrictEqual([body.status, body.ready], ["degraded", true]);
    const [problem] = body.problems;
    strictEqual(problem.code, "certificate_ending");
    strictEqual(problem.since, new Date(START).toISOString());
    deepStrictEqual(body.reasons, [problem.text]);
    match(problem.remedy, /invitation/);
  }, {
    node: { startMs: START, certificateEnds: START + 86_400_000 },
  }));

Deno.test("GET /v1/invariants lists the design's invariants, page by page", () =>
  withApi(async (api) => {
    const { body } = await api.get("/v1/invariants");
    const first = await api.get("/v1/invariants?limit=1");
    const second = await api.get(
      `/v1/invariants?limit=1&cursor=${first.body.next}`,
    );

    ok(body.items.length > 1);
    strictEqual(body.total, body.items.length);
    ok(body.items.every((it: { violations: number }) => it.violations === 0));
    deepStrictEqual(
      [...first.body.items, ...second.body.items],
      body.items.slice(0, 2),
    );
    refuses(await api.get("/v1/invariants?cursor=-1"), 422, "request_invalid");
  }));

Deno.test("GET /v1/notifier tells that it is off", () =>
  withApi(async (api) => {
    const { status, body } = await api.get("/v1/notifier");

    strictEqual(status, 200);
    deepStrictEqual([body.url, body.state, body.pending], [null, "closed", 0]);
  }));

Deno.test("GET /v1/notifier/outbox lists nothing while nobody is told", () =>
  withApi(async (api) => {
    const { status, body } = await api.get(
      "/v1/notifier/outbox?state=unconfirmed",
    );

    strictEqual(status, 200);
    deepStrictEqual(body, { items: [], total: 0, next: null });
    refuses(
      await api.get("/v1/notifier/outbox?state=lost"),
      422,
      "request_invalid",
    );
  }));
