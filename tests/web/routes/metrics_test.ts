import { match, strictEqual } from "node:assert/strict";
import { createApp } from "../../../web/app.ts";
import { createTestNode } from "../../support/test_node.ts";

const TOKEN = "a token of a test, 0123456789".replaceAll(" ", "-");
const HERE = { address: "127.0.0.1" };
const THERE = { address: "192.168.1.9" };
const TEXT = "# TYPE panal_sales_total counter\n";

Deno.test("GET /metrics is for this machine alone, and with the token for others", async () => {
  const { useCases, clock, stop } = await createTestNode();
  const metrics = {
    text: () => Promise.resolve(TEXT),
    countRequest: () => {},
  };
  const options = { clock, requireSignIn: true, metrics };
  const open = createApp(useCases, { ...options, metricsToken: TOKEN });
  const closed = createApp(useCases, options);
  const unmeasured = createApp(useCases, { clock, requireSignIn: false });
  const ask = async (
    app: typeof open,
    from: typeof HERE,
    headers: Readonly<Record<string, string>> = {},
    host = "127.0.0.1:8080",
  ) => {
    const request = new Request(`http://${host}/metrics`, {
      headers: { host, ...headers },
    });
    return await app.fetch(request, from);
  };
  try {
    const here = await ask(closed, HERE);
    strictEqual(here.status, 200);
    strictEqual(await here.text(), TEXT);
    match(here.headers.get("content-type") ?? "", /^text\/plain; version=0/);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    strictEqual((await ask(open, THERE, bearer)).status, 200);
    const refused: readonly [typeof open, typeof HERE, object?, string?][] = [
      [closed, THERE],
      [closed, THERE, bearer],
      [open, THERE],
      [open, THERE, { authorization: `Bearer ${TOKEN}x` }],
      [open, THERE, { authorization: "Bearer " }],
      // What a proxy on this machine passes on, and a page that gave its own name this address, are not this machine.
      [open, HERE, { "x-forwarded-for": "192.168.1.9" }],
      [open, HERE, {}, "shop.example"],
    ];
    for (const [app, from, headers = {}, host] of refused) {
      const answer = await ask(app, from, { ...headers }, host);
      strictEqual(answer.status, 401, JSON.stringify({ from, headers, host }));
      strictEqual((await answer.text()).includes("panal_sales_total"), false);
    }
    strictEqual((await ask(unmeasured, HERE)).status, 404);
  } finally {
    await stop();
  }
});
