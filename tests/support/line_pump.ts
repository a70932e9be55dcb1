/**
 * A pump that a test plays over TCP, as an original one: it registers, reports what it delivers, and remembers what it
 * was told.
 *
 * @module
 */
import { LineClient } from "./line_client.ts";

/** What a pump reports of its delivery. */
export interface LinePumpState {
  /** In the original's words. */
  readonly operation: "disponible" | "despachando" | "pausado";
  /** So far. */
  readonly liters?: number;
  /** So far, in whole units. */
  readonly amount?: number;
}

/** A pump played over TCP. */
export class LinePump implements Disposable {
  /** Its number. */
  readonly pump: number;
  readonly #client: LineClient;

  private constructor(client: LineClient, pump: number) {
    this.#client = client;
    this.pump = pump;
  }

  /**
   * Registers.
   *
   * @param url Where the station listens, e.g. `tcp://127.0.0.1:6000`.
   * @param pump Its number.
   * @param name Its name.
   * @returns The pump, once the station has confirmed it.
   */
  static async register(
    url: string,
    pump: number,
    name = `Isla ${pump}`,
  ): Promise<LinePump> {
    const { port } = new URL(url.replace(/^tcp/, "http"));
    const client = await LineClient.connect(Number(port));
    await client.send({
      "tipo": "registro",
      "id_surtidor": pump,
      "nombre": name,
      "combustibles_soportados": ["95", "97"],
      "version": "2.0",
    });
    const line = new LinePump(client, pump);
    await line.told("registro_confirmado");
    return line;
  }

  /** Reports. */
  async report({ operation, liters = 0, amount = 0 }: LinePumpState) {
    await this.#client.send({
      "tipo": "estado",
      "id_surtidor": this.pump,
      "estado_operacion": operation,
      "litros_actuales": liters,
      "monto_actual": amount,
      "tipo_combustible": "95",
      "timestamp": "2026-11-22T10:00:00",
    });
  }

  /** The next line of a kind; those before it are dropped. */
  // deno-lint-ignore no-explicit-any -- a test looks into lines of any form
  async told(kind: string): Promise<any> {
    for (;;) {
      const line = await this.#client.line();
      if (line["tipo"] === kind) return line;
    }
  }

  /** Hangs up. */
  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}
