import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createSeededRandom, type PeerId } from "../../crdt/mod.ts";
import { DIAL_ADDRESSES_MAX } from "../../net/mod.ts";
import {
  type Candidate,
  chooseDialed,
  CONTACT_ADDRESSES_MAX,
  CONTACTS_MAX,
  KIN_MAX,
  LOOK_TICKS,
  Neighbors,
  NEIGHBORS_MAX,
  NEIGHBORS_WANTED,
  sample,
} from "../../nodes/neighbors.ts";
import { createVirtualClock } from "../support/virtual_clock.ts";

const SELF = "self" as PeerId;

/** The address of a peer; kin are those whose name begins so. */
const at = (peer: string, port = 1) => `/ip4/10.0.0.1/tcp/${port}/p2p/${peer}`;
const isKin = (peer: string) => peer.startsWith("kin");

/** A choice whose dialer, links and clock a test holds. */
function choosing(seed = 1) {
  const clock = createVirtualClock(0);
  const wanted = new Set<string>();
  const linked = new Set<PeerId>();
  const released: string[] = [];
  const it = {
    clock,
    wanted,
    linked,
    released,
    /** Whether links are busy. */
    busy: false,
    /** Everything that was ever dialed. */
    seen: new Set<string>(),
    neighbors: new Neighbors({
      self: SELF,
      clock,
      random: createSeededRandom(seed),
      dialer: {
        want(address) {
          wanted.add(address);
          it.seen.add(address);
          return true;
        },
        forget: (address) => void wanted.delete(address),
      },
      isKin,
      linked: () => linked,
      release(peer) {
        if (it.busy) return false;
        released.push(peer);
        return linked.delete(peer);
      },
    }),
    /** Peers that are dialed and not linked. */
    dialed: () =>
      [...new Set([...wanted].map((address) => address.split("/p2p/")[1]))]
        .filter((peer) => !linked.has(peer as PeerId)) as PeerId[],
    hear(...peers: readonly string[]) {
      it.neighbors.hear(peers.map((peer) => at(peer)));
      clock.advance(100);
    },
    link(...peers: readonly string[]) {
      for (const peer of peers) linked.add(peer as PeerId);
      it.neighbors.look();
      clock.advance(100);
    },
    unlink(...peers: readonly string[]) {
      for (const peer of peers) linked.delete(peer as PeerId);
      it.neighbors.look();
      clock.advance(100);
    },
    tick(times = 1) {
      for (let i = 0; i < times; i++) it.neighbors.tick();
    },
  };
  return it;
}

const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

Deno.test("chooseDialed() keeps who is dialed, then takes the least missed by chance, then whose turn is over", () => {
  const candidate = fc.record({
    chosen: fc.boolean(),
    turns: fc.nat(2),
    misses: fc.nat(3),
  }).map((one) => ({ ...one, turns: one.chosen ? one.turns : 0 }));
  fc.assert(
    fc.property(
      fc.array(candidate, { maxLength: 20 }),
      fc.integer({ min: -5, max: 25 }),
      fc.boolean(),
      fc.nat(),
      (candidates, room, rotates, seed) => {
        const random = createSeededRandom(seed);
        const chosen = chooseDialed(candidates, { room, rotates, random });
        const rank = ({ chosen, turns, misses }: Candidate) =>
          !chosen ? 1 + misses : rotates && turns > 0 ? 10 : 0;
        const ranks = (list: readonly Candidate[]) =>
          list.map(rank).toSorted((a, b) => a - b);
        strictEqual(new Set(chosen).size, chosen.length);
        deepStrictEqual(
          ranks(chosen),
          ranks(candidates).slice(0, Math.max(0, room)),
        );
      },
    ),
  );
});

Deno.test("chooseDialed() draws among equals", () => {
  const all = named("peer", 30).map((peer) => ({
    peer,
    chosen: false,
    turns: 0,
    misses: 0,
  }));
  const draws = named("", 20).map((_, seed) =>
    chooseDialed(all, {
      room: 3,
      rotates: false,
      random: createSeededRandom(seed),
    }).map(({ peer }) => peer).toSorted().join()
  );
  ok(new Set(draws).size > 15);
});

Deno.test("sample() takes all that come first and some others, within its bounds", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(100)),
      fc.nat(20),
      fc.nat(40),
      fc.nat(),
      (all, others, most, seed) => {
        const isFirst = (n: number) => n % 3 === 0;
        const random = createSeededRandom(seed);
        const some = sample(all, isFirst, { others, most, random });
        const first = all.filter(isFirst).length;
        const rest = Math.min(others, all.length - first);
        strictEqual(new Set(some).size, some.length);
        ok(some.every((n) => all.includes(n)));
        strictEqual(some.length, Math.min(most, first + rest));
        strictEqual(some.filter(isFirst).length, Math.min(most, first));
      },
    ),
  );
});

Deno.test("Neighbors dials all kin and only a few others by chance", () => {
  const picks = new Set<string>();
  for (let seed = 1; seed <= 10; seed++) {
    const it = choosing(seed);
    it.hear(...named("kin", 50), ...named("other", 50));
    const dialed = it.dialed();
    strictEqual(dialed.filter(isKin).length, 50);
    strictEqual(dialed.length, 50 + NEIGHBORS_WANTED);
    picks.add(dialed.filter((peer) => !isKin(peer)).toSorted().join());
  }
  ok(picks.size > 8);
});

Deno.test("Neighbors counts links to others for neighbors, and links to kin not", () => {
  const it = choosing();
  it.link(...named("kin", 10), "other100", "other101");
  it.hear(...named("other", 20));
  strictEqual(it.dialed().length, NEIGHBORS_WANTED - 2);
  // Others came by their own dials: who is not needed any more is dialed no more.
  it.link(...named("more", NEIGHBORS_WANTED));
  deepStrictEqual(it.dialed(), []);
  it.unlink(...named("more", NEIGHBORS_WANTED - 1));
  strictEqual(it.dialed().length, NEIGHBORS_WANTED - 3);
});

Deno.test("Neighbors dials kin up to its bound, those that are linked counted", () => {
  const it = choosing();
  it.link(...named("kinUp", 30));
  it.hear(...named("kin", KIN_MAX + 50));
  strictEqual(it.dialed().length, KIN_MAX - 30);
  // Beyond the bound kin take turns.
  it.tick(8);
  strictEqual(it.dialed().length, KIN_MAX - 30);
  strictEqual(it.seen.size, KIN_MAX + 50);
});

Deno.test("Neighbors lets others take the turn of those that cannot be linked, until all had theirs", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const it = choosing(seed);
    const all = named("other", 40);
    it.hear(...all);
    const first = it.dialed();
    it.tick();
    deepStrictEqual(it.dialed(), first);
    it.tick();
    strictEqual(it.dialed().some((peer) => first.includes(peer)), false);
    const turns = Math.ceil(all.length / NEIGHBORS_WANTED);
    it.tick(2 * (turns - 2));
    strictEqual(it.seen.size, all.length);
    strictEqual(it.dialed().length, NEIGHBORS_WANTED);
  }
});

Deno.test("Neighbors goes on dialing those that it knows where there are few", () => {
  const it = choosing();
  let forgotten = 0;
  it.hear(...named("other", NEIGHBORS_WANTED), ...named("kin", 3));
  const { delete: remove } = it.wanted;
  it.wanted.delete = (address) => {
    forgotten++;
    return remove.call(it.wanted, address);
  };
  it.tick(20);
  it.link("other0", "kin0");
  it.unlink("other0", "kin0");
  it.tick(20);
  strictEqual(forgotten, 0);
  strictEqual(it.wanted.size, NEIGHBORS_WANTED + 3);
});

Deno.test("Neighbors finds others when all that it chose die", () => {
  const it = choosing();
  it.hear(...named("other", 30));
  const first = it.dialed();
  it.link(...first);
  it.tick(2);
  it.unlink(...first);
  it.tick(2);
  const next = it.dialed();
  strictEqual(next.length, NEIGHBORS_WANTED);
  strictEqual(next.some((peer) => first.includes(peer)), false);
});

Deno.test("Neighbors looks around now and then, and lets go of whom it looked at when it has others enough", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const it = choosing(seed);
    const side = named("here", NEIGHBORS_MAX);
    it.link(...side);
    it.hear(...side, ...named("there", 100));
    const links: string[] = [];
    for (let i = 0; i < 10 * LOOK_TICKS; i++) {
      it.tick();
      const [dialed, ...rest] = it.dialed();
      deepStrictEqual(rest, []);
      if (dialed === undefined) continue;
      links.push(dialed);
      it.link(dialed);
    }
    strictEqual(links.length, 10);
    ok(new Set(links).size > 5);
    // The last one stays until the next look.
    deepStrictEqual(it.released, links.slice(0, -1));
    strictEqual(it.linked.size, NEIGHBORS_MAX + 1);
  }
});

Deno.test("Neighbors keeps whom it looked at where links are few, or while something is under way", () => {
  const few = choosing();
  few.link(...named("here", NEIGHBORS_MAX - 1));
  few.hear("there0");
  few.tick(LOOK_TICKS);
  few.link("there0");
  few.tick(3 * LOOK_TICKS);
  deepStrictEqual(few.released, []);

  const busy = choosing();
  busy.busy = true;
  busy.link(...named("here", NEIGHBORS_MAX));
  busy.hear("there0", "there1");
  busy.tick(LOOK_TICKS);
  const [first = ""] = busy.dialed();
  busy.link(first);
  busy.tick(3 * LOOK_TICKS);
  strictEqual(busy.linked.has(first as PeerId), true);
  deepStrictEqual(busy.dialed(), []);
  busy.busy = false;
  busy.tick(LOOK_TICKS);
  deepStrictEqual(busy.released, [first]);
});

Deno.test("Neighbors never forgets an address that a person named", () => {
  const it = choosing();
  const all = named("other", 30);
  it.neighbors.want(at("other7"));
  it.neighbors.want("/dns4/shop/tcp/4001");
  it.hear(...all);
  for (let i = 0; i < 40; i++) {
    it.tick();
    ok(it.wanted.has(at("other7")));
    ok(it.wanted.has("/dns4/shop/tcp/4001"));
  }
});

Deno.test("Neighbors takes no address that names nobody, nor its own", () => {
  const it = choosing();
  it.neighbors.hear(["/ip4/10.0.0.1/tcp/4001", at(SELF), "garbage", ""]);
  it.neighbors.met(SELF, [at(SELF)]);
  it.neighbors.met("other0" as PeerId, [at("other1"), "/ip4/10.0.0.1/tcp/1"]);
  it.clock.advance(100);
  strictEqual(it.neighbors.size, 0);
  strictEqual(it.seen.size, 0);
});

Deno.test("Neighbors dials a peer first where that says it is, and drops what it says no more", () => {
  const it = choosing();
  for (let port = 1; port <= 20; port++) it.neighbors.hear([at("kin0", port)]);
  it.neighbors.met("kin0" as PeerId, [at("kin0", 100), at("kin0", 101)]);
  it.clock.advance(100);
  strictEqual(it.wanted.size, CONTACT_ADDRESSES_MAX);
  ok(it.wanted.has(at("kin0", 100)));
  it.neighbors.met("kin0" as PeerId, [at("kin0", 102)]);
  it.clock.advance(100);
  ok(it.wanted.has(at("kin0", 102)));
  strictEqual(it.wanted.has(at("kin0", 100)), false);
});

Deno.test("Neighbors leaves room for named addresses however many a peer has, and comes to try all", () => {
  const it = choosing();
  for (const peer of named("kin", KIN_MAX)) {
    it.neighbors.hear([1, 2, 3, 4].map((port) => at(peer, port)));
  }
  it.clock.advance(100);
  for (let i = 0; i < 4; i++) {
    strictEqual(it.dialed().length, KIN_MAX);
    ok(it.wanted.size <= DIAL_ADDRESSES_MAX * 3 / 4);
    it.tick();
  }
  strictEqual(it.seen.size, 4 * KIN_MAX);
});

Deno.test("Neighbors keeps a bounded number of contacts, and what others make up takes no place of theirs", () => {
  const it = choosing();
  const real = named("other", CONTACTS_MAX);
  it.hear(...real);
  it.hear(...named("madeUp", 3 * CONTACTS_MAX));
  strictEqual(it.neighbors.size, CONTACTS_MAX);
  it.tick(4 * CONTACTS_MAX / NEIGHBORS_WANTED);
  strictEqual(
    [...it.seen].some((address) => address.includes("madeUp")),
    false,
  );
  // Who came in person is known, and dialed when its turn comes.
  it.neighbors.met("kin0" as PeerId, [at("kin0")]);
  it.clock.advance(100);
  deepStrictEqual(it.dialed().filter(isKin), ["kin0"]);
  strictEqual(it.neighbors.size, CONTACTS_MAX);
  // What was dialed in vain makes room even for what was only heard.
  it.hear("kin1");
  deepStrictEqual(it.dialed().filter(isKin).toSorted(), ["kin0", "kin1"]);
});

Deno.test("Neighbors keeps its bounds whatever happens", () => {
  const peer = fc.oneof(
    fc.nat(40).map((i) => `other${i}`),
    fc.nat(10).map((i) => `kin${i}`),
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant("hear" as const), peer }),
    fc.record({ kind: fc.constant("link" as const), peer }),
    fc.record({ kind: fc.constant("unlink" as const), peer }),
    fc.record({ kind: fc.constant("met" as const), peer }),
    fc.constant({ kind: "tick" as const, peer: "" }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 30, maxLength: 150 }),
      fc.nat(),
      (steps, seed) => {
        const it = choosing(seed);
        const known = new Set<string>();
        for (const { kind, peer } of steps) {
          if (kind === "tick") it.tick();
          else if (kind === "met") {
            it.neighbors.met(peer as PeerId, [at(peer)]);
            it.clock.advance(100);
          } else it[kind](peer);
          if (kind === "hear" || kind === "met") known.add(peer);
          const others = [...it.linked].filter((one) => !isKin(one)).length;
          const dialed = it.dialed();
          // One more at most, to look around.
          const most = Math.max(NEIGHBORS_WANTED - others, 0) + 1;
          ok(dialed.filter((one) => !isKin(one)).length <= most);
          const least = [...known].filter((one) =>
            !isKin(one) && !it.linked.has(one as PeerId)
          ).length;
          ok(
            dialed.filter((one) =>
              !isKin(one)
            ).length >=
              Math.min(least, NEIGHBORS_WANTED - others),
          );
          for (const one of known) {
            if (isKin(one) && !it.linked.has(one as PeerId)) {
              ok(dialed.includes(one as PeerId));
            }
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("Neighbors chooses nobody after its end", () => {
  const it = choosing();
  it.neighbors.hear([at("other0")]);
  it.neighbors.stop();
  it.clock.advance(1000);
  it.hear("other1");
  it.tick();
  it.neighbors.want(at("other2"));
  strictEqual(it.seen.size, 0);
  strictEqual(it.clock.waiting, 0);
});
