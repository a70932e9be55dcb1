/**
 * A small model of an original central program (releases 1.x): it counts notices, knows no repeats, and forgets all when
 * it ends. It can be reached in memory or over HTTP, and made to fail in every way that a program on a network fails.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";

/** A notice as it was counted. */
export interface CountedNotice {
  readonly "branch_id": string;
  readonly "product_id": number;
  readonly "quantity_sold": number;
  readonly "timestamp": string;
  readonly "sale_price": number;
  readonly "sale_id"?: string;
}

/**
 * What goes wrong with one notice. `before` and `after` say whether it is counted; `hang` answers nothing, `late` counts
 * it once the sender has given up, `die` breaks the connection.
 */
export type CentralFault =
  | "none"
  | "refuse"
  | "error_before"
  | "error_after"
  | "hang_before"
  | "hang_after"
  | "late"
  | "die_before"
  | "die_after"
  | "redirect"
  | "created";

/** Every fault. */
export const CENTRAL_FAULTS: readonly CentralFault[] = [
  "none",
  "refuse",
  "error_before",
  "error_after",
  "hang_before",
  "hang_after",
  "late",
  "die_before",
  "die_after",
  "redirect",
  "created",
];

/** An answer. */
export interface CentralAnswer {
  readonly status: number;
  readonly body: string;
}

/** The program. */
export class OriginalCentral {
  /** What goes wrong with the notices to come, one each; none when it is empty. */
  readonly faults: CentralFault[] = [];
  /** False while nobody listens. */
  isUp = true;
  /** Every notice that was ever counted, in order, also before a restart. */
  readonly counted: CountedNotice[] = [];
  /** Bodies of all notices that arrived. */
  readonly arrived: string[] = [];
  /** Most notices that were being worked on at one time. */
  busiest = 0;
  #busy = 0;
  #total = 0;
  #stock = new Map([[1, 100], [2, 50], [3, 30], [4, 25], [5, 15]]);

  /** `total_notifications`. */
  get total(): number {
    return this.#total;
  }

  /** Stock of a product. */
  stockOf(product: number): number | undefined {
    return this.#stock.get(product);
  }

  /** Counts a notice of another branch. */
  tellOfOther(): void {
    this.#total++;
  }

  /** Ends and starts again: everything is forgotten. */
  restart(): void {
    this.#total = 0;
    this.#stock = new Map([[1, 100], [2, 50], [3, 30], [4, 25], [5, 15]]);
  }

  /** The fault of the notice that arrives now. */
  nextFault(): CentralFault {
    return this.faults.shift() ?? "none";
  }

  /** Notes that a notice is being worked on; call what is returned at its end. */
  enter(): () => void {
    this.busiest = Math.max(this.busiest, ++this.#busy);
    return () => void this.#busy--;
  }

  /** Answers a request as the program does when nothing goes wrong. */
  answer(method: string, path: string, body: string): CentralAnswer {
    if (method === "GET" && path === "/") {
      return json(200, {
        service: "🌿 EcoMarket Central API",
        status: "operational",
        "total_products": this.#stock.size,
        "total_notifications": this.#total,
      });
    }
    if (path !== "/sale-notification") {
      return json(404, { detail: "Not Found" });
    }
    if (method !== "POST") return json(405, { detail: "Method Not Allowed" });
    return this.#receive(body);
  }

  #receive(body: string): CentralAnswer {
    this.arrived.push(body);
    const notice = JSON.parse(body) as CountedNotice;
    const valid = typeof notice.branch_id === "string" &&
      Number.isInteger(notice.product_id) &&
      Number.isInteger(notice.quantity_sold) &&
      typeof notice.sale_price === "number" &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/.test(notice.timestamp);
    if (!valid) return json(422, { detail: [] });
    const stock = this.#stock.get(notice.product_id);
    if (stock === undefined) {
      return json(404, { detail: "Producto no encontrado" });
    }
    const left = Math.max(0, stock - notice.quantity_sold);
    this.#stock.set(notice.product_id, left);
    this.#total++;
    this.counted.push(notice);
    return json(200, {
      status: "received",
      message: `Venta registrada para ${notice.quantity_sold} unidades`,
      "updated_stock": left,
    });
  }
}

function json(status: number, body: unknown): CentralAnswer {
  return { status, body: JSON.stringify(body) };
}

/** The program behind a port of the loopback interface. */
export interface CentralServer {
  /** Its URL. */
  readonly url: string;
  /** Closes the port, so that connections are refused. */
  down(): void;
  /** Opens the same port again. */
  up(): void;
  /** Ends it and waits for its connections. */
  stop(): Promise<void>;
}

/**
 * Serves the program over HTTP on raw sockets, so that connections can break at any point.
 *
 * @param central The program.
 * @returns The server.
 */
export function serveOriginalCentral(central: OriginalCentral): CentralServer {
  const open = new Set<Deno.Conn>();
  const running = new Set<Promise<void>>();
  let listener: Deno.TcpListener | undefined;
  const listen = (port: number) => {
    const opened = Deno.listen({ hostname: "127.0.0.1", port });
    listener = opened;
    track((async () => {
      for await (const connection of opened) {
        open.add(connection);
        track(
          talk(central, connection).catch(() => {}).finally(() => {
            open.delete(connection);
            close(connection);
          }),
        );
      }
    })());
    return opened.addr.port;
  };
  const track = (work: Promise<void>) => {
    running.add(work);
    work.finally(() => running.delete(work));
  };
  const down = () => {
    listener?.close();
    listener = undefined;
  };
  const port = listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    down,
    up: () => void listen(port),
    async stop() {
      down();
      for (const connection of open) close(connection);
      while (running.size > 0) await Promise.all(running);
    },
  };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}

async function talk(
  central: OriginalCentral,
  connection: Deno.Conn,
): Promise<void> {
  const request = await readRequest(connection);
  if (request === undefined) return;
  const { method, path, body } = request;
  if (method !== "POST") {
    return await respond(connection, central.answer(method, path, body));
  }
  const leave = central.enter();
  try {
    const fault = central.nextFault();
    const counts = ["none", "error_after", "hang_after", "die_after", "created"]
      .includes(fault);
    const answer = counts ? central.answer(method, path, body) : undefined;
    if (fault === "refuse" || fault.startsWith("die")) return;
    if (fault.startsWith("hang") || fault === "late") {
      await untilClosed(connection);
      if (fault === "late") central.answer(method, path, body);
    } else if (fault.startsWith("error")) {
      await respond(connection, { status: 500, body: "Internal Server Error" });
    } else if (fault === "redirect") {
      await respond(connection, { status: 307, body: "" }, "location: /other");
    } else if (fault === "created") {
      await respond(connection, { status: 201, body: answer?.body ?? "" });
    } else if (answer !== undefined) await respond(connection, answer);
  } finally {
    leave();
  }
}

async function untilClosed(connection: Deno.Conn): Promise<void> {
  const bytes = new Uint8Array(64);
  while (await connection.read(bytes) !== null) await setImmediate();
}

async function readRequest(connection: Deno.Conn) {
  const bytes = new Uint8Array(64 * 1024);
  let length = 0;
  for (;;) {
    const read = await connection.read(bytes.subarray(length));
    if (read === null) return undefined;
    length += read;
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    const [head = "", ...rest] = text.split("\r\n\r\n");
    if (rest.length === 0) continue;
    const body = rest.join("\r\n\r\n");
    const wanted = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (new TextEncoder().encode(body).length < wanted) continue;
    const [method = "", path = ""] = head.split(" ");
    return { method, path, body };
  }
}

async function respond(
  connection: Deno.Conn,
  { status, body }: CentralAnswer,
  header = "server: uvicorn",
): Promise<void> {
  const bytes = new TextEncoder().encode(body);
  const head =
    `HTTP/1.1 ${status} Any\r\n${header}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  if (bytes.length > 0) await connection.write(bytes);
  connection.closeWrite();
  await untilClosed(connection);
}
