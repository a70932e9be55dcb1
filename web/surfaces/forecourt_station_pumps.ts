/**
 * The pumps of the station's REST surface: list, figures, one pump, its live state and its sales, and what an
 * administrator changes.
 *
 * @module
 */
import type { PumpView, Refusal } from "../../nodes/mod.ts";
import {
  detailResponse,
  jsonResponse,
  problemsResponse,
  type Route,
  type SurfaceRequest,
  unavailable,
} from "./fastapi_app.ts";
import {
  failureResponse,
  readJsonBody,
  readPathAndBody,
} from "./fastapi_body.ts";
import {
  atLeast,
  atMost,
  checked,
  lengthAtLeast,
  orNull,
} from "./fastapi_constraints.ts";
import { both, readPathInteger } from "./fastapi_query.ts";
import {
  listReader,
  type ModelOf,
  readFloat,
  readText,
} from "./fastapi_validation.ts";
import {
  isConnected,
  listPumps,
  liveJson,
  pumpJson,
  pumpStatistics,
} from "./forecourt_pump_records.ts";
import {
  readSaleList,
  salesResponse,
  type Station,
} from "./forecourt_station_sales.ts";
import {
  AMOUNT_MAX,
  DEFAULT_FUEL,
  FUELS,
  millilitersOf,
} from "./forecourt_values.ts";

/** How many sales the list of a pump holds if the request does not say. */
const PUMP_SALES_LIMIT = 50;
/** Most fuels of a pump. */
const FUELS_MAX = 16;
/** What the path's part is called in a problem. */
const ID = "id_surtidor";

const readCapacity = checked(
  readFloat,
  atLeast(0, "float"),
  atMost(AMOUNT_MAX / 1000, "float"),
);

const NEW_PUMP = {
  name: { key: "nombre", read: checked(readText, lengthAtLeast(3)) },
  fuels: {
    key: "combustibles_soportados",
    read: listReader(readText, FUELS_MAX),
    fallback: FUELS,
  },
  fuel: {
    key: "combustible_actual",
    read: readText,
    fallback: DEFAULT_FUEL,
  },
  capacity: { key: "capacidad_maxima", read: readCapacity, fallback: "100.0" },
};

const CHANGED_PUMP = {
  name: { key: "nombre", read: orNull(readText), fallback: undefined },
  fuel: {
    key: "combustible_actual",
    read: orNull(readText),
    fallback: undefined,
  },
  capacity: {
    key: "capacidad_maxima",
    read: orNull(readCapacity),
    fallback: undefined,
  },
  state: { key: "estado", read: orNull(readText), fallback: undefined },
};

/**
 * The routes of pumps, fixed paths before those with a pump's number.
 *
 * @param station Whose.
 * @returns The routes.
 */
export function stationPumpRoutes(station: Station): readonly Route[] {
  return [
    ...listRoutes(station),
    ...changeRoutes(station),
    ...oneRoutes(station),
  ];
}

function listRoutes(station: Station): readonly Route[] {
  const list = (keep: (pump: PumpView) => boolean) => () =>
    jsonResponse(
      [...listPumps(station)].filter(keep)
        .map((pump) => pumpJson(station, pump)),
    );
  const connected = list(({ pump }) => isConnected(station, pump));
  const get = (path: string, handle: () => Response): Route => ({
    method: "GET",
    path,
    handle,
  });
  return [
    get("/api/surtidores", list(() => true)),
    get("/api/surtidores/conectados", connected),
    get("/api/surtidores/estado/conectados", connected),
    get(
      "/api/surtidores/estadisticas",
      () => jsonResponse(pumpStatistics(station)),
    ),
  ];
}

function oneRoutes(station: Station): readonly Route[] {
  const { forecourt, site } = station;
  return [
    {
      method: "GET",
      path: "/api/surtidores/{id_surtidor}",
      handle: (request) =>
        withPump(
          station,
          request,
          (pump) => jsonResponse(pumpJson(station, pump)),
        ),
    },
    {
      method: "GET",
      path: "/api/surtidores/{id_surtidor}/estado",
      handle: (request) =>
        withPump(station, request, (pump) => {
          const { prices } = forecourt.prices(site);
          return jsonResponse(liveJson(station, pump, prices));
        }),
    },
    {
      method: "GET",
      path: "/api/surtidores/{id_surtidor}/transacciones",
      handle(request) {
        const asked = both(
          readPathInteger(request, ID),
          readSaleList(station, request, PUMP_SALES_LIMIT),
        );
        if (!asked.ok) return problemsResponse(asked.error);
        const [number, query] = asked.value;
        return forecourt.pump(site, number) === undefined
          ? unknownPump(number)
          : salesResponse(station, { ...query, pump: String(number) });
      },
    },
  ];
}

function changeRoutes(station: Station): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/surtidores",
      subject: "el cambio",
      async handle({ raw }) {
        const sent = await readJsonBody(raw, NEW_PUMP);
        return sent.ok
          ? await addPump(station, sent.value)
          : failureResponse(sent.error);
      },
    },
    {
      method: "PUT",
      path: "/api/surtidores/{id_surtidor}",
      subject: "el cambio",
      async handle(request) {
        const sent = await readPathAndBody(request, ID, CHANGED_PUMP);
        return sent.ok
          ? await changePump(station, ...sent.value)
          : failureResponse(sent.error);
      },
    },
    {
      method: "DELETE",
      path: "/api/surtidores/{id_surtidor}",
      subject: "el cambio",
      async handle(request) {
        const id = readPathInteger(request, ID);
        return id.ok
          ? await removePump(station, id.value)
          : problemsResponse(id.error);
      },
    },
  ];
}

function withPump(
  { forecourt, site }: Station,
  request: SurfaceRequest,
  show: (pump: PumpView) => Response,
): Response {
  const id = readPathInteger(request, ID);
  if (!id.ok) return problemsResponse(id.error);
  const pump = forecourt.pump(site, id.value);
  return pump === undefined ? unknownPump(id.value) : show(pump);
}

function unknownPump(number: number): Response {
  return detailResponse(404, `No existe el surtidor ${number}`);
}

async function addPump(
  station: Station,
  sent: ModelOf<typeof NEW_PUMP>,
): Promise<Response> {
  const { name, fuels, fuel, capacity } = sent;
  const added = await station.forecourt.addPump({
    site: station.site,
    name,
    fuels,
    fuel,
    capacityMl: millilitersOf(capacity),
    uniqueName: true,
  });
  return added.ok
    ? jsonResponse(pumpJson(station, added.value), 201)
    : refused(added.error, { name });
}

async function changePump(
  station: Station,
  number: number,
  { name, fuel, capacity, state }: ModelOf<typeof CHANGED_PUMP>,
): Promise<Response> {
  const { forecourt, site } = station;
  const known = forecourt.pump(site, number);
  if (known === undefined) return unknownPump(number);
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(fuel === undefined ? {} : { fuel }),
    ...(capacity === undefined ? {} : { capacityMl: millilitersOf(capacity) }),
    ...(state === undefined ? {} : { serviceState: state }),
  };
  if (Object.keys(change).length === 0) {
    return jsonResponse(pumpJson(station, known));
  }
  const changed = await forecourt.changePump({ site, pump: number, ...change });
  return changed.ok
    ? jsonResponse(pumpJson(station, changed.value))
    : refused(changed.error, { number, name: name ?? "" });
}

async function removePump(
  station: Station,
  number: number,
): Promise<Response> {
  const { forecourt, site } = station;
  if (forecourt.pump(site, number) === undefined) return unknownPump(number);
  if (isConnected(station, number)) return connectedPump(number);
  const removed = await forecourt.removePump({ site, pump: number });
  return removed.ok
    ? new Response(null, { status: 204 })
    : refused(removed.error, { number });
}

function connectedPump(number: number): Response {
  return detailResponse(
    400,
    `El surtidor ${number} está conectado: no se puede eliminar`,
  );
}

/** The answer to a refusal of the node; those that the original programs know have their own sentence. */
function refused(
  { code }: Refusal,
  what: { readonly number?: number; readonly name?: string },
): Response {
  switch (code) {
    case "pump_unknown":
      return unknownPump(what.number ?? 0);
    case "pump_connected":
      return connectedPump(what.number ?? 0);
    case "name_taken":
    case "pump_exists":
      return detailResponse(
        400,
        `Ya existe un surtidor con el nombre ${what.name ?? ""}`,
      );
    default:
      return unavailable(code, "el cambio");
  }
}
