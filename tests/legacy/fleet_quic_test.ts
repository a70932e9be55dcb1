/**
 * Expenses that pumps built from the fleet-card design send over QUIC (section 7.1).
 *
 * @module
 */
import {
  deepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { encodeQuicMessage } from "../../net/mod.ts";
import {
  listenForQuic,
  QUIC_CONNECTIONS_MAX,
} from "../../nodes/adapters/fleet_quic.ts";
import { createSelfSigned } from "../../nodes/adapters/self_signed.ts";
import { createCardRig, RIG_START_MS } from "../support/card_rig.ts";
import { untilTrue } from "../support/line_client.ts";
import { QuicPump } from "../support/quic_pump.ts";

const EXPENSE = { company: 42, card: 7, total: 16_060, date: "2026-02-03" };

function createRig(accepted = true, messageMs?: number) {
  const rig = createCardRig({ decide: () => accepted });
  const lines: string[] = [];
  const at = {
    ...{ hostname: "127.0.0.1", port: 0 },
    ...(messageMs === undefined ? {} : { messageMs }),
    logger: { log: (_: string, message: string) => void lines.push(message) },
  };
  const listener = listenForQuic(rig.desk, at);
  return {
    ...{ rig, listener, lines },
    async [Symbol.asyncDispose]() {
      await listener.stop();
      await rig[Symbol.asyncDispose]();
    },
  };
}

Deno.test("C-04: an expense over QUIC is charged like one from a card, and kept for it", async () => {
  await using quic = createRig();
  await QuicPump.send(
    quic.listener,
    encodeQuicMessage({ kind: "expense", expense: EXPENSE }),
  );
  await untilTrue("kept", () => quic.rig.results.kept.length === 1);

  deepStrictEqual(quic.rig.asked[0]?.input, {
    ...{ company: "42", card: "7", amount: 16_060 },
    ...{ date: "2026-02-03", source: "pump" },
    place: { site: "E05", province: 3, station: 5, pump: null },
  });
  deepStrictEqual(await quic.rig.card.askKept(7), {
    ...{ port: quic.rig.port, success: true },
  });
});

Deno.test("an expense over QUIC that is refused is not kept; an impossible day is this one", async () => {
  await using quic = createRig(false);
  const expense = { ...EXPENSE, date: "2026-02-31" };
  await QuicPump.send(
    quic.listener,
    encodeQuicMessage({ kind: "expense", expense }),
  );
  await untilTrue("asked", () => quic.rig.asked.length === 1);
  await wait(10);

  strictEqual(quic.rig.asked[0]?.input.date, "2026-02-03");
  deepStrictEqual(quic.rig.results.kept, []);
});

Deno.test("several streams of one connection are read, what is no expense is ignored", async () => {
  await using quic = createRig();
  const expense = encodeQuicMessage({ kind: "expense", expense: EXPENSE });
  await QuicPump.send(
    quic.listener,
    expense,
    encodeQuicMessage({ kind: "election", sender: 13_050 }),
    encodeQuicMessage({ kind: "coordinator", sender: 13_050 }),
    encodeQuicMessage({
      kind: "leaderFailure",
      failed: 13_052,
      sender: 13_050,
    }),
    new Uint8Array(0),
    new TextEncoder().encode("{"),
    new TextEncoder().encode(`{"Expense":{}}${" ".repeat(5_000)}`),
    expense,
  );
  await untilTrue("all", () => quic.rig.asked.length === 2);

  strictEqual(quic.lines.length >= 5, true);
});

Deno.test("a client that offers a protocol fails the handshake, and others are served on", async () => {
  await using quic = createRig();
  await rejects(QuicPump.connect(quic.listener, ["h3"]));
  await QuicPump.send(
    quic.listener,
    encodeQuicMessage({ kind: "expense", expense: EXPENSE }),
  );
  await untilTrue("asked", () => quic.rig.asked.length === 1);
});

Deno.test("a pump that goes away in the middle of a message has told nothing", async () => {
  await using quic = createRig();
  const pump = await QuicPump.connect(quic.listener);
  await pump.begin(new TextEncoder().encode('{"Expense":'));
  pump.close();
  await wait(50);

  strictEqual(quic.rig.asked.length, 0);
});

Deno.test("connections whose messages do not end are over in time, however alive they are, and others are served", async () => {
  await using quic = createRig(true, 300);
  const begun: QuicPump[] = [];
  for (let i = 0; i < QUIC_CONNECTIONS_MAX; i++) {
    const pump = await QuicPump.connect(quic.listener);
    begun.push(pump);
    if (i % 2 === 0) await pump.begin(new TextEncoder().encode('{"Exp'));
  }
  const message = encodeQuicMessage({ kind: "expense", expense: EXPENSE });
  await untilTrue("served", async () => {
    await QuicPump.send(quic.listener, message).catch(() => {});
    return quic.rig.asked.length > 0;
  });
  for (const pump of begun) pump.close();
});

Deno.test("listenForQuic() refuses a port that is taken", async () => {
  await using quic = createRig();
  const logger = { log: () => {} };
  const at = { hostname: "127.0.0.1", port: quic.listener.port, logger };
  throws(() => listenForQuic(quic.rig.desk, at), { code: "config_invalid" });
});

Deno.test("createSelfSigned() names one host, signs itself, and is of now", () => {
  const { cert, key } = createSelfSigned("localhost", RIG_START_MS);
  const parsed = new X509Certificate(cert);

  strictEqual(parsed.subjectAltName, "DNS:localhost");
  strictEqual(parsed.verify(parsed.publicKey), true);
  strictEqual(Date.parse(parsed.validFrom) < RIG_START_MS, true);
  strictEqual(Date.parse(parsed.validTo) > RIG_START_MS, true);
  strictEqual(key.startsWith("-----BEGIN PRIVATE KEY-----\n"), true);
  strictEqual(createSelfSigned("localhost", RIG_START_MS).key === key, false);
});
