/**
 * A small model of the original program `company`, from the protocol page alone: the books of all companies, charged as
 * often as asked, with verdicts that get lost when two would be written at once. It can die between charge and verdict,
 * stand still, and start again from its state file.
 *
 * @module
 */
import {
  type Json,
  OriginalSocket,
  OriginalWork,
  parseJson,
  type WireExpense,
} from "./original_fleet_wire.ts";

/** A verdict that was not acknowledged. */
export interface Confirmation {
  readonly "pump_address": string;
  readonly expense: WireExpense;
  readonly accepted: boolean;
  readonly "service_station_id": string;
  regional: string;
  retries: number;
  /** Monotonic milliseconds. */
  at: number;
}

/** The books of one company. */
export interface CompanyBooks {
  balance: number;
  readonly cards: Map<number, { limit: number; expenses: WireExpense[] }>;
  readonly confirmations: Map<string, Confirmation>;
}

/** What it does with an expense, besides booking it. */
export type ExpenseFate =
  /** Answers. */
  | "answer"
  /** Books it; the verdict is dropped, as under concurrency. */
  | "drop"
  /** Dies before it books. */
  | "die_before"
  /** Books it and dies before it answers. */
  | "die_after";

interface Link {
  readonly socket: OriginalSocket;
  readonly id: string;
}

/** A frame that a regional sent. */
export interface ToldCompany {
  /** The regional's id. */
  readonly id: string;
  /** The opcode. */
  readonly opcode: number;
  /** The tagged payload. */
  readonly told: Json;
}

/** The program. */
export class OriginalCompany implements AsyncDisposable {
  /** The books; they stand over a restart, as in the state files. */
  readonly books = new Map<number, CompanyBooks>();
  /** Everything that regionals told, in order, over restarts. */
  readonly told: ToldCompany[] = [];
  /** Handshake lines that were accepted, in order, over restarts. */
  readonly lines: string[] = [];
  /** What is done with the next expenses, one each. */
  readonly fates: ExpenseFate[] = [];
  /** How many verdicts were dropped because another was being written. */
  dropped = 0;
  /** How many connections it stopped to read. */
  deaf = 0;
  readonly #scale: number;
  #regionals: readonly number[];
  #work: OriginalWork;
  #listener: Deno.TcpListener | undefined;
  #port = 0;
  #links = new Set<Link>();
  /** The connection through which a regional id is reached: of one company, or of all. */
  #introduced = new Map<string, OriginalSocket>();
  #standing: PromiseWithResolvers<void> | undefined;
  #restarting = false;

  /**
   * @param options The ports of the regionals that it dials at its start, and what one second takes here, in seconds.
   */
  constructor(
    options: {
      readonly regionals?: readonly number[];
      readonly scale?: number;
    } = {},
  ) {
    this.#scale = options.scale ?? 1;
    this.#regionals = options.regionals ?? [];
    this.#work = new OriginalWork(this.#scale);
  }

  /** Where it listens; the same over a restart. */
  get port(): number {
    return this.#port;
  }

  /** Connections of regionals, from either side. */
  get connections(): number {
    return [...this.#links].filter(({ socket }) => !socket.isOver).length;
  }

  /** Makes a company with money and cards. */
  open(
    company: number,
    balance: number,
    cards: Readonly<Record<number, number>> = {},
  ): void {
    this.books.set(company, {
      balance,
      cards: new Map(
        Object.entries(cards).map((
          [card, limit],
        ) => [Number(card), { limit, expenses: [] }]),
      ),
      confirmations: new Map(),
    });
  }

  /** Which regionals it dials at its next start. */
  dialsFrom(regionals: readonly number[]): void {
    this.#regionals = regionals;
  }

  /** Puts a verdict among those that were not acknowledged, as if it had decided it long ago. */
  owe(
    company: number,
    verdict: Omit<Confirmation, "retries" | "at">,
  ): void {
    const { pump_address: address, expense } = verdict;
    this.books.get(company)?.confirmations.set(keyOf(address, expense), {
      ...verdict,
      retries: 0,
      at: -Infinity,
    });
  }

  /** The accepted expenses of a company. */
  expenses(company: number): readonly WireExpense[] {
    return [...this.books.get(company)?.cards.values() ?? []]
      .flatMap(({ expenses }) => expenses);
  }

  /** Verdicts of a company that were not acknowledged. */
  confirmations(company: number): readonly Confirmation[] {
    return [...this.books.get(company)?.confirmations.values() ?? []];
  }

  /** Dials the regionals in order, then listens. */
  async start(options: { readonly listens?: boolean } = {}): Promise<void> {
    this.#work = new OriginalWork(this.#scale);
    for (const [id, port] of this.#regionals.entries()) {
      const socket = await OriginalSocket.dial(port);
      if (socket === undefined) continue;
      await socket.writeText("COMPANY 127.0.0.1:60000\n");
      this.#serve({ socket, id: String(id) });
    }
    if (options.listens !== false) this.#listen();
    this.#retryLater();
  }

  /** Ends as a killed process does: every connection breaks, the books stay. */
  async stop(): Promise<void> {
    this.resume();
    this.#listener?.close();
    this.#listener = undefined;
    for (const { socket } of this.#links) socket.close();
    this.#links = new Set();
    this.#introduced = new Map();
    await this.#work.end();
  }

  /** Whether it died in the middle of its work. */
  get isDown(): boolean {
    return this.#listener === undefined;
  }

  /** Starts again after it died; the books stand as they were. */
  async restart(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    await this.stop();
    await this.start();
    this.#restarting = false;
  }

  /** Stands still: nothing is read or written until `resume`. */
  pause(): void {
    this.#standing ??= Promise.withResolvers<void>();
  }

  /** Goes on with what it has in its buffers. */
  resume(): void {
    this.#standing?.resolve();
    this.#standing = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #listen(): void {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#listener = listener;
    this.#port = listener.addr.port;
    this.#work.track((async () => {
      try {
        for await (const connection of listener) {
          this.#work.track(this.#greet(new OriginalSocket(connection)));
        }
      } catch {
        // It was closed.
      }
    })());
  }

  /** Reads a handshake, concurrently; what came in the same segment is lost. */
  async #greet(socket: OriginalSocket): Promise<void> {
    const early: Link = { socket, id: "" };
    this.#links.add(early);
    const line = await socket.readLine({ greedy: true });
    this.#links.delete(early);
    const [word, id] = line?.trim().split(/\s+/) ?? [];
    if (word !== "REGIONAL" || id === undefined) return socket.close();
    this.lines.push(line ?? "");
    this.#serve({ socket, id });
  }

  #serve(link: Link): void {
    this.#links.add(link);
    this.#work.track(this.#read(link));
  }

  async #read({ socket, id }: Link): Promise<void> {
    for (;;) {
      const opcode = await socket.readByte();
      if (opcode === undefined) break;
      if (opcode === 8 || opcode === 9 || opcode > 18) {
        // Reading stops for ever; the socket stays open.
        this.deaf++;
        return;
      }
      if (![4, 7, 18].includes(opcode)) continue;
      const text = await socket.readPayload();
      if (text === undefined) break;
      await this.#standing?.promise;
      const told = parseJson(text);
      if (told === undefined) {
        this.deaf++;
        return;
      }
      this.told.push({ id, opcode, told });
      await this.#take({ socket, id }, opcode, told);
    }
    socket.close();
  }

  async #take(link: Link, opcode: number, told: Json): Promise<void> {
    if (opcode === 4 && told["PumpExpense"] !== undefined) {
      await this.#book(link, told["PumpExpense"]);
    } else if (opcode === 7 && told["PaymentProcessedAck"] !== undefined) {
      const { pump_address: address, expense } = told["PaymentProcessedAck"];
      this.books.get(expense["company_id"])?.confirmations.delete(
        keyOf(address, expense),
      );
    } else if (opcode === 18 && told["ServiceStationReconnected"]) {
      this.#poked(link, told["ServiceStationReconnected"]);
    }
  }

  async #book(link: Link, told: Json): Promise<void> {
    const fate = this.fates.shift() ?? "answer";
    if (fate === "die_before") return await this.#die();
    const expense: WireExpense = told["expense"];
    const company = expense["company_id"];
    const books = this.books.get(company);
    const verdict = {
      "pump_address": String(told["pump_address"]),
      expense,
      accepted: books !== undefined && charge(books, expense),
      "service_station_id": String(told["service_station_id"]),
    };
    if (books !== undefined) {
      this.#introduced.set(`${company} ${link.id}`, link.socket);
      books.confirmations.set(keyOf(verdict.pump_address, expense), {
        ...verdict,
        regional: link.id,
        retries: 0,
        at: performance.now(),
      });
    }
    if (fate === "die_after") return await this.#die();
    if (fate === "answer") this.#send(link.socket, verdict);
  }

  /** Re-sends all verdicts of a station text, of which one gets through. */
  #poked(link: Link, told: Json): void {
    const station = told["service_station_id"];
    const regional = String(told["regional_admin_id"]);
    for (const [company, { confirmations }] of this.books) {
      this.#introduced.set(`${company} ${regional}`, link.socket);
      for (const one of confirmations.values()) {
        if (one.service_station_id !== station) continue;
        one.regional = regional;
        one.retries++;
        one.at = performance.now();
        this.#send(link.socket, one);
      }
    }
  }

  /** Of two frames that would be written at once the second is dropped. */
  #send(
    socket: OriginalSocket,
    verdict: Omit<Confirmation, "regional" | "retries" | "at">,
  ): void {
    if (socket.isOver) return;
    if (socket.isWriting) {
      this.dropped++;
      return;
    }
    const { pump_address, expense, accepted, service_station_id } = verdict;
    this.#work.track(
      socket.writeFrame(5, {
        "PaymentProcessed": {
          pump_address,
          expense,
          accepted,
          service_station_id,
        },
      }).then(() => {}),
    );
  }

  #retryLater(): void {
    this.#work.after(5000, () => {
      const due = performance.now() - 5000 * this.#scale;
      for (const [company, { confirmations }] of this.books) {
        for (const one of confirmations.values()) {
          if (one.at > due || one.retries >= 10) continue;
          one.retries++;
          one.at = performance.now();
          const socket = this.#introduced.get(`${company} ${one.regional}`);
          if (socket !== undefined) this.#send(socket, one);
        }
      }
      this.#retryLater();
    });
  }

  /** The process ends in the middle of its work, which must not wait for itself. */
  // deno-lint-ignore require-await -- callers stand where a booking would be awaited
  async #die(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const { socket } of this.#links) socket.close();
    this.#links = new Set();
    this.#introduced = new Map();
    void this.#work.end();
  }
}

/** The text under which a verdict is kept (9.4). */
function keyOf(address: string, expense: WireExpense): string {
  const { company_id: company, card_id: card, total, date } = expense;
  return `${address}:${company}:${card}:${total}:${date}`;
}

/** Decides and books as 9.2 says; nothing is compared with what was booked before. */
function charge(books: CompanyBooks, expense: WireExpense): boolean {
  const { card_id: id, total } = expense;
  if (total === 0) return false;
  let card = books.cards.get(id);
  if (card === undefined) {
    const tenth = Math.fround(Math.fround(books.balance) * Math.fround(0.1));
    card = { limit: Math.floor(tenth), expenses: [] };
    books.cards.set(id, card);
  }
  if (card.limit < total || books.balance < total) return false;
  card.limit -= total;
  books.balance -= total;
  card.expenses.push(expense);
  return true;
}
