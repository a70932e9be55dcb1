/**
 * A charging site for OCPP tests: a real node with the real desk, chargers over real WebSockets on loopback. The desk's
 * clock moves when the test says so.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  encodeOcppTime,
  OCPP_PROTOCOL,
  type OcppPayload,
  type TcpListener,
} from "../../net/mod.ts";
import {
  listenForChargers,
  type OcppListenerParts,
} from "../../nodes/adapters/charging_ocpp.ts";
import type {
  ChargingUseCases,
  DriverId,
  PointId,
  SessionView,
} from "../../nodes/charging/charging_use_cases.ts";
import type { PointPasswords } from "../../nodes/charging/password_use_cases.ts";
import { createChargingNode, noticeText } from "./charging_node.ts";
import type { TestNode } from "./test_node.ts";

/** How long a test waits for what should come soon, in milliseconds. */
const SOON_MS = 5_000;

/** An answer to a call: its members, or the code of an error. */
export type Said =
  | { readonly kind: "result"; readonly payload: Record<string, unknown> }
  | { readonly kind: "error"; readonly code: string };

/** What a charger answers to what it is asked; undefined for nothing at all. */
export type Asked = (
  action: string,
  payload: OcppPayload,
) => OcppPayload | { readonly error: string } | undefined;

/** How a charger connects. */
export interface RawChargerOptions {
  /** Sent as HTTP Basic. */
  readonly password?: string;
  /** The user of HTTP Basic; the point's id if left out. */
  readonly user?: string;
  /** Subprotocols that it offers. */
  readonly protocols?: readonly string[];
  /** Trusted besides the system's certificates. */
  readonly caCert?: string;
}

/** A charger of raw messages. */
export class RawCharger {
  /** What it was asked, in order. */
  readonly asked: [action: string, payload: OcppPayload][] = [];
  /** Messages that came and are neither answers to its calls nor calls. */
  readonly stray: string[] = [];
  /** What it answers; Accepted to all. */
  answer: Asked = () => ({ status: "Accepted" });
  /** Settles once the connection is over. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  readonly #calls = new Map<string, (said: Said) => void>();
  readonly #client: Deno.HttpClient | undefined;
  #number = 0;

  /** Takes over a socket that is open. */
  constructor(socket: WebSocket, client: Deno.HttpClient | undefined) {
    this.#socket = socket;
    this.#client = client;
    const { promise, resolve } = Promise.withResolvers<
      { readonly code: number; readonly reason: string }
    >();
    this.closed = promise;
    socket.onmessage = ({ data }) => this.#take(String(data));
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => {
      client?.close();
      resolve({ code, reason });
    };
  }

  /** The subprotocol that was chosen. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** True while it is open. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends anything. */
  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  /** Calls the central. */
  call(action: string, payload: OcppPayload, id?: string): Promise<Said> {
    const used = id ?? `c${++this.#number}`;
    return this.raw(used, [2, used, action, payload]);
  }

  /** Sends a frame, and waits for the answer to its id. */
  raw(id: string, frame: unknown): Promise<Said> {
    const { promise, resolve } = Promise.withResolvers<Said>();
    this.#calls.set(id, resolve);
    this.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    return soon(promise, `an answer to ${JSON.stringify(frame)}`);
  }

  /** Calls, and gives the members of the answer. */
  async ask(
    action: string,
    payload: OcppPayload,
  ): Promise<Record<string, unknown>> {
    const said = await this.call(action, payload);
    ok(said.kind === "result", JSON.stringify(said));
    return said.payload;
  }

  /** The code of the error that a call gets. */
  async refusal(action: string, payload: unknown): Promise<string> {
    const id = `r${++this.#number}`;
    return codeOf(await this.raw(id, [2, id, action, payload]));
  }

  /** Starts. */
  boot(more: OcppPayload = {}): Promise<Record<string, unknown>> {
    return this.ask("BootNotification", {
      chargePointVendor: "Abeja",
      chargePointModel: "Colmena",
      ...more,
    });
  }

  /** Reports a connector. */
  status(connectorId: number, status: string, more: OcppPayload = {}) {
    const errorCode = status === "Faulted" ? "GroundFailure" : "NoError";
    return this.ask("StatusNotification", {
      connectorId,
      status,
      errorCode,
      ...more,
    });
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    if (this.isOpen) this.#socket.close();
    await this.closed;
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as unknown[];
    const [type, id, third, fourth] = frame;
    if (type === 2) {
      return this.#answer(String(id), String(third), fourth as OcppPayload);
    }
    const resolve = this.#calls.get(String(id));
    this.#calls.delete(String(id));
    if (resolve === undefined) this.stray.push(text);
    else if (type === 3) {
      resolve({ kind: "result", payload: third as Record<string, unknown> });
    } else resolve({ kind: "error", code: String(third) });
  }

  #answer(id: string, action: string, payload: OcppPayload): void {
    this.asked.push([action, payload]);
    const answer = this.answer(action, payload);
    if (answer === undefined || !this.isOpen) return;
    this.send(JSON.stringify(
      "error" in answer ? [4, id, answer.error, "", {}] : [3, id, answer],
    ));
  }
}

/** The code of an error; `ok` of a result. */
export function codeOf(said: Said): string {
  return said.kind === "error" ? said.code : "ok";
}

async function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new TypeError(`There was not ${what}`)),
    SOON_MS,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until something is so. */
export async function until(
  check: () => boolean,
  what = "so",
): Promise<void> {
  const end = performance.now() + SOON_MS;
  while (!check() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  strictEqual(check(), true, `It never was ${what}`);
}

/** A site. */
export class OcppSite {
  /** The node. */
  readonly test: Pick<TestNode, "node" | "useCases" | "clock" | "stop">;
  /** The listener. */
  readonly listener: TcpListener;
  /** The desk. */
  readonly charging: ChargingUseCases;
  /** Passwords of points. */
  readonly passwords: PointPasswords;
  /** Durable words to drivers: `TICKET SEV-07 417 300 75`. */
  readonly notices: string[] = [];
  /** Messages of log lines. */
  readonly logs: string[] = [];
  readonly #chargers: RawCharger[] = [];

  /** Puts one together. */
  constructor(test: OcppSite["test"], options: SiteOptions = {}) {
    this.test = test;
    this.charging = test.useCases.charging;
    this.passwords = test.useCases.pointPasswords;
    this.charging.listen((told) => {
      if (told.durable) this.notices.push(noticeText(told));
    });
    this.listener = listenForChargers({
      hostname: "127.0.0.1",
      port: 0,
      charging: this.charging,
      passwords: this.passwords,
      admission: "any",
      logger: { log: (_level, message) => void this.logs.push(message) },
      ...options,
      settings: { arrivalMs: 200, ...options.settings },
    });
  }

  /** The desk's time as OCPP has it, so many seconds from now. */
  at(seconds = 0): string {
    return encodeOcppTime((this.test.clock.now() + seconds * 1000) * 1000);
  }

  /** Opens a charger's connection. */
  async connect(
    id: string,
    options: RawChargerOptions = {},
  ): Promise<RawCharger> {
    const { password, user = id, caCert } = options;
    const basic = new TextEncoder().encode(`${user}:${password}`).toBase64();
    const client = caCert === undefined
      ? undefined
      : Deno.createHttpClient({ caCerts: [caCert] });
    const socket = new WebSocket(this.urlOf(id), {
      protocols: [...options.protocols ?? [OCPP_PROTOCOL]],
      ...(client === undefined ? {} : { client }),
      ...(password === undefined
        ? {}
        : { headers: { authorization: `Basic ${basic}` } }),
    });
    const opened = Promise.withResolvers<void>();
    socket.onopen = () => opened.resolve();
    socket.onerror = (event) => {
      client?.close();
      opened.reject(
        new TypeError(event instanceof ErrorEvent ? event.message : "failed"),
      );
    };
    await soon(opened.promise, "a connection");
    const charger = new RawCharger(socket, client);
    this.#chargers.push(charger);
    return charger;
  }

  /** A charger that has started, with its connectors free. */
  async booted(
    id: string,
    options: RawChargerOptions & { readonly connectors?: number } = {},
  ): Promise<RawCharger> {
    const charger = await this.connect(id, options);
    strictEqual((await charger.boot())["status"], "Accepted");
    for (let i = 0; i <= (options.connectors ?? 1); i++) {
      await charger.status(i, "Available");
    }
    return charger;
  }

  /** Begins a transaction; the number that it was given. */
  async start(
    charger: RawCharger,
    more: OcppPayload = {},
  ): Promise<number> {
    const answer = await charger.ask("StartTransaction", {
      connectorId: 1,
      idTag: "417",
      meterStart: 1000,
      timestamp: this.at(),
      ...more,
    });
    deepStrictEqual(answer["idTagInfo"], { status: "Accepted" });
    return Number(answer["transactionId"]);
  }

  /** Ends a transaction. */
  stop(
    charger: RawCharger,
    transactionId: number,
    more: OcppPayload = {},
  ): Promise<Record<string, unknown>> {
    return charger.ask("StopTransaction", {
      transactionId,
      meterStop: 4000,
      timestamp: this.at(),
      ...more,
    });
  }

  /** All sessions of a point, the newest first. */
  sessions(point: string): readonly SessionView[] {
    return this.charging.sessions({ point: point as PointId, limit: 100 })
      .items;
  }

  /** The state of a point. */
  state(point: string): string | undefined {
    return this.charging.point(point)?.state;
  }

  /** A driver asks for a point, not at the charger. */
  request(driver: string, point: string) {
    return this.charging.request({
      driver: driver as DriverId,
      point,
      source: "http",
    });
  }

  /** Commands a point; what became of it. */
  async command(point: string, command: string, args: OcppPayload = {}) {
    const made = await this.charging.command({
      point: point as PointId,
      command,
      args,
    });
    ok(made.ok, JSON.stringify(made));
    return made.value;
  }

  /** Where a charger connects. */
  urlOf(id: string): string {
    const url = this.listener.url.startsWith("wss")
      ? this.listener.url.replace("127.0.0.1", "localhost")
      : this.listener.url;
    return `${url}/ocpp/${encodeURIComponent(id)}`;
  }

  /** The status with which a request for a WebSocket is refused; 101 if it is not. */
  async statusOf(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const { port } = this.listener;
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    const all = {
      "Host": "here",
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol": OCPP_PROTOCOL,
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) =>
      `${name}: ${value}\r\n`
    );
    await socket.write(
      new TextEncoder().encode(
        `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`,
      ),
    );
    const bytes = new Uint8Array(1000);
    const length = await soon(socket.read(bytes), "an answer") ?? 0;
    socket.close();
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
  }

  /** Stops everything. */
  async end(): Promise<void> {
    for (const charger of this.#chargers) await charger.close();
    await this.listener.stop();
    await this.test.stop();
  }
}

/** How a site differs from the usual one. */
export type SiteOptions = Partial<
  Pick<
    OcppListenerParts,
    "admission" | "tls" | "settings" | "pingMs" | "points"
  >
>;

/**
 * Makes a site.
 *
 * @param options How it differs from the usual one.
 * @returns The site, listening.
 */
export async function createOcppSite(
  options: SiteOptions = {},
): Promise<OcppSite> {
  return new OcppSite(await createChargingNode(), options);
}

type Case = (site: OcppSite) => Promise<void>;

function register(name: string, body: Case, options: SiteOptions): void {
  Deno.test(name, async () => {
    const site = await createOcppSite(options);
    try {
      await body(site);
    } finally {
      await site.end();
    }
  });
}

/** A case in which a charger does what it may; `ocpp_cases_test.ts` counts them. */
export function positive(
  name: string,
  body: Case,
  options: SiteOptions = {},
): void {
  register(`OCPP takes: ${name}`, body, options);
}

/** A case in which somebody does what he may not; `ocpp_cases_test.ts` counts them. */
export function negative(
  name: string,
  body: Case,
  options: SiteOptions = {},
): void {
  register(`OCPP refuses: ${name}`, body, options);
}
