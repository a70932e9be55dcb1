import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSeededRandom, type PeerId } from "../../crdt/mod.ts";
import { decodeMessage, type Message } from "../../net/mod.ts";
import {
  exchangeContacts,
  STRANGERS_NAMED,
  STRANGERS_TOLD,
} from "../../nodes/contact_exchange.ts";
import { PeerSession } from "../../nodes/peer_session.ts";

const isKin = (peer: string) => peer.startsWith("kin");

/** A session whose messages are kept. */
function session(name: string) {
  const sent: Message[] = [];
  const one = new PeerSession({
    peer: name as PeerId,
    address: "",
    outbound: true,
    pendingBytes: 0,
    writable: true,
    send(frame) {
      const message = decodeMessage(frame);
      ok(message !== undefined);
      sent.push(message);
    },
    close() {},
  });
  return { name, one, sent };
}

/** A newcomer at a node that has met some peers, of which the first are linked. */
function exchange(met: readonly string[], linked: number) {
  const newcomer = session("newcomer");
  const others = met.slice(0, linked).map(session);
  const contact = (peer: string) => ({ peer, addresses: [`/memory/${peer}`] });
  exchangeContacts(
    newcomer.one,
    [...others.map(({ one }) => one), newcomer.one],
    {
      directory: { contacts: () => ["newcomer", ...met].map(contact) },
      kinship: { areKin: (a, b) => isKin(a) || isKin(b) },
      random: createSeededRandom(1),
    },
  );
  const named = newcomer.sent.flatMap((message) =>
    message.kind === "contacts" ? message.contacts.map(({ peer }) => peer) : []
  );
  const told = others.filter(({ sent }) => sent.length > 0);
  for (const { sent } of told) {
    deepStrictEqual(sent, [
      { kind: "contacts", contacts: [contact("newcomer")] },
    ]);
  }
  return { named, told: told.map(({ name }) => name) };
}

const names = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

Deno.test("exchangeContacts() names all kin to a newcomer and it to them, and to a few others", () => {
  const met = [...names("kin", 40), ...names("other", 100)];
  const { named, told } = exchange(met, met.length);
  strictEqual(named.filter(isKin).length, 40);
  strictEqual(named.length, 40 + STRANGERS_NAMED);
  strictEqual(told.filter(isKin).length, 40);
  strictEqual(told.length, 40 + STRANGERS_TOLD);
});

Deno.test("exchangeContacts() names everybody in a small mesh, and kin also when they are away", () => {
  const met = [...names("other", 6), ...names("away", 6), ...names("kin", 2)];
  const { named, told } = exchange(met, 6);
  deepStrictEqual(named.toSorted(), [
    ...names("kin", 2),
    ...names("other", 6),
  ]);
  deepStrictEqual(told, names("other", 6));
});

Deno.test("exchangeContacts() says nothing to somebody who is alone", () => {
  deepStrictEqual(exchange([], 0), { named: [], told: [] });
});
