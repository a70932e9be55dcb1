import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import {
  CREDIT_BATCH_BYTES,
  CREDIT_DELAY_MS,
  CreditLink,
  frameCost,
} from "../../net/credit_link.ts";
import {
  FRAME_BYTES_MAX,
  LINK_STALL_MS_MAX,
  LINK_WINDOW_BYTES,
} from "../../net/limits.ts";
import { fakePeer, record, type Recorded } from "../support/transports.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../support/virtual_clock.ts";

interface Wire {
  readonly link: CreditLink;
  readonly clock: VirtualClock;
  readonly events: Recorded;
  /** What was handed to the port, in order. */
  readonly data: Uint8Array[];
  readonly credits: number[];
  readonly closed: string[];
}

function wire(): Wire {
  const clock = createVirtualClock(0);
  const [data, credits, closed] = [[], [], []] as [
    Uint8Array[],
    number[],
    string[],
  ];
  const events = record();
  const link = new CreditLink({
    peer: fakePeer(1),
    address: "/memory/x",
    outbound: true,
    clock,
    port: {
      data: (frame) => data.push(frame),
      credit: (bytes) => credits.push(bytes),
      close: (reason) => closed.push(reason),
    },
    events,
  });
  link.start();
  return { link, clock, events, data, credits, closed };
}

const CHUNK = new Uint8Array(256 * 1024 - 5);

Deno.test("CreditLink hands on a window and queues the rest until credit comes", () => {
  const { link, data, events } = wire();
  for (let i = 0; i < 6; i++) link.send(CHUNK);
  strictEqual(data.length, 4);
  strictEqual(link.pendingBytes, 6 * frameCost(CHUNK));
  strictEqual(link.writable, false);
  link.takeCredit(frameCost(CHUNK));
  strictEqual(data.length, 5);
  deepStrictEqual(events.log, []);
  link.takeCredit(2 * frameCost(CHUNK));
  strictEqual(data.length, 6);
  strictEqual(link.writable, true);
  deepStrictEqual(events.log, [`drained ${link.peer}`]);
  link.takeCredit(3 * frameCost(CHUNK));
  strictEqual(link.pendingBytes, 0);
  strictEqual(events.log.length, 1);
});

Deno.test("CreditLink lets a frame that is longer than the window travel alone", () => {
  const { link, data } = wire();
  const long = new Uint8Array(FRAME_BYTES_MAX);
  link.send(Uint8Array.of(1));
  link.send(long);
  link.send(Uint8Array.of(2));
  strictEqual(data.length, 1);
  link.takeCredit(6);
  deepStrictEqual(data.map((frame) => frame.length), [1, FRAME_BYTES_MAX]);
  link.takeCredit(frameCost(long));
  strictEqual(data.length, 3);
});

Deno.test("CreditLink keeps order and window for any frames and any credit", () => {
  fc.assert(fc.property(
    fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 400_000 }).map((send) => ({ send, ack: 0 })),
        fc.integer({ min: 1, max: 100 }).map((ack) => ({ send: 0, ack })),
      ),
      { maxLength: 60 },
    ),
    (steps) => {
      const { link, data } = wire();
      const sent: Uint8Array[] = [];
      let acked = 0;
      const inFlight = () =>
        data.reduce((sum, frame) => sum + frameCost(frame), 0) - acked;
      for (const { send, ack } of steps) {
        if (send > 0) {
          const frame = new Uint8Array(send);
          if (link.pendingBytes + frameCost(frame) > 16 * 1024 * 1024) continue;
          sent.push(frame);
          link.send(frame);
        } else {
          const bytes = Math.floor(inFlight() * ack / 100);
          acked += bytes;
          link.takeCredit(bytes);
        }
        ok(inFlight() <= LINK_WINDOW_BYTES);
        data.forEach((frame, i) => strictEqual(frame, sent[i]));
      }
      const all = sent.reduce((sum, frame) => sum + frameCost(frame), 0);
      strictEqual(link.pendingBytes, all - acked);
    },
  ));
});

Deno.test("CreditLink returns small credit late and together, large credit at once", () => {
  const { link, clock, credits } = wire();
  for (let i = 0; i < 10; i++) link.takeData(Uint8Array.of(i));
  deepStrictEqual(credits, []);
  clock.advance(CREDIT_DELAY_MS);
  deepStrictEqual(credits, [60]);
  link.takeData(new Uint8Array(CREDIT_BATCH_BYTES));
  deepStrictEqual(credits, [60, CREDIT_BATCH_BYTES + 5]);
  clock.advance(CREDIT_DELAY_MS);
  strictEqual(credits.length, 2);
});

Deno.test("CreditLink returns credit when the handler's promise settles, however it does", async () => {
  const { link, clock, credits, events } = wire();
  const answers = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  events.onReceived = () => answers[events.frames.length - 1]?.promise;
  link.takeData(Uint8Array.of(1));
  link.takeData(Uint8Array.of(2, 2));
  strictEqual(events.frames.length, 2, "the second frame does not wait");
  await clock.run(1_000);
  deepStrictEqual(credits, []);
  answers[1]?.reject(new Error("a handler must not throw"));
  await clock.run(CREDIT_DELAY_MS);
  deepStrictEqual(credits, [7]);
  answers[0]?.resolve();
  await clock.run(CREDIT_DELAY_MS);
  deepStrictEqual(credits, [7, 6]);
});

Deno.test("CreditLink sends credit that is due along with data", () => {
  const { link, credits } = wire();
  link.takeData(Uint8Array.of(1));
  link.send(Uint8Array.of(2));
  deepStrictEqual(credits, [6]);
});

Deno.test("CreditLink ends when the other end breaks the window or acknowledges too much", () => {
  const flooded = wire();
  flooded.events.onReceived = () => new Promise(() => {});
  for (let i = 0; i < 5; i++) flooded.link.takeData(CHUNK);
  strictEqual(flooded.events.frames.length, 4);
  strictEqual(flooded.closed.length, 1);
  const lied = wire();
  lied.link.send(Uint8Array.of(1));
  lied.link.takeCredit(7);
  strictEqual(lied.closed.length, 1);
  deepStrictEqual(lied.events.log, [`unlinked ${lied.link.peer}`]);
});

Deno.test("CreditLink gives signs of life and ends when it hears none", () => {
  const { link, clock, credits, closed } = wire();
  for (let i = 0; i < 20; i++) {
    clock.advance(LINK_STALL_MS_MAX / 3);
    link.takeCredit(0);
  }
  ok(credits.length >= 19 && credits.every((bytes) => bytes === 0));
  deepStrictEqual(closed, []);
  clock.advance(LINK_STALL_MS_MAX - 1);
  deepStrictEqual(closed, []);
  clock.advance(1);
  match(closed.join(), /^silent/);
  strictEqual(clock.waiting, 0);
});

Deno.test("CreditLink ends when the other end lives and consumes nothing", () => {
  const { link, clock, closed } = wire();
  link.send(Uint8Array.of(1));
  for (let i = 0; i < 3; i++) {
    clock.advance(LINK_STALL_MS_MAX / 3 - 1);
    link.takeCredit(0);
  }
  deepStrictEqual(closed, []);
  clock.advance(3);
  match(closed.join(), /^stalled/);
});

Deno.test("CreditLink does not blame the other end for the own process's pause", () => {
  const clock = createVirtualClock(0);
  let pausedMs = 0;
  const closed: string[] = [];
  const link = new CreditLink({
    peer: fakePeer(1),
    address: "/memory/x",
    outbound: true,
    clock: {
      now: () => clock.now(),
      defer: (callback) => clock.defer(callback),
      monotonic: () => clock.monotonic() + pausedMs,
      timer: (delayMs, callback) => clock.timer(delayMs, callback),
    },
    port: { data() {}, credit() {}, close: (reason) => closed.push(reason) },
    events: record(),
  });
  link.start();
  pausedMs = 10 * LINK_STALL_MS_MAX;
  clock.advance(LINK_STALL_MS_MAX / 3);
  deepStrictEqual(closed, []);
  clock.advance(LINK_STALL_MS_MAX);
  strictEqual(closed.length, 1);
});

Deno.test("CreditLink tells nothing and keeps no timer after its end", async () => {
  const { link, clock, events, data } = wire();
  const answer = Promise.withResolvers<void>();
  events.onReceived = () => answer.promise;
  link.takeData(Uint8Array.of(1));
  link.send(Uint8Array.of(1));
  link.close("done");
  link.end("again");
  answer.resolve();
  link.takeData(Uint8Array.of(2));
  link.takeCredit(6);
  throws(() => link.send(Uint8Array.of(1)), { code: "link_closed" });
  await clock.run(100_000);
  deepStrictEqual(events.log, [`unlinked ${link.peer}`]);
  deepStrictEqual(events.reasons, ["done"]);
  strictEqual(events.frames.length, 1);
  strictEqual(data.length, 1);
  strictEqual(link.pendingBytes, 0);
  strictEqual(clock.waiting, 0);
});
