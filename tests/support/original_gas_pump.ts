/**
 * A small model of the original program `gas_pump`, from the protocol page alone: a whole station in one process, whose
 * leader dials a regional office. Times are those of the page by a scale. Cards are served by a call instead of a port.
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

/** What a station is made of. */
export interface OriginalStationOptions {
  /** Province id. */
  readonly province: number;
  /** Station number. */
  readonly station: number;
  /** How many pumps. */
  readonly pumps: number;
  /** The sixteen ports of the regional offices, by province. */
  readonly regionals: readonly number[];
  /** What one second takes here, in seconds; 1 if left out. */
  readonly scale?: number;
}

/** A card that waits at a pump. */
interface Waiting {
  readonly card: number;
  resolve(success: boolean): void;
}

/** One pump. */
interface Pump {
  readonly port: number;
  /** Cards that wait, by number: the page has one slot a card. */
  readonly waiting: Map<number, Waiting>;
  /** Results that no card took, by card number. */
  readonly pending: Map<number, boolean>;
  /** Expenses since the list was emptied, before anybody knows what became of them. */
  readonly list: WireExpense[];
}

/** A verdict as it was received. */
export interface ReceivedVerdict {
  readonly "pump_address": string;
  readonly expense: WireExpense;
  readonly accepted: boolean;
  readonly "service_station_id": string;
  /** When, in monotonic milliseconds. */
  readonly at: number;
  /** The pump whose connection carried it. */
  readonly by: number;
}

/** The program. */
export class OriginalGasPump implements AsyncDisposable {
  /** Verdicts in the order of their arrival. */
  readonly verdicts: ReceivedVerdict[] = [];
  /** Provinces in the order in which their ports were dialed. */
  readonly dialed: number[] = [];
  /** Every opcode that a regional sent. */
  readonly opcodes: number[] = [];
  /** The province whose regional the leader uses; undefined while it has none. */
  province: number | undefined;
  /** The leader's port; undefined while there is none. */
  leader: number | undefined;
  /** The expense frames that were sent, with the address that stood in them. */
  readonly sent: { readonly address: string; readonly expense: WireExpense }[] =
    [];
  readonly #options: OriginalStationOptions;
  readonly #pumps = new Map<number, Pump>();
  readonly #work: OriginalWork;
  readonly #sockets = new Set<OriginalSocket>();
  #link: OriginalSocket | undefined;

  constructor(options: OriginalStationOptions) {
    this.#options = options;
    this.#work = new OriginalWork(options.scale ?? 1);
    for (let i = 0; i < options.pumps; i++) {
      const port = 10_000 + 1000 * options.province + 10 * options.station + i;
      this.#pumps.set(port, {
        port,
        waiting: new Map(),
        pending: new Map(),
        list: [],
      });
    }
  }

  /** The pumps' ports. */
  get ports(): readonly number[] {
    return [...this.#pumps.keys()];
  }

  /** Connections that are open, also those that no leader uses. */
  get connections(): number {
    return [...this.#sockets].filter((it) => !it.isOver).length;
  }

  /** Results that no card took yet, by pump. */
  pending(port: number): ReadonlyMap<number, boolean> {
    return this.#pumps.get(port)?.pending ?? new Map();
  }

  /** Makes the highest pump the leader and connects it, without the flips of a start. */
  async connect(): Promise<void> {
    this.leader = Math.max(...this.ports);
    await this.#dialRing(this.#options.province);
  }

  /** Starts as measured (appendix B): the leader connects, loses it again, and a burst of handshakes follows. */
  async startMeasured(): Promise<void> {
    const highest = Math.max(...this.ports);
    await this.#work.sleep(500);
    this.leader = highest;
    await this.#dialRing(this.#options.province);
    await this.#work.sleep(2500);
    const first = this.#link;
    this.#link = undefined;
    first?.close();
    await this.#work.sleep(100);
    await this.#dialRing(this.#options.province);
    if (this.ports.length === 1) return;
    await this.#work.sleep(1000);
    await this.#burst();
  }

  /** The leader "crashes" (9.7): a burst of handshakes, after which another pump leads and the lists are sent again. */
  async changeLeader(to: number, options: {
    readonly replays?: boolean;
  } = {}): Promise<void> {
    const before = this.leader;
    this.leader = undefined;
    await this.#work.sleep(1100);
    await this.#burst(to);
    this.leader = to;
    const crashed = before === undefined ? undefined : this.#pumps.get(before);
    crashed?.list.splice(0);
    if (options.replays === false) return;
    for (const pump of this.#pumps.values()) {
      // A whole list goes to the new leader, which sends it under its own address.
      for (const expense of pump.list.splice(0)) {
        await this.#forward(to, expense);
      }
    }
  }

  /**
   * A card asks a pump for an amount.
   *
   * @param port The pump's port.
   * @returns What the card is told.
   */
  async buy(
    port: number,
    { company, card, total, date }: {
      readonly company: number;
      readonly card: number;
      readonly total: number;
      readonly date: string;
    },
  ): Promise<boolean> {
    const pump = this.#pumps.get(port);
    if (pump === undefined) return false;
    const stored = pump.pending.get(card);
    if (stored !== undefined) {
      // The new request is not processed.
      pump.pending.delete(card);
      return stored;
    }
    if (this.leader === undefined || this.#link === undefined) return false;
    const expense = { "company_id": company, "card_id": card, total, date };
    pump.list.push(expense);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    // Where it was lost, the card waits all the same.
    await this.#forward(port, expense);
    // Only now: a verdict that came before finds nobody (C-46). A second request of a card ends the first (C-37).
    pump.waiting.get(card)?.resolve(false);
    pump.waiting.set(card, { card, resolve });
    const cancel = this.#work.after(30_000, () => {
      pump.waiting.delete(card);
      resolve(false);
    });
    return await promise.finally(cancel);
  }

  /** Breaks the leader's connection, as a cable would: the leader goes on to the next province. */
  breakLink(): void {
    this.#link?.close();
  }

  /** Dials the own province again as the same leader, and leaves the older connection open. */
  async openAnother(port: number): Promise<OriginalSocket | undefined> {
    return await this.#open(this.#options.province, port);
  }

  /** The connection that the leader uses. */
  get link(): OriginalSocket | undefined {
    return this.#link;
  }

  /** Ends. */
  async stop(): Promise<void> {
    const ended = this.#work.end();
    for (const socket of this.#sockets) socket.close();
    for (const pump of this.#pumps.values()) {
      for (const { resolve } of pump.waiting.values()) resolve(false);
    }
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Handshakes of every pump in varying order; all but two connections close at once. */
  async #burst(leads = Math.max(...this.ports)): Promise<void> {
    const before = this.#link;
    const order = this.ports.toSorted((a, b) => (a * 7) % 5 - (b * 7) % 5);
    const province = this.province ?? this.#options.province;
    let kept = 0;
    for (const port of order) {
      const socket = await this.#open(province, port);
      if (socket === undefined) continue;
      if (port === leads) this.#link = socket;
      else if (kept++ > 0) socket.close();
    }
    if (this.#link !== before) before?.close();
    this.leader = leads;
  }

  /** One expense goes out through the leader's connection. */
  async #forward(address: number, expense: WireExpense): Promise<boolean> {
    const link = this.#link;
    if (link === undefined) return false;
    if (link.isWriting) {
      // The writer is busy: the expense is lost, and the leader changes the province (11.2).
      link.close();
      return false;
    }
    const text = `127.0.0.1:${address}`;
    this.sent.push({ address: text, expense });
    return await link.writeFrame(4, {
      "PumpExpense": {
        "pump_address": text,
        expense,
        "service_station_id": String(this.#options.station),
      },
    });
  }

  /** Own province first, then ascending; a pause after a round. */
  async #dialRing(from: number): Promise<void> {
    const { regionals } = this.#options;
    for (let step = 0; !this.#work.ended; step++) {
      const province = (from + step) % regionals.length;
      const port = this.leader;
      if (port === undefined) return;
      const socket = await this.#open(province, port);
      if (socket !== undefined) {
        this.#link = socket;
        this.province = province;
        return;
      }
      await this.#work.sleep(
        (province + 1) % regionals.length === this.#options.province
          ? 10_000
          : 200,
      );
    }
  }

  async #open(
    province: number,
    port: number,
  ): Promise<OriginalSocket | undefined> {
    this.dialed.push(province);
    const socket = await OriginalSocket.dial(
      this.#options.regionals[province] ?? 0,
    );
    if (socket === undefined) return undefined;
    this.#sockets.add(socket);
    await socket.writeText(
      `PUMP 127.0.0.1:${port} ${this.#options.station}\n`,
    );
    this.#work.track(this.#read(socket, port));
    return socket;
  }

  async #read(socket: OriginalSocket, port: number): Promise<void> {
    for (;;) {
      const opcode = await socket.readByte();
      if (opcode === undefined) break;
      this.opcodes.push(opcode);
      // What is not assigned counts as a lost link; what is assigned but not expected loses the place in the stream.
      if (opcode === 8 || opcode === 9 || opcode > 18) break;
      if (opcode !== 5) continue;
      const text = await socket.readPayload();
      const told = text === undefined ? undefined : parseJson(text);
      if (!this.#take(told?.["PaymentProcessed"], port)) break;
    }
    socket.close();
    if (socket !== this.#link || this.#work.ended) return;
    this.#link = undefined;
    await this.#work.sleep(200);
    const next = (this.province ?? 0) + 1;
    await this.#dialRing(next % this.#options.regionals.length);
  }

  #take(verdict: Json | undefined, by: number): boolean {
    if (verdict === undefined) return false;
    const received = verdict as Omit<ReceivedVerdict, "at" | "by">;
    this.verdicts.push({ ...received, at: performance.now(), by });
    const port = Number(/([0-9]+)$/.exec(received.pump_address)?.[1]);
    const pump = this.#pumps.get(port) ?? this.#pumps.get(this.leader ?? 0);
    if (pump === undefined) return true;
    const { card_id: card } = received.expense;
    const waiting = pump.waiting.get(card);
    if (waiting === undefined) pump.pending.set(card, received.accepted);
    else {
      pump.waiting.delete(card);
      waiting.resolve(received.accepted);
    }
    return true;
  }
}
