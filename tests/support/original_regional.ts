/**
 * A small model of the original program `regional_admin`, from the protocol page alone: it stands between stations and a
 * company, forgets everything at its end, reads handshakes one after the other and loses what comes behind them.
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

/** A verdict as a company sent it. */
export interface Verdict {
  readonly "pump_address": string;
  readonly expense: WireExpense;
  readonly accepted: boolean;
  readonly "service_station_id": string;
}

/** A handshake of a station. */
export interface StationLine {
  readonly address: string;
  readonly station: string;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** The program. */
export class OriginalRegional implements AsyncDisposable {
  /** Handshakes of stations in order, over restarts. */
  readonly stations: StationLine[] = [];
  /** Frames that stations sent, in order, over restarts. */
  readonly told: {
    readonly opcode: number;
    readonly told: Json;
    readonly at: number;
  }[] = [];
  /** Verdicts that companies sent, also repeated ones, over restarts. */
  readonly verdicts: Verdict[] = [];
  /** Every opcode that companies sent, over restarts. */
  readonly companyOpcodes: number[] = [];
  /** How often a company took it over with a handshake, over restarts. */
  takeovers = 0;
  /** False: verdicts are read, and nothing becomes of them. */
  isAwake = true;
  /** Verdicts that wait for their station. */
  readonly buffered: Verdict[] = [];
  /** Whether stations get no answer: verdicts are taken and lost. */
  isMute = false;
  readonly #options: {
    readonly province: number;
    readonly company?: () => number;
    readonly scale?: number;
  };
  #work: OriginalWork;
  #listener: Deno.TcpListener | undefined;
  #port: number;
  #company: OriginalSocket | undefined;
  readonly #unsent: Json[] = [];
  readonly #open = new Set<OriginalSocket>();
  readonly #entries = new Map<string, OriginalSocket>();

  /**
   * @param options Its province, the port of the company that it dials once, what one second takes here, and a port of its
   * own if it must have that one.
   */
  constructor(
    options: {
      readonly province: number;
      readonly company?: () => number;
      readonly scale?: number;
      readonly port?: number;
    },
  ) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.#work = new OriginalWork(options.scale ?? 1);
  }

  /** Where it listens; the same over a restart. */
  get port(): number {
    return this.#port;
  }

  /** Whether it has a company. */
  get hasCompany(): boolean {
    return this.#company !== undefined && !this.#company.isOver;
  }

  /** How many messages wait for the next company. */
  get waiting(): number {
    return this.#unsent.length;
  }

  /** Breaks the connection to the company, as a network does. */
  breakCompany(): void {
    this.#company?.close();
  }

  /** Dials the company once, and listens. */
  async start(): Promise<void> {
    this.#work = new OriginalWork(this.#options.scale ?? 1);
    const { company, province } = this.#options;
    const socket = company === undefined
      ? undefined
      : await OriginalSocket.dial(company());
    if (socket !== undefined) {
      await socket.writeText(`REGIONAL ${province}\n`);
      this.#useCompany(socket);
    }
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#port = this.#listener.addr.port;
    this.#work.track(this.#acceptAll(this.#listener));
    this.#deliverLater();
  }

  /** Ends as a killed process does: everything is forgotten. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    this.#company?.close();
    for (const socket of this.#open) socket.close();
    this.#open.clear();
    this.#entries.clear();
    this.buffered.length = 0;
    this.#unsent.length = 0;
    await this.#work.end();
  }

  /** Breaks the connections of stations. */
  breakStations(): void {
    for (const socket of this.#open) {
      if (socket !== this.#company) socket.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** One handshake after the other: a silent connection blocks all that come later. */
  async #acceptAll(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const connection of listener) {
        const socket = new OriginalSocket(connection);
        this.#open.add(socket);
        const line = await socket.readLine({ greedy: true });
        await this.#greet(socket, line?.trim().split(/\s+/) ?? []);
      }
    } catch {
      // It was closed.
    }
  }

  async #greet(
    socket: OriginalSocket,
    [word, first, second]: readonly string[],
  ): Promise<void> {
    if (word === "COMPANY" && first !== undefined) {
      this.takeovers++;
      this.#useCompany(socket);
      for (const told of this.#unsent.splice(0)) await this.#tell(4, told);
    } else if (
      word === "PUMP" && first !== undefined && second !== undefined
    ) {
      this.stations.push({
        address: first,
        station: second,
        at: performance.now(),
      });
      this.#entries.set(second, socket);
      this.#work.track(this.#readStation(socket));
      if (this.hasCompany) {
        await this.#tell(18, {
          "ServiceStationReconnected": {
            "service_station_id": second,
            "regional_admin_id": String(this.#options.province),
          },
        });
      }
      await this.#deliver(second);
    } else socket.close();
  }

  #useCompany(socket: OriginalSocket): void {
    this.#company = socket;
    this.#open.add(socket);
    this.#work.track(this.#readCompany(socket));
  }

  /** What cannot be written waits for the company's next handshake. */
  async #tell(opcode: number, told: Json): Promise<void> {
    const company = this.#company;
    if (company === undefined || !await company.writeFrame(opcode, told)) {
      this.#unsent.push(told);
    }
  }

  async #readStation(socket: OriginalSocket): Promise<void> {
    for (;;) {
      const opcode = await socket.readByte();
      if (opcode === undefined) break;
      if (opcode === 8 || opcode === 9 || opcode > 18) return;
      if (opcode !== 4) continue;
      const text = await socket.readPayload();
      const told = text === undefined ? undefined : parseJson(text);
      if (told?.["PumpExpense"] === undefined) return;
      this.told.push({ opcode, told, at: performance.now() });
      await this.#tell(4, told);
    }
    // The entry of the station stays: the dead connection is not forgotten (C-13).
    socket.close();
  }

  async #readCompany(socket: OriginalSocket): Promise<void> {
    for (;;) {
      const opcode = await socket.readByte();
      if (opcode === undefined) break;
      this.companyOpcodes.push(opcode);
      if (opcode === 8 || opcode === 9 || opcode > 18) return;
      if (opcode !== 5) continue;
      const text = await socket.readPayload();
      const told = text === undefined ? undefined : parseJson(text);
      if (told?.["PaymentProcessed"] === undefined) return;
      const verdict = told["PaymentProcessed"] as Verdict;
      this.verdicts.push(verdict);
      if (!this.isAwake) continue;
      if (!this.#isBuffered(verdict)) this.buffered.push(verdict);
      await this.#deliver(verdict.service_station_id);
    }
    socket.close();
  }

  #isBuffered(verdict: Verdict): boolean {
    return this.buffered.some((it) =>
      it.pump_address === verdict.pump_address &&
      it.accepted === verdict.accepted &&
      it.expense.card_id === verdict.expense.card_id &&
      it.expense.total === verdict.expense.total &&
      it.expense.date === verdict.expense.date
    );
  }

  /** Writes what waits for a station; each success is acknowledged to the company. */
  async #deliver(station: string): Promise<void> {
    const socket = this.#entries.get(station);
    if (socket === undefined) return;
    const own = this.buffered.filter((it) => it.service_station_id === station);
    for (const verdict of own) {
      const at = this.buffered.indexOf(verdict);
      if (at < 0) continue;
      this.buffered.splice(at, 1);
      const written = this.isMute ||
        !socket.isOver &&
          await socket.writeFrame(5, { "PaymentProcessed": verdict });
      if (!written) {
        this.buffered.push(verdict);
        return;
      }
      const { pump_address, expense } = verdict;
      await this.#tell(7, { "PaymentProcessedAck": { pump_address, expense } });
    }
  }

  #deliverLater(): void {
    this.#work.after(5000, () => {
      const stations = new Set(
        this.buffered.map((it) => it.service_station_id),
      );
      this.#work.track((async () => {
        for (const station of stations) await this.#deliver(station);
      })());
      this.#deliverLater();
    });
  }
}
