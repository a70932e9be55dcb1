/**
 * The task `charging-point`: a simulated charging point, monitor and engine, at a prompt or for one supply. It speaks to a
 * node of this mesh and to an original central alike.
 *
 * @module
 */
import { type Clock, PanalError, parsePointId } from "../crdt/mod.ts";
import {
  CHARGING_ANSWERS,
  chargingMessageText,
  readChargingPrice,
  type TcpConnection,
} from "../net/mod.ts";
import type { EngineRecord } from "./charging/simulated_engine.ts";
import {
  MONITOR_PAUSE_MS,
  type PointEvent,
  SimulatedPoint,
} from "./charging/simulated_point.ts";
import { askCentral } from "./charging/simulated_wire.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";
import { type ListenAddress, parseListenAddress } from "./surfaces.ts";

/** Where an engine's records go. */
export interface TelemetrySink {
  /** Sends one, as soon as it can be. */
  send(record: EngineRecord): void;
  /** Waits for what was not sent yet, for a while, and lets go. */
  close(): Promise<void>;
}

/** The surroundings of the command. */
export interface ChargingPointIo {
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
  /** Connects to a central. */
  dial(address: ListenAddress): Promise<TcpConnection>;
  /** Sends records to a broker at `HOST:PORT`. */
  telemetry(broker: string): TelemetrySink;
  /** Posts records to a node's native interface. */
  post(url: string): TelemetrySink;
}

const HELP =
  `Be a charging point: a monitor that registers with a central, and an engine that supplies.

  deno task charging-point --id ID [options]
                          register, then do what is typed: I plugs in, E unplugs, F breaks the engine, R repairs it,
                          Q leaves
  deno task charging-point charge --id ID --seconds N [options]
                          register, wait for a driver who is authorized, supply for so long, leave
  deno task charging-point query --id ID [--driver] [options]
                          ask once whose session a point has, as monitors do when somebody plugs in

  --id ID                 the point's id, e.g. SEV-07; case counts
  --central HOST:PORT     a node's surface charging, or an original central (127.0.0.1:8000)
  --framed                speak in frames, as the newer programs do
  --location TEXT         where it is (Ubicacion Desconocida)
  --price N               per kWh, as it is shown; a supply costs 0.20, whatever is shown (0.25)
  --broker HOST:PORT      put the engine's records on the topic cp_telemetry of this Apache Kafka
  --node URL              post them to a node's native interface instead, where there is no broker; without both, a supply
                          is only printed, and nobody else hears of it
  --ocpp URL              be a charger of OCPP 1.6J instead, e.g. ws://127.0.0.1:9000/ocpp, with --password TEXT and
                          --connectors N; type I TOKEN [CONNECTOR] to plug in, E, F and R [CONNECTOR]
  --pause-ms N            do not read commands for so long after registering, as installed monitors do (${MONITOR_PAUSE_MS})
  --seconds N             charge: how long it supplies (5)
  --wait N                charge: how many seconds it waits for a driver (60)
  --driver                query: ask CHECK_DRIVER instead of CHECK_SESSION
  --json                  print every event as a line of JSON

Exit code: 0 done, 1 no driver, or the supply was cut short, 2 unreachable or a wrong option.

Example, in three terminals
  deno task run charging --site SEV --surface charging-kafka=127.0.0.1:9092
  deno task charging-point --id SEV-07 --broker 127.0.0.1:9092
  deno task driver --id 417 --broker 127.0.0.1:9092
The driver asks with SOLICITAR SEV-07; then type I here, and E when the battery is full.
`;

const EXIT_DONE = 0;
const EXIT_NONE = 1;
const EXIT_UNUSABLE = 2;
const SECONDS_MAX = 86_400;

const OPTIONS = {
  id: "one",
  central: "one",
  framed: "flag",
  location: "one",
  price: "one",
  broker: "one",
  node: "one",
  "pause-ms": "one",
  seconds: "one",
  wait: "one",
  driver: "flag",
  json: "flag",
} as const;

/** What the command line asks for. */
interface Request {
  readonly command: "prompt" | "charge" | "query";
  readonly point: string;
  readonly central: ListenAddress;
  readonly dialect: "text" | "framed";
  readonly location: string | undefined;
  readonly price: number | undefined;
  readonly broker: string | undefined;
  readonly node: string | undefined;
  readonly pauseMs: number;
  readonly seconds: number;
  readonly waitSeconds: number;
  readonly asksDriver: boolean;
  readonly json: boolean;
}

/**
 * Runs `deno task charging-point`.
 *
 * @param args What stands behind `charging-point`.
 * @param io Where it reads and writes, and how it connects.
 * @returns The exit code: 0 done, 1 no driver or a supply that was cut short, 2 unreachable or a wrong option.
 */
export async function runChargingPoint(
  args: readonly string[],
  io: ChargingPointIo,
): Promise<number> {
  try {
    const request = readRequest(args);
    if (request === undefined) {
      io.stdout(HELP);
      return EXIT_DONE;
    }
    if (request.command === "query") return await query(request, io);
    return await serve(request, io);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`charging-point: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

function readRequest(args: readonly string[]): Request | undefined {
  const { words, values, help } = parseOptions(args, OPTIONS);
  if (help) return undefined;
  const [command = "prompt", extra] = words;
  if (extra !== undefined) {
    throw configError(`${quote(extra)} is one word too many`);
  }
  if (command !== "prompt" && command !== "charge" && command !== "query") {
    throw configError(
      `${
        quote(command)
      } is none of its commands: use charge or query, or leave it out`,
    );
  }
  const one = (name: string) => values.get(name)?.[0];
  const point = parsePointId(one("id"));
  if (point === undefined) {
    throw configError(
      `--id takes a point's id of at most 200 bytes without # and outer spaces, e.g. --id SEV-07`,
    );
  }
  const broker = one("broker");
  if (broker !== undefined) parseListenAddress("--broker", broker);
  const node = one("node");
  if (node !== undefined && broker !== undefined) {
    throw configError("Give --broker or --node, not both");
  }
  const number = (name: string, usual: number, most: number) =>
    readNumber(name, one(name) ?? String(usual), most);
  return {
    command,
    point,
    broker,
    node: node === undefined ? undefined : readUrl(node),
    central: parseListenAddress(
      "--central",
      one("central") ?? "127.0.0.1:8000",
    ),
    dialect: values.has("framed") ? "framed" : "text",
    location: one("location"),
    price: readPrice(one("price")),
    pauseMs: number("pause-ms", MONITOR_PAUSE_MS, 60_000),
    seconds: number("seconds", 5, SECONDS_MAX),
    waitSeconds: number("wait", 60, SECONDS_MAX),
    asksDriver: values.has("driver"),
    json: values.has("json"),
  };
}

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && ["http:", "https:"].includes(url.protocol)) {
    return url.origin;
  }
  throw configError(
    `--node takes an address such as http://127.0.0.1:8080, not ${quote(text)}`,
  );
}

function sinkOf(
  { broker, node }: Request,
  io: ChargingPointIo,
): TelemetrySink | undefined {
  if (broker !== undefined) return io.telemetry(broker);
  return node === undefined ? undefined : io.post(node);
}

function readNumber(name: string, text: string, most: number): number {
  const value = /^[0-9]{1,8}$/.test(text) ? Number(text) : NaN;
  if (value <= most) return value;
  throw configError(
    `--${name} takes a whole number from 0 to ${most}, not ${quote(text)}`,
  );
}

function readPrice(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const price = readChargingPrice(text);
  if (price !== null) return price;
  throw configError(
    `--price takes an amount with a point, e.g. 0.25, not ${quote(text)}`,
  );
}

async function query(
  { point, central, dialect, asksDriver, json }: Request,
  io: ChargingPointIo,
): Promise<number> {
  const kind = asksDriver ? "checkDriver" : "checkSession";
  const answer = await askCentral(
    { dialect, clock: io.clock, dial: () => io.dial(central) },
    chargingMessageText({ kind, point }, point),
  );
  if (answer === "") {
    throw configError("The central closed the connection without an answer");
  }
  io.stdout(json ? `${JSON.stringify({ answer })}\n` : `${answer}\n`);
  const none: readonly string[] = Object.values(CHARGING_ANSWERS);
  return none.includes(answer) ? EXIT_NONE : EXIT_DONE;
}

/** A point that runs. */
interface Running {
  readonly point: SimulatedPoint;
  /** Resolves with the first driver who is authorized. */
  readonly authorized: Promise<string>;
  /** Resolves when a supply ends. */
  readonly ended: Promise<EngineRecord["type"]>;
}

async function serve(request: Request, io: ChargingPointIo): Promise<number> {
  const sink = sinkOf(request, io);
  const authorized = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<EngineRecord["type"]>();
  const { location, price, central } = request;
  const print = (told: PointEvent | EngineRecord) =>
    io.stdout(
      request.json ? `${JSON.stringify(told)}\n` : sentence(told, request),
    );
  const point = new SimulatedPoint({
    point: request.point,
    dialect: request.dialect,
    clock: io.clock,
    dial: () => io.dial(central),
    pauseMs: request.pauseMs,
    ...(location === undefined ? {} : { location }),
    ...(price === undefined ? {} : { price }),
    emit(record) {
      sink?.send(record);
      print(record);
      const { type } = record;
      if (type !== "CONSUMO" && type !== "SESSION_STARTED") ended.resolve(type);
    },
    told(event) {
      print(event);
      if (event.kind === "authorized") authorized.resolve(event.driver);
    },
  });
  const running: Running = {
    point,
    authorized: authorized.promise,
    ended: ended.promise,
  };
  try {
    await point.start();
    return request.command === "charge"
      ? await charge(running, request, io)
      : await prompt(running, request, io);
  } finally {
    point.stop();
    await sink?.close();
  }
}

async function charge(
  { point, authorized, ended }: Running,
  { seconds, waitSeconds }: Request,
  io: ChargingPointIo,
): Promise<number> {
  const waited = await within(waitSeconds * 1000, authorized, io);
  if (waited === undefined) {
    io.stderr(`charging-point: nobody came within ${waitSeconds} s\n`);
    return EXIT_NONE;
  }
  const plugged = await point.plugIn();
  if (plugged !== "started") {
    io.stderr(`charging-point: ${PLUG_WORDS[plugged]}\n`);
    return EXIT_NONE;
  }
  const early = await within(seconds * 1000, ended, io);
  point.unplug();
  return early === undefined && !io.signal.aborted ? EXIT_DONE : EXIT_NONE;
}

/** What a promise gives, if it settles before so much time has passed and before the command is ended. */
async function within<T>(
  ms: number,
  promise: Promise<T>,
  { clock, signal }: ChargingPointIo,
): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const giveUp = () => late.resolve(undefined);
  const timer = clock.timer(ms, giveUp);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", giveUp);
  }
}

async function prompt(
  { point }: Running,
  { json }: Request,
  io: ChargingPointIo,
): Promise<number> {
  const say = (text: string) => json ? undefined : io.stdout(`${text}\n`);
  say("I plugs in, E unplugs, F breaks the engine, R repairs it, Q leaves.");
  const lines = io.lines()[Symbol.asyncIterator]();
  const ended = Promise.withResolvers<undefined>();
  io.signal.addEventListener("abort", () => ended.resolve(undefined));
  for (;;) {
    const next = await Promise.race([lines.next(), ended.promise]);
    if (next === undefined || next.done === true) return EXIT_DONE;
    switch (next.value.trim().toUpperCase()) {
      case "I":
      case "INIT":
        say(PLUG_WORDS[await point.plugIn()]);
        break;
      case "E":
      case "END":
        say(point.unplug() ? "Unplugged." : "Nothing is plugged in.");
        break;
      case "F":
      case "FAIL":
        say(point.fail() ? "The engine is broken." : "It was broken already.");
        break;
      case "R":
      case "RECOVER":
        say(point.repair() ? "The engine is well." : "It was well already.");
        break;
      case "Q":
      case "QUIT":
        return EXIT_DONE;
      case "":
        break;
      default:
        say("There are I (plug in), E (unplug), F (break), R (repair), Q.");
    }
  }
}

const PLUG_WORDS = {
  started: "Plugged in.",
  charging: "It is plugged in already.",
  faulty: "The engine is broken: R repairs it.",
  no_session: "No driver has this point: nothing is supplied.",
} as const;

function sentence(
  told: PointEvent | EngineRecord,
  { central, point }: Request,
): string {
  if ("type" in told) {
    const { kwh, importe, user_id: driver } = told;
    const amounts = kwh === undefined
      ? ""
      : ` ${kwh.toFixed(3)} kWh, ${(importe ?? 0).toFixed(2)} €`;
    return `${told.type} driver ${driver}${amounts}\n`;
  }
  const place = `${central.hostname}:${central.port}`;
  switch (told.kind) {
    case "registered":
      return told.result === undefined
        ? `${point} has told ${place} of itself.\n`
        : `${place} has registered ${point}: ${told.result}.\n`;
    case "authorized":
      return `Driver ${told.driver} is authorized.\n`;
    case "stopped":
      return "Stopped by the operator.\n";
    case "resumed":
      return "Resumed by the operator.\n";
    case "lost":
      return `The connection to ${place} is lost; it is made again.\n`;
    case "unreachable":
      return `${told.reason}; it is tried again.\n`;
    case "unknown":
      return `Something unknown came: ${quote(told.text)}\n`;
  }
}
