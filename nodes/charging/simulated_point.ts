/**
 * A simulated charging point: a monitor that registers with a central and an engine that supplies, both as the installed
 * programs are. It works with a node of this mesh and with an original central.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import {
  CHARGING_ANSWERS,
  CHARGING_COMMAND_WORDS,
  chargingMessageText,
  parseChargingCommand,
  type TcpConnection,
} from "../../net/mod.ts";
import {
  type EngineRecord,
  type EngineSettings,
  type PlugOutcome,
  SimulatedEngine,
} from "./simulated_engine.ts";
import {
  askCentral,
  type CentralWire,
  type CentralWireOptions,
  openCentralWire,
} from "./simulated_wire.ts";

/** How long a monitor waits before it connects again, in milliseconds. */
export const MONITOR_RETRY_MS = 5_000;
/** How long an installed monitor does not read after it has registered, in milliseconds. */
export const MONITOR_PAUSE_MS = 3_000;

/** What a point tells of itself. */
export type PointEvent =
  /** It has registered; `result` is what a framed central says. */
  | { readonly kind: "registered"; readonly result?: "FIRST" | "RECONNECT" }
  | { readonly kind: "authorized"; readonly driver: string }
  | { readonly kind: "stopped" | "resumed" | "lost" }
  | { readonly kind: "unreachable"; readonly reason: string }
  /** Something came that a monitor does not know. */
  | { readonly kind: "unknown"; readonly text: string };

/** What a point is made of. */
export interface SimulatedPointOptions extends CentralWireOptions {
  /** Its id. */
  readonly point: string;
  /** What it says of where it is. */
  readonly location?: string;
  /** What it says of its price, in 1/10,000 of the currency's unit; 0.25 if left out, as installed monitors say. */
  readonly price?: number | null;
  /** Connects to the central. */
  readonly dial: () => Promise<TcpConnection>;
  /** Time. */
  readonly clock: Clock;
  /** Takes what the engine tells. */
  readonly emit: (record: EngineRecord) => void;
  /** Is told what happens. */
  readonly told?: (event: PointEvent) => void;
  /** What the engine counts by. */
  readonly engine?: Partial<EngineSettings>;
  /** How long it does not read after it has registered, in milliseconds; `MONITOR_PAUSE_MS` if left out. */
  readonly pauseMs?: number;
  /** How long it waits before it connects again, in milliseconds; `MONITOR_RETRY_MS` if left out. */
  readonly retryMs?: number;
}

/** A point. */
export class SimulatedPoint {
  /** Its engine; use the point's own methods where the central is to know. */
  readonly engine: SimulatedEngine;
  readonly #options: SimulatedPointOptions;
  #wire: CentralWire | undefined;
  #retry: Timer | undefined;
  #pause: Timer | undefined;
  /** What came while the monitor was not reading. */
  #unread: string[] | undefined;
  #isStopped = false;
  #running = false;

  /**
   * Makes a point that is not connected.
   *
   * @param options What it is made of.
   */
  constructor(options: SimulatedPointOptions) {
    this.#options = options;
    const { point, clock, emit, engine } = options;
    this.engine = new SimulatedEngine({
      ...{ point, clock, emit },
      ask: () => this.askSession(),
      ...(engine === undefined ? {} : { settings: engine }),
    });
  }

  /** Whether it is connected. */
  get connected(): boolean {
    return this.#wire !== undefined;
  }

  /** Whether an operator has stopped it. */
  get stopped(): boolean {
    return this.#isStopped;
  }

  /** Connects and registers; again and again if that is lost. Resolves after the first try. */
  async start(): Promise<void> {
    this.#running = true;
    await this.#connect();
  }

  /** Closes the connection, and the engine dies. */
  stop(): void {
    this.#running = false;
    this.#retry?.cancel();
    this.#pause?.cancel();
    this.engine.kill();
    this.#wire?.close();
  }

  /** The monitor dies and comes back, the engine lives on. */
  disconnect(): void {
    this.#wire?.close();
  }

  /** Whose session the point has: a driver, or `NO_SESSION`. */
  async askSession(): Promise<string> {
    const { point } = this.#options;
    const question = chargingMessageText(
      { kind: "checkSession", point },
      point,
    );
    return await askCentral(this.#options, question)
      .catch(() => CHARGING_ANSWERS.session);
  }

  /** The driver plugs in (`I`). */
  async plugIn(driver?: string): Promise<PlugOutcome> {
    return await this.engine.plugIn(driver);
  }

  /** The driver unplugs (`E`). */
  unplug(): boolean {
    return this.engine.unplug();
  }

  /** The engine breaks (`F`), and the monitor says so. */
  fail(): boolean {
    const did = this.engine.fail();
    if (did) this.#say({ kind: "fault" });
    return did;
  }

  /** The engine is repaired (`R`), and the monitor says so. */
  repair(): boolean {
    const did = this.engine.repair();
    if (did) this.#say({ kind: "recover" });
    return did;
  }

  async #connect(): Promise<void> {
    const { point, location = "Ubicacion Desconocida", price = 2_500 } =
      this.#options;
    const lost = () => this.#lost();
    try {
      this.#unread = [];
      const wire = await openCentralWire(this.#options, {
        text: (text) => this.#heard(text),
        closed: lost,
      });
      if (!this.#running) return wire.close();
      this.#wire = wire;
      this.#say({ kind: "register", point, location, price });
      this.#readAfter(this.#options.pauseMs ?? MONITOR_PAUSE_MS);
      if (this.#options.dialect === "text") this.#told({ kind: "registered" });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#told({ kind: "unreachable", reason });
      this.#again();
    }
  }

  #readAfter(pauseMs: number): void {
    const read = () => {
      const unread = this.#unread ?? [];
      this.#unread = undefined;
      // Installed monitors read all that waits at once, and look at its first word alone.
      if (unread.length > 0) this.#heard(unread.join(""));
    };
    if (pauseMs <= 0) return read();
    this.#pause = this.#options.clock.timer(pauseMs, read);
  }

  #lost(): void {
    this.#pause?.cancel();
    if (this.#wire === undefined) return;
    this.#wire = undefined;
    if (!this.#running) return;
    this.#told({ kind: "lost" });
    this.#again();
  }

  #again(): void {
    if (!this.#running) return;
    const { clock, retryMs = MONITOR_RETRY_MS } = this.#options;
    this.#retry?.cancel();
    this.#retry = clock.timer(retryMs, () => void this.#connect());
  }

  #heard(text: string): void {
    const command = parseChargingCommand(text);
    if (command?.kind === "registerResult") {
      const { result } = command;
      return this.#told({ kind: "registered", result });
    }
    if (this.#unread !== undefined) return void this.#unread.push(text);
    if (command === undefined) return this.#told({ kind: "unknown", text });
    if (this.#isStopped && command.kind !== "resume") return;
    switch (command.kind) {
      case "stop":
        this.engine.unplug();
        this.#isStopped = true;
        this.#say({ kind: "ack", command: CHARGING_COMMAND_WORDS.stop });
        return this.#told({ kind: "stopped" });
      case "resume":
        this.#isStopped = false;
        this.#say({ kind: "ack", command: CHARGING_COMMAND_WORDS.resume });
        // A plain engine is well again whatever it was; a framed one stays as it is (C-51).
        if (this.#options.dialect === "text") this.repair();
        return this.#told({ kind: "resumed" });
      case "authorize":
        this.#answerAuthorization(text.trim());
        return this.#told({ kind: "authorized", driver: command.driver });
    }
  }

  /** Plain monitors always refuse, with this odd text, and mean nothing by it (C-2). */
  #answerAuthorization(text: string): void {
    if (this.#options.dialect === "text") {
      this.#say({ kind: "nack", command: `b'${text}'` });
    } else {this.#say({
        kind: "ack",
        command: CHARGING_COMMAND_WORDS.authorize,
      });}
  }

  #say(message: Parameters<typeof chargingMessageText>[0]): void {
    this.#wire?.send(chargingMessageText(message, this.#options.point));
  }

  #told(event: PointEvent): void {
    this.#options.told?.(event);
  }
}
