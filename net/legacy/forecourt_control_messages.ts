/**
 * What a station's control port hears and tells (TCP 5000 and 5001): price pushes of head offices, deliveries for
 * bridges, and the reports of the older simulated pumps.
 *
 * @module
 */
import {
  CONTROL_LINE_BYTES_MAX,
  encodeForecourtLine,
  isObject,
  type JsonObject,
} from "./forecourt.ts";
import {
  type ForecourtPrice,
  mlToLiters,
  priceMap,
  readAmount,
  readPriceMap,
  readText,
  type TellablePrice,
} from "./forecourt_values.ts";

/** Longest `timestamp` of a push that is sent back. */
const TIMESTAMP_MAX = 64;

/** What a simulated pump reports. */
export interface SimulatedReport {
  /** What it calls itself: a number, as a rule, or a text. */
  readonly id: number | string;
  /** Its name. */
  readonly name: string;
  /** What it says that it does, e.g. `Cargando combustible`. */
  readonly state: string;
  /** The prices that it shows. */
  readonly prices: readonly ForecourtPrice[];
}

/** A message on the control port. */
export type ControlMessage =
  | {
    readonly kind: "prices";
    /** Prices that can be taken. */
    readonly prices: readonly ForecourtPrice[];
    /** Known keys whose value is no price. */
    readonly dropped: readonly string[];
    /** The station's name; undefined if it carries none. */
    readonly name: string | undefined;
    /** The sender's time, to be sent back as it is; null if there is none. */
    readonly timestamp: string | number | null;
  }
  | {
    readonly kind: "sale";
    /** The delivery. */
    readonly sale: JsonObject;
  }
  | {
    readonly kind: "simulated";
    /** What it reports. */
    readonly report: SimulatedReport;
  }
  | {
    /** `bad_prices` is a push whose `precios` is null or no object. */
    readonly kind: "bad_prices" | "other";
  };

/**
 * Reads a message on the control port.
 *
 * @param message A line's object.
 * @returns What it says; `other` if it is to be passed on alone.
 */
export function readControlMessage(message: JsonObject): ControlMessage {
  switch (message["tipo"]) {
    case "actualizacion_precios":
      return readPush(message);
    case "nueva_transaccion": {
      const sale = message["transaccion"];
      return isObject(sale) ? { kind: "sale", sale } : { kind: "other" };
    }
    case undefined:
      return readSimulated(message);
    default:
      return { kind: "other" };
  }
}

function readPush(message: JsonObject): ControlMessage {
  const map = Object.hasOwn(message, "precios") ? message["precios"] : {};
  const read = readPriceMap(map);
  if (read === undefined) return { kind: "bad_prices" };
  const name = message["nombre_estacion"];
  return {
    kind: "prices",
    ...read,
    name: typeof name === "string" ? readText(name) : undefined,
    timestamp: readTimestamp(message["timestamp"]),
  };
}

function readTimestamp(value: unknown): string | number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.length <= TIMESTAMP_MAX
    ? value
    : null;
}

function readSimulated(message: JsonObject): ControlMessage {
  if (!Object.hasOwn(message, "id") || !Object.hasOwn(message, "estado")) {
    return { kind: "other" };
  }
  const id = message["id"];
  const known = typeof id === "number" && Number.isFinite(id)
    ? id
    : readText(id) ?? "";
  return {
    kind: "simulated",
    report: {
      id: known,
      name: readText(message["nombre"]) ?? `${known}`,
      state: readText(message["estado"]) ?? "",
      prices: readPriceMap(message)?.prices ?? [],
    },
  };
}

/** Prices to be told on the control port. */
export interface ControlPrices {
  /** All prices; the line gives the full map. */
  readonly prices: readonly TellablePrice[];
  /** The time of the push that set them, or the station's own wall clock. */
  readonly timestamp: string | number | null;
  /** The station's name, if it is to be told. */
  readonly name?: string | undefined;
}

/**
 * Writes `actualizacion_precios` for the control port, also as a head office does.
 *
 * @param prices What to tell.
 * @returns The line, below `CONTROL_LINE_BYTES_MAX`: a long name is shortened.
 */
export function encodeControlPrices(
  { prices, timestamp, name }: ControlPrices,
): string {
  return fitLine((limit) => ({
    "tipo": "actualizacion_precios",
    "timestamp": timestamp,
    "precios": priceMap(prices),
    ...(name === undefined ? {} : { "nombre_estacion": cut(name, limit) }),
  }));
}

/** A recorded delivery to be told on the control port. */
export interface ControlSale {
  /** 24 hexadecimal digits. */
  readonly id: string;
  /** The pump as its teller named it. */
  readonly pump: string;
  /** The pump's name. */
  readonly pumpName: string;
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
  /** When it ended: the station's wall clock without zone. */
  readonly localTime: string;
  /** How it ended: `completada`, `cancelada`, … */
  readonly state: string;
}

/**
 * Writes `nueva_transaccion`.
 *
 * @param sale The delivery.
 * @param timestamp The station's wall clock without zone.
 * @returns The line, below `CONTROL_LINE_BYTES_MAX`: long texts are shortened.
 */
export function encodeControlSale(
  sale: ControlSale,
  timestamp: string,
): string {
  return fitLine((limit) => ({
    "tipo": "nueva_transaccion",
    "transaccion": {
      "_id": sale.id,
      "surtidor_id": cut(sale.pump, limit),
      "nombre_surtidor": cut(sale.pumpName, limit),
      "tipo_combustible": cut(sale.fuel, limit),
      "litros": mlToLiters(sale.volumeMl),
      "precio_por_litro": sale.price,
      "monto_total": sale.amount,
      "metodo_pago": cut(sale.payment, limit),
      "fecha": sale.localTime,
      "estado": sale.state,
    },
    "timestamp": timestamp,
  }));
}

/**
 * Reads the delivery of a `nueva_transaccion`, as a station tells it.
 *
 * @param sale Its `transaccion`.
 * @returns Id and pump, if it has both; the rest is read by `readForecourtSale` once `fecha` stands for `fecha_fin`.
 */
export function readControlSale(
  sale: JsonObject,
): {
  readonly id: string;
  readonly pump: string;
  readonly pumpName: string;
  readonly message: JsonObject;
} | undefined {
  const id = sale["_id"];
  const pump = readText(sale["surtidor_id"]) ?? readText(sale["id_surtidor"]);
  if (typeof id !== "string" || !/^[0-9a-f]{24}$/i.test(id)) return undefined;
  if (pump === undefined) return undefined;
  return {
    id: id.toLowerCase(),
    pump,
    pumpName: readText(sale["nombre_surtidor"]) ?? `Surtidor ${pump}`,
    message: {
      ...sale,
      "fecha_fin": sale["fecha"],
      "monto_total": readAmount(sale["monto_total"]) ?? sale["monto_total"],
    },
  };
}

/** Halves the texts' longest length until the line is short enough. */
function fitLine(make: (limit: number) => JsonObject): string {
  let limit = CONTROL_LINE_BYTES_MAX;
  for (;;) {
    const line = encodeForecourtLine(make(limit));
    if (line.length < CONTROL_LINE_BYTES_MAX || limit <= 1) return line;
    limit = Math.floor(limit * 0.75);
  }
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).toWellFormed();
}
