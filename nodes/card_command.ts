/**
 * The task `card`: a fleet card that pays at a station's pumps, once or at a prompt. It speaks to Panal and to the
 * original pumps alike.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import {
  FLEET_AMOUNT_MAX,
  FLEET_PROVINCES,
  FLEET_PUMPS,
  FLEET_STATIONS,
  stationPorts,
} from "./fleet/fleet_places.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";

/** What became of a purchase. */
export type CardPaymentOutcome =
  | "charged"
  | "refused"
  /** No pump accepts; nothing was charged. */
  | "unreachable"
  /** The pump did not answer; if it charged, it keeps the answer. */
  | "unknown";

/** A card at a station's pumps. */
export interface PayingCard {
  /** Asks every pump for the answer of an interrupted purchase; undefined if none has one. */
  askKept(card: number): Promise<{ readonly success: boolean } | undefined>;
  /** Pays at the first pump that accepts. */
  pay(payment: {
    readonly company: number;
    readonly card: number;
    readonly liters: number;
  }): Promise<CardPaymentOutcome>;
}

/** The surroundings of the command. */
export interface CardIo {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes what is wrong, and the prompt. */
  stderr(text: string): void;
  /** Makes a card; nothing is dialed before its first question. */
  open(
    target: { readonly host: string; readonly ports: readonly number[] },
  ): PayingCard;
  /** Lines that a person or a script types. */
  lines(): AsyncIterable<string>;
}

const HELP =
  `Pay with a fleet card, or ask for the answer of an interrupted purchase.

  deno task card pay --company N --card N --province P --station S --liters N
                          pay at the first pump of the station that accepts
  deno task card pending --card N --province P --station S
                          ask every pump for an answer that the card did not get; whoever has it forgets it
  deno task card [options]
                          ask for what is not given, then do the one or the other

  --company N             who pays, 0 to 4294967295
  --card N                the card, 0 to 4294967295
  --province P            0 to 15: ${FLEET_PROVINCES.slice(0, 3).join(", ")}, …
  --station S             0 to 99; its pumps are at the ports 10000 + 1000 P + 10 S and on
  --liters N              whole liters
  --host HOST             where the pumps are (127.0.0.1)
  --json                  print {"result":"charged"} and so on

Prints charged, refused, unreachable, unknown (no answer in time: ask again with pending) or nothing (nothing is pending).
Exit code: 0 charged, 1 refused, 2 unreachable or a wrong option, 3 unknown or nothing pending.

Example
  deno task card pay --company 42 --card 7 --province 3 --station 5 --liters 10
`;

const EXIT_CHARGED = 0;
const EXIT_REFUSED = 1;
const EXIT_UNUSABLE = 2;
const EXIT_UNKNOWN = 3;

type Result = CardPaymentOutcome | "nothing";

const EXITS: Readonly<Record<Result, number>> = {
  charged: EXIT_CHARGED,
  refused: EXIT_REFUSED,
  unreachable: EXIT_UNUSABLE,
  unknown: EXIT_UNKNOWN,
  nothing: EXIT_UNKNOWN,
};

/** What a person reads; scripts read the first word. */
const SENTENCES: Readonly<Record<Result, string>> = {
  charged: "charged",
  refused: "refused: nothing was charged",
  unreachable: "unreachable: no pump of the station accepts",
  unknown:
    "unknown: the pump did not answer; ask again with pending before paying anew",
  nothing: "nothing: no answer waits for this card",
};

const OPTIONS = {
  company: "one",
  card: "one",
  province: "one",
  station: "one",
  liters: "one",
  host: "one",
  json: "flag",
} as const;

type NumberName = "company" | "card" | "province" | "station" | "liters";

const LARGEST: Readonly<Record<NumberName, number>> = {
  company: FLEET_AMOUNT_MAX,
  card: FLEET_AMOUNT_MAX,
  province: FLEET_PROVINCES.length - 1,
  station: FLEET_STATIONS - 1,
  liters: FLEET_AMOUNT_MAX,
};

const QUESTIONS: Readonly<Record<NumberName, string>> = {
  company: "Company: ",
  card: "Card: ",
  province: "Province (0 to 15): ",
  station: "Station (0 to 99): ",
  liters: "Liters: ",
};

/**
 * Runs `deno task card`.
 *
 * @param args What stands behind `card`.
 * @param io Where it reads and writes, and how it reaches pumps.
 * @returns The exit code: 0 charged, 1 refused, 2 unreachable or a wrong option, 3 unknown or nothing pending.
 */
export async function runCard(
  args: readonly string[],
  io: CardIo,
): Promise<number> {
  try {
    const { words, values, help } = parseOptions(args, OPTIONS);
    if (help) {
      io.stdout(HELP);
      return EXIT_CHARGED;
    }
    const [command, extra] = words;
    if (extra !== undefined) {
      throw configError(`${quote(extra)} is one word too many`);
    }
    const find = (name: NumberName) => {
      const text = values.get(name)?.[0];
      return text === undefined ? undefined : readNumber(name, text);
    };
    const given = {
      find,
      host: values.get("host")?.[0] ?? "127.0.0.1",
    };
    const result = await runCommand(command, given, io);
    io.stdout(
      values.has("json")
        ? `${JSON.stringify({ result })}\n`
        : `${SENTENCES[result]}\n`,
    );
    return EXITS[result];
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`card: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

/** What the command line gives. */
interface Given {
  readonly host: string;
  find(name: NumberName): number | undefined;
}

/** Gives a number, wherever it comes from. */
type Ask = (name: NumberName) => number | Promise<number>;

async function runCommand(
  command: string | undefined,
  given: Given,
  io: CardIo,
): Promise<Result> {
  const need: Ask = (name) => {
    const value = given.find(name);
    if (value !== undefined) return value;
    throw configError(`${command} needs --${name} N (--help explains it)`);
  };
  switch (command) {
    case "pay":
      return await pay(need, given, io);
    case "pending":
      return await askKept(need, given, io);
    case undefined:
      return await prompt(given, io);
    default:
      throw configError(
        `${quote(command)} is none of its commands: use pay or pending`,
      );
  }
}

async function pay(ask: Ask, { host }: Given, io: CardIo): Promise<Result> {
  const company = await ask("company");
  const card = await ask("card");
  const place = {
    province: await ask("province"),
    station: await ask("station"),
  };
  const liters = await ask("liters");
  const client = io.open({ host, ports: stationPorts(place, FLEET_PUMPS) });
  return await client.pay({ company, card, liters });
}

async function askKept(ask: Ask, { host }: Given, io: CardIo): Promise<Result> {
  const card = await ask("card");
  const place = {
    province: await ask("province"),
    station: await ask("station"),
  };
  const client = io.open({ host, ports: stationPorts(place, FLEET_PUMPS) });
  const kept = await client.askKept(card);
  if (kept === undefined) return "nothing";
  return kept.success ? "charged" : "refused";
}

/** Asks for what is missing, first whether an answer is missing, as the installed card program does. */
async function prompt(given: Given, io: CardIo): Promise<Result> {
  const lines = io.lines()[Symbol.asyncIterator]();
  const read = async (question: string): Promise<string> => {
    io.stderr(question);
    const { done, value } = await lines.next();
    if (done === true) throw configError("The input ended before all was said");
    return value.trim();
  };
  const known = new Map<NumberName, number>();
  const ask: Ask = async (name) => {
    const before = given.find(name) ?? known.get(name);
    if (before !== undefined) return before;
    const value = readNumber(name, await read(QUESTIONS[name]));
    known.set(name, value);
    return value;
  };
  await ask("card");
  await ask("province");
  await ask("station");
  const answer = await read("Was a purchase interrupted? (yes or no): ");
  if (answer.toLowerCase() === "yes") {
    const kept = await askKept(ask, given, io);
    if (kept !== "nothing") return kept;
    io.stderr("No answer waits for this card.\n");
  }
  return await pay(ask, given, io);
}

function readNumber(name: NumberName, text: string): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : NaN;
  if (value <= LARGEST[name]) return value;
  throw configError(
    `--${name} takes a number from 0 to ${LARGEST[name]}, not ${quote(text)}`,
  );
}
