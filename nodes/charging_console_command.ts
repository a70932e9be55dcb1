/**
 * The task `charging-console`: an operator's console of the charging points that a node knows, at a terminal or from
 * scripts.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import {
  type ConsoleLine,
  type ConsoleNode,
  giveOrder,
  type OrderOutcome,
  readLine,
} from "./charging/console_orders.ts";
import {
  changeLines,
  COMMANDS_LINE,
  MESSAGES_MAX,
  screenLines,
  statesOf,
} from "./charging/console_panel.ts";
import {
  type ConsolePanel,
  parsePanel,
  parseProblem,
} from "./charging/console_wire.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";

/** Whom the console asks. */
export interface ConsoleTarget {
  /** The node's native address. */
  readonly url: string;
  /** Who signs in; undefined where nobody has to. */
  readonly user?: { readonly name: string; readonly password: string };
}

/** The surroundings of the console. */
export interface ChargingConsoleIo {
  /** Writes results, and the screen. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Finds a node; nothing is sent before the first question. */
  open(target: ConsoleTarget): ConsoleNode;
  /** Lines that a person or a script types. */
  lines(): AsyncIterable<string>;
  /** The terminal that standard output is; undefined if it is none. */
  readonly terminal:
    | (() => { readonly columns: number; readonly rows: number })
    | undefined;
  /** Date and time of now, and the time of day of an instant, as people here write them. */
  clock: {
    readonly now: () => string;
    readonly timeOf: (instant: string) => string;
  };
  /** The password in `PANAL_PASSWORD`. */
  password(): string | undefined;
  /** Ends the console. */
  readonly signal: AbortSignal;
}

/** The screen is drawn anew so often, in milliseconds. */
export const REDRAW_MS = 2_000;

const EXIT_OK = 0;
const EXIT_REFUSED = 1;
const EXIT_UNUSABLE = 2;

const HELP = `Operate charging points: see what they do, stop and resume them.

  deno task charging-console [options]
                          a console: the panel, drawn anew each 2 s, and commands at the prompt
  deno task charging-console COMMAND [options]
                          give one command, wait for what the equipment says, and end
  deno task charging-console panel [options]
                          print the panel once

Commands, in any case; an id in the case in which it is written, or in any if only one point fits
  P ID, PARAR ID                  put a charging point out of service; a running supply ends
  R ID, REANUDAR ID               put it into service again
  PT, PA, PARAR_TODOS             stop every point that is connected, each by itself
  RT, RA, REANUDAR_TODOS          resume every point that is connected, each by itself
  AYUDA                           list these (console only)
  Q, QUIT                         leave the console; the node runs on (console only)

Options
  --node URL              the native address of any node of the site (http://127.0.0.1:8080)
  --user NAME             sign in as this user, a supervisor, with the password in PANAL_PASSWORD
  --json                  one command or panel: print the answer as one line of JSON

Where standard output is no terminal, the console prints a line for each change instead of a screen.

Exit code of one command: 0 all confirmed, 1 not all (a point that is unknown, not connected, says no or is silent),
2 a bad option, or no answer of the node. Of the console: 0 after Q, the end of its input or Ctrl-C.

Examples
  deno task charging-console
  deno task charging-console P MAD-01
  deno task charging-console PT --node http://127.0.0.1:18080 --json
  printf 'P MAD-01\\nR MAD-01\\nQ\\n' | deno task charging-console
`;

const OPTIONS = { node: "one", user: "one", json: "flag" } as const;

/**
 * Runs `deno task charging-console`.
 *
 * @param args What stands behind `charging-console`.
 * @param io Where it reads and writes, and how it asks a node.
 * @returns The exit code: 0 if all went well, 1 if not all was confirmed, 2 with one line on standard error.
 */
export async function runChargingConsole(
  args: readonly string[],
  io: ChargingConsoleIo,
): Promise<number> {
  try {
    const { words, values, help } = parseOptions(args, OPTIONS);
    if (help) {
      io.stdout(HELP);
      return EXIT_OK;
    }
    const json = values.has("json");
    const target = readTarget(values, io);
    if (words.length === 0) {
      if (json) throw configError("--json goes with one command, or panel");
      return await new ChargingConsole(io.open(target), io).run();
    }
    if (words.length === 1 && words[0] === "panel") {
      return await printPanel(io.open(target), io, json);
    }
    const line = readCommand(words);
    return printOutcome(await giveOrder(io.open(target), line), io, json);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`charging-console: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

function readTarget(
  values: ReadonlyMap<string, readonly string[]>,
  io: ChargingConsoleIo,
): ConsoleTarget {
  const text = values.get("node")?.[0] ?? "http://127.0.0.1:8080";
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw configError(
      `--node takes an address such as http://127.0.0.1:8080, not ${
        quote(text)
      }`,
    );
  }
  const name = values.get("user")?.[0];
  if (name === undefined) return { url: url.origin };
  const password = io.password();
  if (password === undefined) {
    throw configError(`Put the password of ${quote(name)} into PANAL_PASSWORD`);
  }
  return { url: url.origin, user: { name, password } };
}

function readCommand(
  words: readonly string[],
): Extract<ConsoleLine, { readonly kind: "one" | "all" }> {
  const line = readLine(words.join(" "));
  if (line.kind === "one" || line.kind === "all") return line;
  throw configError(
    `${
      quote(words.join(" "))
    } is none of its commands: use P ID, R ID, PT, RT or panel (--help explains)`,
  );
}

async function readPanel(node: ConsoleNode): Promise<ConsolePanel> {
  const { status, body } = await node.ask(
    "GET",
    "/v1/charging-panel?limit=1000",
  );
  if (status === 200) return parsePanel(body);
  throw new PanalError("forbidden", parseProblem(body, status).detail);
}

async function printPanel(
  node: ConsoleNode,
  io: ChargingConsoleIo,
  json: boolean,
): Promise<number> {
  const panel = await readPanel(node);
  const text = json ? JSON.stringify(panel) : screenLines(panel, {
    messages: [],
    color: io.terminal !== undefined,
    columns: io.terminal?.().columns ?? 120,
    now: io.clock.now(),
    timeOf: io.clock.timeOf,
  }).join("\n");
  io.stdout(`${text}\n`);
  return EXIT_OK;
}

function printOutcome(
  outcome: OrderOutcome,
  io: ChargingConsoleIo,
  json: boolean,
): number {
  const { lines, ordered, confirmed, ok } = outcome;
  io.stdout(
    json
      ? `${JSON.stringify({ ok, ordered, confirmed, lines })}\n`
      : lines.map((line) => `${line}\n`).join(""),
  );
  return ok ? EXIT_OK : EXIT_REFUSED;
}

/** A console: it looks at the node again and again, and gives what is typed to it. */
class ChargingConsole {
  readonly #node: ConsoleNode;
  readonly #io: ChargingConsoleIo;
  readonly #messages: string[] = [];
  readonly #orders = new Set<Promise<void>>();
  #states: ReadonlyMap<string, string> | undefined;
  #ended = false;
  #silent = false;

  constructor(node: ConsoleNode, io: ChargingConsoleIo) {
    this.#node = node;
    this.#io = io;
  }

  async run(): Promise<number> {
    // The first look fails at once where there is no node, instead of in a screen.
    await this.#look(await readPanel(this.#node));
    const looking = this.#lookOn();
    try {
      for await (const text of this.#typed()) {
        if (!this.#take(readLine(text))) break;
        this.#prompt();
      }
      // A script's last commands are answered before the console ends.
      await Promise.all(this.#orders);
    } finally {
      this.#ended = true;
      await looking;
      this.#leave();
    }
    return EXIT_OK;
  }

  /** Lines until the input or the console ends. */
  async *#typed(): AsyncGenerator<string> {
    const { signal } = this.#io;
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const end = () => resolve(undefined);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const lines = this.#io.lines()[Symbol.asyncIterator]();
    while (true) {
      const next = await Promise.race([lines.next(), aborted]);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  }

  /** Does what a line says; false to leave. */
  #take(line: ConsoleLine): boolean {
    switch (line.kind) {
      case "quit":
        return false;
      case "empty":
        return true;
      case "help":
        this.#say(COMMANDS_LINE);
        return true;
      case "wrong":
        this.#say(`ERROR: ${line.message}`);
        return true;
      default: {
        const order: Promise<void> = this.#give(line).finally(() => {
          this.#orders.delete(order);
        });
        this.#orders.add(order);
        return true;
      }
    }
  }

  /** An order goes its way while others are typed: no point waits for another. */
  async #give(
    line: Extract<ConsoleLine, { readonly kind: "one" | "all" }>,
  ): Promise<void> {
    try {
      for (const said of (await giveOrder(this.#node, line)).lines) {
        this.#say(said);
      }
    } catch (error) {
      if (!(error instanceof PanalError)) throw error;
      this.#say(`ERROR: ${error.message}`);
    }
  }

  #say(text: string): void {
    const line = `${this.#io.clock.now().slice(-8)} ${text}`;
    this.#messages.push(line);
    if (this.#messages.length > MESSAGES_MAX) this.#messages.shift();
    if (this.#io.terminal === undefined) this.#io.stdout(`${line}\n`);
    else if (this.#panel !== undefined) this.#draw(this.#panel);
  }

  async #lookOn(): Promise<void> {
    while (true) {
      await this.#pause(REDRAW_MS);
      if (this.#ended) return;
      try {
        await this.#look(await readPanel(this.#node));
        this.#silent = false;
      } catch (error) {
        if (!(error instanceof PanalError)) throw error;
        // Said once: a node that is started again is found again.
        if (!this.#silent) this.#say(`ERROR: ${error.message}`);
        this.#silent = true;
      }
    }
  }

  /** Waits, but not when the console has ended. */
  async #pause(ms: number): Promise<void> {
    const step = 100;
    for (let waited = 0; waited < ms && !this.#ended; waited += step) {
      await this.#node.wait(step);
    }
  }

  #panel: ConsolePanel | undefined;

  #look(panel: ConsolePanel): void {
    this.#panel = panel;
    if (this.#io.terminal === undefined) {
      for (const line of changeLines(this.#states, panel)) {
        this.#io.stdout(`${line}\n`);
      }
      this.#states = statesOf(panel);
    } else this.#draw(panel);
  }

  /** Draws everything above the line on which the operator types, and leaves that line as it is. */
  #draw(panel: ConsolePanel): void {
    const { terminal, clock } = this.#io;
    if (terminal === undefined) return;
    const { columns, rows } = terminal();
    const lines = screenLines(panel, {
      messages: this.#messages,
      color: true,
      columns,
      rows: Math.max(4, rows - 1),
      now: clock.now(),
      timeOf: clock.timeOf,
    });
    const blank = Array.from(
      { length: Math.max(0, rows - 1 - lines.length) },
      () => "",
    );
    const text = [...lines, ...blank].map((line) => `${line}\x1b[K\r\n`)
      .join("");
    if (this.#drawn) {
      this.#io.stdout(`\x1b7\x1b[H${text.slice(0, -2)}\x1b8`);
    } else {
      this.#drawn = true;
      this.#io.stdout(`\x1b[2J\x1b[H${text}`);
      this.#prompt();
    }
  }

  #drawn = false;

  #prompt(): void {
    const { terminal } = this.#io;
    if (terminal === undefined) return;
    this.#io.stdout(`\x1b[${terminal().rows};1H\x1b[K> `);
    // The line feed that was typed has moved the screen up by one.
    if (this.#panel !== undefined) this.#draw(this.#panel);
  }

  #leave(): void {
    if (this.#io.terminal !== undefined) this.#io.stdout("\r\n");
  }
}
