import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  encodeWebSocketText,
  listenWebSocket,
  type WebSocketLink,
  type WebSocketListenerOptions,
} from "../../net/mod.ts";
import { createSelfSigned } from "../../nodes/adapters/self_signed.ts";
import { clientFrame } from "../support/websocket_frames.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

interface Served {
  readonly url: string;
  readonly port: number;
  readonly links: WebSocketLink[];
  readonly ends: unknown[];
  stop(): Promise<void>;
}

function serve(options: Partial<WebSocketListenerOptions> = {}): Served {
  const links: WebSocketLink[] = [];
  const ends: unknown[] = [];
  const listener = listenWebSocket({
    hostname: "127.0.0.1",
    port: 0,
    messageBytesMax: 1000,
    rate: { burst: 1000, perSecond: 1000 },
    upgrade: ({ path, protocols }) =>
      path === "/echo"
        ? {
          ...(protocols[0] === undefined ? {} : { protocol: protocols[0] }),
          accept(link) {
            links.push(link);
            link.start({
              text: (text) => void link.send(`echo ${text}`),
              closed: (why, code) => void ends.push([why, code]),
            });
          },
        }
        : { status: 404 },
    ...options,
  });
  return {
    url: listener.url,
    port: listener.port,
    links,
    ends,
    stop: () => listener.stop(),
  };
}

async function exchange(port: number, text: string): Promise<string> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(text));
  const answer = await new Response(socket.readable).text();
  return answer.split("\r\n")[0] ?? "";
}

function ask(path: string, changed: Record<string, string> = {}): string {
  const headers = {
    "Host": "x",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    ...changed,
  };
  const lines = Object.entries(headers).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A client of raw bytes, once its request was answered. */
async function open(port: number): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(ask("/echo")));
  await socket.read(new Uint8Array(1000));
  return socket;
}

async function until(check: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !check(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  strictEqual(check(), true);
}

Deno.test("listenWebSocket() answers the platform's client", async () => {
  const served = serve();
  const socket = new WebSocket(`${served.url}/echo`, ["first", "second"]);
  const said = Promise.withResolvers<unknown>();
  socket.onopen = () => socket.send("héllo");
  socket.onmessage = ({ data }) => said.resolve(data);
  strictEqual(await said.promise, "echo héllo");
  strictEqual(socket.protocol, "first");
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onclose = closed.resolve;
  served.links[0]?.close(1008, "enough");
  const { code, reason, wasClean } = await closed.promise;
  deepStrictEqual([code, reason, wasClean], [1008, "enough", true]);
  await served.stop();
});

Deno.test("listenWebSocket() answers over TLS", async () => {
  const { cert, key } = createSelfSigned("localhost", Date.now());
  const served = serve({ tls: { cert, key } });
  match(served.url, /^wss:\/\/127\.0\.0\.1:/);
  const client = Deno.createHttpClient({ caCerts: [cert] });
  const url = served.url.replace("127.0.0.1", "localhost");
  const socket = new WebSocket(`${url}/echo`, { client });
  const said = Promise.withResolvers<unknown>();
  socket.onopen = () => socket.send("hidden");
  socket.onerror = (event) => said.reject((event as ErrorEvent).error ?? event);
  socket.onmessage = ({ data }) => said.resolve(data);
  strictEqual(await said.promise, "echo hidden");
  const closed = Promise.withResolvers<unknown>();
  socket.onclose = closed.resolve;
  socket.close();
  await closed.promise;
  client.close();
  await served.stop();
});

Deno.test("listenWebSocket() refuses what asks for no WebSocket", async () => {
  const served = serve();
  const { port } = served;
  const plain = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
  match(await exchange(port, plain), / 426 /);
  match(await exchange(port, plain.replace("GET", "POST")), / 405 /);
  match(await exchange(port, "hello\r\n\r\n"), / 400 /);
  match(await exchange(port, ask("/other")), / 404 /);
  const old = ask("/echo", { "Sec-WebSocket-Version": "8" });
  match(await exchange(port, old), / 426 /);
  const keyless = ask("/echo", { "Sec-WebSocket-Key": "short" });
  match(await exchange(port, keyless), / 400 /);
  const folded = ask("/echo").replace("Host: x", "Host: x\r\n folded");
  match(await exchange(port, folded), / 400 /);
  const long = ask("/echo", { "X-Long": "x".repeat(9000) });
  match(await exchange(port, long), / 431 /);
  await served.stop();
});

Deno.test("listenWebSocket() answers 500 if deciding fails", async () => {
  const served = serve({
    upgrade: () => Promise.reject(new TypeError("broken")),
  });
  match(await exchange(served.port, ask("/echo")), / 500 /);
  await served.stop();
});

Deno.test("listenWebSocket() ends a client that never asks", async () => {
  const served = serve({ upgradeMs: 50 });
  const socket = await Deno.connect({
    hostname: "127.0.0.1",
    port: served.port,
  });
  await socket.write(new TextEncoder().encode("GET /ec"));
  strictEqual(await socket.read(new Uint8Array(10)).catch(() => null), null);
  socket.close();
  await served.stop();
});

Deno.test("listenWebSocket() asks for signs of life, and cuts off who gives none", async () => {
  const served = serve({ pingMs: 200 });
  const socket = await open(served.port);
  const bytes = new Uint8Array(10);
  strictEqual(await socket.read(bytes), 2);
  deepStrictEqual([...bytes.subarray(0, 2)], [0x89, 0]);
  await until(() => served.ends.length > 0);
  deepStrictEqual(served.ends, [["silent", 1006]]);
  socket.close();
  await served.stop();
});

Deno.test("listenWebSocket() cuts off who does not read", async () => {
  const served = serve({ queueBytesMax: 200_000 });
  const socket = await open(served.port);
  await until(() => served.links.length > 0);
  const [link] = served.links;
  for (let i = 0; i < 2000 && served.ends.length === 0; i++) {
    link?.send("x".repeat(10_000));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  deepStrictEqual(served.ends, [["overflow", 1006]]);
  socket.close();
  await served.stop();
});

Deno.test("listenWebSocket() reads no faster than the rate", async () => {
  const served = serve({ rate: { burst: 3, perSecond: 50 } });
  const socket = await open(served.port);
  const start = performance.now();
  const mask = Uint8Array.of(1, 2, 3, 4);
  for (let i = 0; i < 13; i++) {
    await socket.write(encodeWebSocketText(String(i), mask));
  }
  let got = 0;
  while (got < "echo 0".length * 10) {
    got += await socket.read(new Uint8Array(1000)) ?? Infinity;
  }
  // Some ten messages beyond the burst, 20 ms each.
  strictEqual(performance.now() - start > 100, true);
  socket.close();
  await until(() => served.ends.length > 0);
  await served.stop();
});

Deno.test("listenWebSocket() closes on a mistake with its code, and takes nothing after it", async () => {
  const served = serve();
  const socket = await open(served.port);
  await socket.write(clientFrame(2, Uint8Array.of(1, 2, 3)));
  await socket.write(clientFrame(1, Uint8Array.of(65)));
  const bytes = new Uint8Array(100);
  const length = await socket.read(bytes) ?? 0;
  deepStrictEqual([...bytes.subarray(0, 4)], [0x88, length - 2, 3, 0xeb]);
  await socket.write(clientFrame(8, Uint8Array.of(3, 0xeb)));
  await until(() => served.ends.length > 0);
  deepStrictEqual(served.ends, [["broken", 1003]]);
  socket.close();
  await served.stop();
});
