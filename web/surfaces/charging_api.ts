/**
 * The HTTP interface of an original central of the secured dialect: its web page, its weather office and the programs of
 * charging points that tell it their log lines use it. It asks nobody who he is, so it listens on this machine alone
 * unless somebody says otherwise.
 *
 * @module
 */
import { type Clock, MANUAL_DRIVERS } from "../../crdt/mod.ts";
import type {
  ChargingSecurity,
  ChargingUseCases,
  PointLog,
  PointView,
  Refusal,
  Simulate,
  Temperatures,
} from "../../nodes/mod.ts";
import type { WebApp } from "../app.ts";
import { allPoints, pointRow } from "./charging_api_state.ts";
import { createSurface, type FrameOptions, type Route } from "./fastapi_app.ts";
import {
  type BodyFields,
  failed,
  plainJson,
  readFields,
  textField,
} from "./flask_body.ts";

/** Points that are commanded at the same time. */
export const COMMANDS_AT_ONCE_MAX = 64;
/** Who gives commands here, in facts. */
const BY = { id: "charging-api", name: "charging-api" };
const ACTIONS = ["PARAR", "REANUDAR"] as const;
const SIMULATIONS = ["F", "R", "I", "E"];
/** Every point, to a simulation. */
const ALL = "ALL";
const TEMPERATURE =
  /^Temperatura en (.{1,100}): (-?[0-9]{1,3}(?:[.,][0-9]{1,6})?) ?[º°]C$/u;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
const DEGREES_MAX = 1000;

type Action = typeof ACTIONS[number];

/** What the surface needs besides the node. */
export interface ChargingApiOptions extends FrameOptions {
  /** Time. */
  readonly clock: Pick<Clock, "now">;
  /** The last log lines. */
  readonly log: PointLog;
  /** What a weather office tells. */
  readonly temperatures: Temperatures;
  /** Publishes a simulation; false if there is no broker. Left out where there is none. */
  readonly simulate?: Simulate;
}

/** A node of a charging site. */
export interface ChargingApiNode {
  /** Its points. */
  readonly charging: ChargingUseCases;
  /** Their credentials. */
  readonly security: ChargingSecurity;
}

/** What the routes share. */
interface Api
  extends ChargingApiNode, Omit<ChargingApiOptions, keyof FrameOptions> {}

/** Answers a request with a body. */
type Answer = (
  api: Api,
  fields: BodyFields,
  address: string,
) => Response | Promise<Response>;

/**
 * Makes the surface.
 *
 * @param node A node of a charging site.
 * @param options What the surface needs besides; pages of any origin may use it.
 * @returns An application for a listener of its own.
 */
export function createChargingApi(
  node: ChargingApiNode,
  options: ChargingApiOptions,
): WebApp {
  const api: Api = {
    ...options,
    ...node,
  };
  return createSurface([
    read("/api/estado", () => stateBody(api)),
    read("/api/logs", () => logsBody(api)),
    write(api, "/api/log", takeLine),
    write(api, "/api/config/umbral", setThreshold),
    write(api, "/api/alertas", alert),
    write(api, "/api/comandos/cp", commandOne),
    write(api, "/api/comandos/todos", commandAll),
    write(api, "/api/admin/revoke-key", revoke),
    write(api, "/api/simulacion", simulate),
  ], { cors: { origins: "*" }, ...options });
}

/** A refusal that the page does not have. */
function refused({ message }: Refusal): Response {
  return failed(500, message);
}

function read(path: string, body: () => unknown): Route {
  return {
    method: "GET",
    path,
    handle: () => plainJson(body()),
  };
}

function write(api: Api, path: string, answer: Answer): Route {
  return {
    method: "POST",
    path,
    async handle({ raw, address = "" }) {
      const fields = await readFields(raw);
      return fields.ok
        ? await answer(api, fields.value, address)
        : fields.error;
    },
  };
}

function stateBody(
  { charging, security, temperatures, clock }: Api,
): unknown {
  return {
    "cps": allPoints(charging).map(pointRow),
    "drivers_connected": charging.drivers().map(({ driver }) => driver)
      .filter((driver) => !MANUAL_DRIVERS.includes(driver)),
    "timestamp": clock.now() / 1000,
    "config": { "temp_umbral": security.threshold() },
    "city_temps": temperatures.all(),
  };
}

function logsBody({ log }: Api): unknown {
  return {
    "logs": log.lines().map(({ source, msg, at }) => ({
      source,
      msg,
      "timestamp": at / 1000,
    })),
  };
}

function takeLine({ log, temperatures }: Api, fields: BodyFields): Response {
  const source = textField(fields, "source");
  const msg = textField(fields, "msg");
  if (source === undefined || msg === undefined) {
    return failed(400, "Faltan datos");
  }
  const [, city, degrees] = source === "EV_W"
    ? TEMPERATURE.exec(msg) ?? []
    : [];
  if (city !== undefined && degrees !== undefined) {
    temperatures.set(city, degrees);
    return plainJson({ "status": "Updated State" });
  }
  log.add(source, msg);
  return plainJson({ "status": "Logged" });
}

/** A number, or text that is one. */
function degreesOf(value: unknown): number | undefined {
  const isNumeric = typeof value === "number" ||
    (typeof value === "string" && DECIMAL.test(value.trim()));
  const degrees = isNumeric ? Number(value) : NaN;
  return Math.abs(degrees) <= DEGREES_MAX ? degrees : undefined;
}

async function setThreshold(
  { security, log }: Api,
  fields: BodyFields,
  source: string,
): Promise<Response> {
  const degrees = degreesOf(fields["umbral"]);
  if (degrees === undefined) return failed(400, "Error en datos");
  const set = await security.setThreshold(degrees);
  if (!set.ok) return refused(set.error);
  const text = `Umbral de temperatura: ${degrees}`;
  log.add("CENTRAL", text);
  await security.note({ action: "API_CAMBIO_UMBRAL", source, text });
  return plainJson({ "status": "OK" });
}

function actionOf(fields: BodyFields): Action | undefined {
  const action = textField(fields, "action");
  return ACTIONS.find((it) => it === action);
}

/** Gives one command to one point. */
async function command(
  { charging, log }: Api,
  { id }: PointView,
  action: Action,
  cause: "operator" | "weather",
): Promise<Refusal | undefined> {
  const order = { point: id, cause, by: BY };
  const given = action === "PARAR"
    ? await charging.stop(order)
    : await charging.resume(order);
  if (!given.ok) return given.error;
  log.add("CENTRAL", `${action} enviado a ${id}`);
  return undefined;
}

/** Commands points independently of each other (C-46). */
async function commandMany(
  api: Api,
  points: readonly PointView[],
  action: Action,
  cause: "operator" | "weather",
): Promise<number> {
  let given = 0;
  for (let at = 0; at < points.length; at += COMMANDS_AT_ONCE_MAX) {
    const some = points.slice(at, at + COMMANDS_AT_ONCE_MAX);
    const refusals = await Promise.all(
      some.map((point) => command(api, point, action, cause)),
    );
    given += refusals.filter((it) => it === undefined).length;
  }
  return given;
}

async function alert(
  api: Api,
  fields: BodyFields,
  source: string,
): Promise<Response> {
  const city = textField(fields, "city");
  const action = actionOf(fields);
  if (city === undefined || action === undefined) {
    return failed(400, "Faltan datos");
  }
  const place = city.toLowerCase();
  // A stop that is in force is lifted wherever the point's equipment is now.
  const points = allPoints(api.charging).filter((point) =>
    point.location.toLowerCase().includes(place) &&
    (action === "PARAR" ? point.connected : point.stops.includes("weather"))
  );
  const given = await commandMany(api, points, action, "weather");
  await api.security.note({
    action: `CLIMA_ORDEN_${action}`,
    source,
    text: `${city}: ${given} CPs`,
  });
  return plainJson({ "message": `Accion ${action} aplicada` });
}

async function commandOne(
  api: Api,
  fields: BodyFields,
  source: string,
): Promise<Response> {
  const id = textField(fields, "cp_id");
  const action = actionOf(fields);
  if (id === undefined || action === undefined) {
    return failed(400, "Faltan parámetros");
  }
  const point = api.charging.point(id);
  if (point === undefined || !point.connected) {
    return failed(
      404,
      "El CP no está conectado. No se puede enviar comando.",
    );
  }
  const refusal = await command(api, point, action, "operator");
  if (refusal !== undefined) return refused(refusal);
  await api.security.note({
    action: `WEB_ORDEN_${action}`,
    point: point.id,
    source,
  });
  return plainJson({ "message": `Comando ${action} enviado a ${id}` });
}

async function commandAll(
  api: Api,
  fields: BodyFields,
  source: string,
): Promise<Response> {
  const action = actionOf(fields);
  if (action === undefined) return failed(400, "Falta acción");
  const points = allPoints(api.charging).filter(({ connected }) => connected);
  const given = await commandMany(api, points, action, "operator");
  if (points.length === 0) {
    const message = "No hay CPs conectados para recibir la orden";
    return plainJson({ message });
  }
  await api.security.note({
    action: `WEB_ORDEN_MASIVA_${action}`,
    source,
    text: `${given} CPs`,
  });
  return plainJson({
    "message": `Comando ${action} enviado a ${given} CPs conectados`,
  });
}

async function revoke(
  { charging, security, log }: Api,
  fields: BodyFields,
  source: string,
): Promise<Response> {
  const id = textField(fields, "cp_id");
  if (id === undefined) return failed(400, "Falta el parámetro cp_id");
  const unknown = () => failed(404, "CP no encontrado o error en BD");
  const point = charging.point(id);
  if (point === undefined) return unknown();
  const revoked = await security.revokePoint({
    point: point.id,
    by: BY,
    source,
  });
  if (!revoked.ok) {
    return revoked.error.code === "point_unknown"
      ? unknown()
      : refused(revoked.error);
  }
  log.add("CENTRAL", `Claves del CP ${id} revocadas`);
  return plainJson({
    "status": "OK",
    "message": `Claves del CP ${id} REVOCADAS manualmente.`,
  });
}

async function simulate(api: Api, fields: BodyFields): Promise<Response> {
  const target = textField(fields, "cp_id");
  const word = textField(fields, "command");
  if (
    target === undefined || word === undefined || !SIMULATIONS.includes(word)
  ) {
    return failed(400, "Faltan parámetros");
  }
  const isKnown = target === ALL || api.charging.point(target) !== undefined;
  if (!isKnown) return failed(404, "CP no encontrado");
  const isTold = await api.simulate?.({ target, command: word }) ?? false;
  return isTold
    ? plainJson({ "message": `Comando ${word} enviado` })
    : failed(500, "Kafka no disponible");
}
