import { match, ok, rejects, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { Libp2p, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { createSeededRandom } from "../../crdt/random.ts";
import { creditFrame, dataHeader } from "../../net/frame.ts";
import { createLibp2pNode, serviceTagOf } from "../../net/libp2p_node.ts";
import {
  createLibp2pTransport,
  LINK_PROTOCOL,
} from "../../net/libp2p_transport.ts";
import {
  DIAL_MS_MAX,
  LINK_STALL_MS_MAX,
  LINK_WINDOW_BYTES,
} from "../../net/limits.ts";
import type { Transport } from "../../net/transport.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import {
  fakePeer,
  linkTo,
  loopbackTransport,
  patient,
  record,
  type Recorded,
  settle,
} from "../support/transports.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../support/virtual_clock.ts";

interface World {
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly events: Recorded;
  /** A well-behaved peer that is linked. */
  readonly friend: Transport;
  readonly friendEvents: Recorded;
  /** A bare libp2p node that speaks as the test wants. */
  readonly raw: Libp2p;
  /** Opens a link stream and, unless told otherwise, completes the handshake. */
  open(confirm?: boolean): Promise<Stream>;
}

function test(name: string, body: (it: World) => Promise<void>): void {
  Deno.test({
    name,
    // libp2p leaves timers of up to a second and a BroadcastChannel for the process behind after its stop.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const clock = createVirtualClock(0);
      const [events, friendEvents] = [record(), record()];
      const transport = await loopbackTransport(1, clock);
      const friend = await loopbackTransport(2, createSystemClock());
      const raw = await createLibp2pNode({
        privateKeySeed: new Uint8Array(32).fill(3),
        listen: [],
        meshName: "test",
        random: createSeededRandom(3),
        discovered: undefined,
      });
      await transport.start(events);
      await friend.start(friendEvents);
      await raw.start();
      const [address = ""] = transport.addresses();
      try {
        await friend.dial(address, patient);
        await events.until(() => events.links.has(friend.peer));
        const open = async (confirm = true) => {
          const connection = await raw.dial(multiaddr(address));
          const stream = await connection.newStream(LINK_PROTOCOL);
          if (confirm) {
            stream.send(creditFrame(0));
            await events.until(() => events.links.size === 2);
          }
          return stream;
        };
        await body({
          clock,
          transport,
          events,
          friend,
          friendEvents,
          raw,
          open,
        });
        await hears(friend, events, transport);
      } finally {
        await Promise.all([transport.stop(), friend.stop(), raw.stop()]);
      }

      async function hears(
        from: Transport,
        to: Recorded,
        other: Transport,
      ): Promise<void> {
        const before = to.frames.length;
        linkTo(friendEvents, other.peer).send(Uint8Array.of(42));
        await to.until(() => to.frames.length > before);
        ok(to.links.has(from.peer), "the friend is still linked");
      }
    },
  });
}

async function dropped({ events }: World, reason: RegExp): Promise<void> {
  await events.until(() => events.links.size === 1);
  match(events.reasons.join(), reason);
}

test("Libp2pTransport drops a peer that sends garbage", async (it) => {
  const stream = await it.open();
  stream.send(new Uint8Array(1_000).fill(0xee));
  await dropped(it, /protocol violation: kind_unknown/);
  strictEqual(it.events.frames.length, 0);
});

test("Libp2pTransport drops a peer that announces an oversize frame", async (it) => {
  const stream = await it.open();
  stream.send(dataHeader(2 ** 30));
  await dropped(it, /protocol violation: frame_too_large/);
});

test("Libp2pTransport drops a peer that sends beyond the window", async (it) => {
  it.events.onReceived = () => new Promise(() => {});
  const stream = await it.open();
  for (let i = 0; i < 3; i++) {
    stream.send(dataHeader(LINK_WINDOW_BYTES / 2));
    stream.send(new Uint8Array(LINK_WINDOW_BYTES / 2));
  }
  await dropped(it, /protocol violation: more was sent/);
});

test("Libp2pTransport drops a peer that talks before it is linked", async (it) => {
  const stream = await it.open(false);
  stream.send(dataHeader(1));
  stream.send(Uint8Array.of(1));
  await closed(it.raw);
  strictEqual(it.events.log.length, 1);
});

test("Libp2pTransport drops a peer that never consumes, holding no more than its queue", async (it) => {
  await it.open();
  const link = linkTo(
    it.events,
    it.raw.peerId.toString() as typeof it.friend.peer,
  );
  for (let i = 0; i < 8; i++) link.send(new Uint8Array(LINK_WINDOW_BYTES));
  await settle();
  strictEqual(link.writable, false);
  // The friend's signs of life come by the machine's clock; make it speak while time flies here.
  for (let i = 0; i < 4; i++) {
    it.clock.advance(LINK_STALL_MS_MAX / 4);
    linkTo(it.friendEvents, it.transport.peer).send(Uint8Array.of(i));
    await it.events.until(() => it.events.frames.length === i + 1);
  }
  await dropped(it, /silent|stalled/);
});

test("Libp2pTransport closes a connection that carries no link", async (it) => {
  const [address = ""] = it.transport.addresses();
  await settle();
  const before = it.clock.waiting;
  await it.raw.dial(multiaddr(address));
  // The other end is ready a moment after the dialer; then it watches the connection.
  while (it.clock.waiting <= before) await settle(1);
  it.clock.advance(DIAL_MS_MAX);
  await closed(it.raw);
});

test("Libp2pTransport is not troubled by bytes that are no libp2p", async (it) => {
  const [, port = ""] = /tcp\/(\d+)/.exec(it.transport.addresses()[0] ?? "") ??
    [];
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => {});
  socket.write(new Uint8Array(100_000).fill(0xee));
  await settle();
  strictEqual(it.events.log.length, 1);
  // libp2p itself would close it after DIAL_MS_MAX of the machine's time.
  socket.destroy();
});

test("Libp2pTransport replaces a link that the peer has lost", async (it) => {
  await it.open();
  const first = linkTo(
    it.events,
    it.raw.peerId.toString() as typeof it.friend.peer,
  );
  const connection = await it.raw.dial(
    multiaddr(it.transport.addresses()[0] ?? ""),
    { force: true },
  );
  const stream = await connection.newStream(LINK_PROTOCOL);
  stream.send(creditFrame(0));
  await it.events.until(() => it.events.log.length === 4);
  match(it.events.reasons.join(), /replaced/);
  ok(linkTo(it.events, first.peer) !== first);
});

test("Libp2pTransport gives up a dial that is not answered in time", async (it) => {
  const server = createServer((socket) => socket.on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const failed = rejects(
    it.transport.dial(`/ip4/127.0.0.1/tcp/${port}`, patient),
    { code: "dial_failed", message: /no answer within 10000 ms/ },
  );
  await once(server, "connection");
  it.clock.advance(DIAL_MS_MAX);
  await failed;
  server.close();
});

test("Libp2pTransport refuses to link to another peer than the address names", async (it) => {
  const [address = ""] = it.friend.addresses();
  const wrong = address.replace(/p2p\/.*/, `p2p/${fakePeer(9)}`);
  await rejects(it.transport.dial(wrong, patient), { code: "dial_failed" });
});

test("Libp2pTransport says in one line that a port is taken", async (it) => {
  const [address = ""] = it.transport.addresses();
  const listen = address.replace(/\/p2p\/.*/, "");
  const second = await loopbackTransport(8, it.clock, [listen]);
  await rejects(second.start(record()), {
    code: "config_invalid",
    message: `Cannot listen on ${listen}: the port is taken`,
  });
  await second.stop();
  await rejects(loopbackTransport(8, it.clock, ["nonsense"]), {
    code: "config_invalid",
  });
});

test("Libp2pTransport lists the real addresses behind 0.0.0.0", async (it) => {
  const all = await loopbackTransport(8, it.clock, ["/ip4/0.0.0.0/tcp/0"]);
  await all.start(record());
  const addresses = all.addresses();
  ok(addresses.some((address) => address.startsWith("/ip4/127.0.0.1/tcp/")));
  ok(addresses.every((address) => address.endsWith(`/p2p/${all.peer}`)));
  ok(addresses.every((address) => !address.includes("/tcp/0")));
  await all.stop();
});

test("createLibp2pTransport() makes the peer id of the seed and tells meshes apart", async (it) => {
  const again = await createLibp2pTransport({
    privateKeySeed: new Uint8Array(32).fill(1),
    listen: [],
    mdns: false,
    meshName: "other",
    clock: it.clock,
    random: createSeededRandom(1),
  });
  strictEqual(again.peer, it.transport.peer);
  match(serviceTagOf("one"), /^_panal-[0-9a-f]{8}\._udp\.local$/);
  ok(serviceTagOf("one") !== serviceTagOf("other"));
});

async function closed(raw: Libp2p): Promise<void> {
  while (raw.getConnections().length > 0) await settle(1);
}
