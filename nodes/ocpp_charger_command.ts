/**
 * `deno task charging-point --ocpp URL`: a simulated charger that speaks OCPP 1.6J, at a prompt.
 *
 * @module
 */
import { PanalError, parsePointId } from "../crdt/mod.ts";
import type {
  ChargerEvent,
  SimulatedCharger,
} from "./charging/simulated_charger.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";

/** What a charger of the command is. */
export interface OcppChargerRequest {
  /** Where the central's chargers connect, e.g. `ws://127.0.0.1:9000/ocpp`. */
  readonly url: string;
  /** Its id. */
  readonly point: string;
  /** Its password, where it has one. */
  readonly password?: string;
  /** How many connectors it has. */
  readonly connectors: number;
  /** Is told what happens. */
  readonly told: (event: ChargerEvent) => void;
}

/** The surroundings of the command. */
export interface OcppChargerIo {
  /** Aborted to end the command. */
  readonly signal: AbortSignal;
  /** Writes results. */
  stdout(text: string): void;
  /** Writes what is wrong. */
  stderr(text: string): void;
  /** Lines that a person or a script types. */
  lines(): AsyncIterable<string>;
  /** Makes a charger. */
  charger(request: OcppChargerRequest): SimulatedCharger;
}

const OPTIONS = {
  id: "one",
  ocpp: "one",
  password: "one",
  connectors: "one",
  json: "flag",
} as const;
const CONNECTORS_MAX = 16;

/**
 * Runs a charger until its lines end, or somebody types Q.
 *
 * @param args What stands behind `charging-point`, with `--ocpp`.
 * @param io Where it reads and writes, and how it connects.
 * @returns The exit code: 0 done, 2 a wrong option.
 */
export async function runOcppCharger(
  args: readonly string[],
  io: OcppChargerIo,
): Promise<number> {
  try {
    const charger = io.charger(readRequest(args, io));
    charger.start();
    const stop = () => charger.stop();
    io.signal.addEventListener("abort", stop);
    for await (const line of io.lines()) {
      if (io.signal.aborted || !await obey(charger, line, io)) break;
    }
    stop();
    return 0;
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`charging-point: ${error.message}\n`);
    return 2;
  }
}

function readRequest(
  args: readonly string[],
  io: OcppChargerIo,
): OcppChargerRequest {
  const { words, values } = parseOptions(args, OPTIONS);
  const one = (name: string) => values.get(name)?.[0];
  const [extra] = words;
  if (extra !== undefined) {
    throw configError(`${quote(extra)} is one word too many`);
  }
  const point = parsePointId(one("id"));
  if (point === undefined) {
    throw configError("--id takes a point's id, e.g. --id SEV-07");
  }
  const address = one("ocpp") ?? "";
  const url = URL.parse(address);
  if (url === null || !["ws:", "wss:"].includes(url.protocol)) {
    throw configError(
      `--ocpp takes an address such as ws://127.0.0.1:9000/ocpp, not ${
        quote(address)
      }`,
    );
  }
  const count = one("connectors") ?? "1";
  const connectors = /^[0-9]{1,2}$/.test(count) ? Number(count) : 0;
  if (connectors < 1 || connectors > CONNECTORS_MAX) {
    throw configError(`--connectors takes 1 to ${CONNECTORS_MAX}`);
  }
  const password = one("password");
  const json = values.has("json");
  const told = (event: ChargerEvent) => {
    const { kind, connector, text } = event;
    const line = json
      ? JSON.stringify(event)
      : `${connector === 0 ? "" : `connector ${connector}: `}${kind} ${text}`;
    io.stdout(`${line}\n`);
  };
  return {
    ...{ url: url.href, point, connectors, told },
    ...(password === undefined ? {} : { password }),
  };
}

/** Does what is typed; false if it is to leave. */
async function obey(
  charger: SimulatedCharger,
  line: string,
  io: OcppChargerIo,
): Promise<boolean> {
  const [word = "", first = "", second = ""] = line.trim().split(/\s+/);
  switch (word.toUpperCase()) {
    case "I":
      if (first === "" || !await charger.plugIn(first, Number(second || 1))) {
        io.stdout("I TOKEN [CONNECTOR] plugs in; nothing begins\n");
      }
      return true;
    case "E":
      charger.unplug(Number(first || 1));
      return true;
    case "F":
    case "R":
      charger.setFault(word.toUpperCase() === "F", Number(first || 1));
      return true;
    case "Q":
      return false;
    default:
      if (word !== "") io.stdout("I plugs in, E unplugs, F, R, Q\n");
      return true;
  }
}
