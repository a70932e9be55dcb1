import {
  deepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { PanalError } from "../../crdt/errors.ts";
import type { TcpConnection, TcpEnd } from "../../net/tcp_connection.ts";
import {
  connectTcp,
  listenTcp,
  type TcpListener,
  type TcpListenerOptions,
} from "../../net/tcp_listener.ts";
import { LineClient, LOOPBACKS, untilTrue } from "../support/line_client.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (it: string) => new TextEncoder().encode(it);

interface Heard {
  readonly connection: TcpConnection;
  text: string;
  ended: boolean;
  drained: number;
  closed: TcpEnd | undefined;
}

/** A listener that notes what happens on each connection. */
function listen(
  options: Partial<TcpListenerOptions> = {},
): { listener: TcpListener; heard: Heard[] } & AsyncDisposable {
  const heard: Heard[] = [];
  const listener = listenTcp({
    hostname: "127.0.0.1",
    port: 0,
    accept(connection) {
      const it: Heard = {
        connection,
        text: "",
        ended: false,
        drained: 0,
        closed: undefined,
      };
      heard.push(it);
      connection.start({
        chunk: (chunk) => void (it.text += text(chunk)),
        ended: () => void (it.ended = true),
        drained: () => void it.drained++,
        closed: (why) => void (it.closed = why),
      });
    },
    ...options,
  });
  return {
    listener,
    heard,
    [Symbol.asyncDispose]: () => listener.stop(),
  };
}

Deno.test("listenTcp() takes bytes in and out on IPv4 and IPv6", async () => {
  await using server = listen();
  for (const hostname of LOOPBACKS) {
    using client = await LineClient.connect(server.listener.port, hostname);
    await client.raw("hello");
    await untilTrue("heard", () => server.heard.at(-1)?.text === "hello");
    server.heard.at(-1)?.connection.write(bytes("back\n"));
    strictEqual(await client.text(), "back");
    strictEqual(server.heard.at(-1)?.connection.peer.hostname, hostname);
  }
  strictEqual(
    server.listener.url,
    `tcp://127.0.0.1:${server.listener.port}`,
  );
});

Deno.test("listenTcp() refuses a port that is taken, with one line", async () => {
  await using server = listen();
  throws(
    () => listen({ port: server.listener.port }),
    (error) =>
      error instanceof PanalError && error.code === "config_invalid" &&
      error.message.includes("another program listens there"),
  );
});

Deno.test("listenTcp() closes connections beyond its bound", async () => {
  let refused = 0;
  await using server = listen({
    connectionsMax: 2,
    refused: () => void refused++,
  });
  const { port } = server.listener;
  using one = await LineClient.connect(port);
  using two = await LineClient.connect(port);
  await untilTrue("two", () => server.heard.length === 2);
  using three = await LineClient.connect(port);

  deepStrictEqual(await three.rest(), []);
  strictEqual(refused, 1);
  one.close();
  await untilTrue("room", () => server.listener.connections < 2);
  using four = await LineClient.connect(port);
  await untilTrue("taken", () => server.heard.length === 3);
  ok(two !== four);
});

Deno.test("listenTcp() leaves room for others where one address opens connections without end", async () => {
  let refused = 0;
  await using server = listen({
    connectionsPerAddress: 1,
    refused: () => void refused++,
  });
  const { port } = server.listener;
  using one = await LineClient.connect(port);
  await untilTrue("one", () => server.heard.length === 1);
  using two = await LineClient.connect(port);

  deepStrictEqual(await two.rest(), []);
  strictEqual(refused, 1);
  one.close();
  await untilTrue("room", () => server.listener.connections === 0);
  using three = await LineClient.connect(port);
  await untilTrue("taken", () => server.heard.length === 2);
  ok(three !== two);
});

Deno.test("TcpConnection still writes after the other end has sent all, then ends", async () => {
  const listener = listenTcp({
    hostname: "127.0.0.1",
    port: 0,
    accept: (connection) =>
      connection.start({
        chunk: () => {},
        ended: async () => {
          await Promise.resolve();
          connection.write(bytes("answer\n"));
        },
        closed: () => {},
      }),
  });
  using client = await LineClient.connect(listener.port);
  await client.raw("question");
  await client.endWrite();

  strictEqual(await client.text(), "answer");
  strictEqual(await client.text(), undefined);
  await listener.stop();
});

Deno.test("TcpConnection.close() sends what waits first, and drops what still comes", async () => {
  await using server = listen();
  using client = await LineClient.connect(server.listener.port);
  await untilTrue("accepted", () => server.heard.length === 1);
  const [heard] = server.heard;

  heard?.connection.write(bytes("last\n"));
  heard?.connection.close();
  await client.raw("x".repeat(100_000)).catch(() => {});

  strictEqual(await client.text(), "last");
  strictEqual(await client.text(), undefined);
  deepStrictEqual([heard?.text, heard?.closed], ["", "closed"]);
  strictEqual(heard?.connection.write(bytes("more")), false);
});

Deno.test("TcpConnection.write() ends a connection whose queue would grow too long", async () => {
  await using server = listen({ queueBytesMax: 1000 });
  using client = await LineClient.connect(server.listener.port);
  await untilTrue("accepted", () => server.heard.length === 1);
  const [heard] = server.heard;

  strictEqual(heard?.connection.write(new Uint8Array(1001)), false);

  strictEqual(heard?.closed, "overflow");
  deepStrictEqual(await client.rest(), []);
});

Deno.test("TcpConnection ends when the other end reads nothing for too long", async () => {
  await using server = listen({
    queueBytesMax: 64 * 1024 * 1024,
    drainMs: 200,
  });
  using _deaf = await LineClient.connect(server.listener.port);
  await untilTrue("accepted", () => server.heard.length === 1);
  const [heard] = server.heard;

  heard?.connection.write(new Uint8Array(32 * 1024 * 1024));

  await untilTrue("ended", () => heard?.closed !== undefined);
  strictEqual(heard?.closed, "stuck");
});

Deno.test("TcpConnection tells when what was written is with the system", async () => {
  await using server = listen();
  using client = await LineClient.connect(server.listener.port);
  await untilTrue("accepted", () => server.heard.length === 1);
  const [heard] = server.heard;
  let flushed = 0;

  heard?.connection.write(bytes("one\n"), () => flushed++);
  heard?.connection.write(bytes("two\n"), () => flushed++);
  const pending = heard?.connection.pendingBytes;
  deepStrictEqual([await client.text(), await client.text()], ["one", "two"]);

  await untilTrue("drained", () => heard?.drained === 1);
  deepStrictEqual(
    [pending, heard?.connection.pendingBytes, flushed],
    [8, 0, 2],
  );
});

Deno.test("TcpConnection reads nothing more while its reader is busy", async () => {
  const busy = Promise.withResolvers<void>();
  const chunks: string[] = [];
  const listener = listenTcp({
    hostname: "127.0.0.1",
    port: 0,
    accept: (connection) =>
      connection.start({
        chunk(chunk) {
          chunks.push(text(chunk));
          return busy.promise;
        },
        closed: () => {},
      }),
  });
  using client = await LineClient.connect(listener.port);
  await client.raw("a");
  await untilTrue("first", () => chunks.length === 1);
  await client.raw("b");
  using other = await LineClient.connect(listener.port);
  await other.raw("c");
  await untilTrue("other", () => chunks.length === 2);
  const before = chunks.join("");

  busy.resolve();
  await untilTrue("second", () => chunks.length === 3);

  deepStrictEqual([before, chunks.join("")], ["ac", "acb"]);
  await listener.stop();
});

Deno.test("TcpConnection tells a reset apart from an end", async () => {
  await using server = listen();
  using polite = await LineClient.connect(server.listener.port);
  await untilTrue("accepted", () => server.heard.length === 1);
  await polite.endWrite();
  await untilTrue("ended", () => server.heard[0]?.closed !== undefined);

  strictEqual(server.heard[0]?.closed, "ended");
  strictEqual(server.heard[0]?.ended, true);
});

Deno.test("connectTcp() gives the same kind of connection", async () => {
  await using server = listen();
  const connection = await connectTcp({
    host: "127.0.0.1",
    port: server.listener.port,
  });
  let got = "";
  let closed: TcpEnd | undefined;
  connection.start({
    chunk: (chunk) => void (got += text(chunk)),
    closed: (why) => void (closed = why),
  });
  connection.write(bytes("hello"));
  await untilTrue("heard", () => server.heard[0]?.text === "hello");
  server.heard[0]?.connection.write(bytes("back"));
  await untilTrue("got", () => got === "back");
  server.heard[0]?.connection.close();

  await untilTrue("closed", () => closed !== undefined);
  strictEqual(closed, "ended");
});

Deno.test("connectTcp() gives up where nobody listens, and when it is told to", async () => {
  const { listener } = listen();
  const { port } = listener;
  await listener.stop();
  const given = new AbortController();
  given.abort();

  for (const signal of [undefined, given.signal]) {
    await rejects(
      connectTcp({
        host: "127.0.0.1",
        port,
        ...(signal === undefined ? {} : { signal }),
      }),
      (error) => error instanceof PanalError && error.code === "dial_failed",
    );
  }
});
