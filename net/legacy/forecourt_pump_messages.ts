/**
 * What pumps and stations tell each other over TCP 6000, and pumps over UDP 6001: read into plain words, and written as
 * the original programs do.
 *
 * @module
 */
import {
  commandWord,
  encodeForecourtLine,
  ERROR_AUTO_REGISTRATION,
  ERROR_BAD_REGISTRATION,
  ERROR_NOT_REGISTERED,
  ERROR_UNKNOWN,
  type ForecourtCommand,
  type ForecourtOperation,
  type JsonObject,
  operationWord,
  readCommand,
  readOperation,
} from "./forecourt.ts";
import {
  FORECOURT_DEFAULT_FUEL,
  mlToLiters,
  priceMap,
  readAmount,
  readFuels,
  readPriceMap,
  type ReadPrices,
  readPumpNumber,
  readText,
  readVolumeMl,
  type TellablePrice,
} from "./forecourt_values.ts";

/** What a pump says that it is doing. */
export interface PumpStateReport {
  /** What it does; undefined if the word is unknown. */
  readonly operation: ForecourtOperation | undefined;
  /** Milliliters of the running delivery. */
  readonly volumeMl: number;
  /** Whole units of the running delivery. */
  readonly amount: number;
  /** The fuel; null if it names none. */
  readonly fuel: string | null;
}

/** A message of a pump. `pump` is the number that the message names, which need not be the connection's. */
export type PumpMessage =
  & {
    /** The number that the message names; undefined if it names none that can be taken. */
    readonly pump: number | undefined;
  }
  & (
    | {
      readonly kind: "registration";
      /** Its name. */
      readonly name: string;
      /** The fuels that it can deliver. */
      readonly fuels: readonly string[];
      /** The fuel that it is set to: the first of them. */
      readonly fuel: string;
    }
    | {
      readonly kind: "state" | "quick_state";
      /** What it is doing. */
      readonly state: PumpStateReport;
    }
    | {
      readonly kind: "sale";
      /** The message, for `readForecourtSale`. */
      readonly message: JsonObject;
    }
    | {
      readonly kind: "alarm";
      /** Its code. */
      readonly code: string;
      /** A text for people. */
      readonly text: string;
    }
    | { readonly kind: "heartbeat" | "udp_address" | "other" }
  );

/**
 * Reads a message of a pump.
 *
 * @param message A line's or datagram's object.
 * @returns What it says; `other` if its type is unknown.
 */
export function readPumpMessage(message: JsonObject): PumpMessage {
  const pump = readPumpNumber(message["id_surtidor"]);
  switch (message["tipo"]) {
    case "registro":
      return { pump, kind: "registration", ...readRegistration(message, pump) };
    case "estado":
      return { pump, kind: "state", state: readState(message) };
    case "estado_rapido":
      return { pump, kind: "quick_state", state: readState(message) };
    case "transaccion_completada":
      return { pump, kind: "sale", message };
    case "heartbeat":
      return { pump, kind: "heartbeat" };
    case "registro_udp":
      return { pump, kind: "udp_address" };
    case "error":
      return {
        pump,
        kind: "alarm",
        code: readText(message["codigo"]) ?? ERROR_UNKNOWN,
        text: readText(message["mensaje"]) ?? "",
      };
    default:
      return { pump, kind: "other" };
  }
}

function readRegistration(message: JsonObject, pump: number | undefined) {
  const fuels = readFuels(message["combustibles_soportados"]);
  const name = message["nombre"];
  return {
    name: (typeof name === "string" ? readText(name) : undefined) ??
      defaultPumpName(pump ?? 0),
    fuels,
    fuel: fuels[0] ?? FORECOURT_DEFAULT_FUEL,
  };
}

/**
 * The name of a pump that has none.
 *
 * @param pump Its number.
 * @returns `Surtidor <number>`.
 */
export function defaultPumpName(pump: number): string {
  return `Surtidor ${pump}`;
}

function readState(message: JsonObject): PumpStateReport {
  return {
    operation: readOperation(message["estado_operacion"]),
    volumeMl: readVolumeMl(message["litros_actuales"]) ?? 0,
    amount: readAmount(message["monto_actual"]) ?? 0,
    fuel: readText(message["tipo_combustible"]) ?? null,
  };
}

/** What a pump is doing, to be told. */
export interface PumpState {
  /** What it does. */
  readonly operation: ForecourtOperation;
  /** Milliliters of the running delivery. */
  readonly volumeMl: number;
  /** Whole units of the running delivery. */
  readonly amount: number;
  /** The fuel. */
  readonly fuel: string;
}

/** A delivery to be told. */
export interface PumpSale {
  /** The fuel. */
  readonly fuel: string;
  /** Milliliters. */
  readonly volumeMl: number;
  /** Price of one liter in whole units. */
  readonly price: number;
  /** What was to be paid, in whole units. */
  readonly amount: number;
  /** How it was paid. */
  readonly payment: string;
  /** When it began: the pump's wall clock, without zone. */
  readonly startedAt: string;
  /** When it ended, likewise. */
  readonly endedAt: string;
}

/**
 * Writes `registro`.
 *
 * @param pump Its number, its name, and its fuels with the one that it is set to first.
 * @returns The line.
 */
export function encodeRegistration(
  pump: {
    readonly pump: number;
    readonly name: string;
    readonly fuels: readonly string[];
  },
): string {
  return encodeForecourtLine({
    "tipo": "registro",
    "id_surtidor": pump.pump,
    "nombre": pump.name,
    "combustibles_soportados": pump.fuels,
    "version": "2.0",
  });
}

/**
 * Writes `estado`, or `estado_rapido` for UDP.
 *
 * @param kind Which of the two.
 * @param pump The pump's number.
 * @param state What it does, and its wall clock without zone.
 * @returns The line; the line feed at its end is harmless in a datagram.
 */
export function encodePumpState(
  kind: "state" | "quick_state",
  pump: number,
  state: PumpState & { readonly timestamp: string },
): string {
  return encodeForecourtLine({
    "tipo": kind === "state" ? "estado" : "estado_rapido",
    "id_surtidor": pump,
    "estado_operacion": operationWord(state.operation),
    "litros_actuales": mlToLiters(state.volumeMl),
    "monto_actual": state.amount,
    "tipo_combustible": state.fuel,
    "timestamp": state.timestamp,
  });
}

/**
 * Writes `transaccion_completada`.
 *
 * @param pump The pump's number.
 * @param sale The delivery.
 * @returns The line.
 */
export function encodePumpSale(pump: number, sale: PumpSale): string {
  return encodeForecourtLine({
    "tipo": "transaccion_completada",
    "id_surtidor": pump,
    "tipo_combustible": sale.fuel,
    "litros": mlToLiters(sale.volumeMl),
    "precio_por_litro": sale.price,
    "monto_total": sale.amount,
    "metodo_pago": sale.payment,
    "fecha_inicio": sale.startedAt,
    "fecha_fin": sale.endedAt,
  });
}

/**
 * Writes `heartbeat`.
 *
 * @param pump The pump's number.
 * @param timestamp Its wall clock without zone.
 * @returns The line.
 */
export function encodeHeartbeat(pump: number, timestamp: string): string {
  return encodeForecourtLine({
    "tipo": "heartbeat",
    "id_surtidor": pump,
    "timestamp": timestamp,
  });
}

/** A message of a station to a pump. */
export type StationMessage =
  | {
    readonly kind: "confirmed" | "prices";
    /** The prices; undefined if there is no map, or what stands there is none. */
    readonly prices: ReadPrices | undefined;
  }
  | {
    readonly kind: "command";
    /** What to do; undefined if the word is unknown. */
    readonly command: ForecourtCommand | undefined;
    /** Why, for people. */
    readonly reason: string;
  }
  | {
    readonly kind: "refused";
    /** Its code. */
    readonly code: string;
    /** A text for people. */
    readonly text: string;
  }
  | { readonly kind: "state_request" | "other" };

/**
 * Reads a message of a station to a pump.
 *
 * @param message A line's object.
 * @returns What it says; `other` if its type is unknown.
 */
export function readStationMessage(message: JsonObject): StationMessage {
  switch (message["tipo"]) {
    case "registro_confirmado":
      return { kind: "confirmed", prices: readPriceMap(message["precios"]) };
    case "actualizacion_precios":
      return { kind: "prices", prices: readPriceMap(message["precios"]) };
    case "comando":
      return {
        kind: "command",
        command: readCommand(message["comando"]),
        reason: readText(message["razon"]) ?? "",
      };
    case "solicitud_estado":
      return { kind: "state_request" };
    case "error":
      return {
        kind: "refused",
        code: readText(message["codigo"]) ?? ERROR_UNKNOWN,
        text: readText(message["mensaje"]) ?? "",
      };
    default:
      return { kind: "other" };
  }
}

/**
 * Writes `registro_confirmado`.
 *
 * @param pump The number that the pump registered.
 * @param prices The prices that it is to have.
 * @returns The line.
 */
export function encodeConfirmation(
  pump: number,
  prices: readonly TellablePrice[],
): string {
  return encodeForecourtLine({
    "tipo": "registro_confirmado",
    "id_surtidor": pump,
    "mensaje": `Surtidor ${pump} registrado`,
    "precios": priceMap(prices),
  });
}

/**
 * Writes `actualizacion_precios` for a pump.
 *
 * @param prices The prices, which the line gives in full.
 * @param timestamp The station's wall clock without zone.
 * @returns The line.
 */
export function encodePumpPrices(
  prices: readonly TellablePrice[],
  timestamp: string,
): string {
  return encodeForecourtLine({
    "tipo": "actualizacion_precios",
    "precios": priceMap(prices),
    "timestamp": timestamp,
  });
}

/**
 * Writes `comando`, or `solicitud_estado` for a report.
 *
 * @param command What to do.
 * @param reason Why, for people.
 * @param timestamp The station's wall clock without zone.
 * @returns The line.
 */
export function encodeCommand(
  command: ForecourtCommand,
  reason: string,
  timestamp: string,
): string {
  return encodeForecourtLine(
    command === "report"
      ? { "tipo": "solicitud_estado", "timestamp": timestamp }
      : {
        "tipo": "comando",
        "comando": commandWord(command),
        "razon": reason,
        "timestamp": timestamp,
      },
  );
}

/** Why a station refuses a pump. */
export type PumpRefusal =
  | "not_registered"
  | "not_listed"
  | "no_number"
  | "no_registration";

/** The code, and the text that the pump shows. */
const REFUSALS: Readonly<Record<PumpRefusal, readonly [string, string]>> = {
  "not_registered": [ERROR_NOT_REGISTERED, "El surtidor no está registrado"],
  "not_listed": [ERROR_AUTO_REGISTRATION, "El surtidor no pudo registrarse"],
  "no_number": [
    ERROR_AUTO_REGISTRATION,
    "id_surtidor debe ser un número entero mayor que cero",
  ],
  "no_registration": [
    ERROR_BAD_REGISTRATION,
    "La primera línea debe ser un registro",
  ],
};

/**
 * Writes `error`, before a station closes the connection.
 *
 * @param refusal Why.
 * @returns The line.
 */
export function encodeRefusal(refusal: PumpRefusal): string {
  const [code, text] = REFUSALS[refusal];
  return encodeForecourtLine({
    "tipo": "error",
    "codigo": code,
    "mensaje": text,
  });
}
