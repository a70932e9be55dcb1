/**
 * What an operator types at the console, and how it becomes orders to a node.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import { printable } from "../tills/receipt_text.ts";
import {
  type ConsolePoint,
  parseBulk,
  parseCommand,
  parseOrder,
  parsePage,
  parsePoint,
  parseProblem,
} from "./console_wire.ts";

/** How long an order's outcome is waited for, in milliseconds; a stop is unconfirmed after 5 s. */
export const OUTCOME_MS = 8_000;
/** How often it is asked for. */
const LOOK_MS = 150;
/** How many outcomes are asked for at one time. */
const TOGETHER_MAX = 16;
/** Pages of points that are looked through for an id. */
const PAGES_MAX = 100;

/** A line that was typed. */
export type ConsoleLine =
  | { readonly kind: "one"; readonly command: Order; readonly id: string }
  | { readonly kind: "all"; readonly command: Order }
  | { readonly kind: "quit" | "help" | "empty" }
  | { readonly kind: "wrong"; readonly message: string };

/** What points are told. */
export type Order = "stop" | "resume";

const ONE: Readonly<Record<string, Order>> = {
  P: "stop",
  PARAR: "stop",
  R: "resume",
  REANUDAR: "resume",
};
const ALL: Readonly<Record<string, Order>> = {
  PT: "stop",
  PA: "stop",
  "PARAR_TODOS": "stop",
  RT: "resume",
  RA: "resume",
  "REANUDAR_TODOS": "resume",
};
const OTHERS: Readonly<Record<string, "quit" | "help">> = {
  Q: "quit",
  QUIT: "quit",
  H: "help",
  AYUDA: "help",
  HELP: "help",
};

/** The words on the original wire. */
export const ORDER_WORDS: Readonly<Record<Order, string>> = {
  stop: "PARAR",
  resume: "REANUDAR",
};

/**
 * Reads a line.
 *
 * @param line What was typed.
 * @returns What it means; the case of the word does not count, that of the id is kept.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(readLine("p MAD-01"), { kind: "one", command: "stop", id: "MAD-01" });
 * deepStrictEqual(readLine("RT"), { kind: "all", command: "resume" });
 * ```
 */
export function readLine(line: string): ConsoleLine {
  const [word = "", ...rest] = line.trim().split(/\s+/);
  const verb = word.toUpperCase();
  if (verb === "") return { kind: "empty" };
  const one = Object.hasOwn(ONE, verb) ? ONE[verb] : undefined;
  if (one !== undefined) {
    const [id, extra] = rest;
    return id === undefined || extra !== undefined
      ? { kind: "wrong", message: `Uso: ${verb} <CP_ID>` }
      : { kind: "one", command: one, id };
  }
  const all = Object.hasOwn(ALL, verb) ? ALL[verb] : undefined;
  const other = Object.hasOwn(OTHERS, verb) ? OTHERS[verb] : undefined;
  if ((all ?? other) !== undefined && rest.length > 0) {
    return { kind: "wrong", message: `Uso: ${verb}` };
  }
  if (all !== undefined) return { kind: "all", command: all };
  return other === undefined
    ? { kind: "wrong", message: `Comando desconocido: ${printable(word)}` }
    : { kind: other };
}

/** What a node answers. */
export interface NodeAnswer {
  /** The status. */
  readonly status: number;
  /** Its JSON. */
  readonly body: unknown;
}

/** How a node is asked. */
export interface ConsoleNode {
  /**
   * Asks.
   *
   * @throws {PanalError} `dial_failed` if nobody answers.
   */
  ask(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<NodeAnswer>;
  /** Waits. */
  wait(ms: number): Promise<void>;
}

/** What became of an order. */
export interface OrderOutcome {
  /** Lines for the operator. */
  readonly lines: readonly string[];
  /** Points that were ordered. */
  readonly ordered: number;
  /** Of these, those that confirmed. */
  readonly confirmed: number;
  /** True if nothing went wrong. */
  readonly ok: boolean;
}

function failed(line: string): OrderOutcome {
  return { lines: [line], ordered: 0, confirmed: 0, ok: false };
}

/**
 * Gives an order that was typed.
 *
 * @param node The node.
 * @param line What was typed.
 * @returns What became of it, once the equipment has answered or is silent.
 * @throws {PanalError} `dial_failed` if the node does not answer.
 */
export async function giveOrder(
  node: ConsoleNode,
  line: Extract<ConsoleLine, { readonly kind: "one" | "all" }>,
): Promise<OrderOutcome> {
  return line.kind === "one"
    ? await orderOne(node, line.command, line.id)
    : await orderAll(node, line.command);
}

function pathOf(id: string): string {
  return `/v1/charging-points/${encodeURIComponent(id)}`;
}

/** The point that an id means: exactly that one, else the only one whose id differs in case alone. */
async function findPoint(
  node: ConsoleNode,
  id: string,
): Promise<ConsolePoint | string> {
  const exact = await node.ask("GET", pathOf(id));
  if (exact.status === 200) return parsePoint(exact.body);
  if (exact.status !== 404) throw refusal(exact);
  const found: ConsolePoint[] = [];
  const wanted = id.toUpperCase();
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query: string = cursor === null
      ? ""
      : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await node.ask(
      "GET",
      `/v1/charging-points?limit=1000${query}`,
    );
    if (answer.status !== 200) throw refusal(answer);
    const { items, next } = parsePage(answer.body);
    found.push(...items.filter((it) => it.id.toUpperCase() === wanted));
    cursor = next;
    if (cursor === null) break;
  }
  const [only, other] = found;
  if (other !== undefined) {
    const names = found.map((it) => printable(it.id)).join(", ");
    return `ERROR: CP ${printable(id)} es ambiguo: ${names}`;
  }
  return only ?? `ERROR: CP ${printable(id)} no existe`;
}

/** Why a node refused, as what is thrown. */
function refusal({ status, body }: NodeAnswer): PanalError {
  const { detail } = parseProblem(body, status);
  const hint = status === 401
    ? ": sign in with --user NAME and the password in PANAL_PASSWORD"
    : "";
  return new PanalError("forbidden", `${detail}${hint}`);
}

async function orderOne(
  node: ConsoleNode,
  command: Order,
  id: string,
): Promise<OrderOutcome> {
  const point = await findPoint(node, id);
  if (typeof point === "string") return failed(point);
  const shown = printable(point.id);
  if (!point.connected) {
    return failed(
      `ERROR: CP ${shown} no está conectado por socket para recibir comandos.`,
    );
  }
  const answer = await node.ask("POST", `${pathOf(point.id)}/commands`, {
    command,
  });
  if (answer.status === 401 || answer.status === 403) throw refusal(answer);
  if (answer.status >= 300) {
    return failed(`ERROR: ${parseProblem(answer.body, answer.status).detail}`);
  }
  const state = await outcomeOf(node, parseOrder(answer.body).command);
  return {
    lines: [outcomeLine(command, shown, state)],
    ordered: 1,
    confirmed: state === "confirmed" ? 1 : 0,
    ok: state === "confirmed",
  };
}

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  confirmed: "confirmado",
  refused: "rechazado por el punto",
  silent: "sin confirmar: el punto no responde",
  failed: "no se pudo enviar",
  expired: "no se pudo enviar a tiempo",
  waiting: "sin confirmar todavía",
};

function outcomeLine(command: Order, id: string, state: string): string {
  return `${ORDER_WORDS[command]} ${id}: ${
    OUTCOME_WORDS[state] ?? printable(state)
  }`;
}

/** Waits for what the equipment says to a command. */
async function outcomeOf(
  node: ConsoleNode,
  { id, state }: { readonly id: string; readonly state: string },
): Promise<string> {
  let now = state;
  for (let ms = 0; now === "waiting" && ms < OUTCOME_MS; ms += LOOK_MS) {
    await node.wait(LOOK_MS);
    const answer = await node.ask("GET", `/v1/charging-commands/${id}`);
    if (answer.status === 200) now = parseCommand(answer.body).state;
  }
  return now;
}

/** Orders all points that are connected; each is ordered by itself, and waited for by itself (C-46). */
async function orderAll(
  node: ConsoleNode,
  command: Order,
): Promise<OrderOutcome> {
  const answer = await node.ask("POST", "/v1/charging-commands", { command });
  if (answer.status >= 300) throw refusal(answer);
  const { items } = parseBulk(answer.body);
  if (items.length === 0) {
    return {
      lines: ["No hay CPs conectados para recibir la orden"],
      ...{ ordered: 0, confirmed: 0, ok: true },
    };
  }
  const lines: string[] = [];
  let confirmed = 0;
  let ordered = 0;
  const rest = items[Symbol.iterator]();
  const work = async () => {
    for (const { point, command: id, detail } of rest) {
      if (id === null) {
        lines.push(`ERROR: ${detail ?? ""}`);
        continue;
      }
      ordered += 1;
      const state = await outcomeOf(node, { id, state: "waiting" });
      if (state === "confirmed") confirmed += 1;
      else lines.push(outcomeLine(command, printable(point), state));
    }
  };
  await Promise.all(Array.from({ length: TOGETHER_MAX }, work));
  const sum = `${
    ORDER_WORDS[command]
  }: enviado a ${ordered} CPs, ${confirmed} confirmados`;
  return {
    lines: [sum, ...lines],
    ...{ ordered, confirmed, ok: confirmed === items.length },
  };
}
