import { deepStrictEqual } from "node:assert/strict";
import { holdersOf } from "../../../../web/ui/goods/holders.ts";
import type { Peer } from "../../../../web/ui/wire_types.ts";

const LOG = "ab".repeat(16);

function peer(name: string, rest: Partial<Peer>): Peer {
  return {
    peer: name,
    site: null,
    roles: ["branch"],
    self: false,
    linked: true,
    address: null,
    lastSeen: "2024-11-09T18:22:31Z",
    certificateEnds: null,
    lag: [],
    behindCommits: 0,
    behindSeconds: 0,
    ...rest,
  };
}

function lagging(peerSeq: number): Peer["lag"] {
  return [{
    ...{ space: "site:CUS", log: LOG, ownSeq: 9, peerSeq },
    ...{ commits: peerSeq - 9, seconds: 3 },
  }];
}

const PEERS = [
  peer("self", { site: "CUS", self: true }),
  peer("in step", { site: "CUS" }),
  peer("just there", { site: "CUS", lag: lagging(7) }),
  peer("behind", { site: "CUS", lag: lagging(6) }),
  peer("silent", { site: "CUS", lastSeen: null }),
  peer("office", { roles: ["office"] }),
  peer("elsewhere", { site: "LIM" }),
];

/** Who is to know a fact at seq 7 of a space, and who does. */
function known(space: string): string[] {
  return holdersOf(PEERS, { space, log: LOG, seq: 7 })
    .map(({ peer: { peer }, knowing }) => `${peer}: ${knowing}`);
}

Deno.test("holdersOf() says which readers of a site have a fact's commit, those that lack it first", () => {
  deepStrictEqual(known("site:CUS"), [
    "behind: waits",
    "silent: unheard",
    "in step: has",
    "just there: has",
    "office: has",
  ]);
});

Deno.test("holdersOf() asks everybody about the mesh, and only offices and the site about a site", () => {
  deepStrictEqual(known("mesh").length, 6);
  deepStrictEqual(known("site:LIM"), ["office: has", "elsewhere: has"]);
});
