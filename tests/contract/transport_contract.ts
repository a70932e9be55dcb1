/**
 * What every Transport must do.
 *
 * @module
 */
import {
  deepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import {
  FRAME_BYTES_MAX,
  LINK_QUEUE_BYTES_MAX,
  LINK_WINDOW_BYTES,
} from "../../net/limits.ts";
import type { Transport } from "../../net/transport.ts";
import {
  linkTo,
  patient,
  record,
  type Recorded,
} from "../support/transports.ts";

/** One implementation under test. */
export interface TransportUnderTest {
  /** Its name in the tests' names. */
  readonly name: string;
  /**
   * Makes the transports of one test.
   *
   * @param count How many; they have other ids and can reach each other once started.
   */
  create(count: number): Promise<readonly Transport[]>;
  /** An address of the right form at which nobody is. */
  readonly nobody: string;
  /** Passed on to `Deno.test`. */
  readonly testOptions: Partial<Deno.TestDefinition>;
}

interface Node {
  readonly transport: Transport;
  readonly events: Recorded;
}

/**
 * Defines the suite's tests.
 *
 * @param under The implementation.
 */
export function testTransport(under: TransportUnderTest): void {
  const test = (
    name: string,
    count: number,
    body: (nodes: readonly [Node, Node, ...Node[]]) => Promise<void>,
  ) =>
    Deno.test({
      ...under.testOptions,
      name: `${under.name} transport ${name}`,
      fn: async () => {
        const nodes = (await under.create(count))
          .map((transport) => ({ transport, events: record() }));
        for (const { transport, events } of nodes) {
          await transport.start(events);
        }
        try {
          const [first, second, ...rest] = nodes;
          ok(first !== undefined && second !== undefined);
          await body([first, second, ...rest]);
        } finally {
          await Promise.all(nodes.map(({ transport }) => transport.stop()));
        }
      },
    });

  test(
    "tells both ends of a link before dial() resolves",
    2,
    async ([a, b]) => {
      await dial(a, b);
      const link = linkTo(a.events, b.transport.peer);
      strictEqual(link.outbound, true);
      strictEqual(link.pendingBytes, 0);
      strictEqual(link.writable, true);
      await b.events.until(() => b.events.links.size === 1);
      strictEqual(linkTo(b.events, a.transport.peer).outbound, false);
      await dial(a, b);
      await dial(b, a);
      strictEqual(a.events.log.length, 1);
      strictEqual(b.events.log.length, 1);
    },
  );

  test(
    "carries frames of every size whole and in order, both ways",
    2,
    async ([a, b]) => {
      await dial(a, b);
      await b.events.until(() => b.events.links.size === 1);
      const sizes = [1, 2, 300, 65_535, 65_536, 65_537, LINK_WINDOW_BYTES - 5]
        .concat([LINK_WINDOW_BYTES, FRAME_BYTES_MAX, 1, 7]);
      for (const [from, to] of [[a, b], [b, a]] as const) {
        const link = linkTo(from.events, to.transport.peer);
        sizes.forEach((size, i) => link.send(filled(size, i)));
        await to.events.until(() => to.events.frames.length === sizes.length);
        to.events.frames.forEach((frame, i) => {
          strictEqual(frame.length, sizes[i]);
          ok(isFilled(frame, i), `frame ${i} was changed`);
        });
      }
    },
  );

  test("keeps the order of many small frames", 2, async ([a, b]) => {
    await dial(a, b);
    const count = 5_000;
    const link = linkTo(a.events, b.transport.peer);
    for (let i = 0; i < count; i++) link.send(Uint8Array.of(i >> 8, i));
    await b.events.until(() => b.events.frames.length === count);
    b.events.frames.forEach((frame, i) =>
      deepStrictEqual([frame[0], frame[1]], [i >> 8, i & 0xff])
    );
  });

  test("slows down one sender alone, by its window", 3, async ([a, b, c]) => {
    ok(c !== undefined);
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => open = resolve);
    let held = 0;
    b.events.onReceived = (link, frame) => {
      if (link.peer !== a.transport.peer) return;
      held += frame.length;
      return opened;
    };
    await dial(a, b);
    await dial(c, b);
    const link = linkTo(a.events, b.transport.peer);
    const size = 100_000;
    const count = 80;
    for (let i = 0; i < count; i++) link.send(filled(size, i));
    strictEqual(link.writable, false);
    // The other sender's traffic passes while the first one waits.
    const other = linkTo(c.events, b.transport.peer);
    for (let i = 0; i < 50; i++) other.send(filled(60_000, i));
    await b.events.until(() => frameCount(b, 60_000) === 50);
    ok(held <= LINK_WINDOW_BYTES, `${held} bytes were handed over`);
    ok(link.pendingBytes >= size * count);
    strictEqual(a.events.log.includes(`drained ${b.transport.peer}`), false);
    open();
    await b.events.until(() => frameCount(b, size) === count);
    await a.events.until(() =>
      a.events.log.includes(`drained ${b.transport.peer}`)
    );
    strictEqual(link.writable, true);
  });

  test("closes a link whose queue overflows", 2, async ([a, b]) => {
    b.events.onReceived = () => new Promise(() => {});
    await dial(a, b);
    await b.events.until(() => b.events.links.size === 1);
    const link = linkTo(a.events, b.transport.peer);
    const frame = new Uint8Array(FRAME_BYTES_MAX - 5);
    for (let i = 0; i < LINK_QUEUE_BYTES_MAX / FRAME_BYTES_MAX; i++) {
      link.send(frame);
    }
    strictEqual(link.pendingBytes, LINK_QUEUE_BYTES_MAX);
    throws(() => link.send(Uint8Array.of(1)), { code: "link_overflow" });
    throws(() => link.send(Uint8Array.of(1)), { code: "link_closed" });
    strictEqual(a.events.links.size, 0);
    await b.events.until(() => b.events.links.size === 0);
  });

  test(
    "refuses frames without content and too long ones, and goes on",
    2,
    async ([a, b]) => {
      await dial(a, b);
      const link = linkTo(a.events, b.transport.peer);
      throws(() => link.send(new Uint8Array(0)), { code: "invalid_argument" });
      throws(() => link.send(new Uint8Array(FRAME_BYTES_MAX + 1)), {
        code: "frame_too_large",
      });
      link.send(Uint8Array.of(7));
      await b.events.until(() => b.events.frames.length === 1);
    },
  );

  test(
    "delivers what was sent before close() and tells both ends",
    2,
    async ([a, b]) => {
      await dial(a, b);
      await b.events.until(() => b.events.links.size === 1);
      const link = linkTo(a.events, b.transport.peer);
      link.send(Uint8Array.of(1, 2, 3));
      link.close("no longer wanted");
      link.close("again");
      throws(() => link.send(Uint8Array.of(1)), { code: "link_closed" });
      strictEqual(link.writable, false);
      await b.events.until(() => b.events.links.size === 0);
      deepStrictEqual(b.events.frames.map((frame) => [...frame]), [[1, 2, 3]]);
      deepStrictEqual(a.events.reasons, ["no longer wanted"]);
      strictEqual(b.events.reasons.length, 1);
    },
  );

  test("links again after a link was cut", 2, async ([a, b]) => {
    for (const [from, to] of [[a, b], [b, a], [b, a]] as const) {
      await dial(from, to);
      await to.events.until(() => to.events.links.size === 1);
      linkTo(from.events, to.transport.peer).send(Uint8Array.of(9));
      await to.events.until(() => to.events.frames.length === 1);
      to.events.frames.length = 0;
      linkTo(to.events, from.transport.peer).close("cut");
      await from.events.until(() => from.events.links.size === 0);
    }
    deepStrictEqual(alternating(a.events.log), true);
    deepStrictEqual(alternating(b.events.log), true);
  });

  test("ends with one link when both ends dial at once", 2, async ([a, b]) => {
    for (let round = 0; round < 8; round++) {
      await Promise.all([dial(a, b), dial(b, a)]);
      const [near, far] = [
        linkTo(a.events, b.transport.peer),
        linkTo(b.events, a.transport.peer),
      ];
      strictEqual(near.outbound, !far.outbound);
      near.send(Uint8Array.of(round));
      far.send(Uint8Array.of(round));
      await a.events.until(() => a.events.frames.length === round + 1);
      await b.events.until(() => b.events.frames.length === round + 1);
      strictEqual(a.events.log.length, 2 * round + 1, "a link came and went");
      strictEqual(b.events.log.length, 2 * round + 1, "a link came and went");
      near.close("next round");
      await b.events.until(() => b.events.links.size === 0);
    }
  });

  test("makes one link of several dials at once", 2, async ([a, b]) => {
    await Promise.all([dial(a, b), dial(a, b), dial(a, b)]);
    await b.events.until(() => b.events.links.size === 1);
    strictEqual(a.events.log.length, 1);
  });

  test(
    "fails to dial nobody, nonsense and itself, or when given up",
    2,
    async ([a, b]) => {
      const failure = { name: "PanalError", code: "dial_failed" };
      await rejects(a.transport.dial(under.nobody, patient), failure);
      await rejects(a.transport.dial("nonsense", patient), failure);
      const [own = ""] = a.transport.addresses();
      await rejects(a.transport.dial(own, patient), failure);
      const [other = ""] = b.transport.addresses();
      const signal = AbortSignal.abort();
      await rejects(a.transport.dial(other, { signal }), failure);
      deepStrictEqual(a.events.log, []);
      await dial(a, b);
    },
  );

  test(
    "ends all links on stop(), which may be called again",
    2,
    async ([a, b]) => {
      await dial(a, b);
      await b.events.until(() => b.events.links.size === 1);
      const startedMs = performance.now();
      await a.transport.stop();
      await a.transport.stop();
      ok(performance.now() - startedMs < 2_000);
      strictEqual(a.events.links.size, 0);
      await b.events.until(() => b.events.links.size === 0);
      await rejects(dial(a, b), { code: "dial_failed" });
    },
  );
}

async function dial(from: Node, to: Node): Promise<void> {
  const [address = ""] = to.transport.addresses();
  await from.transport.dial(address, patient);
  ok(from.events.links.has(to.transport.peer), "dialed without a link");
}

function frameCount(node: Node, size: number): number {
  return node.events.frames.filter((frame) => frame.length === size).length;
}

function filled(size: number, i: number): Uint8Array {
  const frame = new Uint8Array(size).fill(i + 1);
  frame[size - 1] = i ^ 0x55;
  return frame;
}

function isFilled(frame: Uint8Array, i: number): boolean {
  return frame.subarray(0, -1).every((byte) => byte === i + 1) &&
    frame.at(-1) === (i ^ 0x55);
}

function alternating(log: readonly string[]): boolean {
  return log.every((line, i) =>
    line.startsWith(i % 2 === 0 ? "linked" : "unlinked")
  );
}
