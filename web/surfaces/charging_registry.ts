/**
 * The registry of the secured dialect: a monitor gets a token and the key of its telemetry here, before it may speak to
 * the node.
 *
 * @module
 */
import { parsePointId } from "../../crdt/mod.ts";
import type { ChargingSecurity, PointLog } from "../../nodes/mod.ts";
import type { WebApp } from "../app.ts";
import { createSurface, type FrameOptions, type Route } from "./fastapi_app.ts";
import { failed, plainJson, readFields, textField } from "./flask_body.ts";

/** Longest location, in characters. */
export const LOCATION_MAX = 200;

const MISSING_DATA = "Datos incompletos. Se requiere 'id' y 'location'";
const MISSING_ID = "Falta el ID del CP";
const NOT_FOUND = "CP no encontrado o no se pudo eliminar";

/** What the registry needs besides the node. */
export interface ChargingRegistryOptions extends FrameOptions {
  /** Where its log lines go. */
  readonly log: PointLog;
  /** Whether an address is this machine's. */
  readonly isLocal: (address: string) => boolean;
}

/**
 * Makes the registry.
 *
 * @param security A node of a charging site.
 * @param options What it needs besides.
 * @returns An application for an HTTPS listener of its own.
 */
export function createChargingRegistry(
  security: ChargingSecurity,
  options: ChargingRegistryOptions,
): WebApp {
  return createSurface([
    registration(security, options),
    unregistration(security, options),
  ], options);
}

function registration(
  security: ChargingSecurity,
  { log }: ChargingRegistryOptions,
): Route {
  return {
    method: "POST",
    path: "/register",
    async handle({ raw, address = "" }) {
      const fields = await readFields(raw);
      if (!fields.ok) return fields.error;
      const point = parsePointId(textField(fields.value, "id"));
      const location = textField(fields.value, "location");
      if (
        point === undefined || location === undefined ||
        location.length > LOCATION_MAX || !location.isWellFormed()
      ) return failed(400, MISSING_DATA);
      const given = await security.registerPoint({
        point,
        location,
        source: address,
      });
      if (!given.ok) return failed(500, given.error.message);
      log.add("REGISTRY", `CP ${point} registrado`);
      return plainJson({
        "message": "CP registrado correctamente",
        "token": given.value.token,
        "symmetric_key": given.value.key,
      });
    },
  };
}

function unregistration(
  security: ChargingSecurity,
  { log, isLocal }: ChargingRegistryOptions,
): Route {
  return {
    method: "POST",
    path: "/unregister",
    async handle({ raw, address = "" }) {
      const fields = await readFields(raw);
      if (!fields.ok) return fields.error;
      const id = textField(fields.value, "id");
      if (id === undefined) return failed(400, MISSING_ID);
      const point = parsePointId(id);
      if (point === undefined) return failed(404, NOT_FOUND);
      const { token } = fields.value;
      const gone = await security.unregisterPoint({
        point,
        // What is no text was never issued either.
        ...(token === undefined || token === null
          ? {}
          : { token: String(token) }),
        isLocal: isLocal(address),
        source: address,
      });
      if (gone.ok) {
        log.add("REGISTRY", `CP ${id} dado de baja`);
        return plainJson({
          "message": `CP ${id} dado de baja correctamente`,
        });
      }
      const { code, message } = gone.error;
      if (code === "point_unknown") return failed(404, NOT_FOUND);
      return failed(code === "credential_invalid" ? 403 : 500, message);
    },
  };
}
