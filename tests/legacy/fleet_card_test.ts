/**
 * Cards of the installed kind at a station's pumps, over real sockets (section 5.1, 14.1).
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { encodeFleetFrame } from "../../net/mod.ts";
import {
  CARD_ANSWER_MS,
  CARD_FRAME_MS,
  CARD_GRACE_MS,
} from "../../nodes/fleet/card_desk.ts";
import { createCardRig, fuelFrame, queryFrame } from "../support/card_rig.ts";
import { FLEET_VECTORS } from "../support/fleet_vectors.ts";
import { untilTrue } from "../support/line_client.ts";
import {
  RawFleetClient,
  ResettingClient,
} from "../support/raw_fleet_client.ts";

const CHARGED = [1, '{"FuelComplete":{"success":true}}'];
const REFUSED = [1, '{"FuelComplete":{"success":false}}'];
const NOTHING = [3, '{"FuelComplete":{"success":false}}'];
const bytesOf = (name: string) => {
  const vector = FLEET_VECTORS.find((it) => it.name === name);
  return encodeFleetFrame(
    Number.parseInt(vector?.header.slice(0, 2) ?? "", 16),
    vector?.payload ?? "",
  );
};

/** Sends bytes on a connection of its own and gives the answer. */
async function ask(port: number, ...frames: Uint8Array[]) {
  using client = await RawFleetClient.connect(port);
  await client.send(...frames);
  const answer = await client.frame();
  strictEqual(await client.frame(), undefined);
  return answer;
}

Deno.test("A: request 10 litres is charged with 16060 on the UTC day, at its pump", async () => {
  await using rig = createCardRig({ decide: () => true });

  deepStrictEqual(await ask(rig.port, bytesOf("request 10 litres")), CHARGED);
  const { input } = rig.asked[0] ?? {};
  deepStrictEqual(input, {
    ...{ company: "42", card: "7", amount: 16_060, liters: 10 },
    ...{ date: "2026-02-03", source: "card" },
    place: { site: "E05", province: 3, station: 5, pump: null },
  });
});

Deno.test("A: pending? is answered with nothing pending, and refused with refused", async () => {
  await using rig = createCardRig({ decide: () => false });

  deepStrictEqual(await ask(rig.port, bytesOf("pending?")), NOTHING);
  deepStrictEqual(await ask(rig.port, bytesOf("request 10 litres")), REFUSED);
  deepStrictEqual(rig.results.kept, []);
});

Deno.test("T10: three cards pay by the original card's sequence", async () => {
  await using rig = createCardRig({ decide: () => true });
  for (const card of [7, 8, 9]) {
    const payment = { company: 42, card, liters: card };
    strictEqual(await rig.card.pay(payment), "charged");
  }
  deepStrictEqual(
    rig.asked.map(({ input }) => [input.card, input.amount]),
    [["7", 11_242], ["8", 12_848], ["9", 14_454]],
  );
});

Deno.test("T13: eight purchases over six pumps are charged, whichever pump the card chose", async () => {
  await using rig = createCardRig({ pumps: 6, decide: () => true });
  const ports = rig.pumps.map(({ port }) => port);
  const outcomes = await Promise.all(
    Array.from(
      { length: 8 },
      (_, i) =>
        rig.card.payAt(ports[i % 6] ?? 0, { company: 1, card: i, liters: 1 }),
    ),
  );
  deepStrictEqual(outcomes, Array(8).fill("charged"));
});

Deno.test("T15: twenty fast purchases are all answered", async () => {
  await using rig = createCardRig({
    decide: ({ card }) => Number(card) % 2 === 0,
  });
  const outcomes = await Promise.all(
    Array.from(
      { length: 20 },
      (_, card) => rig.card.payAt(rig.port, { company: 1, card, liters: 1 }),
    ),
  );
  deepStrictEqual(
    outcomes,
    outcomes.map((_, i) => i % 2 === 0 ? "charged" : "refused"),
  );
});

Deno.test("T29: kept results are given while no authority answers", async () => {
  await using rig = createCardRig();
  using waiting = await RawFleetClient.connect(rig.port);
  await waiting.send(fuelFrame(1, 9));
  await untilTrue("asked", () => rig.asked.length === 1);
  await keep(rig, 7, true);

  deepStrictEqual(await ask(rig.port, queryFrame(7)), CHARGED);
  deepStrictEqual(await ask(rig.port, queryFrame(7)), NOTHING);
});

/** Keeps a verdict as a card does that vanishes while it waits. */
async function keep(
  rig: ReturnType<typeof createCardRig>,
  card: number,
  success: boolean,
) {
  const before = rig.results.kept.length;
  const { length } = rig.asked;
  const { connected } = rig.desk;
  using client = await RawFleetClient.connect(rig.port);
  await client.send(fuelFrame(1, card));
  await untilTrue("asked", () => rig.asked.length > length);
  client.close();
  await untilTrue("gone", () => rig.desk.connected === connected);
  rig.asked.at(-1)?.decide(success);
  await untilTrue("kept", () => rig.results.kept.length > before);
}

Deno.test("T23: a kept result is given to its card", async () => {
  await using rig = createCardRig();
  await keep(rig, 7, true);

  deepStrictEqual(await rig.card.askKept(7), { port: rig.port, success: true });
});

Deno.test("T24: a kept result that was given is gone", async () => {
  await using rig = createCardRig();
  await keep(rig, 7, true);
  await rig.card.askKept(7);
  await untilTrue("delivered", () => rig.results.delivered === 1);

  strictEqual(await rig.card.askKept(7), undefined);
});

Deno.test("T25: a verdict whose card vanished before it came is kept, accepted or refused", async () => {
  await using rig = createCardRig();
  await keep(rig, 7, true);
  await keep(rig, 8, false);

  deepStrictEqual(
    rig.results.kept.map(({ card, success }) => [card, success]),
    [["7", true], ["8", false]],
  );
});

Deno.test("T26: C-36: a card that asks for fuel again gets the kept result first, once; then it asks anew", async () => {
  await using rig = createCardRig();
  await keep(rig, 7, true);
  const before = rig.asked.length;

  deepStrictEqual(await ask(rig.port, fuelFrame()), CHARGED);
  strictEqual(rig.asked.length, before);
  const again = ask(rig.port, fuelFrame());
  await untilTrue("asked", () => rig.asked.length > before);
  rig.asked.at(-1)?.decide(false);
  deepStrictEqual(await again, REFUSED);
});

Deno.test("T27: three cards each get their own kept result, at any pump", async () => {
  await using rig = createCardRig({ pumps: 3 });
  for (const card of [7, 8, 9]) await keep(rig, card, card !== 8);
  const ports = rig.pumps.map(({ port }) => port);

  for (const [i, card] of [9, 7, 8].entries()) {
    deepStrictEqual(
      await ask(ports[i] ?? 0, queryFrame(card)),
      card === 8 ? REFUSED : CHARGED,
    );
  }
});

Deno.test("C-33: a card is told no within 30 s; a verdict that charges all the same is kept", async () => {
  await using rig = createCardRig();
  const answer = ask(rig.port, fuelFrame());
  await untilTrue("asked", () => rig.asked.length === 1);
  rig.clock.advance(CARD_ANSWER_MS - 1);
  await wait(20);
  strictEqual(rig.desk.connected, 1);
  rig.clock.advance(1);

  deepStrictEqual(await answer, REFUSED);
  strictEqual(CARD_ANSWER_MS < 30_000, true);
  deepStrictEqual(rig.results.kept, []);
  rig.asked[0]?.decide(true);
  await untilTrue("kept", () => rig.results.kept.length === 1);
  deepStrictEqual(await rig.card.askKept(7), { port: rig.port, success: true });
});

Deno.test("C-35: a late no says nothing new, and is not kept", async () => {
  await using rig = createCardRig();
  const answer = ask(rig.port, fuelFrame());
  await untilTrue("asked", () => rig.asked.length === 1);
  rig.clock.advance(CARD_ANSWER_MS);
  deepStrictEqual(await answer, REFUSED);
  rig.asked[0]?.decide(false);
  await wait(20);

  deepStrictEqual(rig.results.kept, []);
});

Deno.test("C-42: of a purchase of which nobody knows what became nothing is kept: a late yes is the first result", async () => {
  await using rig = createCardRig();
  using client = await RawFleetClient.connect(rig.port);
  await client.send(fuelFrame());
  await untilTrue("asked", () => rig.asked.length === 1);
  client.close();
  await untilTrue("gone", () => rig.desk.connected === 0);
  rig.asked[0]?.decide(false, "outcome_unknown");
  await wait(20);

  deepStrictEqual(rig.results.kept, []);
});

Deno.test("C-33: an authority that fails is a no", async () => {
  await using rig = createCardRig();
  const answer = ask(rig.port, fuelFrame());
  await untilTrue("asked", () => rig.asked.length === 1);
  rig.asked[0]?.fail();

  deepStrictEqual(await answer, REFUSED);
  strictEqual(rig.lines.some((it) => it.startsWith("error")), true);
});

Deno.test("C-33: a stop lets verdicts come for a moment, then tells every waiting card no, keeps what is charged after that, and frees the ports", async () => {
  const rig = createCardRig();
  const answers = [1, 2, 3].map((card) => ask(rig.port, fuelFrame(1, card)));
  using silent = await RawFleetClient.connect(rig.port);
  await untilTrue("asked", () => rig.asked.length === 3);
  const drained = rig.desk.drain();
  const decide = (card: string, accepted: boolean) =>
    rig.asked.find(({ input }) => input.card === card)?.decide(accepted);
  decide("1", true);
  deepStrictEqual(await answers[0], CHARGED);
  deepStrictEqual(await ask(rig.port, fuelFrame(1, 4)), REFUSED);
  deepStrictEqual(await ask(rig.port, queryFrame()), NOTHING);
  rig.clock.advance(CARD_GRACE_MS);
  await drained;
  const stopped = rig.pumps[0]?.stop();
  decide("2", true);
  deepStrictEqual(await Promise.all(answers.slice(1)), [REFUSED, REFUSED]);
  strictEqual(await silent.frame(), undefined);
  await untilTrue("kept", () => rig.results.kept.length === 1);
  decide("3", false);
  await rig.desk.stop();
  await stopped;

  deepStrictEqual(rig.results.kept.map(({ card }) => card), ["2"]);
  strictEqual(rig.asked.length, 3);
  await rejects(RawFleetClient.connect(rig.port));
  strictEqual(await rig.card.find(), undefined);
});

Deno.test("C-33: a card whose question is on its way when the pump stops is told no", async () => {
  await using rig = createCardRig({ decide: () => true });
  using client = await RawFleetClient.connect(rig.port);
  await untilTrue("connected", () => rig.desk.connected === 1);
  const drained = rig.desk.drain();
  await client.send(fuelFrame());
  deepStrictEqual(await client.frame(), REFUSED);
  await drained;

  strictEqual(rig.asked.length, 0);
});

Deno.test("C-34: a card that half-closed before its verdict is gone: nothing is written, the verdict is kept", async () => {
  await using rig = createCardRig();
  using client = await RawFleetClient.connect(rig.port);
  await client.send(fuelFrame());
  await untilTrue("asked", () => rig.asked.length === 1);
  await client.endWrite();
  strictEqual(await client.frame(), undefined);
  rig.asked[0]?.decide(true);
  await untilTrue("kept", () => rig.results.kept.length === 1);

  deepStrictEqual(rig.results.kept[0], {
    ...{ company: "42", card: "7", success: true },
    purchase: rig.results.kept[0]?.purchase,
  });
});

Deno.test("C-34: a card that is reset before or after it was answered has nothing: the verdict is kept once", async () => {
  await using rig = createCardRig();
  const before = await ResettingClient.connect(rig.port);
  await before.send(fuelFrame(1, 1));
  await untilTrue("asked", () => rig.asked.length === 1);
  await before.reset();
  await untilTrue("gone", () => rig.desk.connected === 0);
  rig.asked[0]?.decide(true);
  await untilTrue("kept", () => rig.results.kept.length === 1);

  const after = await ResettingClient.connect(rig.port);
  await after.send(fuelFrame(1, 2));
  await untilTrue("asked", () => rig.asked.length === 2);
  rig.asked[1]?.decide(true);
  await wait(50);
  strictEqual(rig.results.kept.length, 1);
  await after.reset();
  await untilTrue("kept", () => rig.results.kept.length === 2);

  deepStrictEqual(rig.results.kept.map(({ card }) => card), ["1", "2"]);
});

Deno.test("C-34: a card that read its answer and closed has it: nothing is kept", async () => {
  await using rig = createCardRig({ decide: () => true });
  for (let i = 0; i < 5; i++) await ask(rig.port, fuelFrame(1, i));
  await untilTrue("over", () => rig.desk.connected === 0);

  deepStrictEqual(rig.results.kept, []);
});

Deno.test("C-34: a kept result that a vanished card asked for stays kept", async () => {
  await using rig = createCardRig();
  await keep(rig, 7, true);
  const killed = await ResettingClient.connect(rig.port);
  await killed.send(queryFrame(7));
  await wait(50);
  await killed.reset();
  await untilTrue("kept", () => rig.results.kept.length === 1);

  deepStrictEqual(await rig.card.askKept(7), { port: rig.port, success: true });
});

Deno.test("C-34: the end of the stream after a query is no end of the card", async () => {
  await using rig = createCardRig();
  await keep(rig, 7, true);
  using client = await RawFleetClient.connect(rig.port);
  await client.send(queryFrame(7));
  await client.endWrite();
  deepStrictEqual(await client.frame(), CHARGED);
  strictEqual(await client.frame(), undefined);
  client.close();
  await untilTrue("delivered", () => rig.results.delivered === 1);

  deepStrictEqual(rig.results.kept, []);
});

Deno.test("C-37: two requests of one card at once are charged and answered each on its own", async () => {
  await using rig = createCardRig();
  const [first, second] = [
    ask(rig.port, fuelFrame(1)),
    ask(rig.port, fuelFrame(2)),
  ];
  await untilTrue("asked", () => rig.asked.length === 2);
  for (const { input, decide } of rig.asked) decide(input.liters === 2);

  deepStrictEqual(await Promise.all([first, second]), [REFUSED, CHARGED]);
  await untilTrue("over", () => rig.desk.connected === 0);
  deepStrictEqual(rig.results.kept, []);
});

Deno.test("C-42: a purchase that was charged after its card was told no is kept until the card asks", async () => {
  await using rig = createCardRig();
  const answer = ask(rig.port, fuelFrame());
  await untilTrue("asked", () => rig.asked.length === 1);
  void rig.desk.drain();
  rig.clock.advance(CARD_GRACE_MS);
  deepStrictEqual(await answer, REFUSED);
  rig.asked[0]?.decide(true);
  await untilTrue("kept", () => rig.results.kept.length === 1);

  strictEqual(rig.results.kept[0]?.success, true);
});

Deno.test("C-42: a card that was told no before anybody was asked is not charged", async () => {
  const looked = Promise.withResolvers<undefined>();
  const results = {
    ...{ kept: [], delivered: 0 },
    takeResult: () => looked.promise,
    keepResult: () => Promise.resolve(),
  };
  await using rig = createCardRig({ results, decide: () => true });
  const answer = ask(rig.port, fuelFrame());
  await untilTrue("connected", () => rig.desk.connected === 1);
  await wait(50);
  void rig.desk.drain();
  rig.clock.advance(CARD_GRACE_MS);
  deepStrictEqual(await answer, REFUSED);
  looked.resolve(undefined);
  await wait(20);

  deepStrictEqual(rig.asked, []);
});

Deno.test("C-32: no liters, and more than 2674325, are refused without asking", async () => {
  await using rig = createCardRig({ decide: () => true });
  for (const liters of [0, 2_674_326, 4_294_967_295]) {
    deepStrictEqual(await ask(rig.port, fuelFrame(liters)), REFUSED);
  }
  strictEqual(rig.asked.length, 0);
  deepStrictEqual(await ask(rig.port, fuelFrame(2_674_325)), CHARGED);
  strictEqual(rig.asked[0]?.input.amount, 4_294_965_950);
});

Deno.test("C-29: frames with opcodes that mean nothing are skipped whole, and the next frame is read", async () => {
  await using rig = createCardRig({ decide: () => true });
  const skipped = [8, 9, 19, 255].map((it) => encodeFleetFrame(it, "{}x"));

  deepStrictEqual(await ask(rig.port, ...skipped, fuelFrame()), CHARGED);
  deepStrictEqual(await ask(rig.port, ...skipped, queryFrame()), NOTHING);
});

Deno.test("C-29: an assigned opcode that is not expected, and a payload that cannot be read, is answered with no", async () => {
  await using rig = createCardRig({ decide: () => true });
  for (const opcode of [1, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18]) {
    for (const payload of ["{}", "", '{"FuelComplete":{"success":true}}']) {
      deepStrictEqual(
        await ask(rig.port, encodeFleetFrame(opcode, payload)),
        REFUSED,
      );
    }
  }
  for (const opcode of [0, 2]) {
    for (
      const payload of [
        "",
        "x",
        "{}",
        "[]",
        '{"card_id":-1}',
        '{"FuelRequest":{}}',
      ]
    ) {
      deepStrictEqual(
        await ask(rig.port, encodeFleetFrame(opcode, payload)),
        REFUSED,
      );
    }
  }
  strictEqual(rig.asked.length, 0);
});

Deno.test("a connection has one question: what follows it is dropped", async () => {
  await using rig = createCardRig({ decide: () => true });
  deepStrictEqual(
    await ask(rig.port, fuelFrame(), fuelFrame(), queryFrame()),
    CHARGED,
  );
  strictEqual(rig.asked.length, 1);
});

Deno.test("connections without a byte are no matter, however many and however they end", async () => {
  await using rig = createCardRig({ decide: () => true });
  for (let i = 0; i < 20; i++) (await RawFleetClient.connect(rig.port)).close();
  const killed = await ResettingClient.connect(rig.port);
  await killed.reset();
  await untilTrue("over", () => rig.desk.connected === 0);

  deepStrictEqual(rig.lines, []);
  deepStrictEqual(await ask(rig.port, fuelFrame()), CHARGED);
});

Deno.test("a frame cut at each byte is read; one that is not whole within 10 s is answered with no", async () => {
  await using rig = createCardRig({ decide: () => true });
  const frame = fuelFrame();
  for (let at = 1; at < frame.length; at += 7) {
    using client = await RawFleetClient.connect(rig.port);
    await client.send(frame.subarray(0, at));
    await wait(1);
    await client.send(frame.subarray(at));
    deepStrictEqual(await client.frame(), CHARGED);
  }
  using slow = await RawFleetClient.connect(rig.port);
  using silent = await RawFleetClient.connect(rig.port);
  await slow.send(frame.subarray(0, 40));
  await untilTrue("taken", () => rig.desk.connected >= 2);
  await wait(30);
  rig.clock.advance(CARD_FRAME_MS);

  deepStrictEqual(await slow.frame(), REFUSED);
  strictEqual(await silent.frame(), undefined);
});

Deno.test("a slow writer is served byte by byte", async () => {
  await using rig = createCardRig({ decide: () => true });
  using client = await RawFleetClient.connect(rig.port);
  for (const byte of fuelFrame()) await client.send(Uint8Array.of(byte));

  deepStrictEqual(await client.frame(), CHARGED);
});

Deno.test("a header that promises more than 64 KiB ends the connection at once", async () => {
  await using rig = createCardRig({ decide: () => true });
  for (const length of [65_537, 0xffff_ffff]) {
    using client = await RawFleetClient.connect(rig.port);
    const header = new Uint8Array(5);
    new DataView(header.buffer).setUint32(1, length);
    await client.send(header);
    strictEqual(await client.frame(), undefined);
  }
  strictEqual(rig.asked.length, 0);
});

Deno.test("whatever a card sends, the pump goes on serving others", async () => {
  await using rig = createCardRig({ decide: () => true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      async (chunks) => {
        const client = await RawFleetClient.connect(rig.port);
        for (const chunk of chunks) await client.send(chunk).catch(() => {});
        client.close();
      },
    ),
    { numRuns: 60 },
  );
  deepStrictEqual(await ask(rig.port, fuelFrame()), CHARGED);
});
