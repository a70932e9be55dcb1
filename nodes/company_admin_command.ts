/**
 * The task `company-admin`: asks a company's port what an administrator asks, once or at a prompt. It speaks to Panal and
 * to the original company alike.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import {
  type AdminAnswer,
  type AdminRequest,
  parseU32Text,
  U32_MAX,
} from "../net/mod.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";

/** A link to a company. */
export interface AdminSession {
  /**
   * Asks, one request at a time; links anew if the link was lost.
   *
   * @throws {PanalError} `dial_failed` or `link_closed` if there is no answer.
   */
  ask(request: AdminRequest): Promise<AdminAnswer>;
  /** Ends the link. */
  close(): void;
}

/** Whom to ask. */
export interface AdminTarget {
  /** The company's number. */
  readonly company: number;
  /** An IP address or name. */
  readonly host: string;
  /** The port. */
  readonly port: number;
}

/** The surroundings of the command. */
export interface CompanyAdminIo {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes what is wrong, and the prompt. */
  stderr(text: string): void;
  /** Makes a link; nothing is dialed before the first question. */
  open(target: AdminTarget): AdminSession;
  /** Lines that a person or a script types. */
  lines(): AsyncIterable<string>;
}

const EXIT_OK = 0;
const EXIT_REFUSED = 1;
const EXIT_UNUSABLE = 2;

const OPTIONS = {
  company: "one",
  host: "one",
  port: "one",
  amount: "one",
  card: "one",
  limit: "one",
  json: "flag",
} as const;

type OptionName = keyof typeof OPTIONS;

/** What can be asked: words on the command line, their options, and the short form of the prompt. */
interface Command {
  readonly words: string;
  /** Options that it needs, in the order in which the prompt takes them. */
  readonly needs: readonly ("amount" | "card" | "limit")[];
  /** Words of the prompt; the first stands in its help. */
  readonly typed: readonly string[];
  readonly about: string;
  request(values: Readonly<Record<string, number>>): AdminRequest;
}

const COMMANDS: readonly Command[] = [
  {
    words: "balance",
    needs: [],
    typed: ["balance", "1"],
    about: "how much is on the account",
    request: () => ({ kind: "totalBalance" }),
  },
  {
    words: "charge",
    needs: ["amount"],
    typed: ["charge", "2"],
    about: "put money on the account",
    request: ({ amount = 0 }) => ({ kind: "charge", amount }),
  },
  {
    words: "card add",
    needs: ["card", "limit"],
    typed: ["add", "3"],
    about: "register a card with what it may spend, at most the balance",
    request: ({ card = 0, limit = 0 }) => ({
      kind: "registerCard",
      card,
      amount: limit,
    }),
  },
  {
    words: "card limit",
    needs: ["card"],
    typed: ["limit", "4"],
    about: "what a card may still spend",
    request: ({ card = 0 }) => ({ kind: "cardLimit", card }),
  },
  {
    words: "card set",
    needs: ["card", "limit"],
    typed: ["set", "5"],
    about: "set what a card may still spend, at most the balance",
    request: ({ card = 0, limit = 0 }) => ({
      kind: "setLimit",
      card,
      amount: limit,
    }),
  },
  {
    words: "card list",
    needs: [],
    typed: ["cards", "6"],
    about: "all cards",
    request: () => ({ kind: "cards" }),
  },
  {
    words: "expenses",
    needs: [],
    typed: ["expenses", "7"],
    about: "all accepted purchases",
    request: () => ({ kind: "expenses" }),
  },
];

const HELP = `Administer a company's account and cards, over its port.

  deno task company-admin COMMAND --company ID [options]
  deno task company-admin --company ID [options]

Without a command it asks what to do, line after line, until "quit" or the end of the input.

Commands
  balance                           how much is on the account
  charge --amount N                 put money on the account
  card add --card ID --limit N      register a card with what it may spend, at most the balance
  card limit --card ID              what a card may still spend
  card set --card ID --limit N      set what a card may still spend; more than the balance becomes the balance
  card list                         all cards: what each may still spend, how many purchases it made
  expenses                          all accepted purchases

Options
  --company ID      the company's number
  --host HOST       where its port is (127.0.0.1)
  --port PORT       its port (60000)
  --json            each answer as one line of JSON

Numbers are whole, from 0 to ${U32_MAX}; amounts are whole units of the company's currency. The port is that of a
node with the surface fleet-company, or of an original company program: that one serves one administrator of a company
at a time, and cuts off another that is connected.

Exit code: 0 it was done, 1 the company refused (the reason goes to standard error), 2 a bad option, or no answer.

Example: open an account, give a card 500, look at it
  deno task company-admin charge --company 7 --amount 1000000
  deno task company-admin card add --company 7 --card 111 --limit 500
  deno task company-admin card list --company 7 --json
`;

const PROMPT_HELP =
  COMMANDS.map(({ typed: [word = ""], needs, about }) =>
    `  ${
      [word, ...needs.map((it) => it.toUpperCase())].join(" ").padEnd(18)
    }${about}\n`
  ).join("") +
  "  help              this list\n  quit              end\n";

/**
 * Runs `deno task company-admin`.
 *
 * @param args What stands behind `company-admin`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if it was done, 1 if the company refused, 2 with one line on standard error.
 */
export async function runCompanyAdmin(
  args: readonly string[],
  io: CompanyAdminIo,
): Promise<number> {
  try {
    return await run(args, io);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`company-admin: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

async function run(
  args: readonly string[],
  io: CompanyAdminIo,
): Promise<number> {
  const { words, values, help } = parseOptions(args, OPTIONS);
  if (help) {
    io.stdout(HELP);
    return EXIT_OK;
  }
  const one = (name: OptionName) => values.get(name)?.[0];
  const command = findCommand(words);
  const numbers = readNumbers(command, one);
  const target: AdminTarget = {
    company: readNumber("--company", one("company")),
    host: one("host") ?? "127.0.0.1",
    port: readPort(one("port") ?? "60000"),
  };
  const json = values.has("json");
  const session = io.open(target);
  try {
    if (command === undefined) return await converse(session, io, target, json);
    const answer = await session.ask(command.request(numbers));
    return show(answer, io, { ...target, json });
  } finally {
    session.close();
  }
}

function findCommand(words: readonly string[]): Command | undefined {
  if (words.length === 0) return undefined;
  const text = words.join(" ");
  const command = COMMANDS.find((it) => it.words === text);
  if (command !== undefined) return command;
  throw configError(
    `There is no command ${quote(text)}: use ${
      COMMANDS.map((it) => it.words).join(", ")
    } (--help explains)`,
  );
}

function readNumbers(
  command: Command | undefined,
  one: (name: OptionName) => string | undefined,
): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const name of ["amount", "card", "limit"] as const) {
    const text = one(name);
    if (command?.needs.includes(name)) {
      numbers[name] = readNumber(`--${name}`, text);
    } else if (text !== undefined) {
      throw configError(
        `--${name} goes with ${
          COMMANDS.filter((it) => it.needs.includes(name)).map((it) => it.words)
            .join(", ")
        }`,
      );
    }
  }
  return numbers;
}

function readNumber(label: string, text: string | undefined): number {
  if (text === undefined) {
    throw configError(`Add ${label} N (--help explains)`);
  }
  const number = parseU32Text(text);
  if (number !== undefined) return number;
  throw configError(
    `${label} takes a whole number from 0 to ${U32_MAX}, not ${quote(text)}`,
  );
}

function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw configError(`--port takes a port, not ${quote(text)}`);
}

/** Shows an answer; what was refused goes to standard error, but for scripts that read JSON. */
function show(
  answer: AdminAnswer,
  io: Pick<CompanyAdminIo, "stdout" | "stderr">,
  { company, json }: { readonly company: number; readonly json: boolean },
): number {
  const refused = answer.kind === "error";
  if (json) io.stdout(`${JSON.stringify(answerJson(answer, company))}\n`);
  else if (refused) io.stderr(`company-admin: ${plain(answer.text)}\n`);
  else io.stdout(answerText(answer, company));
  return refused ? EXIT_REFUSED : EXIT_OK;
}

function answerJson(
  answer: AdminAnswer,
  company: number,
): Readonly<Record<string, unknown>> {
  switch (answer.kind) {
    case "error":
      return { company, error: answer.text };
    case "totalBalance":
    case "charge":
      return { company, balance: answer.balance };
    case "cards":
      return { company, cards: answer.cards };
    case "expenses":
      return {
        company,
        expenses: answer.expenses.map(({ card, date, amount }) => ({
          card,
          date,
          amount,
        })),
      };
    default:
      return { company, card: answer.card, limit: answer.limit };
  }
}

function answerText(
  answer: Exclude<AdminAnswer, { readonly kind: "error" }>,
  company: number,
): string {
  switch (answer.kind) {
    case "totalBalance":
    case "charge":
      return `Company ${company} has ${answer.balance}\n`;
    case "cards":
      return `Company ${company} has ${count(answer.cards.length, "card")}\n` +
        answer.cards.toSorted((a, b) => a.card - b.card).map((
          { card, limit, expenses },
        ) => `card ${card}: ${limit} left, ${count(expenses, "purchase")}\n`)
          .join("");
    case "expenses":
      return `Company ${company} has paid ${
        count(answer.expenses.length, "purchase")
      }\n` + answer.expenses.map(({ card, date, amount }) =>
        `${plain(date)}  card ${card}  ${amount}\n`
      ).join("");
    default:
      return `Card ${answer.card} may still spend ${answer.limit}\n`;
  }
}

/** What others wrote, without what a terminal would act on. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Asks what to do, line after line. */
async function converse(
  session: AdminSession,
  io: CompanyAdminIo,
  { company, host, port }: AdminTarget,
  json: boolean,
): Promise<number> {
  io.stderr(
    `Company ${company} at ${host}:${port}. What to do:\n${PROMPT_HELP}`,
  );
  let code = EXIT_OK;
  io.stderr("> ");
  for await (const line of io.lines()) {
    const words = line.trim().toLowerCase().split(/\s+/);
    if (/^(quit|exit|0)$/.test(words[0] ?? "")) return code;
    code = await answerLine(words, session, { io, company, json }) ?? code;
    io.stderr("> ");
  }
  io.stderr("\n");
  return code;
}

/** The exit code of one line; undefined if it asked for nothing. */
async function answerLine(
  [word = "", ...rest]: readonly string[],
  session: AdminSession,
  { io, company, json }: {
    readonly io: CompanyAdminIo;
    readonly company: number;
    readonly json: boolean;
  },
): Promise<number | undefined> {
  if (word === "") return undefined;
  const command = COMMANDS.find(({ typed }) => typed.includes(word));
  if (command === undefined) {
    if (word !== "help" && word !== "?") {
      io.stderr(`There is no ${quote(word)} here:\n`);
    }
    io.stderr(PROMPT_HELP);
    return undefined;
  }
  try {
    const { needs } = command;
    if (rest.length > needs.length) throw configError("That is too much");
    const numbers = Object.fromEntries(
      needs.map((name, i) => [name, readNumber(name, rest[i])]),
    );
    const answer = await session.ask(command.request(numbers));
    return show(answer, io, { company, json });
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`company-admin: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}
