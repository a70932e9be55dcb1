import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createHttpLoad } from "../../../nodes/adapters/http_load.ts";
import { startHttpServer } from "../../../nodes/adapters/http_server.ts";
import { createApp } from "../../../web/app.ts";
import { createTestNode } from "../../support/test_node.ts";

Deno.test("createHttpLoad() leaves room for other addresses and for this machine, and gets back what it gave", () => {
  const load = createHttpLoad({ free: 2, perAddress: 3, all: 20 });
  let lookedUp = 0;
  const enter = (address: string) =>
    load.enter(() => {
      lookedUp++;
      return address;
    });
  const far = Array.from({ length: 10 }, () => enter("192.168.1.9"));
  const leaves = far.filter((leave) => leave !== undefined);
  strictEqual(leaves.length, 5);
  strictEqual(lookedUp, 8);
  ok(enter("192.168.1.10") !== undefined);
  const near = Array.from({ length: 30 }, () => enter("127.0.0.1"));
  strictEqual(near.filter((leave) => leave !== undefined).length, 14);
  strictEqual(enter("192.168.1.10"), undefined);
  for (const leave of leaves) leave();
  deepStrictEqual(
    Array.from({ length: 5 }, () => enter("192.168.1.9") !== undefined),
    [true, true, true, false, false],
  );
});

Deno.test("startHttpServer() answers 429 beyond its room, and goes on once there is some", async () => {
  const waiting: ((response: Response) => void)[] = [];
  const server = await startHttpServer({
    ...{ hostname: "127.0.0.1", port: 0, load: { all: 1 } },
    handler: () => new Promise((resolve) => waiting.push(resolve)),
  });
  try {
    const first = fetch(server.url);
    while (waiting.length === 0) await new Promise((go) => setTimeout(go, 1));
    const refused = await fetch(server.url);
    strictEqual(refused.status, 429);
    strictEqual(refused.headers.get("retry-after"), "1");
    match(refused.headers.get("x-request-id") ?? "", /./);
    await refused.body?.cancel();
    for (const answer of waiting) answer(new Response("here"));
    strictEqual(await (await first).text(), "here");
    // The room is given back once the answer was sent, which the client sees first.
    for (let status = 429; status !== 200;) {
      const next = fetch(server.url);
      const turn = new Promise((go) => setTimeout(go, 5));
      await Promise.race([next, turn]);
      for (const answer of waiting) answer(new Response("here"));
      const response = await next;
      await response.body?.cancel();
      status = response.status;
    }
  } finally {
    await server.stop();
  }
});

Deno.test("a client that does not send the rest of its body is answered 408, and others meanwhile", async () => {
  const { useCases, clock, stop } = await createTestNode();
  const app = createApp(useCases, { clock, requireSignIn: false });
  const server = await startHttpServer({
    ...{ hostname: "127.0.0.1", port: 0, bodyMs: 50, handler: app.fetch },
  });
  try {
    using slow = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.port,
    });
    const head = [
      ...["POST /v1/sales HTTP/1.1", `Host: 127.0.0.1:${server.port}`],
      ...["Content-Type: application/json", "Content-Length: 100", "", "{"],
    ];
    await slow.write(new TextEncoder().encode(head.join("\r\n")));
    const health = await fetch(`${server.url}/v1/health`);
    strictEqual((await health.json()).status, "ok");
    const answer = new Uint8Array(2048);
    const length = await slow.read(answer) ?? 0;
    const text = new TextDecoder().decode(answer.subarray(0, length));
    match(text, /^HTTP\/1\.1 408 /);
  } finally {
    await server.stop();
    await stop();
  }
});
