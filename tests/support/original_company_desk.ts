/**
 * A small model of what administrators meet at the original program `company`, from the protocol page alone: bytes behind
 * the handshake are lost, wrong numbers become 0, and a second administrator of a company cuts the first off.
 *
 * @module
 */
import {
  type Json,
  OriginalSocket,
  OriginalWork,
  parseJson,
} from "./original_fleet_wire.ts";

const U32 = 2 ** 32;

/** The program. */
export class OriginalCompanyDesk implements AsyncDisposable {
  /** Requests as they came. */
  readonly asked: [opcode: number, payload: Json][] = [];
  /** False: requests are read and not answered. */
  isAwake = true;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #work = new OriginalWork(1);
  readonly #admins = new Map<number, OriginalSocket>();
  readonly #sockets = new Set<OriginalSocket>();
  readonly #balances = new Map<number, number>();
  readonly #cards = new Map<number, Map<number, number>>();

  constructor() {
    this.#work.track(this.#acceptAll());
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const socket of this.#sockets) socket.close();
    await this.#work.end();
  }

  async #acceptAll(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        const socket = new OriginalSocket(connection);
        this.#sockets.add(socket);
        this.#work.track(this.#serve(socket));
      }
    } catch {
      // It was closed.
    }
  }

  async #serve(socket: OriginalSocket): Promise<void> {
    const line = await socket.readLine({ greedy: true });
    const [word, id] = line?.trim().split(/\s+/) ?? [];
    if (word !== "COMPANY" || id === undefined) return socket.close();
    const company = Number(/^[0-9]+$/.exec(id)?.[0] ?? 0);
    await this.#admins.get(company)?.endWriting();
    this.#admins.set(company, socket);
    for (;;) {
      const found = await socket.readFrame();
      if (found === undefined || found.opcode > 18) break;
      const payload = parseJson(found.text) ?? {};
      this.asked.push([found.opcode, payload]);
      const answer = this.#answer(company, found.opcode, payload);
      if (answer === undefined || !this.isAwake) continue;
      await socket.writeFrame(found.opcode, answer);
    }
    socket.close();
  }

  #answer(company: number, opcode: number, payload: Json): Json | undefined {
    const cards = this.#cards.get(company) ?? new Map<number, number>();
    this.#cards.set(company, cards);
    const balance = this.#balances.get(company) ?? 0;
    const amount = Number.isInteger(payload.amount) && payload.amount > 0
      ? payload.amount % U32
      : 0;
    const text = payload["card_id"];
    const card = typeof text === "string" && /^[0-9]+$/.test(text)
      ? Number(text)
      : 0;
    switch (opcode) {
      case 10:
        return { "saldo_total": balance };
      case 11:
        this.#balances.set(company, balance + amount);
        return { "nuevo_saldo": balance + amount };
      case 12:
        if (cards.has(card)) return { error: `Card ID ${card} already exists` };
        cards.set(card, amount);
        return { "saldo_inicial": amount, "tarjeta_id": card };
      case 13:
        return cards.has(card)
          ? { "card_id": card, "limite": cards.get(card) }
          : { error: `Card ID ${card} not found.` };
      case 15:
        return {
          "cantidad_tarjetas": cards.size,
          "tarjetas": [...cards].map(([id, limit]) => ({
            "card_id": id,
            "gastos_recientes": 0,
            "saldo_actual": limit,
          })),
        };
      case 16:
        return { "gastos": [] };
      default:
        return undefined;
    }
  }
}
