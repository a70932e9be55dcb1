/**
 * A whole branch behind the branch software's surface: a real node, a real listener, requests as the installed screens
 * send them.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { UserRole } from "../../nodes/people/people_use_cases.ts";
import { startHttpServer } from "../../nodes/adapters/http_server.ts";
import {
  type BranchSyncOptions,
  createBranchSync,
} from "../../web/surfaces/branch_sync.ts";
import type { ServedAnswer } from "./served_surface.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "./test_node.ts";

/** A password that may be chosen. */
export const PASSWORD = "miel de abeja 7";
/** An address of another machine. */
export const ELSEWHERE = "192.168.1.77";
/** The header by which a test says which machine asks. */
const FROM = "x-test-from";

/** How a branch is set up. */
export interface BranchOptions extends TestNodeOptions {
  /** What the surface is given besides a clock. */
  readonly surface?: Partial<BranchSyncOptions>;
  /** The address to bind; loopback if left out. */
  readonly hostname?: string;
  /** Whether the administrator is made, and signs in on this machine; true if left out. */
  readonly signedIn?: boolean;
}

/** What a request is sent with. */
export interface Sending {
  /** Headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The asking machine's address; loopback if left out. */
  readonly from?: string;
  /** The body: bytes or text as they are, else JSON. */
  readonly body?: unknown;
}

/** A branch that is asked by HTTP. */
export class BranchSurface {
  /** The node. */
  readonly node: TestNode;
  /** Where it answers. */
  readonly url: string;
  /** What broke inside. */
  readonly errors: unknown[];
  readonly #stop: () => Promise<void>;

  private constructor(
    node: TestNode,
    served: {
      readonly url: string;
      readonly errors: unknown[];
      readonly stop: () => Promise<void>;
    },
  ) {
    this.node = node;
    this.url = served.url;
    this.errors = served.errors;
    this.#stop = served.stop;
  }

  /** Starts a branch with a listener on a free port. */
  static async start(options: BranchOptions = {}): Promise<BranchSurface> {
    const node = await createTestNode(options);
    const errors: unknown[] = [];
    const app = createBranchSync(node.useCases, {
      clock: node.clock,
      onError: (cause) => errors.push(cause),
      ...options.surface,
    });
    const server = await startHttpServer({
      hostname: options.hostname ?? "127.0.0.1",
      port: 0,
      handler: (request, from) =>
        app.fetch(request, {
          address: request.headers.get(FROM) ?? from.address,
        }),
    });
    const surface = new BranchSurface(node, {
      url: server.url,
      errors,
      stop: () => server.stop(),
    });
    if (options.signedIn !== false) {
      await surface.addUser("jefa", "admin", 417);
      await surface.signIn("jefa");
    }
    return surface;
  }

  /** Makes a user with the usual password. */
  async addUser(name: string, role: UserRole, id?: number): Promise<number> {
    const made = await this.node.useCases.people.createUser({
      ...{ name, role, fullName: `${name} de prueba`, password: PASSWORD },
      ...(id === undefined ? {} : { id }),
    });
    ok(made.ok, JSON.stringify(made));
    return made.value.id;
  }

  /** Sends a request: method and path, e.g. `GET /api/stats`. */
  async ask(line: string, sending: Sending = {}): Promise<ServedAnswer> {
    const [method = "", path = ""] = line.split(" ");
    const { body, headers = {}, from } = sending;
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined || isRaw
          ? {}
          : { "content-type": "application/json" }),
        ...(from === undefined ? {} : { [FROM]: from }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: (isRaw ? body : JSON.stringify(body)) as BodyInit }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    };
  }

  /** The JSON of an answer that must have a status. */
  async json<T = Record<string, unknown>>(
    line: string,
    body?: unknown,
    { status = 200, ...sending }: Sending & { readonly status?: number } = {},
  ): Promise<T> {
    const answered = await this.ask(line, {
      ...(body === undefined ? {} : { body }),
      ...sending,
    });
    strictEqual(answered.status, status, `${line}: ${answered.text}`);
    return answered.json() as T;
  }

  /** Signs in on this machine, as the screens do. */
  signIn(username: string): Promise<{
    readonly token: string;
    readonly sessionId: string;
    readonly user: Record<string, unknown>;
  }> {
    return this.json("POST /api/auth/login", { username, password: PASSWORD });
  }

  /** Headers by which a user asks from anywhere. */
  async headersOf(username: string): Promise<{ authorization: string }> {
    const { token } = await this.json<{ token: string }>(
      "POST /api/auth/login",
      { username, password: PASSWORD },
      { from: ELSEWHERE },
    );
    return { authorization: `Bearer ${token}` };
  }

  /** Makes a product and gives its id. */
  async addProduct(
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { producto } = await this.json<{ producto: { ProductoID: string } }>(
      "POST /api/productos",
      { Nombre: "Pan Frances", PrecioVenta: 0.5, Stock: 20, ...fields },
      { status: 201 },
    );
    return producto.ProductoID;
  }

  /** Sells, as the signed-in administrator, and gives the sale's number. */
  async sell(...lines: [product: string, count: number][]): Promise<string> {
    const { venta } = await this.json<{ venta: { VentaID: string } }>(
      "POST /api/ventas",
      {
        UsuarioID: 417,
        Detalles: lines.map(([ProductoID, Cantidad]) => ({
          ProductoID,
          Cantidad,
        })),
      },
      { status: 201 },
    );
    return venta.VentaID;
  }

  /** The stock of a product as the screens see it. */
  async stock(product: string): Promise<number> {
    const { producto } = await this.json<{ producto: { Stock: number } }>(
      `GET /api/productos/${product}`,
    );
    return producto.Stock;
  }

  /** Stops everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.node.stop();
  }
}
