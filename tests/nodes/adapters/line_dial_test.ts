import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import {
  createLineDial,
  type LineAddress,
} from "../../../nodes/adapters/line_dial.ts";
import type { LineEvents } from "../../../nodes/forecourt/line_link.ts";
import { comesTrue } from "../../support/pump_rig.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A listener and the connection that is made to it. */
async function connect(events: Partial<LineEvents>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const dial = createLineDial(listener.addr);
  const done = await dial(
    { received: () => {}, closed: () => {}, ...events },
    new AbortController().signal,
  );
  ok(done.ok);
  const socket = await accepted;
  return {
    link: done.value,
    socket,
    end() {
      done.value.close();
      socket.close();
      listener.close();
    },
  };
}

async function writeAll(socket: Deno.TcpConn, text: string): Promise<void> {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(await socket.write(rest));
}

Deno.test("createLineDial() gives whole lines however they are split, the last one without its line feed too, and then the end", async () => {
  const lines: string[] = [];
  const ends: string[] = [];
  const { socket, end } = await connect({
    received: (line) => void lines.push(decoder.decode(line)),
    closed: (reason) => void ends.push(reason),
  });
  for (const piece of ["a", "b\nc", "\n\nlast"]) {
    await writeAll(socket, piece);
    await setTimeout(5);
  }
  await socket.closeWrite();
  await comesTrue("the end", () => ends.length > 0);

  deepStrictEqual(lines, ["ab", "c", "", "last"]);
  deepStrictEqual(ends, ["ended"]);
  end();
});

Deno.test("createLineDial() sends a line whole, and refuses to once the connection is closed", async () => {
  const { link, socket, end } = await connect({});
  await link.send("hello\n");
  const buffer = new Uint8Array(64);
  const length = await socket.read(buffer);
  link.close();

  strictEqual(decoder.decode(buffer.subarray(0, length ?? 0)), "hello\n");
  await rejects(link.send("more\n"));
  end();
});

Deno.test("createLineDial() reads nothing more while what a line asked for is not done", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const { socket, end } = await connect({
    received() {
      count++;
      return promise;
    },
  });
  const lines = 200_000;
  const written = writeAll(socket, "0123456789abcdef\n".repeat(lines));
  await comesTrue("some came", () => count > 0);
  await setTimeout(100);
  const held = count;
  resolve();
  await written;
  await comesTrue("all came", () => count === lines);

  ok(held < 1_000, `${held} lines were taken`);
  end();
});

Deno.test("createLineDial() says in one word why a program cannot be reached", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const state = async (address: LineAddress, signal: AbortSignal) => {
    const events = { received: () => {}, closed: () => {} };
    const done = await createLineDial(address)(events, signal);
    return done.ok ? "connected" : done.error.state;
  };
  const { signal } = new AbortController();

  deepStrictEqual(
    [
      await state({ hostname: "127.0.0.1", port }, signal),
      await state({ hostname: "127.0.0.1", port }, AbortSignal.abort()),
      await state({ hostname: "no-such-host.invalid", port: 1 }, signal),
    ],
    ["refused", "timeout", "error"],
  );
});
