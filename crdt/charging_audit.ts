/**
 * The audit list of charging: what was done and reported, in the words of the original programs. Most of it follows from
 * facts; what no other fact tells is a fact of its own.
 *
 * @module
 */
import type {
  ChargeEnded,
  ChargeFreed,
  ChargeRefused,
  PointCommanded,
  PointCommandEnded,
  PointReported,
} from "./charging_facts.ts";
import { MANUAL_DRIVERS } from "./charging_ids.ts";
import type { ChargingAudited } from "./charging_audit_facts.ts";
import { TEXT_LENGTH_MAX } from "./fact_fields.ts";
import type { Fact } from "./facts.ts";
import type { Fold, LogFact } from "./fold.ts";
import type { SiteCode } from "./ids.ts";
import type { TableSchema } from "./rows.ts";

/** Who gives commands that are written down as what was asked, once for however many points. */
export const AUDITED_ASKER = "charging-api";
/** How a connection stands in the list: whether it was a point's first is seen when it is read. */
export const CONNECTION_ACTION = "CP_CONEXION";

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
  readonly site: SiteCode;
  readonly action: string;
  readonly point?: string | undefined;
  readonly source?: string | undefined;
  readonly text?: string | undefined;
}

function reported(fact: PointReported): Entry | undefined {
  if (fact.aspect !== "health") return undefined;
  const action = fact.value === "faulted"
    ? "CP_AVERIA_REPORTADA"
    : "CP_RECUPERACION_REPORTADA";
  return { ...placeOf(fact), action, text: fact.code };
}

const ORDERS: Readonly<Record<string, string | undefined>> = {
  stop: "PARAR",
  resume: "REANUDAR",
};

function commanded(fact: PointCommanded): Entry | undefined {
  const { command, cause, by } = fact;
  const order = ORDERS[command];
  if (
    order === undefined || cause === "revoked" || by?.id === AUDITED_ASKER
  ) return undefined;
  const asker = cause === "weather" ? "CLIMA" : "OPERADOR";
  return {
    ...placeOf(fact),
    action: `${asker}_ORDEN_${order}`,
    source: by?.name,
  };
}

const ANSWERS: Readonly<Record<string, string | undefined>> = {
  confirmed: "COMANDO_CONFIRMADO",
  refused: "COMANDO_RECHAZADO",
};

function answered(fact: PointCommandEnded): Entry | undefined {
  const action = ANSWERS[fact.outcome];
  return action === undefined ? undefined : { ...placeOf(fact), action };
}

/** Only what a point's state refuses stands in the list. */
function refused(fact: ChargeRefused | ChargeFreed): Entry | undefined {
  return fact.refusal.startsWith("point_")
    ? {
      ...placeOf(fact),
      action: "DRIVER_AUTORIZACION_FALLIDA",
      source: fact.driver,
      text: fact.words,
    }
    : undefined;
}

/** By outcome, where it is not that the supply was finished. */
const ENDS: Readonly<Record<string, string | undefined>> = {
  fault: "INCIDENCIA_AVERIA_ENGINE",
  disconnected: "INCIDENCIA_DESCONEXION_MONITOR",
  cancelled: "DRIVER_DESCONEXION",
};

function ended(fact: ChargeEnded): Entry {
  const { outcome, driver, energy, words } = fact;
  const isManual = driver === null || MANUAL_DRIVERS.includes(driver);
  const finished = isManual
    ? "SUMINISTRO_MANUAL_FINALIZADO"
    : "SUMINISTRO_FINALIZADO";
  return {
    ...placeOf(fact),
    action: ENDS[outcome] ?? finished,
    source: driver ?? undefined,
    text: `${energy} Wh${words === undefined ? "" : `, ${words}`}`,
  };
}

function placeOf(
  { site, point }: { readonly site: SiteCode; readonly point: string },
) {
  return { site, point };
}

/** What of a fact stands in the list; undefined for nothing. */
function entryOf(fact: Fact): Entry | undefined {
  switch (fact.type) {
    case "ChargingAudited":
      return fact;
    case "PointConnected":
      return fact.dialect === "unverified" ? undefined : {
        ...placeOf(fact),
        action: CONNECTION_ACTION,
        text: fact.location,
      };
    case "PointReported":
      return reported(fact);
    case "PointCommanded":
      return commanded(fact);
    case "PointCommandEnded":
      return answered(fact);
    case "ChargeAuthorized":
      return {
        ...placeOf(fact),
        action: "DRIVER_AUTORIZACION_OK",
        source: fact.driver,
      };
    case "ChargeRefused":
    case "ChargeFreed":
      return refused(fact);
    case "ChargeEnded":
      return ended(fact);
    default:
      return undefined;
  }
}

function rowKey(
  { fact: { at, id }, log }: LogFact,
  site: SiteCode,
) {
  return { site, at, id, log };
}

/**
 * A fold that also writes the fact into the audit list.
 *
 * @param fold What the fact does besides.
 * @returns Both.
 */
export function audited<F extends Fact>(fold: Fold<F>): Fold<F> {
  return {
    add(rows, placed) {
      fold.add(rows, placed);
      const entry = entryOf(placed.fact);
      if (entry === undefined) return;
      rows.put(CHARGING_AUDIT, {
        ...rowKey(placed, entry.site),
        action: entry.action,
        point: entry.point ?? null,
        source: entry.source ?? null,
        text: (entry.text ?? "").slice(0, TEXT_LENGTH_MAX),
      });
    },
    remove(rows, placed) {
      const entry = entryOf(placed.fact);
      if (entry !== undefined) {
        const { site, at, id, log } = rowKey(placed, entry.site);
        rows.delete(CHARGING_AUDIT, [site, at, id, log]);
      }
      fold.remove(rows, placed);
    },
  };
}

/** Facts of the list's own, which do nothing else. */
export const chargingAuditedFold: Fold<ChargingAudited> = audited({
  add: () => {},
  remove: () => {},
});
