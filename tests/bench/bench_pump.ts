/**
 * A pump over TCP with as little work per line as possible, so that a thousand of them leave the machine to the station.
 *
 * @module
 */
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const CONFIRM_MS = 10_000;
const PRICE = /"precio_95": ?(\d+)/;

/** One pump. */
export class BenchPump {
  /** The price of 95 that it heard last. */
  price = NaN;
  readonly #port: number;
  readonly #number: number;
  #socket: Deno.TcpConn | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #confirmed: (() => void) | undefined;
  #heard: { price: number; resolve: (at: number) => void } | undefined;
  #sold = 0;

  /**
   * A pump that is not connected.
   *
   * @param port Where the station listens on loopback.
   * @param number The pump's number.
   */
  constructor(port: number, number: number) {
    this.#port = port;
    this.#number = number;
  }

  /** Dials and registers; resolves once the station has confirmed. */
  async connect(): Promise<void> {
    const socket = await Deno.connect({
      hostname: "127.0.0.1",
      port: this.#port,
    });
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#confirmed = resolve;
    void this.#read(socket);
    this.#write({
      tipo: "registro",
      "id_surtidor": this.#number,
      nombre: `Surtidor ${this.#number}`,
      "combustibles_soportados": ["95", "diesel"],
      version: "2.0",
    });
    const timer = setTimeout(() => {
      throw new Error(`pump ${this.#number} was not confirmed`);
    }, CONFIRM_MS);
    await promise;
    clearTimeout(timer);
  }

  /** Does something again and again. */
  every(ms: number, work: () => void): void {
    work();
    this.#timer = setInterval(work, ms);
  }

  /** Ends what `every` began. */
  still(): void {
    clearInterval(this.#timer);
  }

  /** Tells what it does. */
  report(state: string, liters: number, amount: number): void {
    this.#write({
      tipo: "estado",
      "id_surtidor": this.#number,
      "estado_operacion": state,
      "litros_actuales": liters,
      "monto_actual": amount,
      "tipo_combustible": "95",
      timestamp: "2026-03-02T09:14:07.118000",
    });
  }

  /** Resolves with the moment at which a price is heard. */
  untilPrice(price: number, mostMs: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(
      () => reject(new Error(`pump ${this.#number} never heard ${price}`)),
      mostMs,
    );
    this.#heard = {
      price,
      resolve: (at) => {
        clearTimeout(timer);
        resolve(at);
      },
    };
    return promise;
  }

  /** Tells of so many different deliveries of a date, as fast as the link takes them. */
  async sell(count: number, date: string): Promise<void> {
    let lines = "";
    for (let i = 0; i < count; i++) {
      const second = this.#sold++;
      const clock = new Date(second * 1000).toISOString().slice(11, 19);
      lines += JSON.stringify({
        tipo: "transaccion_completada",
        "id_surtidor": this.#number,
        "tipo_combustible": "95",
        litros: 8.0,
        "precio_por_litro": 1000,
        "monto_total": 8000,
        "metodo_pago": "tarjeta",
        "fecha_inicio": `${date}T${clock}.000000`,
        "fecha_fin": `${date}T${clock}.500000`,
      }) + "\n";
    }
    const bytes = encoder.encode(lines);
    for (let at = 0; at < bytes.length;) {
      at += await this.#socket?.write(bytes.subarray(at)) ?? bytes.length;
    }
  }

  /** Hangs up. */
  close(): void {
    this.still();
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close();
    } catch {
      // The station may have hung up first.
    }
  }

  #write(message: unknown): void {
    const line = encoder.encode(`${JSON.stringify(message)}\n`);
    // Lines are far shorter than what a socket takes at once.
    this.#socket?.write(line).catch(() => {});
  }

  async #read(socket: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    let rest = "";
    try {
      for (;;) {
        const size = await socket.read(buffer);
        if (size === null) return;
        const lines = (rest + decoder.decode(buffer.subarray(0, size)))
          .split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#hear(line);
      }
    } catch {
      // Closed by this side.
    }
  }

  #hear(line: string): void {
    const price = PRICE.exec(line)?.[1];
    if (price !== undefined) this.price = Number(price);
    if (line.includes("registro_confirmado")) this.#confirmed?.();
    if (this.#heard?.price !== this.price) return;
    this.#heard.resolve(performance.now());
    this.#heard = undefined;
  }
}
