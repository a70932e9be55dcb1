/**
 * The audit list of charging: what was done and reported, in the words of the original programs. Most of it follows from
 * facts; what no other fact tells is a fact of its own.
 *
 * @module
 */
import { z } from "zod";
import type {
  ChargeEnded,
  ChargingFact,
  PointCommanded,
  PointReported,
} from "./charging_facts.ts";
import { parsePointId, type PointId } from "./charging_ids.ts";
import {
  baseFields,
  type FactBase,
  siteField,
  TEXT_LENGTH_MAX,
  textField,
} from "./fact_fields.ts";
import type { Fold, LogFact } from "./fold.ts";
import type { SiteCode } from "./ids.ts";
import type { TableSchema } from "./rows.ts";

/** Who gives commands that are written down as what was asked, once for however many points. */
export const AUDITED_ASKER = "charging-api";
/** Drivers of supplies that no central was asked for. */
export const MANUAL_DRIVERS: readonly string[] = ["INVITADO", "WEB_TESTER"];
/** How a connection stands in the list: whether it was a point's first is seen when it is read. */
export const CONNECTION_ACTION = "CP_CONEXION";

/** Something was done at a charging site. */
export interface ChargingAudited extends FactBase {
  /** The kind. */
  readonly type: "ChargingAudited";
  /** Where. */
  readonly site: SiteCode;
  /** What, e.g. `CP_ALTA_REGISTRO`. */
  readonly action: string;
  /** Which point. */
  readonly point?: PointId | undefined;
  /** Who asked: a network address or a name. */
  readonly source?: string | undefined;
  /** More of it. */
  readonly text?: string | undefined;
}

/** The schema of the list's own facts. */
export const chargingAuditSchemas: {
  readonly ChargingAudited: z.ZodType<ChargingAudited>;
} = {
  ChargingAudited: z.strictObject({
    ...baseFields,
    type: z.literal("ChargingAudited"),
    site: siteField,
    action: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/),
    point: z.string().refine((text) => parsePointId(text) !== undefined)
      .transform((text) => text as PointId).optional(),
    source: textField.optional(),
    text: textField.optional(),
  }),
};

/** What was done, by when. */
export const CHARGING_AUDIT: TableSchema = {
  name: "charging_audit",
  columns: {
    site: "text",
    at: "integer",
    id: "text",
    log: "text",
    action: "text",
    point: "text",
    source: "text",
    text: "text",
  },
  key: ["site", "at", "id", "log"],
  indexes: { by_point: ["site", "point", "at"] },
};

/** A row of the list without its place. */
interface Entry {
  readonly action: string;
  readonly point?: string | undefined;
  readonly source?: string | undefined;
  readonly text?: string | undefined;
}

function reported({ aspect, value, point, code }: PointReported) {
  if (aspect !== "health") return undefined;
  const action = value === "faulted"
    ? "CP_AVERIA_REPORTADA"
    : "CP_RECUPERACION_REPORTADA";
  return { action, point, text: code };
}

const ORDERS: Readonly<Record<string, string | undefined>> = {
  stop: "PARAR",
  resume: "REANUDAR",
};

function commanded({ command, cause, by, point }: PointCommanded) {
  const order = ORDERS[command];
  if (
    order === undefined || cause === "revoked" || by?.id === AUDITED_ASKER
  ) return undefined;
  const action = cause === "weather"
    ? `CLIMA_ORDEN_${order}`
    : `OPERADOR_ORDEN_${order}`;
  return { action, point, source: by?.name };
}

/** By outcome, where it is not that the supply was finished. */
const ENDS: Readonly<Record<string, string | undefined>> = {
  fault: "INCIDENCIA_AVERIA_ENGINE",
  disconnected: "INCIDENCIA_DESCONEXION_MONITOR",
  cancelled: "DRIVER_DESCONEXION",
};

function ended({ outcome, driver, point, energy, words }: ChargeEnded) {
  const isManual = driver === null || MANUAL_DRIVERS.includes(driver);
  const finished = isManual
    ? "SUMINISTRO_MANUAL_FINALIZADO"
    : "SUMINISTRO_FINALIZADO";
  return {
    action: ENDS[outcome] ?? finished,
    point,
    source: driver ?? undefined,
    text: `${energy} Wh${words === undefined ? "" : `, ${words}`}`,
  };
}

/** What of a fact stands in the list; undefined for nothing. */
function entryOf(fact: ChargingFact | ChargingAudited): Entry | undefined {
  switch (fact.type) {
    case "ChargingAudited":
      return fact;
    case "PointConnected":
      return fact.dialect === "unverified" ? undefined : {
        action: CONNECTION_ACTION,
        point: fact.point,
        text: fact.location,
      };
    case "PointReported":
      return reported(fact);
    case "PointCommanded":
      return commanded(fact);
    case "PointCommandEnded":
      return fact.outcome === "confirmed"
        ? { action: "COMANDO_CONFIRMADO", point: fact.point }
        : fact.outcome === "refused"
        ? { action: "COMANDO_RECHAZADO", point: fact.point }
        : undefined;
    case "ChargeAuthorized":
      return {
        action: "DRIVER_AUTORIZACION_OK",
        point: fact.point,
        source: fact.driver,
      };
    case "ChargeRefused":
      // Only what a point's state refuses.
      return fact.refusal.startsWith("point_")
        ? {
          action: "DRIVER_AUTORIZACION_FALLIDA",
          point: fact.point,
          source: fact.driver,
          text: fact.words,
        }
        : undefined;
    case "ChargeFreed":
      return {
        action: "DRIVER_AUTORIZACION_FALLIDA",
        point: fact.point,
        source: fact.driver,
        text: fact.words,
      };
    case "ChargeEnded":
      return ended(fact);
    default:
      return undefined;
  }
}

/**
 * A fold that also writes the fact into the audit list.
 *
 * @param fold What the fact does besides.
 * @returns Both.
 */
export function audited<F extends ChargingFact | ChargingAudited>(
  fold: Fold<F>,
): Fold<F> {
  const keyOf = ({ fact: { site, at, id }, log }: LogFact<F>) =>
    [site, at, id, log] as const;
  return {
    add(rows, placed) {
      fold.add(rows, placed);
      const entry = entryOf(placed.fact);
      if (entry === undefined) return;
      const [site, at, id, log] = keyOf(placed);
      rows.put(CHARGING_AUDIT, {
        ...{ site, at, id, log },
        action: entry.action,
        point: entry.point ?? null,
        source: entry.source ?? null,
        text: (entry.text ?? "").slice(0, TEXT_LENGTH_MAX),
      });
    },
    remove(rows, placed) {
      rows.delete(CHARGING_AUDIT, keyOf(placed));
      fold.remove(rows, placed);
    },
  };
}

/** Facts of the list's own, which do nothing else. */
export const chargingAuditedFold: Fold<ChargingAudited> = audited({
  add: () => {},
  remove: () => {},
});
