/**
 * Synchronisation on the branch software's surface: what branches send, telling a central now, the log and how it all
 * stands.
 *
 * @module
 */
import type { BranchConflict, SaleGap, SyncLogRow } from "../../nodes/mod.ts";
import {
  type Call,
  countAsked,
  deny,
  denyBy,
  type Route,
  type Surface,
} from "./branch_sync_frame.ts";
import type { RateLimit } from "./branch_sync_limits.ts";
import { answer, plainText } from "./branch_sync_wire.ts";

/** Rows of the log, and of conflicts, that are shown where nobody says how many. */
const SHOWN = 50;
/** Most rows of one list. */
const ROWS_MAX = 1_000;
/** Longest note to a conflict, in UTF-16 units. */
const NOTE_LENGTH_MAX = 500;
/** Characters of a sender's code that tell it from others. */
const SENDER_LENGTH_MAX = 16;

/** Instants of this node's own log are whole milliseconds. */
function at(ms: number): string {
  return new Date(ms).toISOString();
}

function logJson(row: SyncLogRow) {
  return {
    LogID: row.number,
    FechaHora: at(row.at),
    TipoSincronizacion: row.direction === "sent" ? "ENVIO" : "RECEPCION",
    Estado: row.ok ? "EXITOSA" : "ERROR",
    Mensaje: row.message,
    CodigoSucursal: row.site,
    RegistrosEnviados: row.records,
  };
}

/** A row of the log as the status shows it. */
function lastJson(row: SyncLogRow | null) {
  if (row === null) return null;
  const { FechaHora, Estado, TipoSincronizacion, Mensaje } = logJson(row);
  return { FechaHora, Estado, TipoSincronizacion, Mensaje };
}

function gapJson({ site, date, missing, count }: SaleGap) {
  return {
    CodigoSucursal: site,
    Fecha: date,
    Cantidad: count,
    VentaIDs: missing,
  };
}

function conflictJson(one: BranchConflict) {
  return {
    ConflictoID: one.number,
    VentaID: one.receipt,
    tipo: one.kind === "conflict" ? "conflicto" : "cuarentena",
    motivo: one.reason,
    versiones: [one.first, one.second],
    FechaHora: at(one.at),
    resuelto: one.resolved,
  };
}

/**
 * The routes of synchronisation.
 *
 * @param surface The surface.
 * @param messages How often a branch may send.
 * @returns The routes.
 */
export function syncRoutes(
  surface: Surface,
  messages: RateLimit,
): readonly Route[] {
  const { branchSync } = surface.useCases;
  const limitOf = (call: Call) =>
    countAsked(call, "limite", { fallback: SHOWN, most: ROWS_MAX });
  const receive: Route["handle"] = (call) =>
    receiveMessage(surface, messages, call);
  return [
    {
      method: "GET",
      path: "/api/sincronizacion/logs",
      access: "user",
      handle(call) {
        const { items } = branchSync.log({ limit: limitOf(call) });
        return answer({ success: true, logs: items.map(logJson) });
      },
    },
    {
      method: "GET",
      path: "/api/sincronizacion/estado",
      access: "user",
      handle: () => answer({ success: true, status: statusJson(surface) }),
    },
    {
      method: "GET",
      path: "/api/sincronizacion/conflictos",
      access: "user",
      handle(call) {
        const { items } = branchSync.conflicts({ limit: limitOf(call) });
        return answer({ success: true, conflictos: items.map(conflictJson) });
      },
    },
    {
      method: "GET",
      path: "/api/sucursales",
      access: "user",
      handle() {
        const sucursales = branchSync.branches().map((branch) => ({
          CodigoSucursal: branch.site,
          Nombre: branch.name,
          Ciudad: branch.city,
          UltimaSincronizacion: branch.lastSync === null
            ? null
            : at(branch.lastSync),
          Estado: branch.state === "active" ? "ACTIVA" : "PENDIENTE",
        }));
        return answer({ success: true, sucursales });
      },
    },
    {
      method: "POST",
      path: "/api/sincronizacion/ejecutar",
      access: "user",
      handle: (call) => push(surface, call),
    },
    {
      method: "POST",
      path: "/api/sincronizacion/leer",
      access: "user",
      handle: (call) => pull(surface, call),
    },
    {
      method: "POST",
      path: "/api/sincronizacion/conflictos/:id",
      access: "manager",
      handle: (call) => resolve(surface, call),
    },
    {
      method: "POST",
      path: "/api/sincronizacion/recibir",
      access: "sender",
      handle: receive,
    },
    {
      method: "POST",
      path: "/api/sincronizar",
      access: "sender",
      handle: receive,
    },
  ];
}

function statusJson(surface: Surface) {
  const { branchSync } = surface.useCases;
  const { last, lastOk, pending, gaps } = branchSync.status();
  return {
    sucursal: surface.name,
    codigo: surface.code,
    tipo: branchSync.isCentral ? "CENTRAL" : "SUCURSAL",
    ultimaSincronizacion: lastJson(last),
    ultimaExitosa: lastJson(lastOk),
    ventasPendientes: pending,
    posiblesFaltantes: gaps.map(gapJson),
  };
}

async function push(surface: Surface, call: Call): Promise<Response> {
  const pushed = await surface.useCases.branchSync.push();
  if (pushed.ok) {
    const { sent, message } = pushed.value;
    return answer({ success: true, message, ventasSincronizadas: sent });
  }
  const { code, message } = pushed.error;
  // The central's fault is not this node's: the text carries the cause.
  return code === "push_failed"
    ? deny(call, 502, message)
    : denyBy(call, pushed.error);
}

/** Reads original branches now. */
async function pull(surface: Surface, call: Call): Promise<Response> {
  const pulled = await surface.useCases.branchSync.pull();
  if (!pulled.ok) {
    const { code, message } = pulled.error;
    return code === "pull_failed"
      ? deny(call, 502, message)
      : denyBy(call, pulled.error);
  }
  const { recovered, conflicts, gone } = pulled.value;
  return answer({
    success: true,
    message: `${recovered} ventas recuperadas`,
    ventasRecuperadas: recovered,
    ventasEnConflicto: conflicts,
    ventasBorradasAlli: gone,
  });
}

/** Says that somebody has seen to a conflict. */
async function resolve(surface: Surface, call: Call): Promise<Response> {
  const { nota = "" } = call.body;
  const isText = typeof nota === "string" && nota.length <= NOTE_LENGTH_MAX &&
    nota.isWellFormed() && !nota.includes("\u0000");
  if (!isText) return deny(call, 422, "La nota no es un texto corto");
  const number = /^[0-9]{1,15}$/.test(call.param) ? Number(call.param) : 0;
  const resolved = await surface.useCases.branchSync.resolveConflict({
    number,
    note: nota,
  });
  return resolved.ok ? answer({ success: true }) : denyBy(call, resolved.error);
}

async function receiveMessage(
  surface: Surface,
  messages: RateLimit,
  call: Call,
): Promise<Response> {
  const { address, body } = call;
  const sender = plainText(body["sucursal"]).slice(0, SENDER_LENGTH_MAX);
  const wait = messages.count(`${address} ${sender}`);
  if (wait > 0) {
    return deny(
      call,
      429,
      `Demasiados envíos de ${sender}: reintente en ${wait} s`,
      { "retry-after": String(wait) },
    );
  }
  const key = call.raw.headers.get("x-sucursal-key");
  const mesh = call.raw.headers.get("x-panal-mesh");
  const received = await surface.useCases.branchSync.receive({
    body,
    address,
    ...(key === null ? {} : { key }),
    ...(mesh === null ? {} : { mesh }),
  });
  if (!received.ok) return denyBy(call, received.error);
  const { name, conflicts, duplicates, quarantined } = received.value;
  const count = received.value.received;
  const apart = [
    ...(conflicts.length === 0 ? [] : [`${conflicts.length} en conflicto`]),
    ...(quarantined === 0 ? [] : [`${quarantined} en cuarentena`]),
  ];
  return answer({
    success: true,
    message: [`${count} ventas recibidas de ${name}`, ...apart].join(", "),
    ventasRecibidas: count,
    ventasDuplicadas: duplicates,
    ventasEnConflicto: conflicts.length,
    ventasEnCuarentena: quarantined,
    conflictos: conflicts,
  });
}
