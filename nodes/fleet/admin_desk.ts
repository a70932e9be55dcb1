/**
 * What a company's administrator is answered, one request after the other, as the original company does. Requests and
 * answers are frames; no sockets here.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import {
  type AdminAnswer,
  type AdminRequest,
  encodeAdminAnswer,
  FLEET_HEADER_BYTES,
  FLEET_OPCODES,
  type FleetFrame,
  parseAdminRequest,
  U32_MAX,
} from "../../net/mod.ts";
import type { Page, Refusal } from "../answers.ts";
import type { CardId, CompanyId, FleetUseCases } from "./fleet_use_cases.ts";

/** Rows of a list that are read at once. */
const PAGE_ROWS = 1_000;
/** Longest list that is answered, in bytes; beyond it the answer is an error. */
export const ADMIN_LIST_BYTES_MAX = 512 * 1024 * 1024;
/** Most lists that are put together or sent at once; others wait. */
export const ADMIN_LISTS_MAX = 4;

/** The use-cases that administrators reach. */
export type AdminFleet = Pick<
  FleetUseCases,
  | "company"
  | "card"
  | "cards"
  | "expenses"
  | "deposit"
  | "registerCard"
  | "setLimit"
>;

/** What the desk works with. */
export interface AdminDeskParts {
  /** The node's use-cases. */
  readonly fleet: AdminFleet;
  /** For pauses between pages. */
  readonly clock: Pick<Clock, "defer">;
  /** Whether this node answers for a company. */
  readonly serves: (company: CompanyId) => boolean;
}

/** An answer, or why there is none. */
export type DeskAnswer =
  | {
    /** Pieces of one frame, to be sent in order. */
    readonly kind: "answer";
    /** Taken out as they are sent, so that a long list is not held twice. */
    readonly pieces: Uint8Array[];
    /** Ends the answer: others may have their lists. */
    done(): void;
  }
  | {
    /** An opcode of another link, or one that means nothing: it is not answered. */
    readonly kind: "foreign" | "unassigned";
  };

/** Answers administrators. */
export interface AdminDesk {
  /**
   * Answers a request.
   *
   * @param company Whose administrator asks.
   * @param frame The request.
   * @returns The answer, durable where it changes something.
   */
  answer(company: CompanyId, frame: FleetFrame): Promise<DeskAnswer>;
}

/**
 * Makes the desk of a node.
 *
 * @param parts What it works with.
 * @returns The desk.
 */
export function createAdminDesk(parts: AdminDeskParts): AdminDesk {
  const gate = createGate(ADMIN_LISTS_MAX);
  return {
    async answer(company, frame) {
      const reading = parseAdminRequest(frame);
      switch (reading.kind) {
        case "foreign":
        case "unassigned":
          return { kind: reading.kind };
        case "invalid":
          return errorAnswer(reading.asked, invalidText(reading.member));
        case "request": {
          const { request } = reading;
          if (!parts.serves(company)) {
            const text = `Company ${company} is not served here`;
            return errorAnswer(request.kind, text);
          }
          return isList(request)
            ? await listed(parts, company, { kind: request.kind, gate })
            : answered([await decide(parts.fleet, company, request)]);
        }
      }
    },
  };
}

/** The requests whose answers have no bound. */
function isList(
  request: AdminRequest,
): request is AdminRequest & { readonly kind: "cards" | "expenses" } {
  return request.kind === "cards" || request.kind === "expenses";
}

async function listed(
  parts: AdminDeskParts,
  company: CompanyId,
  { kind, gate }: {
    readonly kind: "cards" | "expenses";
    readonly gate: () => Promise<() => void>;
  },
): Promise<DeskAnswer> {
  const leave = await gate();
  try {
    return answered(await list(parts, company, kind), leave);
  } catch (error) {
    leave();
    throw error;
  }
}

function invalidText(member: "amount" | "card_id"): string {
  return member === "amount"
    ? `The amount must be a whole number from 0 to ${U32_MAX}`
    : `The card id must be a text of digits, from 0 to ${U32_MAX}`;
}

function answered(pieces: Uint8Array[], done = () => {}): DeskAnswer {
  return { kind: "answer", pieces, done };
}

function errorAnswer(asked: AdminRequest["kind"], text: string): DeskAnswer {
  return answered([encodeAdminAnswer({ kind: "error", asked, text })]);
}

/** Answers what is no list. */
async function decide(
  fleet: AdminFleet,
  company: CompanyId,
  request: AdminRequest,
): Promise<Uint8Array> {
  const done = await decided(fleet, company, request);
  return encodeAdminAnswer(
    typeof done === "string"
      ? { kind: "error", asked: request.kind, text: done }
      : done,
  );
}

/** The answer, or the text of an error. */
async function decided(
  fleet: AdminFleet,
  company: CompanyId,
  request: AdminRequest,
): Promise<AdminAnswer | string> {
  switch (request.kind) {
    case "charge":
      return await charge(fleet, company, request.amount);
    case "cardLimit": {
      const { kind, card } = request;
      const found = fleet.card(company, String(card) as CardId);
      return found === undefined
        ? `Card ID ${card} not found.`
        : { kind, card, limit: saturated(found.limit) };
    }
    case "registerCard":
    case "setLimit": {
      const { kind, card, amount: limit } = request;
      const change = { company, card: String(card) as CardId, limit };
      const done = await fleet[kind](change);
      return done.ok
        ? { kind, card, limit: saturated(done.value.limit) }
        : refusalText(done.error, change);
    }
    default:
      return { kind: "totalBalance", balance: balanceOf(fleet, company) };
  }
}

/** A company that nobody knows is one without money and cards until its first change. */
function balanceOf(fleet: AdminFleet, company: CompanyId): number {
  return saturated(fleet.company(company)?.balance ?? 0);
}

async function charge(
  fleet: AdminFleet,
  company: CompanyId,
  amount: number,
): Promise<AdminAnswer | string> {
  if (amount === 0) {
    return { kind: "charge", balance: balanceOf(fleet, company) };
  }
  const done = await fleet.deposit({ company, amount, balanceMax: U32_MAX });
  if (!done.ok) {
    return done.error.code === "amount_out_of_range"
      ? `The balance may not exceed ${U32_MAX}. Company balance is: ${
        balanceOf(fleet, company)
      }`
      : done.error.message;
  }
  return { kind: "charge", balance: saturated(done.value.balance) };
}

/** The original's own words where it has some. */
function refusalText(
  { code, message, details }: Refusal,
  { card, limit }: { readonly card: CardId; readonly limit: number },
): string {
  switch (code) {
    case "card_exists":
      return `Card ID ${card} already exists`;
    case "limit_above_balance":
      return `Cannot create card with initial balance: ${limit}. Company balance is: ${
        saturated(Number(details?.["balance"] ?? 0))
      }`;
    case "card_unknown":
      return `Card ID ${card} not found. Could not update the balance!`;
    default:
      return message;
  }
}

/** Amounts of the mesh may be larger than those of the original. */
function saturated(amount: number): number {
  return Math.min(U32_MAX, Math.max(0, amount));
}

/** A list as pieces of one frame: each page becomes bytes at once and is forgotten. */
async function list(
  { fleet, clock }: AdminDeskParts,
  company: CompanyId,
  kind: "cards" | "expenses",
): Promise<Uint8Array[]> {
  const encoder = new TextEncoder();
  const rows: Uint8Array[] = [];
  let [count, bytes] = [0, 0];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = readPage(fleet, kind, {
      company,
      limit: PAGE_ROWS,
      ...(cursor === "" ? {} : { cursor }),
    });
    cursor = page.next;
    if (page.items.length > 0) {
      const mark = count === 0 ? "" : ",";
      const piece = encoder.encode(mark + page.items.join(","));
      rows.push(piece);
      bytes += piece.length;
      count += page.items.length;
    }
    if (bytes > ADMIN_LIST_BYTES_MAX) {
      const text = "The list is too long for this protocol";
      return [encodeAdminAnswer({ kind: "error", asked: kind, text })];
    }
    if (cursor !== null) {
      await new Promise<void>((resolve) => clock.defer(resolve));
    }
  }
  const open = encoder.encode(
    kind === "cards"
      ? `{"cantidad_tarjetas":${count},"tarjetas":[`
      : '{"gastos":[',
  );
  const close = encoder.encode("]}");
  const header = new Uint8Array(FLEET_HEADER_BYTES);
  header[0] = FLEET_OPCODES[kind];
  const length = open.length + bytes + close.length;
  new DataView(header.buffer).setUint32(1, length);
  // What fits into one write is sent in one.
  return length <= SHORT_BYTES
    ? [joined([header, open, ...rows, close])]
    : [joined([header, open]), ...rows, close];
}

const SHORT_BYTES = 64 * 1024;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A page of rows as JSON, members in alphabetical order. */
function readPage(
  fleet: AdminFleet,
  kind: "cards" | "expenses",
  query: {
    readonly company: CompanyId;
    readonly limit: number;
    readonly cursor?: string;
  },
): Page<string> {
  if (kind === "cards") {
    const page = fleet.cards(query);
    const items = page.items.map(({ card, expenses, limit }) =>
      `{"card_id":${card},"gastos_recientes":${expenses},"saldo_actual":${
        saturated(limit)
      }}`
    );
    return { ...page, items };
  }
  const page = fleet.expenses({ ...query, accepted: true });
  // What no balance has covered yet is shown once it has (13.3).
  const items = page.items.filter(({ settled }) => settled)
    .map(({ card, date, amount }) =>
      `{"card_id":${card},"company_id":${query.company},"date":${
        JSON.stringify(date)
      },"monto":${saturated(amount)}}`
    );
  return { ...page, items };
}

/** Lets so many in at once; the rest wait in order. */
function createGate(max: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async () => {
    if (inside < max) inside++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      // Whoever waits takes the place over: nobody comes between.
      const next = waiting.shift();
      if (next === undefined) inside--;
      else next();
    };
  };
}
