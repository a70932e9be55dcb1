import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  startTcpRelay,
  type TcpRelay,
} from "../../../nodes/adapters/tcp_relay.ts";

/** A program that sends back what it gets, and a relay before it. */
async function withRelay(
  test: (relay: TcpRelay) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const echoes: Promise<void>[] = [];
    for await (const connection of listener) echoes.push(echo(connection));
    await Promise.all(echoes);
  })();
  const relay = startTcpRelay({
    hostname: "127.0.0.1",
    port: listener.addr.port,
  });
  try {
    await test(relay);
  } finally {
    await relay.stop();
    listener.close();
    await serving;
  }
}

async function echo(connection: Deno.TcpConn): Promise<void> {
  try {
    await connection.readable.pipeTo(connection.writable);
  } catch {
    // The line was cut.
  }
}

function connect({ port }: TcpRelay): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

/** Sends some bytes and reads until as many have come back, or the line has ended. */
async function exchange(
  connection: Deno.TcpConn,
  bytes: Uint8Array,
): Promise<number> {
  const sending = (async () => {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
  })().catch(() => {});
  const buffer = new Uint8Array(65_536);
  let count = 0;
  while (count < bytes.length) {
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) break;
    for (let i = 0; i < length; i++) {
      strictEqual(buffer[i], bytes[count + i]);
    }
    count += length;
  }
  await sending;
  return count;
}

Deno.test("startTcpRelay() carries bytes both ways, many lines at once", () =>
  withRelay(async (relay) => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const lines = await Promise.all([1, 2, 3].map(() => connect(relay)));

    const counts = await Promise.all(
      lines.map((line) => exchange(line, bytes)),
    );

    deepStrictEqual(counts, [bytes.length, bytes.length, bytes.length]);
    strictEqual(relay.lines, 3);
    for (const line of lines) line.close();
  }));

Deno.test("startTcpRelay() passes the end of one direction on and lets the other go on", () =>
  withRelay(async (relay) => {
    using line = await connect(relay);
    await line.write(Uint8Array.of(1, 2, 3));
    await line.closeWrite();

    const buffer = new Uint8Array(8);
    let count = 0;
    for (let length; (length = await line.read(buffer)) !== null;) {
      count += length;
    }

    strictEqual(count, 3);
  }));

Deno.test("cut() ends lines and refuses new ones until heal()", () =>
  withRelay(async (relay) => {
    using before = await connect(relay);
    strictEqual(await exchange(before, Uint8Array.of(1)), 1);

    relay.cut();
    const lost = await exchange(before, Uint8Array.of(2));
    using during = await connect(relay);
    const refused = await exchange(during, Uint8Array.of(3));
    relay.heal();
    using after = await connect(relay);
    const carried = await exchange(after, Uint8Array.of(4));

    deepStrictEqual([lost, refused, carried], [0, 0, 1]);
  }));

Deno.test("startTcpRelay() ends a line when nobody listens behind it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const relay = startTcpRelay({ hostname: "127.0.0.1", port });
  using line = await connect(relay);

  strictEqual(await exchange(line, Uint8Array.of(1)), 0);

  await relay.stop();
  await relay.stop();
  ok(relay.lines === 0);
});
