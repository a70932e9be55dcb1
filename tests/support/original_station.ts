/**
 * A small model of an original fuel station, from the protocol page alone: its pump port, its control port, its datagrams
 * and the two routes that clients ask. It forgets its prices when it starts again, confirms no sale, and can be made slow,
 * deaf and rude.
 *
 * @module
 */
import { createSocket, type Socket } from "node:dgram";

/** A line as it was received. */
// deno-lint-ignore no-explicit-any -- a test looks into messages of any form
export type Told = Record<string, any>;

/** The prices that are built into original programs. */
export const BUILT_IN_PRICES: Readonly<Record<string, number>> = {
  "precio_93": 1290,
  "precio_95": 1350,
  "precio_97": 1400,
  "precio_diesel": 1120,
};

/** A client of one of the ports. */
export interface StationConnection {
  /** When it was accepted, in monotonic milliseconds. */
  readonly at: number;
  /** Everything that it sent and that is JSON, in order. */
  readonly told: Told[];
  /** Everything that it sent, line by line, as text. */
  readonly lines: string[];
  /** When it ended, in monotonic milliseconds; undefined while it is up. */
  endedAt: number | undefined;
  /** Sends a line. */
  send(message: unknown): void;
  /** Sends text as it is. */
  sendText(text: string): void;
  /** Closes the connection. */
  close(): void;
}

/** A sale as the station keeps it. */
export interface StoredSale {
  readonly "_id": string;
  readonly "surtidor_id": string;
  readonly "fecha": string;
  readonly "litros": number;
  readonly "monto_total": number;
  readonly "precio_por_litro": number;
  readonly "tipo_combustible": string;
  readonly "metodo_pago": string;
}

/** The program. */
export class OriginalStation implements AsyncDisposable {
  /** Connections to the pump port, in the order of their making. */
  readonly pumps: StationConnection[] = [];
  /** Connections to the control port. */
  readonly controls: StationConnection[] = [];
  /** Datagrams. */
  readonly datagrams: Told[] = [];
  /** Every sale that was ever stored, in order, also before a restart. */
  readonly sales: StoredSale[] = [];
  /** Requests to its REST, as paths. */
  readonly asked: string[] = [];
  /** What it shows and sends. */
  prices: Record<string, number> = { ...BUILT_IN_PRICES };
  /** What it is called. */
  name = "Estación Local";
  /** Whether it confirms a registration. */
  confirms = true;
  /** Whether it echoes a push. */
  echoes = true;
  /** What it does with the next sales, one each: `close_before` and `close_after` it is stored. */
  readonly onSale: ("store" | "close_before" | "close_after")[] = [];
  #pumpPort: Deno.TcpListener | undefined;
  #controlPort: Deno.TcpListener | undefined;
  #udp: Socket | undefined;
  #rest: Deno.HttpServer<Deno.NetAddr> | undefined;
  readonly #ports = { pump: 0, control: 0, udp: 0, rest: 0 };
  readonly #work = new Set<Promise<void>>();

  /** Its ports; they stay the same over a restart. */
  get ports(): Readonly<Record<"pump" | "control" | "udp" | "rest", number>> {
    return this.#ports;
  }

  /** Begins to listen. */
  async start(options: { readonly rest?: boolean } = {}): Promise<void> {
    const hostname = "127.0.0.1";
    const listen = (port: number) => Deno.listen({ hostname, port });
    this.#pumpPort = listen(this.#ports.pump);
    this.#controlPort = listen(this.#ports.control);
    this.#ports.pump = this.#pumpPort.addr.port;
    this.#ports.control = this.#controlPort.addr.port;
    this.#accept(
      this.#pumpPort,
      this.pumps,
      (it, told) => this.#onPump(it, told),
    );
    this.#accept(
      this.#controlPort,
      this.controls,
      (it, told) => this.#onControl(it, told),
    );
    await this.#listenUdp();
    if (options.rest === true) this.startRest();
  }

  /** Begins to answer HTTP. */
  startRest(): void {
    this.#rest = Deno.serve({
      hostname: "127.0.0.1",
      port: this.#ports.rest,
      onListen: () => {},
    }, (request) => this.#answer(new URL(request.url)));
    this.#ports.rest = this.#rest.addr.port;
  }

  /** Ends: every connection breaks. */
  async stop(): Promise<void> {
    this.#pumpPort?.close();
    this.#controlPort?.close();
    for (const it of [...this.pumps, ...this.controls]) it.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#udp === undefined) resolve();
    else this.#udp.close(() => resolve());
    await promise;
    await this.#rest?.shutdown();
    await Promise.all(this.#work);
    this.#pumpPort =
      this.#controlPort =
      this.#udp =
      this.#rest =
        undefined;
  }

  /** Ends and starts again: prices are forgotten. */
  async restart(): Promise<void> {
    const hadRest = this.#rest !== undefined;
    await this.stop();
    this.prices = { ...BUILT_IN_PRICES };
    await this.start({ rest: hadRest });
  }

  /** The connection on which a pump is registered. */
  get pump(): StationConnection | undefined {
    return this.pumps.findLast((it) =>
      it.endedAt === undefined &&
      it.told.some((told) => told["tipo"] === "registro")
    );
  }

  /** Changes prices as somebody else's push does. */
  push(prices: Record<string, number>, timestamp: string | null = null): void {
    this.prices = { ...this.prices, ...prices };
    this.#broadcast({
      "tipo": "actualizacion_precios",
      timestamp,
      "precios": this.prices,
    });
    for (const it of this.pumps) {
      if (it.endedAt !== undefined) continue;
      it.send({
        "tipo": "actualizacion_precios",
        "precios": this.prices,
        "timestamp": "2025-03-02T08:00:00",
      });
    }
  }

  /** Tells everybody on the control port. */
  #broadcast(message: unknown): void {
    for (const it of this.controls) {
      if (it.endedAt === undefined) it.send(message);
    }
  }

  #onPump(connection: StationConnection, told: Told): void {
    if (told["tipo"] === "registro" && this.confirms) {
      connection.send({
        "tipo": "registro_confirmado",
        "id_surtidor": told["id_surtidor"],
        "mensaje": "Surtidor registrado",
        "precios": this.prices,
      });
    }
    if (told["tipo"] !== "transaccion_completada") return;
    const fate = this.onSale.shift() ?? "store";
    if (fate !== "close_before") this.#store(connection, told);
    if (fate !== "store") connection.close();
  }

  #store(connection: StationConnection, told: Told): void {
    const first = connection.told.find((it) => it["tipo"] === "registro");
    const [seconds = "", fraction = ""] = String(told["fecha_fin"]).split(".");
    const sale: StoredSale = {
      "_id": (this.sales.length + 1).toString(16).padStart(24, "0"),
      "surtidor_id": String(first?.["id_surtidor"]),
      "tipo_combustible": told["tipo_combustible"],
      "litros": told["litros"],
      "precio_por_litro": told["precio_por_litro"],
      "monto_total": told["monto_total"],
      "metodo_pago": told["metodo_pago"] ?? "efectivo",
      // Stored to the millisecond, shown with six digits.
      "fecha": `${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}000`,
    };
    this.sales.push(sale);
    this.tellSale(sale);
  }

  /** Tells the control port of a sale. */
  tellSale(sale: StoredSale): void {
    this.#broadcast({
      "tipo": "nueva_transaccion",
      "transaccion": {
        ...sale,
        "nombre_surtidor": `Surtidor ${sale.surtidor_id}`,
        "estado": "completada",
      },
      "timestamp": "2025-03-02T08:00:00",
    });
  }

  #onControl(_: StationConnection, told: Told): void {
    if (told["tipo"] !== "actualizacion_precios") return;
    this.prices = { ...this.prices, ...told["precios"] };
    if (told["nombre_estacion"]) this.name = told["nombre_estacion"];
    if (!this.echoes) return;
    this.#broadcast({
      "tipo": "actualizacion_precios",
      "timestamp": told["timestamp"] ?? null,
      "precios": this.prices,
      ...(told["nombre_estacion"]
        ? { "nombre_estacion": told["nombre_estacion"] }
        : {}),
    });
  }

  #answer({ pathname, search }: URL): Response {
    this.asked.push(pathname + search);
    if (pathname === "/precios") return Response.json(this.prices);
    const match = /^\/api\/surtidores\/(\d+)\/transacciones$/.exec(pathname);
    if (match === null) {
      return Response.json({ "detail": "Not Found" }, { status: 404 });
    }
    const own = this.sales.filter((it) => it.surtidor_id === match[1]);
    return Response.json(own.toReversed().slice(0, 50));
  }

  #listenUdp(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = createSocket("udp4");
    this.#udp = socket;
    socket.on("message", (bytes: Uint8Array) => {
      this.datagrams.push(JSON.parse(new TextDecoder().decode(bytes)));
    });
    socket.bind({ port: this.#ports.udp, address: "127.0.0.1" }, () => {
      this.#ports.udp = socket.address().port;
      resolve();
    });
    return promise;
  }

  #accept(
    listener: Deno.TcpListener,
    connections: StationConnection[],
    handle: (connection: StationConnection, told: Told) => void,
  ): void {
    const work = (async () => {
      try {
        for await (const socket of listener) {
          this.#track(this.#serve(socket, connections, handle));
        }
      } catch {
        // It was closed.
      }
    })();
    this.#track(work);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #serve(
    socket: Deno.TcpConn,
    connections: StationConnection[],
    handle: (connection: StationConnection, told: Told) => void,
  ): Promise<void> {
    const encoder = new TextEncoder();
    const connection: StationConnection = {
      at: performance.now(),
      told: [],
      lines: [],
      endedAt: undefined,
      send: (message) => connection.sendText(`${JSON.stringify(message)}\n`),
      sendText: (text) =>
        void socket.write(encoder.encode(text)).catch(() => {}),
      close() {
        if (connection.endedAt !== undefined) return;
        connection.endedAt = performance.now();
        socket.close();
      },
    };
    connections.push(connection);
    let rest = "";
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    try {
      for (let n; (n = await socket.read(buffer)) !== null;) {
        rest += decoder.decode(buffer.subarray(0, n), { stream: true });
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          connection.lines.push(line);
          const told = JSON.parse(line) as Told;
          connection.told.push(told);
          handle(connection, told);
        }
      }
    } catch {
      // It broke.
    }
    connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
