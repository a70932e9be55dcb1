import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  connectFrames,
  type FrameLink,
  type FrameLinkEnd,
  type FrameLinkReader,
  type FrameListenerOptions,
  listenFrames,
} from "../../net/frame_listener.ts";
import { encodeFleetFrame } from "../../net/legacy/fleet_frames.ts";
import { untilTrue } from "../support/line_client.ts";
import {
  RawFleetClient,
  ResettingClient,
} from "../support/raw_fleet_client.ts";

interface Heard {
  readonly link: FrameLink;
  readonly told: string[];
  closed: FrameLinkEnd | undefined;
}

/** A listener that notes what happens on each link. */
function listen(
  options: Partial<FrameListenerOptions> = {},
  more: (link: FrameLink) => Partial<FrameLinkReader> = () => ({}),
) {
  const heard: Heard[] = [];
  const listener = listenFrames({
    ...{ hostname: "127.0.0.1", port: 0 },
    accept(link) {
      const it: Heard = { link, told: [], closed: undefined };
      heard.push(it);
      link.start({
        frame: ({ opcode, payload }) =>
          void it.told.push(`${opcode} ${new TextDecoder().decode(payload)}`),
        ended: () => void it.told.push("ended"),
        closed: (why) => void (it.closed = why),
        ...more(link),
      });
    },
    ...options,
  });
  return {
    listener,
    heard,
    connect: () => RawFleetClient.connect(listener.port),
    [Symbol.asyncDispose]: () => listener.stop(),
  };
}

const closed = (heard: readonly Heard[]) =>
  untilTrue("closed", () => heard.at(-1)?.closed !== undefined);

Deno.test("listenFrames() takes frames however they are cut, and sends in order", async () => {
  await using server = listen();
  using client = await server.connect();
  const frame = encodeFleetFrame(2, '{"card_id":7}');
  for (const byte of frame) await client.send(Uint8Array.of(byte));
  await client.send(frame, frame, frame.subarray(0, 3));
  await untilTrue("heard", () => server.heard[0]?.told.length === 3);

  for (let i = 0; i < 50; i++) {
    server.heard[0]?.link.send(encodeFleetFrame(1, `${i}`));
  }
  for (let i = 0; i < 50; i++) {
    deepStrictEqual(await client.frame(), [1, `${i}`]);
  }
  deepStrictEqual(server.heard[0]?.told, Array(3).fill('2 {"card_id":7}'));
});

Deno.test("listenFrames() binds 127.0.0.1 for localhost, whatever the system means by it", async () => {
  await using server = listen({ hostname: "localhost" });
  strictEqual(server.listener.url, `tcp://127.0.0.1:${server.listener.port}`);
});

Deno.test("listenFrames() reads a handshake line first and keeps what follows it", async () => {
  const lines: string[] = [];
  await using server = listen({}, () => ({
    handshake: async (line) => {
      await Promise.resolve();
      lines.push(line);
    },
  }));
  using client = await server.connect();
  await client.text("PUMP a:1 5");
  await client.send(
    new TextEncoder().encode("\n"),
    encodeFleetFrame(4, "x"),
    encodeFleetFrame(4, "y"),
  );
  await untilTrue("heard", () => server.heard[0]?.told.length === 2);

  deepStrictEqual(lines, ["PUMP a:1 5"]);
  deepStrictEqual(server.heard[0]?.told, ["4 x", "4 y"]);
});

Deno.test("listenFrames() ends a link whose handshake does not end, in bytes or in time", async () => {
  await using server = listen(
    { handshakeMs: 50 },
    () => ({ handshake: () => {} }),
  );
  using long = await server.connect();
  await long.text("x".repeat(2_000));
  strictEqual(await long.frame(), undefined);
  strictEqual(server.heard[0]?.closed, "bad_handshake");

  using slow = await server.connect();
  await slow.text("PUMP a:1");
  await closed(server.heard);
  strictEqual(server.heard[1]?.closed, "late");
});

Deno.test("listenFrames() ends a link whose frame is too long, after what was sent before", async () => {
  await using server = listen(
    { payloadBytesMax: 8 },
    (link) => ({ frame: () => void link.send(encodeFleetFrame(1, "a")) }),
  );
  using client = await server.connect();
  await client.send(
    encodeFleetFrame(1, "12345678"),
    encodeFleetFrame(1, "123456789"),
  );

  deepStrictEqual(await client.frame(), [1, "a"]);
  strictEqual(await client.frame(), undefined);
  strictEqual(server.heard[0]?.closed, "oversize");
});

Deno.test("listenFrames() ends a link whose frame has begun and does not end, and not one that is silent between frames", async () => {
  await using server = listen({ frameMs: 200 });
  const frame = encodeFleetFrame(2, '{"card_id":7}');
  for (const begun of [1, 3, frame.length - 1]) {
    using client = await server.connect();
    await client.send(frame, frame.subarray(0, begun));
    await closed(server.heard);
    strictEqual(server.heard.at(-1)?.closed, "late");
    deepStrictEqual(server.heard.at(-1)?.told, ['2 {"card_id":7}']);
  }

  using dripping = await server.connect();
  await dripping.send(frame.subarray(0, 4));
  await untilTrue("begun", () => server.heard.at(-1)?.link.inFrame === true);
  for (let i = 4; i < frame.length - 1; i++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await dripping.send(frame.subarray(i, i + 1)).catch(() => {});
  }
  await closed(server.heard);
  strictEqual(server.heard.at(-1)?.closed, "late");

  using silent = await server.connect();
  await silent.send(frame);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await silent.send(frame);
  await untilTrue("heard", () => server.heard.at(-1)?.told.length === 2);
  strictEqual(server.heard.at(-1)?.closed, undefined);
});

Deno.test("FrameLink.expect() ends a link that sends nothing whole in time, and not one that does", async () => {
  await using server = listen({}, (link) => {
    link.expect(80);
    return {};
  });
  using good = await server.connect();
  await good.send(encodeFleetFrame(2, ""));
  using slow = await server.connect();
  await slow.send(encodeFleetFrame(2, "").subarray(0, 4));
  await untilTrue("late", () => server.heard[1]?.closed !== undefined);

  strictEqual(server.heard[1]?.closed, "late");
  strictEqual(server.heard[0]?.closed, undefined);
});

Deno.test("FrameLink.finish() tells a clean close, a reset and silence apart", async () => {
  let finished = 0;
  await using server = listen({}, (link) => ({
    frame: () => {
      link.send(encodeFleetFrame(1, "x"));
      link.finish(300);
      finished++;
    },
  }));
  const ask = encodeFleetFrame(2, "");
  using clean = await server.connect();
  await clean.send(ask);
  deepStrictEqual(await clean.frame(), [1, "x"]);
  strictEqual(await clean.frame(), undefined);
  clean.close();
  await closed(server.heard);
  strictEqual(server.heard[0]?.closed, "ended");

  const killed = await ResettingClient.connect(server.listener.port);
  await killed.send(ask);
  await untilTrue("asked", () => finished === 2);
  await killed.reset();
  await closed(server.heard);
  strictEqual(server.heard[1]?.closed, "reset");

  using silent = await server.connect();
  await silent.send(ask);
  deepStrictEqual(await silent.frame(), [1, "x"]);
  await closed(server.heard);
  strictEqual(server.heard[2]?.closed, "late");
  strictEqual(server.heard[2]?.link.send(ask), false);
});

Deno.test("FrameLink says the end of the stream, then still sends", async () => {
  await using server = listen({}, (link) => ({
    ended: async () => {
      await Promise.resolve();
      link.send(encodeFleetFrame(3, "late"));
    },
  }));
  using client = await server.connect();
  await client.endWrite();

  deepStrictEqual(await client.frame(), [3, "late"]);
  strictEqual(await client.frame(), undefined);
  strictEqual(server.heard[0]?.closed, "ended");
});

Deno.test("FrameLink gives a frame only after the one before it was seen to", async () => {
  const order: string[] = [];
  await using server = listen({}, () => ({
    async frame({ opcode }) {
      order.push(`+${opcode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`-${opcode}`);
    },
  }));
  using client = await server.connect();
  await client.send(...[1, 2, 3].map((it) => encodeFleetFrame(it, "")));
  await untilTrue("all", () => order.length === 6);

  deepStrictEqual(order, ["+1", "-1", "+2", "-2", "+3", "-3"]);
});

Deno.test("FrameLink gives nothing any more once it was closed", async () => {
  await using server = listen({}, (link) => ({
    frame: ({ opcode }) => {
      server.heard[0]?.told.push(`${opcode}`);
      link.close();
    },
  }));
  using client = await server.connect();
  await client.send(...[1, 2, 3].map((it) => encodeFleetFrame(it, "")));
  strictEqual(await client.frame(), undefined);

  deepStrictEqual(server.heard[0]?.told, ["1"]);
  strictEqual(server.heard[0]?.closed, "closed");
});

Deno.test("connectFrames() exchanges frames with a listener, and refuses a port where nobody listens", async () => {
  const server = listen({}, (link) => ({
    frame: ({ opcode }) => void link.send(encodeFleetFrame(opcode, "back")),
  }));
  const told: string[] = [];
  const link = await connectFrames({
    ...{ host: "127.0.0.1", port: server.listener.port },
  });
  const over = Promise.withResolvers<FrameLinkEnd>();
  link.start({
    frame: ({ opcode, payload }) =>
      void told.push(`${opcode} ${new TextDecoder().decode(payload)}`),
    closed: over.resolve,
  });
  link.send(encodeFleetFrame(10, "{}"));
  await untilTrue("answer", () => told.length === 1);
  await server.listener.stop();

  deepStrictEqual(told, ["10 back"]);
  strictEqual(await over.promise, "ended");
  await rejects(
    connectFrames({ host: "127.0.0.1", port: server.listener.port }),
  );
});

Deno.test({
  name: "C-09: both ends of a link look after it while it is silent",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = listen();
    const link = await connectFrames({
      ...{ host: "127.0.0.1", port: server.listener.port },
    });
    const over = Promise.withResolvers<void>();
    link.start({ frame: () => {}, closed: () => over.resolve() });
    await untilTrue("taken", () => server.heard.length === 1);
    const hex = server.listener.port.toString(16).toUpperCase()
      .padStart(4, "0");
    const ends = Deno.readTextFileSync("/proc/net/tcp").split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, own = "", other = "", state]) =>
        state === "01" && `${own} ${other}`.includes(`:${hex}`)
      );
    // The timer of a silent connection with keep-alive is number 2.
    deepStrictEqual(ends.map((it) => it[5]?.slice(0, 2)), ["02", "02"]);
    link.close();
    await over.promise;
  },
});
