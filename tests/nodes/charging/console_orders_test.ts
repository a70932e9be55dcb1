/** What is typed at the console of charging points. */
import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import fc from "fast-check";
import {
  type ConsoleNode,
  giveOrder,
  type NodeAnswer,
  readLine,
} from "../../../nodes/charging/console_orders.ts";
import { consolePoint } from "../../support/charging_console.ts";

/** A node with points that confirm what they are told, unless it is said otherwise. */
class ModelNode implements ConsoleNode {
  readonly asked: string[] = [];
  readonly states = new Map<string, string>();

  readonly ids: readonly string[];
  readonly away: readonly string[];

  constructor(ids: readonly string[], away: readonly string[] = []) {
    this.ids = ids;
    this.away = away;
  }

  ask(method: "GET" | "POST", path: string, body?: unknown) {
    return Promise.resolve(this.#answer(method, path, body));
  }

  wait(): Promise<void> {
    return Promise.resolve();
  }

  #answer(method: string, path: string, body: unknown): NodeAnswer {
    if (method === "POST") this.asked.push(`${path} ${JSON.stringify(body)}`);
    const [, , collection, name] = path.split("?")[0]?.split("/") ?? [];
    const id = decodeURIComponent(name ?? "");
    if (collection === "charging-commands" && method === "GET") {
      const state = this.states.get(id) ?? "confirmed";
      return { status: 200, body: { id, state } };
    }
    if (collection === "charging-commands") {
      const connected = this.ids.filter((it) => !this.away.includes(it));
      return {
        status: 202,
        body: {
          items: connected.map((point) => ({
            point,
            command: point.startsWith("BAD") ? null : point,
            detail: point.startsWith("BAD") ? `${point} is odd` : null,
          })),
        },
      };
    }
    const points = this.ids.map((it) =>
      consolePoint(it, { connected: !this.away.includes(it) })
    );
    if (name === undefined) {
      return { status: 200, body: { items: points, next: null } };
    }
    const point = points.find((it) => it.id === id);
    if (point === undefined) {
      return { status: 404, body: { code: "point_unknown", detail: "none" } };
    }
    return method === "GET"
      ? { status: 200, body: point }
      : { status: 202, body: { command: { id, state: "waiting" } } };
  }
}

const order = (node: ConsoleNode, text: string) => {
  const line = readLine(text);
  if (line.kind !== "one" && line.kind !== "all") throw new TypeError(text);
  return giveOrder(node, line);
};

Deno.test("C-52: readLine() takes all words of the original console", () => {
  for (const word of ["PT", "PA", "PARAR_TODOS", "pt", "Pa"]) {
    deepStrictEqual(readLine(word), { kind: "all", command: "stop" });
  }
  for (const word of ["RT", "RA", "REANUDAR_TODOS", "ra"]) {
    deepStrictEqual(readLine(word), { kind: "all", command: "resume" });
  }
  for (const word of ["P", "PARAR", "p", "parar"]) {
    const line = { kind: "one", command: "stop", id: "mad-01" };
    deepStrictEqual(readLine(`  ${word}   mad-01 `), line);
  }
  for (const word of ["R", "REANUDAR"]) {
    const line = { kind: "one", command: "resume", id: "MAD-01" };
    deepStrictEqual(readLine(`${word} MAD-01`), line);
  }
  for (const word of ["Q", "QUIT", "q"]) {
    deepStrictEqual(readLine(word), { kind: "quit" });
  }
  deepStrictEqual(readLine(" \t"), { kind: "empty" });
});

Deno.test("readLine() refuses words it does not know and wrong counts", () => {
  for (const text of ["P", "P A B", "PT MAD-01", "Q now", "__proto__", "X 1"]) {
    strictEqual(readLine(text).kind, "wrong", text);
  }
});

Deno.test("readLine() takes any text, and no control character of it reaches a terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const line = readLine(text);
      if (line.kind === "wrong") match(line.message, /^[^\p{Cc}]*$/u);
    }),
  );
});

Deno.test("C-44: an id is taken as it is written, else as the only one that differs in case alone", async () => {
  const node = new ModelNode(["mad-01", "MAD-01", "Val-03"]);
  const exact = await order(node, "P mad-01");
  const other = await order(node, "P vAL-03");
  const both = await order(node, "P Mad-01");
  const none = await order(node, "P BCN-05");

  deepStrictEqual(node.asked, [
    '/v1/charging-points/mad-01/commands {"command":"stop"}',
    '/v1/charging-points/Val-03/commands {"command":"stop"}',
  ]);
  deepStrictEqual([exact.ok, other.ok, both.ok, none.ok], [
    ...[true, true, false, false],
  ]);
  match(both.lines.join(), /ambiguo: mad-01, MAD-01/);
  match(none.lines.join(), /BCN-05 no existe/);
});

Deno.test("an order to a point without a connection says so in the original words, and sends nothing", async () => {
  const node = new ModelNode(["MAD-01"], ["MAD-01"]);
  const outcome = await order(node, "P MAD-01");

  deepStrictEqual(outcome.lines, [
    "ERROR: CP MAD-01 no está conectado por socket para recibir comandos.",
  ]);
  deepStrictEqual(node.asked, []);
});

Deno.test("an order says what the equipment said", async () => {
  const node = new ModelNode(["A", "B", "C"]);
  node.states.set("B", "silent").set("C", "refused");
  const lines = await Promise.all(
    ["P A", "R B", "P C"].map(async (text) => (await order(node, text)).lines),
  );

  deepStrictEqual(lines.flat(), [
    "PARAR A: confirmado",
    "REANUDAR B: sin confirmar: el punto no responde",
    "PARAR C: rechazado por el punto",
  ]);
});

Deno.test("C-46: of an order to all, those that fail are named and the others done", async () => {
  const node = new ModelNode(["A", "BAD", "C", "D", "E"], ["D"]);
  node.states.set("C", "silent");
  const outcome = await order(node, "PT");

  deepStrictEqual(
    [outcome.ok, outcome.ordered, outcome.confirmed],
    [false, 3, 2],
  );
  strictEqual(outcome.lines[0], "PARAR: enviado a 3 CPs, 2 confirmados");
  deepStrictEqual(outcome.lines.slice(1).toSorted(), [
    "ERROR: BAD is odd",
    "PARAR C: sin confirmar: el punto no responde",
  ]);
  const nobody = await order(new ModelNode([]), "RT");
  strictEqual(nobody.ok, true);
  match(nobody.lines.join(), /No hay CPs conectados/);
});

Deno.test("an order that the node does not let pass says how to sign in", async () => {
  const node: ConsoleNode = {
    ask: () =>
      Promise.resolve({
        status: 401,
        body: { code: "forbidden", detail: "This needs sign-in" },
      }),
    wait: () => Promise.resolve(),
  };
  await rejects(order(node, "P A"), /--user NAME/);
  await rejects(order(node, "PT"), /--user NAME/);
});
