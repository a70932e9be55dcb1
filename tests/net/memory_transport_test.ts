import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { PeerId } from "../../crdt/ids.ts";
import { createSeededRandom } from "../../crdt/random.ts";
import { DIAL_MS_MAX, LINK_STALL_MS_MAX } from "../../net/limits.ts";
import {
  createMemoryNetwork,
  type MemoryNetwork,
} from "../../net/memory_transport.ts";
import type { Transport } from "../../net/transport.ts";
import {
  linkTo,
  patient,
  record,
  type Recorded,
} from "../support/transports.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../support/virtual_clock.ts";

const [A, B, C] = ["a", "b", "c"] as unknown as [PeerId, PeerId, PeerId];

interface Peer {
  readonly transport: Transport;
  readonly events: Recorded;
}

interface World {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  add(peer: PeerId): Promise<Peer>;
}

function world(seed = 1): World {
  const clock = createVirtualClock(0);
  const network = createMemoryNetwork({
    clock,
    random: createSeededRandom(seed),
  });
  return {
    clock,
    network,
    async add(peer) {
      const [transport, events] = [network.transport(peer), record()];
      await transport.start(events);
      return { transport, events };
    },
  };
}

async function linkedPair({ clock, add }: World): Promise<[Peer, Peer]> {
  const [a, b] = [await add(A), await add(B)];
  const dialed = a.transport.dial("/memory/b", patient);
  await clock.run(1_000);
  await dialed;
  return [a, b];
}

function numbers({ events }: Peer): number[] {
  return events.frames.map((frame) => frame[0] ?? -1);
}

Deno.test("createMemoryNetwork() takes time within the latency's bounds and keeps order", async () => {
  const it = world();
  it.network.setFaults({ latencyMsMin: 10, latencyMsMax: 50 });
  const [a, b] = await linkedPair(it);
  const startMs = it.clock.monotonic();
  const tookMs: number[] = [];
  b.events.onReceived = () => {
    tookMs.push(it.clock.monotonic() - startMs);
  };
  for (let i = 0; i < 100; i++) linkTo(a.events, B).send(Uint8Array.of(i));
  await it.clock.run(9);
  strictEqual(tookMs.length, 0);
  await it.clock.run(41);
  deepStrictEqual(numbers(b), Array.from({ length: 100 }, (_, i) => i));
  ok(tookMs.every((ms, i) => ms >= 10 && ms >= (tookMs[i - 1] ?? 0)));
});

Deno.test("createMemoryNetwork() has other faults in each direction", async () => {
  const it = world();
  it.network.setFaults({ latencyMsMin: 5, latencyMsMax: 5 });
  it.network.setFaults({ latencyMsMin: 100, latencyMsMax: 100 }, {
    from: A,
    to: B,
  });
  const [a, b] = await linkedPair(it);
  linkTo(a.events, B).send(Uint8Array.of(1));
  linkTo(b.events, A).send(Uint8Array.of(2));
  await it.clock.run(5);
  deepStrictEqual([numbers(a), numbers(b)], [[2], []]);
  await it.clock.run(95);
  deepStrictEqual(numbers(b), [1]);
});

Deno.test("createMemoryNetwork() loses, doubles and reorders frames without harm to the link", async () => {
  const it = world(7);
  const [a, b] = await linkedPair(it);
  const link = linkTo(a.events, B);
  it.network.setFaults({ lossRate: 0.3, duplicateRate: 0.3, reorderRate: 0.3 });
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < 10; i++) {
      const frame = new Uint8Array(30_000);
      frame[0] = round * 10 + i;
      link.send(frame);
    }
    await it.clock.run(1_000);
    strictEqual(link.pendingBytes, 0, "all credit came back");
  }
  const { frames, lost, duplicated, reordered } = it.network.counts;
  strictEqual(frames, 300);
  strictEqual(b.events.frames.length, frames - lost + duplicated);
  for (const count of [lost, duplicated, reordered]) {
    ok(count > 50 && count < 130, `${count}`);
  }
  await it.clock.run(LINK_STALL_MS_MAX * 3);
  strictEqual(link.writable, true);
});

Deno.test("createMemoryNetwork() gives the same trace for the same seed", async () => {
  const trace = async (seed: number) => {
    const it = world(seed);
    it.network.setFaults({
      latencyMsMin: 1,
      latencyMsMax: 20,
      lossRate: 0.1,
      duplicateRate: 0.1,
      reorderRate: 0.1,
    });
    const [a, b] = await linkedPair(it);
    const lines: string[] = [];
    b.events.onReceived = (_, frame) => {
      lines.push(`${it.clock.monotonic()} ${frame[0]}`);
    };
    for (let i = 0; i < 100; i++) {
      linkTo(a.events, B).send(Uint8Array.of(i));
      await it.clock.run(3);
    }
    await it.clock.run(100);
    return lines;
  };
  const first = await trace(5);
  ok(first.length > 50);
  deepStrictEqual(await trace(5), first);
  ok((await trace(6)).join() !== first.join());
});

Deno.test("createMemoryNetwork() passes a slow peer's bytes at its speed", async () => {
  const it = world();
  const [a, b] = await linkedPair(it);
  it.network.setFaults({ bytesPerSecond: 10_000 }, { to: B });
  const link = linkTo(a.events, B);
  for (let i = 0; i < 10; i++) link.send(new Uint8Array(10_000 - 5));
  await it.clock.run(4_999);
  strictEqual(b.events.frames.length, 4);
  await it.clock.run(5_001);
  strictEqual(b.events.frames.length, 10);
});

Deno.test("partition() holds what is sent until heal()", async () => {
  const it = world();
  const [a, b] = await linkedPair(it);
  it.network.partition([A], [B]);
  linkTo(a.events, B).send(Uint8Array.of(1));
  linkTo(b.events, A).send(Uint8Array.of(2));
  await it.clock.run(LINK_STALL_MS_MAX / 2);
  deepStrictEqual([numbers(a), numbers(b)], [[], []]);
  it.network.heal();
  await it.clock.run(0);
  deepStrictEqual([numbers(a), numbers(b)], [[2], [1]]);
  await it.clock.run(LINK_STALL_MS_MAX * 2);
  strictEqual(a.events.links.size, 1);
});

Deno.test("partition() ends links of silence on both sides and lets dials fail", async () => {
  const it = world();
  const [a, b] = await linkedPair(it);
  it.network.partition([A], [B]);
  await it.clock.run(LINK_STALL_MS_MAX * 1.5);
  deepStrictEqual([a.events.links.size, b.events.links.size], [0, 0]);
  ok(a.events.reasons.join().startsWith("silent"));
  const failed = rejects(a.transport.dial("/memory/b", patient), {
    code: "dial_failed",
  });
  await it.clock.run(DIAL_MS_MAX);
  await failed;
  it.network.heal();
  const dialed = a.transport.dial("/memory/b", patient);
  await it.clock.run(10);
  await dialed;
  deepStrictEqual([a.events.links.size, b.events.links.size], [1, 1]);
});

Deno.test("partition() of one way lets the other way pass, until the deaf end gives up", async () => {
  const it = world();
  const [a, b] = await linkedPair(it);
  it.network.partition([A], [B], { oneWay: true });
  linkTo(a.events, B).send(Uint8Array.of(1));
  linkTo(b.events, A).send(Uint8Array.of(2));
  await it.clock.run(100);
  deepStrictEqual([numbers(a), numbers(b)], [[2], []]);
  await it.clock.run(LINK_STALL_MS_MAX * 1.5);
  deepStrictEqual([a.events.links.size, b.events.links.size], [0, 0]);
});

Deno.test("partition() leaves others alone", async () => {
  const it = world();
  await linkedPair(it);
  const c = await it.add(C);
  it.network.partition([A], [B]);
  const dialed = c.transport.dial("/memory/a", patient);
  await it.clock.run(1);
  await dialed;
  strictEqual(c.events.links.size, 1);
});

Deno.test("cut() ends both sides at once", async () => {
  const it = world();
  const [a, b] = await linkedPair(it);
  it.network.cut(linkTo(b.events, A));
  deepStrictEqual(a.events.reasons, ["cut"]);
  deepStrictEqual(b.events.reasons, ["cut"]);
});

Deno.test("crash() tells the others alone, and the peer can come back", async () => {
  const it = world();
  it.network.setFaults({ latencyMsMin: 5, latencyMsMax: 5 });
  const [a, b] = await linkedPair(it);
  const given = rejects(a.transport.dial("/memory/c", patient), {
    code: "dial_failed",
  });
  it.network.crash(A);
  await given;
  await it.clock.run(5);
  strictEqual(b.events.links.size, 0);
  deepStrictEqual(a.events.reasons, []);
  const again = await it.add(A);
  const dialed = again.transport.dial("/memory/b", patient);
  await it.clock.run(10);
  await dialed;
  deepStrictEqual(b.events.log, ["linked a", "unlinked a", "linked a"]);
});

Deno.test("createMemoryNetwork() ends a stale end before the new link is told", async () => {
  const it = world();
  it.network.setFaults({ latencyMsMin: 500, latencyMsMax: 500 }, { from: A });
  const [a, b] = await linkedPair(it);
  linkTo(a.events, B).close("lost");
  it.network.setFaults({ latencyMsMin: 1, latencyMsMax: 1 }, { from: A });
  const dialed = a.transport.dial("/memory/b", patient);
  await it.clock.run(10);
  await dialed;
  deepStrictEqual(b.events.log, ["linked a", "unlinked a", "linked a"]);
  await it.clock.run(1_000);
  deepStrictEqual([a.events.links.size, b.events.links.size], [1, 1]);
});

Deno.test("a peer that runs cannot start twice, and discover() shows addresses", async () => {
  const it = world();
  const a = await it.add(A);
  await rejects(it.add(A), { code: "config_invalid" });
  const seen: string[] = [];
  a.events.discovered = (addresses) => void seen.push(...addresses);
  it.network.discover(A, ["/memory/b"]);
  deepStrictEqual(seen, ["/memory/b"]);
});
