/**
 * The task `driver`: a driver's program, at a prompt or for one charge. It speaks to whoever serves the topics: nodes of a
 * charging site, or an original central.
 *
 * @module
 */
import { type Clock, PanalError, parseDriverId } from "../crdt/mod.ts";
import type { DriverWord, KafkaBroker } from "../net/mod.ts";
import {
  DRIVER_MESSAGES_MAX,
  driverPanel,
  wordLine,
} from "./charging/driver_panel.ts";
import { SimulatedDriver } from "./charging/simulated_driver.ts";
import { waitFor } from "./charging/topic_waits.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";
import { parseListenAddress } from "./surfaces.ts";

/** The surroundings of the command. */
export interface DriverIo {
  /** Time. */
  readonly clock: Clock;
  /** Aborted to end the command. */
  readonly signal: AbortSignal;
  /** Writes results. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Lines that a person or a script types. */
  lines(): AsyncIterable<string>;
  /** The terminal's size; undefined where there is none. */
  readonly terminal: (() => { rows: number }) | undefined;
  /** Reads a text file of at most 1 MiB. */
  readFile(path: string): Promise<string>;
  /** The broker at `HOST:PORT`. */
  broker(address: string): KafkaBroker;
}

const HELP = `Be a driver: ask for charging points, and hear what becomes of it.

  deno task driver --id ID [--broker HOST:PORT] [options]
                          a prompt:
                            SOLICITAR CP_ID   ask for a point
                            BATCH FILE        ask for each point of a file, one a line, and wait for the end of each charge
                            Q                 leave
  deno task driver request CP_ID --id ID [options]
                          ask once, wait until the charge is over, and leave
  deno task driver batch FILE --id ID [options]
                          BATCH without a prompt

  --id ID                 who drives, e.g. 417; case counts
  --broker HOST:PORT      the Apache Kafka of the charging network (127.0.0.1:9092)
  --wait N                how many seconds to wait at most for the end of a charge (3600)
  --answer-only           request: leave as soon as it is answered; the charge goes on
  --quit                  say on leaving that the driver left: what he reserved is given back; running charges go on
  --json                  print every word to the driver as a line of JSON, and no panel

Exit code: 0 a ticket (with --answer-only: accepted), 1 refused, cut short or too late, 2 unreachable or a wrong option.

Anybody who is on the broker can be any driver: nothing on these topics says who wrote a record.

Example, in three terminals
  deno task run charging --site SEV --surface charging-kafka=127.0.0.1:9092
  deno task charging-point charge --id SEV-07 --broker 127.0.0.1:9092 --seconds 5
  deno task driver request SEV-07 --id 417 --broker 127.0.0.1:9092
`;

const EXIT_DONE = 0;
const EXIT_NONE = 1;
const EXIT_UNUSABLE = 2;
const WAIT_SECONDS_MAX = 604_800;
/** Most points of a batch. */
const BATCH_MAX = 10_000;
/** BATCH waits so long after a request, and so long after a charge, in milliseconds. */
const BATCH_MS = { answer: 5000, after: 4000 };
/** The panel is drawn this often, in milliseconds. */
const PANEL_MS = 1000;
/** How often a wait looks whether it is over, in milliseconds. */
const LOOK_MS = 50;

const OPTIONS = {
  id: "one",
  broker: "one",
  wait: "one",
  "answer-only": "flag",
  quit: "flag",
  json: "flag",
} as const;

interface Request {
  readonly command: "prompt" | "request" | "batch";
  /** The point or the file. */
  readonly subject: string;
  readonly driver: string;
  readonly broker: string;
  readonly waitMs: number;
  readonly answerOnly: boolean;
  readonly quits: boolean;
  readonly json: boolean;
}

/**
 * Runs `deno task driver`.
 *
 * @param args What stands behind `driver`.
 * @param io Where it reads and writes, and how it connects.
 * @returns The exit code: 0 done, 1 refused, cut short or too late, 2 unreachable or a wrong option.
 */
export async function runDriver(
  args: readonly string[],
  io: DriverIo,
): Promise<number> {
  try {
    const request = readRequest(args);
    if (request === undefined) {
      io.stdout(HELP);
      return EXIT_DONE;
    }
    return await new DriverProgram(request, io).run();
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`driver: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

function readRequest(args: readonly string[]): Request | undefined {
  const { words, values, help } = parseOptions(args, OPTIONS);
  if (help) return undefined;
  const [command = "prompt", subject, extra] = words;
  if (command !== "prompt" && command !== "request" && command !== "batch") {
    throw configError(
      `${
        quote(command)
      } is none of its commands: use request CP_ID or batch FILE, or leave it out`,
    );
  }
  if (command !== "prompt" && subject === undefined) {
    throw configError(
      command === "request"
        ? "Name the point, e.g. request SEV-07"
        : "Name the file, e.g. batch points.txt",
    );
  }
  if (extra !== undefined) {
    throw configError(`${quote(extra)} is one word too many`);
  }
  const one = (name: string) => values.get(name)?.[0];
  const driver = parseDriverId(one("id"));
  if (driver === undefined) {
    throw configError(
      "--id takes a driver's id of at most 200 bytes without # and outer spaces, e.g. --id 417",
    );
  }
  const broker = one("broker") ?? "127.0.0.1:9092";
  parseListenAddress("--broker", broker);
  return {
    ...{ command, driver, broker },
    subject: subject ?? "",
    waitMs: readSeconds(one("wait") ?? "3600") * 1000,
    answerOnly: values.has("answer-only"),
    quits: values.has("quit"),
    json: values.has("json"),
  };
}

function readSeconds(text: string): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : NaN;
  if (value <= WAIT_SECONDS_MAX) return value;
  throw configError(
    `--wait takes a whole number from 0 to ${WAIT_SECONDS_MAX}, not ${
      quote(text)
    }`,
  );
}

/** The program while it runs. */
class DriverProgram {
  readonly #request: Request;
  readonly #io: DriverIo;
  readonly #driver: SimulatedDriver;
  readonly #messages: string[] = [];
  /** Words about a point since it was asked for. */
  readonly #words = new Map<string, DriverWord>();

  constructor(request: Request, io: DriverIo) {
    this.#request = request;
    this.#io = io;
    this.#driver = new SimulatedDriver({
      broker: io.broker(request.broker),
      driver: request.driver,
      clock: io.clock,
      heard: (word) => this.#hear(word),
      link: (connected) =>
        this.#say(connected ? "Kafka está conectado" : "Kafka no responde"),
    });
  }

  async run(): Promise<number> {
    const { command, quits, subject, json } = this.#request;
    const { terminal, clock } = this.#io;
    await this.#driver.start();
    let panel: { cancel(): void } | undefined;
    const draw = () => {
      this.#draw();
      panel = clock.timer(PANEL_MS, draw);
    };
    if (terminal !== undefined && !json && command === "prompt") draw();
    try {
      if (command === "request") return await this.#charge(subject);
      if (command === "batch") return await this.#batch(subject);
      return await this.#prompt();
    } finally {
      panel?.cancel();
      if (quits) await this.#driver.quit().catch(() => {});
      await this.#driver.stop();
    }
  }

  #hear(word: DriverWord): void {
    const { point, type } = word;
    if (type !== "CONSUMO_UPDATE") this.#words.set(point, word);
    if (this.#request.json) this.#io.stdout(`${JSON.stringify(word)}\n`);
    else this.#say(wordLine(word));
  }

  #say(line: string): void {
    if (this.#request.json) return;
    this.#messages.push(line);
    if (this.#messages.length > DRIVER_MESSAGES_MAX) this.#messages.shift();
    const isDrawn = this.#io.terminal !== undefined &&
      this.#request.command === "prompt";
    if (!isDrawn) this.#io.stdout(`${line}\n`);
  }

  #draw(): void {
    const { rows } = this.#io.terminal?.() ?? { rows: 24 };
    const lines = driverPanel({
      driver: this.#request.driver,
      charges: this.#driver.charges,
      points: this.#driver.points,
      messages: this.#messages,
      rows,
    });
    this.#io.stdout(`\x1b[2J\x1b[H${lines.join("\n")}\n> `);
  }

  /** Waits until something holds; false if it took too long, or the command was ended. */
  async #until(check: () => boolean, ms: number): Promise<boolean> {
    const { clock, signal } = this.#io;
    const end = clock.monotonic() + ms;
    while (!check()) {
      if (signal.aborted || clock.monotonic() >= end) return false;
      await waitFor(clock, LOOK_MS, signal);
    }
    return true;
  }

  async #charge(point: string): Promise<number> {
    const { waitMs, answerOnly } = this.#request;
    this.#words.delete(point);
    await this.#driver.request(point);
    const last = () => this.#words.get(point)?.type;
    const answered = await this.#until(() => last() !== undefined, waitMs);
    if (!answered || last() === "AUTH_DENIED") return EXIT_NONE;
    if (answerOnly) return last() === "AUTH_OK" ? EXIT_DONE : EXIT_NONE;
    const ended = await this.#until(
      () => !this.#driver.charges.has(point) && last() !== "AUTH_OK",
      waitMs,
    );
    return ended && last() === "TICKET" ? EXIT_DONE : EXIT_NONE;
  }

  /** Asks for each point as installed programs do: 5 s for the answer, the whole charge, 4 s more. */
  async #batch(path: string): Promise<number> {
    const { clock, readFile, signal } = this.#io;
    const text = await readFile(path);
    const points = text.split(/\r?\n/).map((it) => it.trim())
      .filter((it) => it !== "").slice(0, BATCH_MAX);
    let worst = EXIT_DONE;
    for (const point of points) {
      if (signal.aborted) return EXIT_NONE;
      this.#words.delete(point);
      this.#say(`SOLICITAR ${point}`);
      await this.#driver.request(point);
      await waitFor(clock, BATCH_MS.answer, signal);
      const isFree = () => this.#driver.charges.size === 0;
      await this.#until(isFree, this.#request.waitMs);
      if (this.#words.get(point)?.type !== "TICKET") worst = EXIT_NONE;
      await waitFor(clock, BATCH_MS.after, signal);
    }
    return worst;
  }

  async #prompt(): Promise<number> {
    const { signal } = this.#io;
    const lines = this.#io.lines()[Symbol.asyncIterator]();
    const ended = Promise.withResolvers<undefined>();
    signal.addEventListener("abort", () => ended.resolve(undefined));
    for (;;) {
      const next = await Promise.race([lines.next(), ended.promise]);
      if (next === undefined || next.done === true) return EXIT_DONE;
      const [verb = "", ...rest] = next.value.trim().split(/\s+/);
      if (/^(q|quit)$/i.test(verb)) return EXIT_DONE;
      await this.#command(verb.toUpperCase(), rest);
    }
  }

  async #command(verb: string, rest: readonly string[]): Promise<void> {
    const [subject] = rest;
    try {
      if (verb === "") return;
      if (subject === undefined || rest.length > 1) {
        return this.#say("SOLICITAR <CP_ID> · BATCH <fichero> · Q salir");
      }
      if (verb === "SOLICITAR") await this.#driver.request(subject);
      else if (verb === "BATCH") await this.#batch(subject);
      else this.#say("SOLICITAR <CP_ID> · BATCH <fichero> · Q salir");
    } catch (error) {
      if (!(error instanceof PanalError)) throw error;
      this.#say(error.message);
    }
  }
}
