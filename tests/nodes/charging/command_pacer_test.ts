import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  CommandPacer,
  PACED_WORDS_MAX,
} from "../../../nodes/charging/command_pacer.ts";
import { POINT_TIMES } from "../../../nodes/charging/point_times.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const STOP = { kind: "stop" } as const;
const RESUME = { kind: "resume" } as const;
const authorize = (driver: string) => ({ kind: "authorize", driver }) as const;

/** A pacer of a monitor that registered a minute ago, and what it wrote when. */
function createPacer({ flushes = true, ageMs = 60_000 } = {}) {
  const clock = createVirtualClock(0);
  const written: [number, string][] = [];
  const wire = { isOpen: true };
  const pacer = new CommandPacer({
    now: () => clock.monotonic(),
    after: (ms, callback) => clock.timer(ms, callback),
    send(text, flushed) {
      if (!wire.isOpen) return false;
      written.push([clock.monotonic() - ageMs, text]);
      if (flushes) flushed();
      return true;
    },
  }, POINT_TIMES);
  pacer.registered();
  pacer.open();
  clock.advance(ageMs);
  const seen: unknown[] = [];
  const tell = (...words: Parameters<typeof pacer.command>[0][]) => {
    for (const word of words) {
      void pacer.command(word).then((answer) => seen.push([word.kind, answer]));
    }
  };
  return { clock, pacer, tell, seen, written, wire };
}

Deno.test("C-3: CommandPacer writes one word at a time: the next after the answer", async () => {
  const { clock, pacer, tell, seen, written } = createPacer();
  tell(STOP, RESUME, authorize("417"));
  await clock.run(10);
  deepStrictEqual(written, [[0, "PARAR#CENTRAL"]]);

  strictEqual(pacer.answered("resume", "confirmed"), false);
  strictEqual(pacer.answered("stop", "confirmed"), true);
  strictEqual(pacer.answered("stop", "confirmed"), false);
  await clock.run(10);
  strictEqual(pacer.answered("resume", "refused"), true);
  await clock.run(0);

  deepStrictEqual(written.slice(1), [
    [10, "REANUDAR#CENTRAL"],
    [20, "AUTORIZAR_SUMINISTRO#417"],
  ]);
  deepStrictEqual(seen, [
    ["stop", "confirmed"],
    ["resume", "refused"],
    ["authorize", "confirmed"],
  ]);
});

Deno.test("C-3: CommandPacer gives an answer 3 s, or 10 s while the registration is younger than 10 s", async () => {
  for (const [ageMs, waitMs] of [[60_000, 3_000], [9_999, 10_000]] as const) {
    const { clock, tell, seen, written } = createPacer({ ageMs });
    tell(STOP, RESUME);
    await clock.run(waitMs - 1);
    deepStrictEqual([seen, written.length], [[], 1]);
    await clock.run(1);
    deepStrictEqual(seen, [["stop", "silent"]]);
    deepStrictEqual(written.at(-1), [waitMs, "REANUDAR#CENTRAL"]);
  }
});

Deno.test("C-2: CommandPacer tells of an authorization once it is written, and holds the next word until its odd answer", async () => {
  const { clock, pacer, tell, seen, written } = createPacer();
  tell(authorize("417"), STOP);
  await clock.run(0);
  deepStrictEqual(seen, [["authorize", "confirmed"]]);
  strictEqual(written.length, 1);
  strictEqual(pacer.answered("authorize", "refused"), true);
  deepStrictEqual(written.at(-1), [0, "PARAR#CENTRAL"]);
  strictEqual(seen.length, 1);
});

Deno.test("C-55: CommandPacer says that an authorization failed which could not be written", async () => {
  const stuck = createPacer({ flushes: false });
  stuck.tell(authorize("417"));
  await stuck.clock.run(2_999);
  deepStrictEqual(stuck.seen, []);
  await stuck.clock.run(1);
  deepStrictEqual(stuck.seen, [["authorize", "failed"]]);

  const closed = createPacer();
  closed.wire.isOpen = false;
  closed.tell(authorize("417"), STOP);
  await closed.clock.run(0);
  deepStrictEqual(closed.seen, [["authorize", "failed"], ["stop", "failed"]]);

  const ended = createPacer();
  ended.tell(STOP, authorize("417"));
  ended.pacer.end();
  ended.tell(RESUME);
  await ended.clock.run(0);
  const kinds = ["stop", "authorize", "resume"];
  deepStrictEqual(ended.seen, kinds.map((kind) => [kind, "failed"]));
});

Deno.test("C-37: CommandPacer keeps a frame 100 ms away from a control byte before it", async () => {
  const { clock, pacer, tell, written } = createPacer();
  pacer.controlSent();
  await clock.run(30);
  tell(STOP);
  await clock.run(30);
  pacer.controlSent();
  await clock.run(99);
  deepStrictEqual(written, []);
  await clock.run(1);
  deepStrictEqual(written, [[160, "PARAR#CENTRAL"]]);
});

Deno.test("CommandPacer ends a note by a control byte or time, and a word by neither control byte", async () => {
  const { clock, pacer, tell, written } = createPacer();
  pacer.note("REGISTER_RESULT#FIRST", 500);
  tell(STOP);
  await clock.run(100);
  pacer.acknowledged();
  deepStrictEqual(written.at(-1), [100, "PARAR#CENTRAL"]);
  pacer.note("NO_SESSION", 500);
  pacer.acknowledged();
  strictEqual(written.length, 2);
  pacer.answered("stop", "confirmed");
  tell(RESUME);
  await clock.run(500);
  deepStrictEqual(written.slice(2), [
    [100, "NO_SESSION"],
    [600, "REANUDAR#CENTRAL"],
  ]);
});

Deno.test("CommandPacer bounds what waits, and how long", async () => {
  const { clock, tell, seen } = createPacer();
  tell(...Array.from({ length: PACED_WORDS_MAX + 2 }, () => STOP));
  await clock.run(0);
  deepStrictEqual(seen, [["stop", "failed"]]);
  await clock.run(POINT_TIMES.lapseMs);
  // Five were written, one after another, and nobody answered; the rest waited for too long.
  deepStrictEqual(
    [
      seen.filter((it) => String(it) === "stop,silent").length,
      seen.filter((it) => String(it) === "stop,failed").length,
    ],
    [5, PACED_WORDS_MAX - 3],
  );
});
