import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { PanalError } from "../../crdt/errors.ts";
import type { PeerId } from "../../crdt/ids.ts";
import { createSeededRandom } from "../../crdt/random.ts";
import { createDialer, type Dialer, DIALS_MAX } from "../../net/dialer.ts";
import {
  ADMISSION_MS_MAX,
  DIAL_ADDRESSES_MAX,
  REDIAL_MS_MAX,
  REDIAL_MS_MIN,
} from "../../net/limits.ts";
import type { Link, Transport } from "../../net/transport.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../support/virtual_clock.ts";

interface Bench {
  readonly clock: VirtualClock;
  readonly dialer: Dialer;
  /** Each dial: when, where. */
  readonly dials: { readonly atMs: number; readonly address: string }[];
  readonly open: Map<string, { succeed(): void; signal: AbortSignal }>;
  /** What a dial does: fail at once, or wait in `open`. */
  mode: "fail" | "wait";
  link(peer: string, address: string, outbound?: boolean): Link;
}

function bench(seed = 1): Bench {
  const clock = createVirtualClock(0);
  const transport: Transport = {
    peer: "self" as PeerId,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    addresses: () => [],
    dial(address, { signal }) {
      it.dials.push({ atMs: clock.monotonic(), address });
      const failure = new PanalError("dial_failed", "nobody");
      if (it.mode === "fail") return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        const done = (settle: () => void) => {
          it.open.delete(address);
          settle();
        };
        signal.addEventListener("abort", () => done(() => reject(failure)));
        it.open.set(address, { succeed: () => done(resolve), signal });
      });
    },
  };
  const it: Bench = {
    clock,
    dialer: createDialer({
      transport,
      clock,
      random: createSeededRandom(seed),
    }),
    dials: [],
    open: new Map(),
    mode: "fail",
    link: (peer, address, outbound = true) => ({
      peer: peer as PeerId,
      address,
      outbound,
      pendingBytes: 0,
      writable: true,
      send() {},
      close() {},
    }),
  };
  return it;
}

Deno.test("createDialer() dials at once and waits longer after each failure, within the bounds", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const it = bench(seed);
    it.dialer.want("/ip4/10.0.0.1/tcp/1/p2p/x");
    await it.clock.run(400_000);
    const gapsMs = it.dials.map(({ atMs }, i) =>
      atMs - (it.dials[i - 1]?.atMs ?? 0)
    );
    strictEqual(gapsMs[0], 0);
    gapsMs.slice(1).forEach((gapMs, i) => {
      ok(gapMs >= REDIAL_MS_MIN, `${gapMs}`);
      ok(gapMs <= Math.min(REDIAL_MS_MAX, 2 * REDIAL_MS_MIN * 2 ** i));
    });
    ok(Math.max(...gapsMs) > REDIAL_MS_MAX / 2);
    await it.dialer.stop();
    strictEqual(it.clock.waiting, 0);
  }
});

Deno.test("createDialer() spreads the waits by chance", async () => {
  const first = [];
  for (let seed = 1; seed <= 8; seed++) {
    const it = bench(seed);
    it.dialer.want("/ip4/10.0.0.1/tcp/1");
    await it.clock.run(2_000);
    first.push(it.dials[1]?.atMs);
    await it.dialer.stop();
  }
  ok(new Set(first).size > 4);
});

Deno.test("createDialer() rests while the peer is linked and dials again when it is lost", async () => {
  const it = bench();
  it.mode = "wait";
  const address = "/ip4/10.0.0.1/tcp/1/p2p/x";
  it.dialer.want(address);
  await it.clock.run(0);
  const link = it.link("x", address);
  it.dialer.linked(link);
  it.open.get(address)?.succeed();
  await it.clock.run(10 * REDIAL_MS_MAX);
  strictEqual(it.dials.length, 1);
  // Another address of the same peer, and an inbound link, count as well.
  it.dialer.want("/ip4/10.0.0.2/tcp/1/p2p/x");
  await it.clock.run(10 * REDIAL_MS_MAX);
  strictEqual(it.dials.length, 1);
  it.dialer.unlinked(link);
  await it.clock.run(2 * REDIAL_MS_MIN);
  strictEqual(it.dials.length, 2);
  const inbound = it.link("x", "/ip4/10.0.0.1/tcp/999/p2p/x", false);
  it.dialer.linked(inbound);
  it.open.forEach((dial) => dial.succeed());
  await it.clock.run(10 * REDIAL_MS_MAX);
  strictEqual(it.dials.length, 2);
  // A late farewell of the earlier link changes nothing.
  it.dialer.unlinked(link);
  await it.clock.run(10 * REDIAL_MS_MAX);
  strictEqual(it.dials.length, 2);
  await it.dialer.stop();
});

Deno.test("createDialer() backs off from a peer that links and refuses, and forgets it after a long link", async () => {
  const it = bench();
  it.mode = "wait";
  const address = "/ip4/10.0.0.1/tcp/1/p2p/x";
  it.dialer.want(address);
  const round = async (lastsMs: number) => {
    while (it.open.size === 0) await it.clock.run(50);
    const link = it.link("x", address);
    it.dialer.linked(link);
    it.open.get(address)?.succeed();
    await it.clock.run(lastsMs);
    it.dialer.unlinked(link);
    return it.clock.monotonic();
  };
  for (let i = 0; i < 12; i++) await round(10);
  const before = await round(10);
  while (it.open.size === 0) await it.clock.run(50);
  ok(it.clock.monotonic() - before > 2 * REDIAL_MS_MIN);
  const after = await round(ADMISSION_MS_MAX);
  while (it.open.size === 0) await it.clock.run(50);
  ok(it.clock.monotonic() - after <= 2 * REDIAL_MS_MIN + 50);
  await it.dialer.stop();
});

Deno.test("createDialer() learns who is at an address without a peer id", async () => {
  const it = bench();
  it.mode = "wait";
  const address = "/ip4/10.0.0.1/tcp/1";
  it.dialer.want(address);
  await it.clock.run(0);
  const link = it.link("x", `${address}/p2p/x`);
  it.dialer.linked(link);
  it.open.get(address)?.succeed();
  await it.clock.run(10 * REDIAL_MS_MAX);
  strictEqual(it.dials.length, 1);
  it.dialer.unlinked(link);
  await it.clock.run(2 * REDIAL_MS_MIN);
  strictEqual(it.dials.length, 2);
  // Linked already by another way: nobody can tell by which; looked at again every REDIAL_MS_MAX.
  const other = bench();
  other.mode = "wait";
  other.dialer.want(address);
  await other.clock.run(0);
  other.open.get(address)?.succeed();
  await other.clock.run(REDIAL_MS_MAX - 1);
  strictEqual(other.dials.length, 1);
  await other.clock.run(1);
  strictEqual(other.dials.length, 2);
  await Promise.all([it.dialer.stop(), other.dialer.stop()]);
});

Deno.test("createDialer() has few dials under way, and one for each peer", async () => {
  const it = bench();
  it.mode = "wait";
  for (let i = 0; i < 3 * DIALS_MAX; i++) {
    it.dialer.want(`/ip4/10.0.0.${i}/tcp/1/p2p/${i}`);
    it.dialer.want(`/ip4/10.0.1.${i}/tcp/1/p2p/${i}`);
  }
  await it.clock.run(0);
  strictEqual(it.open.size, DIALS_MAX);
  const peers = [...it.open.keys()].map((address) => address.split("/p2p/")[1]);
  strictEqual(new Set(peers).size, DIALS_MAX);
  for (const { succeed } of [...it.open.values()]) succeed();
  await it.clock.run(0);
  strictEqual(it.open.size, DIALS_MAX);
  await it.dialer.stop();
});

Deno.test("createDialer() gives up what is forgotten, and everything on stop()", async () => {
  const it = bench();
  it.mode = "wait";
  it.dialer.want("/one");
  it.dialer.want("/two");
  await it.clock.run(0);
  const signal = it.open.get("/one")?.signal;
  it.dialer.forget("/one");
  strictEqual(signal?.aborted, true);
  deepStrictEqual(it.dialer.wanted, ["/two"]);
  await it.dialer.stop();
  await it.dialer.stop();
  strictEqual(it.open.size, 0);
  strictEqual(it.clock.waiting, 0);
  strictEqual(it.dialer.want("/three"), false);
  await it.clock.run(REDIAL_MS_MAX);
  strictEqual(it.dials.length, 2);
});

Deno.test("createDialer() wants an address once, never its own, and not too many", () => {
  const it = bench();
  strictEqual(it.dialer.want("/ip4/10.0.0.1/tcp/1/p2p/self"), false);
  for (let i = 0; i < DIAL_ADDRESSES_MAX; i++) {
    strictEqual(it.dialer.want(`/${i}`), true);
  }
  strictEqual(it.dialer.want("/0"), true);
  strictEqual(it.dialer.want("/one-more"), false);
  it.dialer.forget("/0");
  strictEqual(it.dialer.want("/one-more"), true);
});
