import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type Certificate,
  encodeCbor,
  type Membership,
  type PeerId,
  type SiteCode,
  siteSpace,
} from "../../../crdt/mod.ts";
import { decodeMessage, encodeMessage, type Link } from "../../../net/mod.ts";
import { createLivePumps } from "../../../nodes/forecourt/live_pumps.ts";
import {
  createPumpTelling,
  decodeToldPump,
  encodeToldPump,
  type PresentMessage,
  type ToldPump,
} from "../../../nodes/forecourt/pump_telling.ts";
import { PeerSession } from "../../../nodes/peer_session.ts";
import { createTestNode } from "../../support/test_node.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const SITE = "E03" as SiteCode;
const SPACE = siteSpace(SITE);

function told(volumeMl = 0, pump = 3): ToldPump {
  return {
    pump,
    operation: volumeMl === 0 ? "idle" : "dispensing",
    volumeMl,
    amount: volumeMl,
    fuel: "95",
    price: 1_000,
  };
}

function message(pump: ToldPump): PresentMessage {
  return { kind: "present", space: SPACE, body: encodeToldPump(pump) };
}

/** A session over a link that keeps what is sent. */
function createSession(
  grant: string = SPACE,
  options: {
    readonly pendingBytes?: number;
    readonly roles?: string[];
    readonly verbs?: string[];
  } = {},
) {
  const sent: ToldPump[] = [];
  const link: Link = {
    peer: "peer" as PeerId,
    address: "/memory/peer",
    outbound: false,
    pendingBytes: options.pendingBytes ?? 0,
    writable: true,
    send(frame) {
      const decoded = decodeMessage(frame);
      ok(decoded?.kind === "present");
      const pump = decodeToldPump(decoded.body);
      ok(pump !== undefined);
      sent.push(pump);
    },
    close: () => {},
  };
  const session = new PeerSession(link);
  const certificate = {
    site: SITE,
    roles: options.roles ?? ["pump"],
    grants: [{ pattern: grant, verbs: options.verbs ?? ["read", "write"] }],
  } as unknown as Certificate;
  session.member = { certificate } as Membership;
  return { session, sent };
}

function createTelling() {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22));
  const live = createLivePumps(() => clock.now());
  const telling = createPumpTelling({ clock, live: () => live });
  return { clock, live, telling };
}

Deno.test("decodeToldPump() reads what encodeToldPump() wrote, and never throws on anything else", () => {
  const pump = fc.record<ToldPump>({
    pump: fc.integer({ min: 1, max: 9_999 }),
    operation: fc.constantFrom("idle", "dispensing", "paused"),
    volumeMl: fc.maxSafeNat(),
    amount: fc.maxSafeNat(),
    fuel: fc.string({ maxLength: 64 }),
    price: fc.maxSafeNat(),
  }, { noNullPrototype: true });
  fc.assert(fc.property(pump, (it) => {
    const body = encodeToldPump(it);
    ok(body.length <= 1024);
    deepStrictEqual(decodeToldPump(body), it);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1_100 }), (bytes) => {
    decodeToldPump(bytes);
  }));
  const cell = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
  );
  const cells = fc.array(cell, { maxLength: 7 });
  fc.assert(fc.property(fc.oneof(cells, cell), (value) => {
    decodeToldPump(encodeCbor(value));
  }));
});

Deno.test("PumpTelling tells of the own pump at once, then at most twice a second and at least every 2 s", async () => {
  const { clock, telling } = createTelling();
  const { session, sent } = createSession();
  let volumeMl = 0;
  telling.connect(() => [session]);
  telling.begin(SITE, () => told(volumeMl));
  for (let i = 0; i < 100; i++) {
    volumeMl += 10;
    telling.changed();
    await clock.run(20);
  }
  const busy = sent.length;
  await clock.run(10_000);

  ok(busy >= 4 && busy <= 5, `${busy} in two seconds`);
  strictEqual(sent.length - busy, 5);
  strictEqual(sent.at(-1)?.volumeMl, 1_000);
  telling.stop();
  await clock.run(10_000);
  strictEqual(sent.length - busy, 5);
});

Deno.test("PumpTelling drops what a busy link cannot take, and tells nobody who may not read the site", async () => {
  const { clock, telling } = createTelling();
  const busy = createSession(SPACE, { pendingBytes: 100_000 });
  const foreign = createSession("site:LIM");
  const idle = createSession();
  telling.connect(() => [busy.session, foreign.session, idle.session]);
  telling.begin(SITE, () => told());
  await clock.run(4_000);

  deepStrictEqual([busy.sent.length, foreign.sent.length], [0, 0]);
  ok(idle.sent.length >= 2);
  telling.stop();
});

Deno.test("PumpTelling shows a peer's pump, and takes it for disconnected after 5 s of silence, with what was seen last", async () => {
  const { clock, live, telling } = createTelling();
  const { session } = createSession();
  telling.received(session, message(told(1_500)));
  const shown = live.get(SITE, 3);
  await clock.run(4_900);
  const still = live.get(SITE, 3)?.connection;
  await clock.run(700);
  const gone = live.get(SITE, 3);
  telling.received(session, message(told(2_000)));
  const back = live.get(SITE, 3);

  deepStrictEqual(
    [shown?.connection, shown?.operation, shown?.volumeMl, shown?.address],
    ["connected", "dispensing", 1_500, "/memory/peer"],
  );
  strictEqual(still, "connected");
  deepStrictEqual([gone?.connection, gone?.links, gone?.volumeMl], [
    "disconnected",
    0,
    1_500,
  ]);
  deepStrictEqual([back?.connection, back?.volumeMl], ["connected", 2_000]);
  telling.stop();
});

Deno.test("a station tells of a native pump of its site that does not come back within 15 s, once", async () => {
  const test = await createTestNode({ roles: ["station"], site: SITE });
  const { clock, node } = test;
  const { session } = createSession();
  const missing = () =>
    node.incidents.list().filter(({ kind }) => kind === "pump_missing");
  node.pumps.received(session, message(told(500)));
  await clock.run(6_000);
  node.pumps.received(session, message(told(700)));
  await clock.run(19_000);
  const early = missing().length;
  await clock.run(60_000);
  const [incident, ...others] = missing();
  await test.stop();

  deepStrictEqual([early, others.length], [0, 0]);
  strictEqual(incident?.message, "Pump 3 has lost its connection");
  deepStrictEqual(incident?.details, { site: SITE, pump: 3 });
  strictEqual(incident?.count, 1);
});

Deno.test("PumpTelling hears nothing of who may not write the site, of other spaces, and of what is malformed", () => {
  const { live, telling } = createTelling();
  const reader = createSession(SPACE, { verbs: ["read"] });
  telling.received(reader.session, message(told(500)));
  telling.received(createSession("site:LIM").session, message(told(500)));
  const { session } = createSession();
  const odd: PresentMessage[] = [
    { ...message(told(500)), space: "mesh" as typeof SPACE },
    { ...message(told(500)), body: new Uint8Array([1, 2, 3]) },
    { ...message(told(500)), body: encodeCbor([0, 0, 1, 1, "95", 1]) },
    { ...message(told(500)), body: encodeCbor([3, 9, 1, 1, "95", 1]) },
    { ...message(told(500)), body: encodeCbor([3, 1, -1, 1, "95", 1]) },
    { ...message(told(500)), body: encodeCbor([3, 1, 1, 1, 95, 1]) },
  ];
  for (const it of odd) telling.received(session, it);

  deepStrictEqual(live.list(), []);
  telling.stop();
});

Deno.test("PumpTelling hears each pump at most about twice a second, and of 64 pumps of one peer", async () => {
  const { clock, live, telling } = createTelling();
  const { session } = createSession();
  let changes = 0;
  live.watch(() => void changes++);
  for (let i = 1; i <= 100; i++) {
    telling.received(session, message(told(i)));
    await clock.run(20);
  }
  const heard = changes;
  for (let pump = 1; pump <= 200; pump++) {
    telling.received(session, message(told(1, pump)));
  }

  ok(heard <= 5, `${heard} in two seconds`);
  strictEqual(live.list().length, 64);
  telling.stop();
});

Deno.test("PumpTelling believes whoever told of a pump first, and the own link to a pump before others", async () => {
  const { clock, live, telling } = createTelling();
  const [first, second] = [createSession(), createSession()];
  telling.received(first.session, message(told(500)));
  await clock.run(1_000);
  telling.received(second.session, message(told(9_000)));
  const other = live.get(SITE, 3)?.volumeMl;
  first.session.ended = true;
  telling.received(second.session, message(told(9_500)));
  const after = live.get(SITE, 3)?.volumeMl;
  live.update(SITE, 4, { connection: "connected", links: 1, volumeMl: 7 });
  telling.received(second.session, message(told(9_000, 4)));
  telling.begin(SITE, () => told(1, 5));
  telling.received(second.session, message(told(9_000, 5)));

  deepStrictEqual([other, after], [500, 9_500]);
  strictEqual(live.get(SITE, 4)?.volumeMl, 7);
  strictEqual(live.get(SITE, 5), undefined);
  telling.stop();
});

Deno.test("PumpTelling.isStationLinked() is true while a station of the site is linked, by its certificate", () => {
  const { telling } = createTelling();
  const pump = createSession();
  const station = createSession(SPACE, { roles: ["station"] });
  telling.connect(() => [pump.session, station.session]);

  strictEqual(telling.isStationLinked(SITE), true);
  strictEqual(telling.isStationLinked("LIM" as SiteCode), false);
  station.session.ended = true;
  strictEqual(telling.isStationLinked(SITE), false);
  telling.stop();
});

Deno.test("encodeMessage() and decodeMessage() carry a body of 1,024 bytes and refuse more", () => {
  const present = (length: number) =>
    decodeMessage(
      encodeMessage({
        kind: "present",
        space: SPACE,
        body: new Uint8Array(length),
      }),
    );

  ok(present(1_024) !== undefined);
  strictEqual(present(1_025), undefined);
});

Deno.test("what a pump does is seen at its neighbors one hop away, and not passed on", async () => {
  const mesh = createTestMesh({ seed: 4 });
  await mesh.add("station", { site: SITE });
  await mesh.add("pump", { site: SITE, dials: ["station"] });
  await mesh.run(3_000);
  let volumeMl = 500;
  mesh.node("pump").pumps.begin(SITE, () => told(volumeMl));
  volumeMl = 1_000;
  mesh.node("pump").pumps.changed();
  await mesh.run(1_000);
  const shown = mesh.node("station").useCases.forecourt.live.get(SITE, 3);
  const commits = mesh.node("station").useCases.health().commits;
  await mesh.run(10_000);
  mesh.cutOff("pump");
  const still = mesh.node("station").useCases.health().commits;
  await mesh.run(6_000);
  const gone = mesh.node("station").useCases.forecourt.live.get(SITE, 3);

  deepStrictEqual([shown?.connection, shown?.volumeMl], ["connected", 1_000]);
  strictEqual(commits, still, "nothing of it is stored");
  strictEqual(gone?.connection, "disconnected");
  await mesh.stop();
});
