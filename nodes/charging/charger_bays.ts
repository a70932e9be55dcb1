/**
 * The connectors of a simulated charger and the transactions at them, as they are told to a central.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import { encodeOcppTime, type OcppPayload } from "../../net/mod.ts";
import {
  type ChargerConnector,
  type ChargerTransaction,
  makeConnectors,
  registerOf,
  statusAtRest,
} from "./charger_connector.ts";
import { ChargerOutbox } from "./charger_outbox.ts";
import type { CallOutcome } from "./ocpp_rpc.ts";

/** What connectors work with. */
export interface ChargerBayParts {
  /** How many there are. */
  readonly count: number;
  /** How fast they charge, in watts. */
  readonly powerW: number;
  /** Time. */
  readonly clock: Clock;
  /** Asks the central; undefined while none has accepted the charger. */
  readonly call: (
    action: string,
    payload: OcppPayload,
  ) => Promise<CallOutcome> | undefined;
  /** Is told what happens. */
  readonly say: (
    kind: "status" | "started" | "stopped",
    connector: number,
    text: string,
  ) => void;
}

/** Connectors and their transactions. */
export class ChargerBays {
  /** By number, from 1. */
  readonly all: Map<number, ChargerConnector>;
  /** What is to be told of transactions. */
  readonly outbox: ChargerOutbox;
  readonly #parts: ChargerBayParts;

  /**
   * Makes free connectors.
   *
   * @param parts What they work with.
   */
  constructor(parts: ChargerBayParts) {
    this.#parts = parts;
    this.all = makeConnectors(parts.count);
    this.outbox = new ChargerOutbox(parts.call);
  }

  /** A transaction begins. */
  begin(connector: number, tag: string): void {
    const at = this.all.get(connector);
    if (at === undefined) return;
    const { clock, say } = this.#parts;
    const transaction: ChargerTransaction = {
      tag,
      meterStart: Math.floor(at.meterWh),
      since: clock.monotonic(),
      id: undefined,
    };
    at.transaction = transaction;
    const payload = {
      connectorId: connector,
      idTag: tag,
      meterStart: transaction.meterStart,
      timestamp: this.#now(),
    };
    const done = (answer: OcppPayload) => {
      transaction.id = Number(answer["transactionId"]);
      const info = answer["idTagInfo"] as OcppPayload | undefined;
      say("started", connector, `transaction ${transaction.id}`);
      if (info?.["status"] !== "Accepted" && at.transaction === transaction) {
        this.end(connector, "DeAuthorized");
      }
    };
    this.outbox.keep({
      action: "StartTransaction",
      payload: () => payload,
      done,
    });
    this.setStatus(connector, "Charging");
  }

  /** The transaction at a connector ends, if one runs. */
  end(connector: number, reason: string): void {
    const at = this.all.get(connector);
    const transaction = at?.transaction;
    if (at === undefined || transaction === undefined) return;
    at.meterWh = this.#register(at);
    at.transaction = undefined;
    const rest = {
      meterStop: Math.floor(at.meterWh),
      timestamp: this.#now(),
      reason,
    };
    this.outbox.keep({
      action: "StopTransaction",
      // Its number may not be known before what was kept ahead of this is answered.
      payload: () =>
        transaction.id === undefined
          ? undefined
          : { transactionId: transaction.id, ...rest },
    });
    this.#parts.say("stopped", connector, reason);
    this.setStatus(connector, "Finishing");
    this.setStatus(connector, statusAtRest(at));
  }

  /** Tells what the meter of a running transaction shows. */
  tellMeter(connector: number): void {
    const at = this.all.get(connector);
    const transaction = at?.transaction;
    if (at === undefined || transaction === undefined) return;
    const value = Math.floor(this.#register(at)).toString();
    const meterValue = [{
      timestamp: this.#now(),
      sampledValue: [{ value, unit: "Wh", context: "Sample.Periodic" }],
    }];
    this.outbox.keep({
      action: "MeterValues",
      payload: () => ({
        connectorId: connector,
        meterValue,
        ...(transaction.id === undefined
          ? {}
          : { transactionId: transaction.id }),
      }),
    });
  }

  /** A connector is another way now. */
  setStatus(connector: number, status: string): void {
    const at = this.all.get(connector);
    if (at === undefined || at.status === status) return;
    at.status = status;
    this.#parts.say("status", connector, status);
    this.report(connector);
  }

  /** Tells how a connector is; 0 is the whole charger. */
  report(connector: number): void {
    const isAway = [...this.all.values()].every((it) => !it.isOperative);
    const status = this.all.get(connector)?.status ??
      (isAway ? "Unavailable" : "Available");
    void this.#parts.call("StatusNotification", {
      connectorId: connector,
      errorCode: status === "Faulted" ? "OtherError" : "NoError",
      status,
      timestamp: this.#now(),
    });
  }

  /** Puts a connector, or with 0 all, into service or out of it; what runs goes on to its end. */
  makeOperative(connector: number, isOperative: boolean): string {
    const meant = [...this.all].filter(([number]) =>
      connector === 0 || number === connector
    );
    let isBusy = false;
    for (const [number, at] of meant) {
      at.isOperative = isOperative;
      isBusy ||= at.transaction !== undefined;
      if (at.transaction !== undefined || at.isFaulted) continue;
      at.plug?.cancel();
      this.#parts.clock.defer(() => this.setStatus(number, statusAtRest(at)));
    }
    if (meant.length === 0) return "Rejected";
    return isBusy && !isOperative ? "Scheduled" : "Accepted";
  }

  #register(connector: ChargerConnector): number {
    const { clock, powerW } = this.#parts;
    return registerOf(connector, clock.monotonic(), powerW);
  }

  #now(): string {
    return encodeOcppTime(this.#parts.clock.now() * 1000);
  }
}
