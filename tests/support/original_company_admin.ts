/**
 * A small model of the original program `company_admin`, from the protocol page alone: a menu, one request at a time, an
 * answer that is shown whatever its opcode says, and no second connection.
 *
 * @module
 */
import { fail } from "node:assert/strict";
import { OriginalSocket } from "./original_fleet_wire.ts";

/** The menu: 1 balance, 2 charge, 3 new card, 4 limit, 5 set limit, 6 cards, 7 expenses. */
export type AdminChoice = 1 | 2 | 3 | 4 | 5 | 6 | 7;

const OPCODES: Readonly<Record<AdminChoice, number>> = {
  1: 10,
  2: 11,
  3: 12,
  4: 13,
  5: 14,
  6: 15,
  7: 16,
};

/** The program. */
export class OriginalCompanyAdmin implements Disposable {
  /** Its exit status; undefined while it runs. */
  status: number | undefined;
  readonly #socket: OriginalSocket;

  private constructor(socket: OriginalSocket) {
    this.#socket = socket;
  }

  /** Starts it with its argument, as typed. */
  static async start(
    port: number,
    company: string,
  ): Promise<OriginalCompanyAdmin> {
    const socket = await OriginalSocket.dial(port);
    if (socket === undefined) fail("Nobody listens at the company's port");
    await socket.writeText(`COMPANY ${company}\n`);
    return new OriginalCompanyAdmin(socket);
  }

  /**
   * Chooses from the menu and types what it asks for: a card's number, an amount, or both in this order.
   *
   * @returns What it shows: the answer with two spaces, or undefined if it has ended.
   */
  async choose(
    choice: AdminChoice,
    ...typed: readonly string[]
  ): Promise<string | undefined> {
    const asksCard = choice === 3 || choice === 4 || choice === 5;
    const asksAmount = choice === 2 || choice === 3 || choice === 5;
    const amount = typed[asksCard ? 1 : 0] ?? "";
    await this.#socket.writeFrame(OPCODES[choice], {
      ...(asksAmount ? { amount: u32Or0(amount) } : {}),
      ...(asksCard ? { "card_id": typed[0] } : {}),
    });
    const opcode = await this.#socket.readByte();
    if (opcode === undefined || opcode === 8 || opcode === 9 || opcode > 18) {
      return this.#exit(1);
    }
    const text = await this.#socket.readPayload();
    if (text === undefined) return this.#exit(1);
    return JSON.stringify(JSON.parse(text), null, 2);
  }

  /** Chooses and reads what is shown. */
  async json(
    choice: AdminChoice,
    ...typed: readonly string[]
  ): Promise<unknown> {
    const shown = await this.choose(choice, ...typed);
    if (shown === undefined) fail("The company has closed the connection");
    return JSON.parse(shown);
  }

  /** Ends it by the menu. */
  [Symbol.dispose](): void {
    this.#exit(0);
  }

  #exit(status: number): undefined {
    this.status ??= status;
    this.#socket.close();
  }
}

function u32Or0(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : 0;
  return value <= 0xffff_ffff ? value : 0;
}
