/**
 * The REST of an original pump: what it does, start and end of a sale, and its settings, as the pump's own page asks for
 * them.
 *
 * @module
 */
import type { WebApp } from "../app.ts";
import type {
  PumpControl,
  PumpControlState,
  Refusal,
  UseCases,
} from "../../nodes/mod.ts";
import {
  createSurface,
  detailResponse,
  type FrameOptions,
  jsonResponse,
  problemsResponse,
  type Route,
  type SurfaceRequest,
  unavailable,
} from "./fastapi_app.ts";
import type { JsonValue } from "./fastapi_json.ts";
import { readQuery } from "./fastapi_query.ts";
import { readText } from "./fastapi_validation.ts";
import {
  DEFAULT_PAYMENT,
  litersOf,
  operationWord,
  priceMapOf,
  shownTimeOrNull,
} from "./forecourt_values.ts";

/** The version that the original programs say they are. */
const VERSION = "2.0";

/** What the pump's surface needs besides the node. */
export interface ForecourtPumpOptions extends FrameOptions {
  /** The pump's controls. */
  readonly control: PumpControl;
}

/** What the routes of one pump share. */
interface Pump {
  readonly control: PumpControl;
  readonly timezone: string;
}

/**
 * Makes the pump's surface.
 *
 * @param useCases The pump's node.
 * @param options What the surface needs besides; pages of any origin may use it if nothing is said of them.
 * @returns An application for a listener of its own.
 */
export function createForecourtPump(
  useCases: UseCases,
  options: ForecourtPumpOptions,
): WebApp {
  const { control } = options;
  const pump: Pump = { control, timezone: useCases.node.timezone };
  return createSurface([...stateRoutes(pump), ...controlRoutes(pump)], {
    cors: { origins: "*" },
    ...options,
  });
}

function stateJson(
  state: PumpControlState,
  timezone: string,
): { readonly [key: string]: JsonValue } {
  return {
    "id_surtidor": state.number,
    "nombre": state.name,
    "estado_operacion": operationWord(state.operation),
    "tipo_combustible": state.fuel,
    "litros_actuales": litersOf(state.volumeMl),
    "monto_actual": state.amount,
    "precio_litro": state.price,
    "combustibles_soportados": state.fuels,
    "fecha_inicio": shownTimeOrNull(state.startedAt, timezone),
  };
}

function stateRoutes({ control, timezone }: Pump): readonly Route[] {
  const routes: readonly (readonly [string, () => JsonValue])[] = [
    ["/", () => {
      const { number, name } = control.state();
      return {
        "surtidor_id": number,
        "nombre": name,
        "status": "ok",
        "version": VERSION,
      };
    }],
    ["/estado", () => {
      const state = control.state();
      return {
        ...stateJson(state, timezone),
        "precios_disponibles": priceMapOf(control.prices()),
        "conectado_tcp": state.connected,
        "udp_habilitado": state.fastReports,
        "conectado_estacion": state.connected,
      };
    }],
    ["/precios", () => priceMapOf(control.prices())],
    ["/health", () => {
      const state = control.state();
      return {
        "status": "healthy",
        "tcp_connected": state.connected,
        "udp_enabled": state.fastReports,
        "estado_operacion": operationWord(state.operation),
      };
    }],
  ];
  return routes.map(([path, body]) => ({
    method: "GET",
    path,
    handle: () => jsonResponse(body()),
  }));
}

function controlRoutes(pump: Pump): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/control/iniciar-carga",
      subject: "la venta",
      handle: () => start(pump),
    },
    {
      method: "POST",
      path: "/control/detener-carga",
      subject: "la venta",
      handle: (request) => finish(pump, request),
    },
    {
      method: "PUT",
      path: "/configuracion",
      subject: "el cambio",
      handle: (request) => configure(pump, request),
    },
  ];
}

async function start({ control, timezone }: Pump): Promise<Response> {
  const started = await control.start();
  return started.ok
    ? jsonResponse({
      "mensaje": "Carga iniciada",
      "estado": stateJson(started.value, timezone),
    })
    : refused(started.error);
}

const FINISH = {
  payment: {
    key: "metodo_pago",
    read: readText,
    fallback: DEFAULT_PAYMENT,
  },
};

async function finish(
  { control }: Pump,
  request: SurfaceRequest,
): Promise<Response> {
  const sent = readQuery(request, FINISH);
  if (!sent.ok) return problemsResponse(sent.error);
  const payment = sent.value.payment === ""
    ? DEFAULT_PAYMENT
    : sent.value.payment;
  const finished = await control.finish({ payment });
  if (!finished.ok) return refused(finished.error);
  const { sale } = finished.value;
  return jsonResponse({
    "mensaje": "Carga detenida y venta registrada",
    "litros": litersOf(sale.volumeMl),
    "total": sale.amount,
    "metodo_pago": sale.payment,
  });
}

const SETTINGS = {
  fuel: { key: "tipo_combustible", read: readText, fallback: undefined },
  name: { key: "nombre", read: readText, fallback: undefined },
};

/** A fuel that the pump has not is left out where a name comes with it. */
async function configure(
  { control, timezone }: Pump,
  request: SurfaceRequest,
): Promise<Response> {
  const sent = readQuery(request, SETTINGS);
  if (!sent.ok) return problemsResponse(sent.error);
  const { fuel, name } = sent.value;
  const { fuels } = control.state();
  const change = {
    ...(fuel !== undefined && fuels.some((it) => it === fuel) ? { fuel } : {}),
    ...(name === undefined || name === "" ? {} : { name }),
  };
  if (control.state().operation === "dispensing") return busy();
  if (Object.keys(change).length === 0) {
    return detailResponse(400, "No hay ningún cambio válido");
  }
  const configured = await control.configure(change);
  return configured.ok
    ? jsonResponse({
      "mensaje": "Configuración actualizada",
      "estado": stateJson(configured.value, timezone),
    })
    : refused(configured.error);
}

function busy(): Response {
  return detailResponse(400, "El surtidor no está disponible");
}

function refused({ code }: Refusal): Response {
  switch (code) {
    case "pump_busy":
      return busy();
    case "pump_not_dispensing":
      return detailResponse(400, "El surtidor no está despachando");
    case "price_unknown":
      return detailResponse(400, "El combustible no tiene precio");
    case "product_unknown":
      return detailResponse(400, "El surtidor no tiene ese combustible");
    default:
      return unavailable(code, "la venta");
  }
}
