import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { parseForecourtLine } from "../../../net/mod.ts";
import { ControlGroup } from "../../../nodes/forecourt/control_group.ts";
import type { LineTaker } from "../../../nodes/forecourt/line_reader.ts";
import { currentPrices } from "../../../nodes/forecourt/price_sets.ts";

interface Member {
  readonly link: LineTaker;
  // deno-lint-ignore no-explicit-any -- a test looks into lines of any form
  readonly heard: any[];
  closed: boolean;
}

/** A group whose pushes are durable when the test's scheduler says so. */
function createBench(schedule: (push: () => void) => Promise<void>) {
  let price = 1350;
  const current = () =>
    currentPrices({
      prices: (site) => ({
        site,
        prices: [{
          fuel: "95" as never,
          price,
          fact: "f" as never,
          effectiveAt: 0,
        }],
        set: null,
        currency: "CLP",
        exponent: 0,
      }),
    }, "E01" as never);
  const committed: number[] = [];
  const group = new ControlGroup({
    current,
    async push({ prices }) {
      await schedule(() => {
        price = prices[0]?.price ?? price;
        committed.push(price);
      });
      group.changed();
      return true;
    },
    report: () => {},
    left: () => {},
    dropped: () => {},
    timestamp: () => "2025-03-02T09:14:24",
  });
  const join = (): Member => {
    const heard: Member["heard"] = [];
    const member: Member = {
      heard,
      closed: false,
      link: group.join({
        write: (line) =>
          void heard.push(JSON.parse(new TextDecoder().decode(line))),
        close: () => void (member.closed = true),
      }),
    };
    return member;
  };
  return {
    group,
    committed,
    join,
    /** A change that another peer made. */
    elsewhere(next: number) {
      price = next;
      group.changed();
    },
  };
}

const push = (price: number, timestamp: string) =>
  parseForecourtLine(JSON.stringify({
    "tipo": "actualizacion_precios",
    "timestamp": timestamp,
    "precios": { "precio_95": price },
  }));

Deno.test("ControlGroup R12: each push is told to all once, with its timestamp and after it is durable, in one order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 2000 }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.scheduler(),
      async (prices, scheduler) => {
        const bench = createBench((commit) =>
          scheduler.schedule(Promise.resolve()).then(commit)
        );
        const members = [bench.join(), bench.join(), bench.join()];
        const pushing = prices.map((price, i) =>
          members[i % 2]?.link.line(push(price, `t${i}`))
        );
        await scheduler.waitFor(Promise.all(pushing));

        deepStrictEqual(bench.committed, prices);
        for (const { heard } of members) {
          deepStrictEqual(
            heard.map((line) => [
              line["timestamp"],
              line["precios"]["precio_95"],
            ]),
            prices.map((price, i) => [`t${i}`, price]),
          );
        }
      },
    ),
  );
});

Deno.test("ControlGroup.changed() tells a change of another peer once, and nothing where nothing changed", () => {
  const bench = createBench((commit) => Promise.resolve(commit()));
  const { heard } = bench.join();

  bench.elsewhere(1360);
  bench.group.changed();
  bench.group.changed("Uno");
  bench.group.changed("Uno");
  bench.elsewhere(1370);

  deepStrictEqual(
    heard.map((
      line,
    ) => [line["precios"]["precio_95"], line["nombre_estacion"]]),
    [[1360, undefined], [1360, "Uno"], [1370, undefined]],
  );
});

Deno.test("ControlGroup 4.4: only what is no object or no UTF-8 closes a member", () => {
  const bench = createBench((commit) => Promise.resolve(commit()));
  const closes = ["{oops", "", "5", "null", "[1]", '{"a":1}'].map((text) => {
    const member = bench.join();
    member.link.line(parseForecourtLine(text));
    return member.closed;
  });
  deepStrictEqual(closes, [false, false, true, true, true, false]);
  const member = bench.join();
  member.link.line(parseForecourtLine(Uint8Array.of(0xff)));
  ok(member.closed);
});

Deno.test("ControlGroup 4.7: a simulated pump hears nothing but one answer to each of its own lines", async () => {
  const bench = createBench((commit) => Promise.resolve(commit()));
  const [simulated, other] = [bench.join(), bench.join()];
  const report = parseForecourtLine('{"id":1,"estado":"Parado"}');
  simulated.link.line(report);
  simulated.link.line(report);
  strictEqual(simulated.heard.length, 0);

  for (const price of [1, 2, 3]) {
    await other.link.line(push(price, `t${price}`));
  }
  other.link.line(parseForecourtLine('{"tipo":"x"}'));
  bench.group.tell('{"tipo":"nueva_transaccion"}\n');
  await setImmediate();
  strictEqual(simulated.heard.length, 0);
  simulated.link.line(report);
  simulated.link.line(report);

  deepStrictEqual(
    simulated.heard.map((line) => line["precios"]["precio_95"]),
    [3],
  );
  strictEqual(
    other.heard.filter((line) => line["estado"] === "Parado").length,
    4,
  );
});
