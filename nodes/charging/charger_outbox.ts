/**
 * What a simulated charger has to tell about its transactions: kept in order until a central has answered, as chargers do
 * that lose their connection.
 *
 * @module
 */
import type { OcppPayload } from "../../net/mod.ts";
import type { CallOutcome } from "./ocpp_rpc.ts";

/** Most messages that are kept; beyond, the oldest meter values are dropped. */
export const CHARGER_QUEUE_MAX = 1_000;
/** How often a message is sent that gets an error. */
const ATTEMPTS_MAX = 3;

/** A message. */
export interface Kept {
  /** What it asks for. */
  readonly action: string;
  /** Its members, once it is its turn; undefined if it can never be sent. */
  readonly payload: () => OcppPayload | undefined;
  /** Is told of the answer. */
  readonly done?: (answer: OcppPayload) => void;
}

/** Messages in order. */
export class ChargerOutbox {
  readonly #kept: { readonly message: Kept; attempts: number }[] = [];
  readonly #call: (
    action: string,
    payload: OcppPayload,
  ) => Promise<CallOutcome> | undefined;
  #isSending = false;

  /**
   * Makes an empty one.
   *
   * @param call Asks the central; undefined while there is none.
   */
  constructor(
    call: (
      action: string,
      payload: OcppPayload,
    ) => Promise<CallOutcome> | undefined,
  ) {
    this.#call = call;
  }

  /** How many wait. */
  get size(): number {
    return this.#kept.length;
  }

  /** Keeps a message, and sends it if it can be. */
  keep(message: Kept): void {
    if (this.#kept.length >= CHARGER_QUEUE_MAX) {
      const meter = this.#kept.findIndex(({ message: { action } }) =>
        action === "MeterValues"
      );
      // What begins and ends transactions is kept as long as there is any meter value to drop.
      this.#kept.splice(Math.max(0, meter), 1);
    }
    this.#kept.push({ message, attempts: 0 });
    void this.send();
  }

  /** Sends what is kept, in order; what got no answer stays. */
  async send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let next = this.#kept[0]; next !== undefined; next = this.#kept[0]) {
      const { message: { action, payload, done } } = next;
      const members = payload();
      const asked = members && this.#call(action, members);
      if (members !== undefined && asked === undefined) break;
      const said = await asked;
      if (said?.kind === "silent" || said?.kind === "failed") break;
      if (said?.kind === "error" && ++next.attempts < ATTEMPTS_MAX) continue;
      if (this.#kept[0] === next) this.#kept.shift();
      if (said?.kind === "result") done?.(said.payload);
    }
    this.#isSending = false;
  }
}
