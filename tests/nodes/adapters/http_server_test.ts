import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { PanalError } from "../../../crdt/mod.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from "../../../nodes/adapters/http_server.ts";

async function withServer(
  test: (server: HttpServer) => Promise<void>,
  options: Partial<HttpServerOptions> = {},
): Promise<void> {
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: () => new Response("here"),
    ...options,
  });
  try {
    await test(server);
  } finally {
    await server.stop();
  }
}

/** Sends bytes over a bare connection and reads the beginning of the answer. */
async function exchange(port: number, ...pieces: string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const answer = new Uint8Array(1024);
  const reading = connection.read(answer);
  const encoder = new TextEncoder();
  for (const piece of pieces) {
    // The server may hang up before everything is sent.
    const sent = await connection.write(encoder.encode(piece)).catch(() => 0);
    if (sent === 0) break;
  }
  const length = await reading ?? 0;
  return new TextDecoder().decode(answer.subarray(0, length));
}

Deno.test("startHttpServer() answers where its url says", () =>
  withServer(async (server) => {
    match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    ok(server.url.endsWith(`:${server.port}`));
    const response = await fetch(`${server.url}/`);
    strictEqual(await response.text(), "here");
  }));

Deno.test("startHttpServer() names a reachable address for all interfaces", () =>
  withServer(async (server) => {
    match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    strictEqual(await (await fetch(server.url)).text(), "here");
  }, { hostname: "0.0.0.0" }));

Deno.test("startHttpServer() says clearly that a port is taken", () =>
  withServer(async ({ port }) => {
    await rejects(
      startHttpServer({
        hostname: "127.0.0.1",
        port,
        handler: () => new Response(),
      }),
      (error) =>
        error instanceof PanalError && error.code === "config_invalid" &&
        error.message ===
          `Cannot listen on 127.0.0.1:${port}: another program listens there`,
    );
  }));

Deno.test("startHttpServer() refuses an address of another machine", () =>
  rejects(
    startHttpServer({
      hostname: "192.0.2.1",
      port: 0,
      handler: () => new Response(),
    }),
    { code: "config_invalid" },
  ));

Deno.test("startHttpServer() refuses a certificate that is none", () =>
  rejects(
    startHttpServer({
      hostname: "127.0.0.1",
      port: 0,
      handler: () => new Response(),
      tls: { cert: "none", key: "none" },
    }),
    { code: "config_invalid" },
  ));

Deno.test("startHttpServer() answers an empty 500 when its handler throws, and goes on", async () => {
  const errors: unknown[] = [];
  let calls = 0;
  await withServer(async (server) => {
    const broken = await fetch(server.url);
    strictEqual(broken.status, 500);
    strictEqual(await broken.text(), "");
    strictEqual(errors.length, 1);
    strictEqual(await (await fetch(server.url)).text(), "here");
  }, {
    handler: () => {
      if (calls++ === 0) throw new TypeError("broken");
      return new Response("here");
    },
    onError: (error) => errors.push(error),
  });
});

Deno.test("startHttpServer() refuses headers of 10 MB with an empty 400", () =>
  withServer(async ({ port, url }) => {
    const line = `X-Padding: ${"x".repeat(100_000)}\r\n`;

    const answer = await exchange(
      port,
      "GET / HTTP/1.1\r\nHost: localhost\r\n",
      ...Array(100).fill(line),
    );

    match(answer, /^HTTP\/1\.1 400 /);
    match(answer, /content-length: 0\r\n/i);
    strictEqual(await (await fetch(url)).text(), "here");
  }));

Deno.test("startHttpServer() refuses what is not HTTP", () =>
  withServer(async ({ port }) => {
    match(await exchange(port, "hello\u0000\r\n\r\n"), /^HTTP\/1\.1 400 /);
  }));

Deno.test("startHttpServer() is not held up by clients that send headers slowly", () =>
  withServer(async ({ port, url }) => {
    const slow = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(
          new TextEncoder().encode("GET / HTTP/1.1\r\nHos"),
        );
        return connection;
      }),
    );

    strictEqual(await (await fetch(url)).text(), "here");

    for (const connection of slow) connection.close();
  }));

Deno.test("stop() lets a request end that began before", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const began = Promise.withResolvers<void>();
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: () => {
      began.resolve();
      return promise;
    },
  });
  const asked = fetch(server.url);
  await began.promise;

  const stopped = server.stop();
  resolve(new Response("late"));

  strictEqual(await (await asked).text(), "late");
  await stopped;
  await rejects(fetch(server.url));
});

Deno.test("stop() lets a large answer be read to its end", async () => {
  const length = 50_000_000;
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: () => new Response(new Uint8Array(length)),
  });
  const response = await fetch(server.url);

  const [{ byteLength }] = await Promise.all([
    response.bytes(),
    server.stop(),
  ]);

  strictEqual(byteLength, length);
});

Deno.test("stop() takes no new requests while it waits", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const began = Promise.withResolvers<void>();
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handler: () => {
      began.resolve();
      return promise;
    },
  });
  const asked = fetch(server.url);
  await began.promise;

  const stopped = server.stop();
  const refused = await fetch(server.url);

  strictEqual(refused.status, 503);
  strictEqual(await refused.text(), "");
  resolve(new Response("late"));
  await (await asked).text();
  await stopped;
});

Deno.test("stop() cuts off an endless answer after its time, and may be called again", async () => {
  let cancelled = false;
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    stopMs: 50,
    handler: () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(Uint8Array.of(1)),
          cancel: () => {
            cancelled = true;
          },
        }),
      ),
  });
  const response = await fetch(server.url);
  const reader = response.body?.getReader();
  await reader?.read();

  await Promise.all([server.stop(), server.stop()]);
  await reader?.read().then(() => {}, () => {});

  ok(cancelled);
  await server.stop();
});

Deno.test("startHttpServer() tells the handler where a request comes from", () =>
  withServer(async ({ url }) => {
    const response = await fetch(url);
    strictEqual(await response.text(), "127.0.0.1");
  }, { handler: (_request, { address }) => new Response(address) }));

Deno.test("startHttpServer() gives each request an id, which its answer carries", async () => {
  const seen: string[] = [];
  const failed: string[] = [];
  await withServer(async ({ url }) => {
    const ask = async (path: string, id?: string) => {
      const headers = id === undefined ? {} : { "x-request-id": id };
      const response = await fetch(url + path, { headers, redirect: "manual" });
      await response.body?.cancel();
      return response.headers.get("x-request-id") ?? "none";
    };
    const first = await ask("/");
    const second = await ask("/");
    match(first, /^[\w-]{12,}$/);
    notStrictEqual(first, second);
    strictEqual(await ask("/", "till-4.sale:77"), "till-4.sale:77");
    const own = await ask("/", "x".repeat(65));
    match(own, /^[\w-]{12,}$/);
    match(await ask("/", 'a" level="error'), /^[\w-]{12,}$/);
    const moved = await ask("/moved");
    const thrown = await ask("/thrown");
    strictEqual(seen.length, 7);
    deepStrictEqual([seen[0], seen[5]], [first, moved]);
    deepStrictEqual(failed, [thrown]);
  }, {
    handler: (request, { requestId }) => {
      seen.push(requestId);
      const { pathname } = new URL(request.url);
      if (pathname === "/thrown") throw new RangeError("no");
      return pathname === "/moved"
        ? Response.redirect("http://127.0.0.1/elsewhere")
        : new Response("here");
    },
    onError: (_error, requestId) => void failed.push(requestId),
  });
});
