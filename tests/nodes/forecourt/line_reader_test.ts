import {
  deepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import type { ForecourtLine } from "../../../net/mod.ts";
import { createLineReader } from "../../../nodes/forecourt/line_reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const nameOf = (line: ForecourtLine) =>
  line.kind === "object" ? String(line.message["n"]) : line.kind;

Deno.test("createLineReader() tells lines one after another, also those that are waited for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(9), { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      async (numbers, cuts) => {
        const told: string[] = [];
        let busy = false;
        const reader = createLineReader({
          line(line) {
            strictEqual(busy, false);
            told.push(nameOf(line));
            if (Number(nameOf(line)) % 2 === 0) return undefined;
            busy = true;
            return Promise.resolve().then(() => void (busy = false));
          },
          tooLong: () => {},
          closed: () => {},
        }, { log: () => {} });
        const stream = bytes(
          numbers.map((n) => JSON.stringify({ n })).join("\n"),
        );
        const places = cuts.map((it) => it % (stream.length + 1))
          .toSorted((a, b) => a - b);
        for (const [i, from] of [0, ...places].entries()) {
          await reader.chunk(stream.subarray(from, places[i]));
        }
        await reader.ended();
        deepStrictEqual(told, numbers.map(String));
      },
    ),
  );
});

Deno.test("createLineReader() tells what came before a line that is too long, then that it is", async () => {
  const told: string[] = [];
  const reader = createLineReader({
    line: (line) => {
      told.push(nameOf(line));
      return Promise.resolve();
    },
    tooLong: () => void told.push("too long"),
    closed: () => {},
  }, { log: () => {} });

  await reader.chunk(bytes(`{"n":1}\n{"n":2}\n${"x".repeat(65_537)}\n`));

  deepStrictEqual(told, ["1", "2", "too long"]);
});

Deno.test("createLineReader() logs what its taker throws, and ends the connection where it is at a line", async () => {
  const logged: string[] = [];
  const fail = () => {
    throw new TypeError("broken");
  };
  const logger = { log: (level: string) => void logged.push(level) };
  const taker = { tooLong: fail, drained: fail, closed: fail };
  const sync = createLineReader({ ...taker, line: fail }, logger);
  const later = createLineReader({
    ...taker,
    line: () => Promise.reject(new TypeError("broken")),
  }, logger);

  throws(() => sync.chunk(bytes("{}\n")), TypeError);
  await rejects(async () => await later.chunk(bytes("{}\n")), TypeError);
  sync.drained();
  sync.closed("reset");

  deepStrictEqual(logged, Array(4).fill("error"));
});
