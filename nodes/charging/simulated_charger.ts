/**
 * A simulated charger that speaks OCPP 1.6J, for demos, benches and trials: drivers are played by whoever holds it. It does
 * what chargers that are sold do: it starts, reports its connectors, answers everything a central may ask, counts on while
 * it is away, and tells what happened in order when it is back.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import { checkOcppRequest, type OcppPayload } from "../../net/mod.ts";
import { ChargerBays } from "./charger_bays.ts";
import { isFree, statusAtRest } from "./charger_connector.ts";
import { createChargerKeys } from "./charger_keys.ts";
import { type Answer, CALL_MS, OcppRpc } from "./ocpp_rpc.ts";

/** Shortest and longest wait before a lost connection is made again, in milliseconds. */
const RETRY_MS = [500, 30_000] as const;

/** An open connection. */
export interface ChargerWire {
  /** Sends a message; false if the connection is over. */
  send(text: string): boolean;
  /** Closes it. */
  close(): void;
}

/** Is told what happens on a connection. */
export interface ChargerWireEvents {
  /** It is open. */
  opened(wire: ChargerWire): void;
  /** A message came. */
  text(text: string): void;
  /** It is over, or could not be opened. */
  closed(reason: string): void;
}

/** What the charger reports, for whoever shows it. */
export interface ChargerEvent {
  /** What happened. */
  readonly kind:
    | "accepted"
    | "rejected"
    | "lost"
    | "status"
    | "started"
    | "stopped"
    | "command";
  /** The connector; 0 for the whole charger. */
  readonly connector: number;
  /** More of it, in a few words. */
  readonly text: string;
}

/** What a charger is made of. */
export interface SimulatedChargerParts {
  /** Opens a connection. */
  readonly open: (events: ChargerWireEvents) => void;
  /** Time. */
  readonly clock: Clock;
  /** How many connectors it has; 1 if left out. */
  readonly connectors?: number;
  /** Who made it; at most 20 characters. */
  readonly vendor?: string;
  /** Which model; at most 20 characters. */
  readonly model?: string;
  /** How fast it charges, in watts; 7,400 if left out. */
  readonly powerW?: number;
  /** How often it tells what its meters show, in milliseconds; 10,000 if left out. */
  readonly meterMs?: number;
  /** How long a driver takes to plug in after a remote start, in milliseconds; 1,000 if left out. */
  readonly plugMs?: number;
  /** Is told what happens. */
  readonly told?: (event: ChargerEvent) => void;
}

/** A simulated charger. */
export class SimulatedCharger {
  readonly #parts: SimulatedChargerParts;
  readonly #bays: ChargerBays;
  readonly #keys = createChargerKeys();
  #rpc: OcppRpc<Asked> | undefined;
  #wire: ChargerWire | undefined;
  #heartbeat: Timer | undefined;
  #meters: Timer | undefined;
  #retry: Timer | undefined;
  #retryMs: number = RETRY_MS[0];
  #isAccepted = false;
  #isRunning = false;

  /**
   * Makes a charger; it does nothing before `start`.
   *
   * @param parts What it is made of.
   */
  constructor(parts: SimulatedChargerParts) {
    this.#parts = parts;
    this.#bays = new ChargerBays({
      count: parts.connectors ?? 1,
      powerW: parts.powerW ?? 7_400,
      clock: parts.clock,
      call: (action, payload) =>
        this.#isAccepted ? this.#rpc?.call(action, payload) : undefined,
      say: (kind, connector, text) => this.#say(kind, connector, text),
    });
  }

  /** True once a central has accepted it, while it is connected. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  /** Messages about transactions that no central has answered yet. */
  get waiting(): number {
    return this.#bays.outbox.size;
  }

  /** How a connector is. */
  statusOf(connector: number): string | undefined {
    return this.#bays.all.get(connector)?.status;
  }

  /** The number of the transaction at a connector, once the central has said it. */
  transactionAt(connector: number): number | undefined {
    return this.#bays.all.get(connector)?.transaction?.id;
  }

  /** Connects, and again whenever the connection is lost. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#connect();
    this.#tick();
  }

  /** Switches it off; transactions are left as they are. */
  stop(): void {
    this.#isRunning = false;
    for (const timer of [this.#heartbeat, this.#meters, this.#retry]) {
      timer?.cancel();
    }
    for (const { plug } of this.#bays.all.values()) plug?.cancel();
    this.#wire?.close();
    this.#lost();
  }

  /** Loses the connection; it is made again. */
  disconnect(): void {
    this.#wire?.close();
  }

  /**
   * A driver shows a token and plugs in.
   *
   * @param tag The token.
   * @param connector Where; 1 if left out.
   * @returns True if it charges now: the central, if one is there, has not refused the token.
   */
  async plugIn(tag: string, connector = 1): Promise<boolean> {
    const at = this.#bays.all.get(connector);
    if (at === undefined || !isFree(at)) return false;
    if (this.#isAccepted) {
      const said = await this.#rpc?.call("Authorize", { idTag: tag });
      const info = said?.kind === "result" ? said.payload["idTagInfo"] : null;
      const status = (info as OcppPayload | null)?.["status"];
      if (status !== undefined && status !== "Accepted") return false;
    }
    if (!isFree(at)) return false;
    this.#bays.setStatus(connector, "Preparing");
    this.#bays.begin(connector, tag);
    return true;
  }

  /**
   * The driver unplugs.
   *
   * @param connector Where; 1 if left out.
   */
  unplug(connector = 1): void {
    this.#bays.end(connector, "EVDisconnected");
  }

  /** A connector breaks, or is well again; 0 is the whole charger. */
  setFault(isFaulted: boolean, connector = 1): void {
    const at = this.#bays.all.get(connector);
    if (at === undefined || at.isFaulted === isFaulted) return;
    at.isFaulted = isFaulted;
    if (isFaulted) this.#bays.end(connector, "EmergencyStop");
    this.#bays.setStatus(connector, statusAtRest(at));
  }

  // Connection

  #connect(): void {
    if (!this.#isRunning) return;
    const { open, clock } = this.#parts;
    open({
      opened: (wire) => {
        this.#wire = wire;
        this.#rpc = new OcppRpc<Asked>({
          send: (text) => wire.send(text),
          close: () => wire.close(),
          parse: readAsked,
          answer: (asked) => Promise.resolve(this.#answer(asked)),
          drop: () => {},
          clock,
          callMs: CALL_MS,
        });
        void this.#boot();
      },
      text: (text) => this.#rpc?.receive(text),
      closed: (reason) => {
        this.#lost();
        if (!this.#isRunning) return;
        this.#say("lost", 0, reason);
        this.#retry = clock.timer(this.#retryMs, () => this.#connect());
        this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS[1]);
      },
    });
  }

  #lost(): void {
    this.#isAccepted = false;
    this.#heartbeat?.cancel();
    this.#rpc?.end();
    this.#rpc = undefined;
    this.#wire = undefined;
  }

  async #boot(): Promise<void> {
    const { vendor = "Panal", model = "Simulated", clock } = this.#parts;
    const said = await this.#rpc?.call("BootNotification", {
      chargePointVendor: vendor,
      chargePointModel: model,
    });
    if (said?.kind !== "result") return this.#wire?.close();
    const seconds = Number(said.payload["interval"]) || 60;
    if (said.payload["status"] !== "Accepted") {
      this.#say("rejected", 0, `again in ${seconds} s`);
      this.#heartbeat = clock.timer(seconds * 1000, () => void this.#boot());
      return;
    }
    this.#isAccepted = true;
    this.#retryMs = RETRY_MS[0];
    this.#say("accepted", 0, `a sign of life each ${seconds} s`);
    this.#keys.set("HeartbeatInterval", String(seconds));
    this.#beat();
    for (const number of [0, ...this.#bays.all.keys()]) {
      this.#bays.report(number);
    }
    void this.#bays.outbox.send();
  }

  #beat(): void {
    const seconds = Number(this.#keys.get("HeartbeatInterval")) || 60;
    this.#heartbeat?.cancel();
    this.#heartbeat = this.#parts.clock.timer(seconds * 1000, () => {
      void this.#rpc?.call("Heartbeat", {});
      this.#beat();
    });
  }

  #tick(): void {
    const { clock, meterMs = 10_000 } = this.#parts;
    this.#meters = clock.timer(meterMs, () => {
      for (const number of this.#bays.all.keys()) this.#bays.tellMeter(number);
      this.#tick();
    });
  }

  // What a central asks

  #answer({ action, payload }: Asked): Answer {
    this.#say("command", 0, action);
    return { payload: this.#carryOut(action, payload) };
  }

  #carryOut(action: string, payload: OcppPayload): OcppPayload {
    const connector = Number(payload["connectorId"] ?? 0);
    switch (action) {
      case "RemoteStartTransaction":
        return status(this.#remoteStart(String(payload["idTag"]), connector));
      case "RemoteStopTransaction":
        return status(this.#remoteStop(Number(payload["transactionId"])));
      case "ChangeAvailability":
        return {
          status: this.#bays.makeOperative(
            connector,
            payload["type"] === "Operative",
          ),
        };
      case "Reset":
        return this.#reset(payload["type"] === "Hard");
      case "UnlockConnector": {
        const isThere = this.#bays.all.has(connector);
        this.#bays.end(connector, "UnlockCommand");
        return { status: isThere ? "Unlocked" : "NotSupported" };
      }
      case "TriggerMessage":
        return this.#trigger(String(payload["requestedMessage"]), connector);
      default: {
        const answer = this.#keys.answer(action, payload);
        if (action === "ChangeConfiguration") this.#beat();
        return answer;
      }
    }
  }

  #remoteStart(tag: string, asked: number): boolean {
    const found = [...this.#bays.all].find(([number, at]) =>
      (asked === 0 || number === asked) && isFree(at)
    );
    if (found === undefined) return false;
    const [number, at] = found;
    const { clock, plugMs = 1_000 } = this.#parts;
    this.#bays.setStatus(number, "Preparing");
    at.plug = clock.timer(plugMs, () => {
      at.plug = undefined;
      if (at.status === "Preparing") this.#bays.begin(number, tag);
    });
    return true;
  }

  #remoteStop(transaction: number): boolean {
    for (const [number, at] of this.#bays.all) {
      if (at.transaction?.id !== transaction) continue;
      this.#parts.clock.defer(() => this.#bays.end(number, "Remote"));
      return true;
    }
    return false;
  }

  #reset(isHard: boolean): OcppPayload {
    const { clock } = this.#parts;
    for (const number of this.#bays.all.keys()) {
      this.#bays.end(number, isHard ? "HardReset" : "SoftReset");
    }
    clock.timer(100, () => this.disconnect());
    return { status: "Accepted" };
  }

  #trigger(message: string, connector: number): OcppPayload {
    const { clock } = this.#parts;
    switch (message) {
      case "BootNotification":
        clock.defer(() => void this.#boot());
        return { status: "Accepted" };
      case "Heartbeat":
        clock.defer(() => void this.#rpc?.call("Heartbeat", {}));
        return { status: "Accepted" };
      case "StatusNotification":
        clock.defer(() => this.#bays.report(connector));
        return { status: "Accepted" };
      case "MeterValues":
        clock.defer(() => this.#bays.tellMeter(connector || 1));
        return { status: "Accepted" };
      default:
        return { status: "NotImplemented" };
    }
  }

  #say(kind: ChargerEvent["kind"], connector: number, text: string): void {
    this.#parts.told?.({ kind, connector, text });
  }
}

interface Asked {
  readonly action: string;
  readonly payload: OcppPayload;
}

function readAsked(action: string, payload: OcppPayload) {
  const checked = checkOcppRequest("central", action, payload);
  return checked.ok
    ? { ok: true as const, value: { action, payload: checked.value } }
    : checked;
}

function status(isDone: boolean): OcppPayload {
  return { status: isDone ? "Accepted" : "Rejected" };
}
