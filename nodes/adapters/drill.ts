/**
 * The task `drill`: what an operator would do on the day a disk dies, on temporary folders with real processes. A branch
 * sells, is backed up while it sells, dies, is restored elsewhere, joins again, and has the same books.
 *
 * @module
 */
import { join } from "node:path";
import { PanalError } from "../../crdt/mod.ts";
import { configError, parseOptions, quote } from "../option_parser.ts";
import { DemoFailure } from "./demo_node.ts";
import { askNode, waitUntil } from "./demo_requests.ts";
import { differences, readViews } from "./drill_views.ts";
import {
  type NodeProcess,
  runProgram,
  startNodeProcess,
} from "./node_process.ts";

/** The surroundings of the drill. */
export interface DrillIo {
  /** Writes what happens. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Ends the drill. */
  readonly signal: AbortSignal;
}

const HELP = `Rehearse the day on which a disk dies.

  deno task drill [--sales N]

  --sales N    sales before the first backup, 10 to 100000 (200)

Starts an office and a branch on temporary folders, each a process of its own. The branch sells, is backed up while it
goes on, sells more, is backed up again, sells more still and is killed. Its backup is restored to another folder, that
node joins the mesh, gets back from the office what it sold after the backup, and its books are compared with those of
the folder that died, view by view. Then it sells on. Prints how long each step took; everything is removed at the end.

Exit code: 0 if all is equal, 1 if not, 2 for a bad option.
`;

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_UNUSABLE = 2;
const SALES = 200;
const SALES_MIN = 10;
const SALES_MAX = 100_000;
const SITE = "CUS";
/** Sales that are on their way at once. */
const LANES = 8;

/**
 * Runs `deno task drill`.
 *
 * @param args What stands behind `drill`.
 * @param io Where it writes, and what ends it.
 * @returns The exit code: 0, 1 if something differs or fails, 2 for a bad option.
 */
export async function runDrill(
  args: readonly string[],
  io: DrillIo,
): Promise<number> {
  let sales: number | undefined;
  try {
    sales = readSales(args);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`drill: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
  if (sales === undefined) {
    io.stdout(HELP);
    return EXIT_OK;
  }
  const folder = await Deno.makeTempDir({ prefix: "panal-drill-" });
  const drill = new Drill(folder, io);
  try {
    await drill.run(sales);
    io.stdout("The drill has passed: the books are equal.\n");
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof DemoFailure) && !io.signal.aborted) throw error;
    io.stderr(`drill: ${error instanceof Error ? error.message : error}\n`);
    return EXIT_FAILED;
  } finally {
    await drill.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

function readSales(args: readonly string[]): number | undefined {
  const { words, values, help } = parseOptions(args, { sales: "one" });
  if (help) return undefined;
  const text = values.get("sales")?.[0] ?? String(SALES);
  const sales = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (words.length === 0 && sales >= SALES_MIN && sales <= SALES_MAX) {
    return sales;
  }
  throw configError(
    words[0] === undefined
      ? `--sales takes ${SALES_MIN} to ${SALES_MAX}, not ${quote(text)}`
      : `${quote(words[0])} is no option of drill: --help lists them`,
  );
}

class Drill {
  readonly #folder: string;
  readonly #io: DrillIo;
  readonly #processes = new Set<NodeProcess>();

  constructor(folder: string, io: DrillIo) {
    this.#folder = folder;
    this.#io = io;
  }

  async run(sales: number): Promise<void> {
    const { office, branch } = await this.#step(
      "an office and a branch start and meet",
      () => this.#open(),
    );
    const part = Math.ceil(sales / 4);
    await this.#step(`${sales} sales`, () => this.#sell(branch, sales));
    await this.#step(
      `a first backup while ${part} more are sold`,
      async () => {
        const selling = this.#sell(branch, part);
        // A failure of both is the first one's.
        await Promise.all([this.#backUp("branch"), selling]);
      },
    );
    await this.#step(`${part} sales`, () => this.#sell(branch, part));
    await this.#step("an incremental backup", () => this.#backUp("branch"));
    await this.#step(
      `${part} sales that no backup has, until the office has them`,
      async () => {
        await this.#sell(branch, part);
        await this.#agree(office, branch);
      },
    );
    const sold = await this.#sold(branch);
    await this.#step("the branch is killed", () => branch.kill());
    await this.#step("its backup is restored elsewhere", () => this.#restore());
    const restored = await this.#step(
      `the restored branch starts, joins and has all ${sold} sales`,
      async () => {
        const node = await this.#start("restored", [
          ...["branch", "--site", SITE],
          ...["--surface", "inventory-branch=off"],
          ...["--peer", office.ready.listen[0] ?? ""],
        ]);
        await this.#until(
          "all sales are back",
          async () => await this.#sold(node) === sold,
        );
        return node;
      },
    );
    await this.#step("every view is that of the folder that died", async () => {
      await restored.stop();
      const views = readViews(this.#path("branch"));
      const found = differences(views, readViews(this.#path("restored")));
      if (found.length > 0) throw new DemoFailure(found.join("; "));
    });
    await this.#sellOn(office, sold);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes].map((node) => node.kill()));
  }

  /** The restored node goes on in new logs: nothing is there twice, and the office hears of it. */
  async #sellOn(office: NodeProcess, sold: number): Promise<void> {
    await this.#step("the restored branch sells on", async () => {
      const node = await this.#start("restored", [
        ...["branch", "--site", SITE],
        ...["--surface", "inventory-branch=off"],
        ...["--peer", office.ready.listen[0] ?? ""],
      ]);
      await this.#sell(node, LANES);
      await this.#until(
        "the office has them too",
        async () => await this.#sold(office) === sold + LANES,
      );
      const { items } = await this.#ask(office, "/v1/incidents");
      const kinds = (items as { kind: string }[]).map(({ kind }) => kind);
      if (kinds.includes("fork")) throw new DemoFailure("a log was forked");
    });
  }

  async #open(): Promise<{ office: NodeProcess; branch: NodeProcess }> {
    const office = await this.#start("office", [
      ...["office", "--surface", "inventory-central=off"],
    ]);
    const { code, stdout, stderr } = await runProgram([
      ...["mesh", "invite", "--data", this.#path("office")],
      ...["--role", "branch", "--site", SITE],
    ], { net: [] });
    if (code !== 0) throw new DemoFailure(`no invitation: ${stderr}`);
    const branch = await this.#start("branch", [
      ...["branch", "--site", SITE, "--join", stdout.trim()],
      ...["--surface", "inventory-branch=off"],
    ]);
    await this.#ask(branch, "/v1/products", {
      product: "1",
      name: "honey",
      price: { amount: "2.50", currency: "PEN" },
      stock: 1_000_000,
    });
    return { office, branch };
  }

  async #start(name: string, args: readonly string[]): Promise<NodeProcess> {
    const started = await startNodeProcess([
      ...args,
      ...["--surface", "branch-sync=off", "--data", this.#path(name)],
      ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
      ...["--no-mdns", "--log-level", "error"],
    ], { signal: this.#io.signal });
    if (!started.ok) {
      throw new DemoFailure(`${name} did not start: ${started.error.stderr}`);
    }
    this.#processes.add(started.value);
    void started.value.ended.then(() => this.#processes.delete(started.value));
    return started.value;
  }

  async #sell(node: NodeProcess, count: number): Promise<void> {
    let left = count;
    const body = { lines: [{ product: "1", quantity: 1 }] };
    const lane = async () => {
      while (left-- > 0) await this.#ask(node, "/v1/sales", body);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  async #sold(node: NodeProcess): Promise<number> {
    const totals = await this.#ask(node, `/v1/totals?site=${SITE}`);
    return Number(totals["count"] ?? 0);
  }

  async #agree(one: NodeProcess, other: NodeProcess): Promise<void> {
    await this.#until(
      "both have the same totals",
      async () => await this.#sold(one) === await this.#sold(other),
    );
  }

  async #backUp(name: string): Promise<void> {
    const words = ["backup", "--data", this.#path(name)];
    await this.#program([...words, "--to", this.#path("backup")]);
  }

  async #restore(): Promise<void> {
    const words = ["restore", "--from", this.#path("backup")];
    await this.#program([...words, "--data", this.#path("restored")]);
  }

  async #program(words: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await runProgram(words, { net: [] });
    if (code !== 0) throw new DemoFailure(stderr.trim());
    this.#io.stderr(stdout);
  }

  async #ask(node: NodeProcess, path: string, body?: unknown) {
    return await askNode(node.ready.http, path, {
      signal: this.#io.signal,
      ...(body === undefined ? {} : { method: "POST", body }),
    });
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    await waitUntil(what, this.#io.signal, isSo);
  }

  async #step<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await work();
    const seconds = (performance.now() - from) / 1000;
    this.#io.stdout(`${seconds.toFixed(1).padStart(7)} s  ${what}\n`);
    return result;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
