/**
 * What was done and reported at charging points.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingAuditEntry } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Facts } from "../parts/page.tsx";
import { When } from "../parts/when.tsx";
import { text } from "./texts.ts";

/** The actions that the original programs name; others can be typed. */
const ACTIONS = [
  "CP_ALTA_REGISTRO",
  "CP_BAJA_EXITOSA",
  "CP_REGISTRO_INICIAL",
  "CP_PRIMERA_CONEXION_SESION",
  "CP_RECONEXION",
  "CP_AVERIA_REPORTADA",
  "CP_RECUPERACION_REPORTADA",
  "COMANDO_CONFIRMADO",
  "COMANDO_RECHAZADO",
  "DRIVER_AUTORIZACION_OK",
  "DRIVER_AUTORIZACION_FALLIDA",
  "DRIVER_DESCONEXION",
  "SUMINISTRO_FINALIZADO",
  "SUMINISTRO_MANUAL_FINALIZADO",
  "INCIDENCIA_AVERIA_ENGINE",
  "INCIDENCIA_DESCONEXION_MONITOR",
  "ERROR_DESCIFRADO",
  "OPERADOR_ORDEN_PARAR",
  "OPERADOR_ORDEN_REANUDAR",
  "WEB_ORDEN_PARAR",
  "WEB_ORDEN_REANUDAR",
  "CLIMA_ORDEN_PARAR",
  "CLIMA_ORDEN_REANUDAR",
  "API_CAMBIO_UMBRAL",
  "REVOCACION_MANUAL",
];
const ACTION = /^[A-Z][A-Z0-9_]{0,63}$/;

/** What was done and reported at charging points, newest first. */
export function AuditView(): VNode {
  const opened = useSignal<ChargingAuditEntry | undefined>(undefined);
  const point = query.value.get("point") ?? "";
  const action = query.value.get("action") ?? "";
  return (
    <>
      <div class="filters">
        <TextField
          label={text("point")}
          value={point}
          maxLength={200}
          onInput={(value) => setQuery({ point: value })}
        />
        <TextField
          label={text("action")}
          value={action}
          maxLength={64}
          options={ACTIONS}
          onInput={(value) => setQuery({ action: value.toUpperCase() })}
        />
      </div>
      <List
        label={text("tab_audit")}
        path="/v1/charging/audit"
        query={{ point, action: ACTION.test(action) ? action : undefined }}
        views={["charging_points", "charging_sessions", "charging_commands"]}
        columns={columns()}
        rowKey={({ id, action: name, point: place }) =>
          `${id} ${name} ${place}`}
        onOpen={(entry) => opened.value = entry}
        exportAs="charging-audit"
      />
      {opened.value === undefined ? null : (
        <Entry
          entry={opened.value}
          onClose={() => opened.value = undefined}
        />
      )}
    </>
  );
}

function Entry(
  { entry, onClose }: {
    readonly entry: ChargingAuditEntry;
    readonly onClose: () => void;
  },
): VNode {
  return (
    <Dialog title={entry.action} onClose={onClose} side>
      <Facts
        rows={[
          [text("when"), formatInstant(entry.at)],
          [text("site"), entry.site],
          [text("point"), entry.point ?? "–"],
          [text("source"), entry.source ?? "–"],
          [text("words"), entry.text === "" ? "–" : entry.text],
          [text("id"), <span key="id" class="mono">{entry.id}</span>],
        ]}
      />
    </Dialog>
  );
}

function columns(): readonly Column<ChargingAuditEntry>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
      width: "minmax(6rem, 1fr)",
    },
    {
      key: "action",
      title: text("action"),
      cell: ({ action }) => <span class="mono">{action}</span>,
      csv: ({ action }) => action,
      width: "minmax(12rem, 2fr)",
    },
    {
      key: "point",
      title: text("point"),
      cell: ({ point }) => point ?? "–",
      csv: ({ point }) => point ?? "",
    },
    {
      key: "source",
      title: text("source"),
      cell: ({ source }) => source ?? "–",
      csv: ({ source }) => source ?? "",
      phone: false,
    },
    {
      key: "text",
      title: text("words"),
      cell: ({ text: words }) => words,
      csv: ({ text: words }) => words,
      width: "minmax(12rem, 3fr)",
      phone: false,
    },
  ];
}
