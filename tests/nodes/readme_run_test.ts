/** The README's steps, run as they are written: real processes, bash and curl, in a folder that only looks like the project. */
import {
  deepStrictEqual,
  fail,
  match,
  ok,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseReadyLine } from "../../nodes/adapters/node_process.ts";
import { until } from "../support/processes.ts";
import { readSnippets } from "../support/snippets.ts";

const PROJECT_PATH = fileURLToPath(new URL("../../", import.meta.url));

/** What the README says is run by bash and curl; both are on most machines. */
async function canRun(): Promise<boolean> {
  for (const program of ["bash", "curl"]) {
    try {
      const command = new Deno.Command(program, { args: ["--version"] });
      await command.output();
    } catch {
      return false;
    }
  }
  return true;
}

/** A terminal in which a snippet runs until Ctrl-C. */
interface Terminal {
  /** Presses Ctrl-C, and waits for the end. */
  interrupt(): Promise<number>;
  /** Ends everything in it at once, and waits for the end. */
  kill(): Promise<void>;
}

/** JSON values one after another: inside one no brace or bracket stands beside the next one's. */
function valuesOf(text: string): unknown[] {
  return text.replaceAll(/(?<=[}\]])(?=[{[])/g, "\n").trim().split("\n")
    .map((value) => JSON.parse(value));
}

class Reader implements AsyncDisposable {
  readonly #folder: string;
  readonly #snippets: ReadonlyMap<string, { readonly code: string }>;
  readonly #terminals = new Set<Terminal>();

  constructor(folder: string, readme: string) {
    this.#folder = folder;
    this.#snippets = readSnippets(readme);
  }

  /** Runs a snippet to its end and gives what it prints. */
  async text(name: string): Promise<string> {
    const { code, stdout, stderr } = await this.#command(name).output();
    const decoder = new TextDecoder();
    strictEqual(code, 0, `${name}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }

  /** Runs a snippet to its end; what it prints are JSON values one after another. */
  async run(name: string): Promise<unknown[]> {
    return valuesOf(await this.text(name));
  }

  /** Runs a snippet in a terminal of its own until its node is ready. */
  async open(name: string): Promise<Terminal> {
    const child = this.#command(name).spawn();
    const errors = new Response(child.stderr).text();
    const { promise: ready, resolve } = Promise.withResolvers<string>();
    const reading = readLines(child.stdout, resolve);
    const first = await Promise.race([ready, child.status]);
    if (typeof first !== "string" || parseReadyLine(first) === undefined) {
      fail(`${name} did not become ready: ${await errors}`);
    }
    const finish = async () => {
      const [{ code }] = await Promise.all([child.status, reading, errors]);
      this.#terminals.delete(terminal);
      return code;
    };
    // Ctrl-C goes to the whole group of a terminal: to bash, to the task and to the node.
    const send = (signal: Deno.Signal) => {
      Deno.kill(-child.pid, signal);
      return finish();
    };
    const terminal: Terminal = {
      interrupt: () => send("SIGINT"),
      kill: async () => void await send("SIGKILL"),
    };
    this.#terminals.add(terminal);
    return terminal;
  }

  #command(name: string): Deno.Command {
    const code = this.#snippets.get(name)?.code;
    ok(code !== undefined, `The README has no snippet "${name}"`);
    return new Deno.Command("bash", {
      args: ["-e", "-c", code],
      cwd: this.#folder,
      env: {
        PATH: `${join(this.#folder, "bin")}:${Deno.env.get("PATH")}`,
        NO_COLOR: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const terminal of [...this.#terminals]) await terminal.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  first: (line: string) => void,
): Promise<void> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    const end = text.indexOf("\n");
    if (end >= 0) first(text.slice(0, end));
  }
}

/** A folder with the project's files, and a data folder of its own. */
async function openReader(): Promise<Reader> {
  const folder = await Deno.makeTempDir({ prefix: "panal-readme-" });
  for await (const { name } of Deno.readDir(PROJECT_PATH)) {
    if (name === "data" || name.startsWith(".")) continue;
    await Deno.symlink(join(PROJECT_PATH, name), join(folder, name));
  }
  await Deno.mkdir(join(folder, "bin"));
  await Deno.symlink(Deno.execPath(), join(folder, "bin", "deno"));
  const readme = await Deno.readTextFile(join(PROJECT_PATH, "README.md"));
  return new Reader(folder, readme);
}

/** Whether the node at a port is linked with the office, and the office lacks nothing that it has. */
async function hasHeard(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/peers`);
  const { items } = await response.json() as {
    items: { roles: string[]; linked: boolean; lag: unknown[] }[];
  };
  const office = items.find(({ roles }) => roles.includes("office"));
  return office?.linked === true && office.lag.length === 0;
}

Deno.test({
  name: "the README's office, branches, cut and interface work as written",
  ignore: !await canRun(),
  async fn() {
    await using reader = await openReader();
    const counts = async (name: string) =>
      (await reader.run(name)).map((it) => (it as { count: number }).count);
    let office = await reader.open("office");
    const cus = await reader.open("branch-cus");
    await reader.open("branch-lim");

    await reader.run("first-sale");
    await until("the office knows the sale", async () => {
      const [list] = await reader.run("totals") as { items: unknown[] }[];
      return list?.items.length === 1;
    });
    // A branch says what the office lacks only once it has heard how far the office is.
    for (const port of [18081, 18082]) {
      await until("a branch has heard of the office", () => hasHeard(port));
    }

    strictEqual(await office.interrupt(), 0);
    const apart = await reader.run("apart") as { count?: number }[];
    deepStrictEqual(apart.slice(6).map(({ count }) => count), [4, 3]);
    await cus.kill();
    await reader.open("branch-cus-again");
    const [peers] = await reader.run("lag") as {
      items: {
        roles: string[];
        linked: boolean;
        lag: { commits: number }[];
      }[];
    }[];
    const lost = peers?.items.find(({ roles }) => roles.includes("office"));
    strictEqual(lost?.linked, false);
    ok(lost.lag.some(({ commits }) => commits <= -3));

    office = await reader.open("office");
    await until("all agree", async () => {
      const found = await counts("healed");
      return found.join() === "4,4,3,3";
    });
    const answers = await reader.run("api");
    strictEqual(answers.length, 15);
    match(
      await reader.text("backup"),
      /of a running node[^]*as it was written/,
    );
    match(await reader.text("restore"), /everything verifies/);
    strictEqual(await office.interrupt(), 0);
    const audit = await reader.text("audit");
    strictEqual(audit.match(/Everything verifies\.$/gm)?.length, 2, audit);
  },
});

Deno.test({
  name:
    "the README's two tills sell exactly what is there, cut off from each other",
  ignore: !await canRun(),
  async fn() {
    await using reader = await openReader();
    const onHand = async () =>
      (await reader.run("tills-agree")).map((it) =>
        (it as { onHand: number }).onHand
      );
    let tillA = await reader.open("till-a");
    let tillB = await reader.open("till-b");
    await reader.run("till-coffee");
    await until("both tills know the coffee", async () => {
      const found = await onHand().catch(() => []);
      return found.join() === "11,11";
    });
    const [sale, rights] = await reader.run("till-first-sale") as [
      { receipt: string },
      { items: { own: boolean; free: number }[] },
    ];
    ok(sale.receipt.startsWith("CUS-"));
    const own = rights.items.find((it) => it.own)?.free ?? 0;
    ok(own > 0, "the second till got no more than it sold");
    await until(
      "both tills know the sale",
      async () => (await onHand()).join() === "10,10",
    );

    strictEqual(await tillB.interrupt(), 0);
    strictEqual(await tillA.interrupt(), 0);
    tillA = await reader.open("till-a-alone");
    tillB = await reader.open("till-b-alone");
    const answers = await reader.run("tills-apart") as {
      receipt?: string;
      code?: string;
    }[];
    strictEqual(answers.length, 16);
    strictEqual(answers.filter((it) => it.receipt !== undefined).length, 10);
    const codes = answers.flatMap(({ code }) => code ?? []);
    deepStrictEqual(codes, Array(6).fill("rights_insufficient"));
    ok((await onHand()).every((it) => it > 0));

    strictEqual(await tillB.interrupt(), 0);
    await reader.open("till-b-again");
    await until(
      "both tills agree",
      async () => (await onHand()).join() === "0,0",
    );
    strictEqual(await tillA.interrupt(), 0);
  },
});

Deno.test({
  name:
    "the README's branch of the older software is replaced as written, and sells on",
  ignore: !await canRun(),
  async fn() {
    await using reader = await openReader();
    const office = await reader.open("sync-office");
    const [first, second, known] = await reader.run("sync-old-branch") as [
      { ventasRecibidas: number },
      { ventasRecibidas: number; ventasDuplicadas: number },
      { count: number },
    ];
    deepStrictEqual(
      [first.ventasRecibidas, second.ventasRecibidas, second.ventasDuplicadas],
      [1, 0, 1],
    );
    strictEqual(known.count, 1);

    await reader.text("sync-export");
    const settings = await reader.text("sync-settings");
    ok(settings.includes('"branch-sync": "127.0.0.1:18105"'), settings);
    ok(!settings.includes("Clave123"));
    const branch = await reader.open("sync-branch");
    const moved = (await reader.text("sync-tables")).trimEnd().split("\n");
    // The first sale may have come from the office already.
    ok(/^Ventas\.csv: 2 rows, [12] taken, [01] there/.test(moved[3] ?? ""));
    deepStrictEqual(moved.toSpliced(3, 1), [
      "DetalleVenta.csv: they go with their sales",
      "Productos.csv: 2 rows, 2 taken, 0 there already",
      "Usuarios.csv: 2 rows, 1 taken, 1 there already",
      "DetalleVenta.csv: they go with their sales",
      "Productos.csv: 2 rows, 0 taken, 2 there already",
      "Usuarios.csv: 2 rows, 0 taken, 2 there already",
      "Ventas.csv: 2 rows, 0 taken, 2 there already",
    ]);
    const [signedIn, sold, shelf] = await reader.run("sync-sell") as [
      { user: { fullName: string } },
      { venta: { Total: number; Vendedor: string } },
      { productos: { ProductoID: string; Stock: number }[] },
    ];
    deepStrictEqual(
      [signedIn.user.fullName, sold.venta.Total, sold.venta.Vendedor],
      ["Cajera 3", 10, "Cajera 3"],
    );
    deepStrictEqual(shelf.productos.map(({ Stock }) => Stock), [78, 150]);
    await until("the office has all three sales", async () => {
      const [total] = await reader.run("sync-totals") as { count: number }[];
      return total?.count === 3;
    });
    strictEqual(await branch.interrupt(), 0);
    strictEqual(await office.interrupt(), 0);
  },
});

Deno.test({
  name:
    "the README's pump registers, is priced, sells and is ordered by a plain socket",
  ignore: !await canRun(),
  async fn() {
    await using reader = await openReader();
    const station = await reader.open("station");
    await reader.run("station-prices");
    const heard = await reader.run("station-pump") as Record<
      string,
      unknown
    >[];
    deepStrictEqual(heard.map((one) => one["tipo"] ?? one["outcome"]), [
      "registro_confirmado",
      "ordered",
      "comando",
    ]);
    deepStrictEqual(heard[0]?.["precios"], {
      "precio_93": 1290,
      "precio_95": 1350,
      "precio_97": 1400,
      "precio_diesel": 1120,
    });
    deepStrictEqual([heard[2]?.["comando"], heard[2]?.["razon"]], [
      "pausar",
      "check",
    ]);
    // The same pump dials again and tells of the same delivery.
    await reader.text("station-pump");
    const [native, page, orders] = await reader.run("station-sales") as [
      { items: { volumeMl: number; amountMismatch: boolean }[] },
      { litros: number; "monto_total": number }[],
      { items: { outcome: string }[] },
    ];
    deepStrictEqual(
      native.items.map((one) => [one.volumeMl, one.amountMismatch]),
      [[8000, false]],
    );
    deepStrictEqual(page.map((one) => [one.litros, one["monto_total"]]), [
      [8, 11_200],
    ]);
    deepStrictEqual(orders.items.map(({ outcome }) => outcome), [
      "sent",
      "sent",
    ]);
    strictEqual(await station.interrupt(), 0);
  },
});

/** Whether the node at a port is linked with one of a role. */
async function isLinked(port: number, role: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/peers`);
  const { items } = await response.json() as {
    items: { roles: string[]; self: boolean; linked: boolean }[];
  };
  return items.some((it) => !it.self && it.linked && it.roles.includes(role));
}

Deno.test({
  name:
    "the README's card buys while the company is unreachable, but not beyond the rights at hand",
  ignore: !await canRun(),
  async fn() {
    await using reader = await openReader();
    let company = await reader.open("fleet-company");
    const station = await reader.open("fleet-station");
    match(await reader.text("fleet-account"), /1000000[^]*50000/);
    await until(
      "the station is linked with the company",
      () => isLinked(18111, "company"),
    );
    match(await reader.text("fleet-buy"), /charged/);

    strictEqual(await company.interrupt(), 0);
    match(await reader.text("fleet-apart"), /charged/);
    match(await reader.text("fleet-refused"), /^refused[^]*exit code 1$/m);

    company = await reader.open("fleet-company");
    await until("station and company have the same books", async () => {
      const [list, books, there, here] = await reader.run("fleet-books") as [
        { cards: { limit: number; expenses: number }[] },
        { balance: { amount: string }; spent: { amount: string } },
        { items: { id: string; amount: { amount: string } }[] },
        { items: { id: string; amount: { amount: string } }[] },
      ];
      if (there.items.length < 2) return false;
      deepStrictEqual(there.items, here.items);
      deepStrictEqual(
        [books.balance.amount, books.spent.amount],
        ["967880", "32120"],
      );
      deepStrictEqual(
        list.cards.map(({ limit, expenses }) => [limit, expenses]),
        [[17_880, 2]],
      );
      return true;
    });
    strictEqual(await station.interrupt(), 0);
    strictEqual(await company.interrupt(), 0);
  },
});

/** Whether the node at a port shows a charging point in a state. */
async function pointIs(port: number, state: string): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/v1/charging-points/MAD-01`;
  const response = await fetch(url);
  const point = await response.json() as { state?: string };
  return point.state === state;
}

Deno.test({
  name:
    "C-32: the README's driver charges while the first node is gone, and both agree when it is back",
  ignore: !await canRun(),
  async fn() {
    await using reader = await openReader();
    let first = await reader.open("charging-first");
    const second = await reader.open("charging-second");
    const supplied = reader.text("charging-point");
    await until("the point is free", () => pointIs(18122, "ACTIVADO"));
    const [verdict] = await reader.run("charging-ask") as [
      { accepted: boolean; words: string },
    ];
    deepStrictEqual([verdict.accepted, verdict.words], [true, "Autorizado"]);
    await until("it supplies", () => pointIs(18122, "SUMINISTRANDO"));

    strictEqual(await first.interrupt(), 0);
    const panel = await reader.text("charging-panel");
    match(panel, /MAD-01 \| C\/ Serrano 10 \| 0\.25 €\/kWh \| SUMINISTRANDO/);
    match(await supplied, /SUPPLY_END driver 417 2\.\d00 kWh/);
    const [told, sessions] = await reader.run("charging-told") as [
      { items: { type: string; energyWh: number | null }[] },
      { items: { outcome: string; energyWh: number }[] },
    ];
    deepStrictEqual(told.items.map(({ type }) => type), ["TICKET", "AUTH_OK"]);
    const [session] = sessions.items;
    strictEqual(session?.outcome, "completed");
    strictEqual(session.energyWh, told.items[0]?.energyWh);

    match(await reader.text("charging-again"), /SUPPLY_END driver 5/);
    first = await reader.open("charging-first");
    await until("both show the same sums", async () => {
      const [there, here] = await reader.run("charging-agree") as [
        { items: { key: string; completed: number }[] },
        { items: { key: string; completed: number }[] },
      ];
      if (there.items.length < 2) return false;
      deepStrictEqual(there, here);
      deepStrictEqual(
        here.items.map(({ key, completed }) => [key, completed]),
        [["417", 1], ["5", 1]],
      );
      return true;
    });
    strictEqual(await second.interrupt(), 0);
    strictEqual(await first.interrupt(), 0);
  },
});
