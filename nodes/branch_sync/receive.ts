/**
 * Receiving a message of the branch software: each sale of it ends in exactly one state, and all is on disk before the
 * sender is answered. A message that was cut off by a crash comes again; what was stored of it is known then.
 *
 * @module
 */
import {
  allows,
  meshName,
  ok,
  PanalError,
  readChain,
  type Result,
  type SaleRecorded,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import {
  type BranchSyncMessage,
  type BranchSyncSnapshot,
  parseBranchSyncMessage,
  type UsableSale,
} from "../../net/mod.ts";
import type { Refusal } from "../answers.ts";
import { journalBytes } from "../log_writer.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import { SYNC_BRANCHES } from "../tables.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import { isListed, registerBranch } from "./branch_register.ts";
import type { BranchSyncSettings } from "./branch_sync_settings.ts";
import type {
  BranchReception,
  BranchSyncUseCases,
} from "./branch_sync_use_cases.ts";
import {
  type ProductReport,
  productReportOf,
  recordReport,
} from "./product_reports.ts";
import { recordSales, saleFactOf } from "./received_sales.ts";
import { type AllowedSites, createSenders } from "./senders.ts";
import {
  addIssues,
  conflictIssue,
  type Issue,
  quarantineIssue,
} from "./sync_issues.ts";
import { appendSyncLog } from "./sync_log.ts";

/** Most sales of one transaction. */
const STEP_SALES_MAX = 512;
/** Most bytes of sales of one transaction, roughly. */
const STEP_BYTES_MAX = 192 * 1024;
/** Longest sale that fits into a commit, in bytes. */
const SALE_BYTES_MAX = 400_000;
/** Most products of one transaction. */
const STEP_PRODUCTS_MAX = 256;
/** Most rows of the log that name conflicts of one message. */
const CONFLICT_ROWS_MAX = 50;

/** Most codes that may send without being named in the settings: each gets a log of its own. */
export const UNLISTED_MAX = 1_000;

/** What receiving works with. */
export interface ReceiveParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** The settings. */
  readonly settings: BranchSyncSettings;
  /** IANA time zone of the node. */
  readonly timezone: string;
  /** ISO 4217 code of the branches' amounts. */
  readonly currency: string;
  /** Told of each sender before anything is read of its message. */
  readonly senderSeen?: (sender: SeenSender) => void;
}

/** A sender as it was judged. */
export interface SeenSender {
  /** The code that it named. */
  readonly site: SiteCode;
  /** Its address; null for this node itself. */
  readonly address: string | null;
  /** Whether it may send. */
  readonly isKnown: boolean;
}

/** What of a message is to be done. */
interface Plan {
  readonly message: BranchSyncMessage;
  readonly sales: readonly SaleRecorded[];
  readonly report: ProductReport;
  readonly issues: readonly Issue[];
}

/** What was done so far. */
interface Done {
  readonly received: number;
  readonly duplicates: number;
  readonly conflicts: readonly (readonly [string, number])[];
  /** Products for which a transaction had no room. */
  readonly products: readonly BranchSyncSnapshot[];
}

const NOTHING_DONE: Done = {
  received: 0,
  duplicates: 0,
  conflicts: [],
  products: [],
};

/** One transaction's part of a message. */
type Step = (context: DecisionContext, before: Done) => Result<Done, Refusal>;

/**
 * Makes the use-case `receive`.
 *
 * @param parts What it works with.
 * @returns The use-case.
 */
export function createReceive(
  parts: ReceiveParts,
): BranchSyncUseCases["receive"] {
  const { settings } = parts;
  const allowedFor = createSenders(settings.senders);
  const ownMesh = meshName(parts.replica.verify.root);
  return async ({ body, address, key, mesh }) => {
    // Else each sale would stand here twice: as its till recorded it, and as an original branch's.
    if (mesh === ownMesh) {
      return refuse("same_mesh", "The sender is a node of this mesh");
    }
    const message = parseBranchSyncMessage(body, clockRules(parts));
    if (message === undefined) {
      return refuse("request_invalid", "Faltan sucursal o ventas");
    }
    const { site } = message;
    const allowed = allowedFor({ site, address, key });
    parts.senderSeen?.({ site, address, isKnown: allowed.ok });
    if (!allowed.ok) return allowed;
    const plan = planOf(parts, message, allowed.value);
    try {
      const done = await runSteps(parts, plan);
      return done.ok ? ok(receptionOf(plan, done.value)) : done;
    } catch (error) {
      if (!(error instanceof PanalError) || error.code !== "store_full") {
        throw error;
      }
      return refuse("store_full", error.message);
    }
  };
}

async function runSteps(
  parts: ReceiveParts,
  plan: Plan,
): Promise<Result<Done, Refusal>> {
  const steps = stepsOf(parts, plan);
  let done = NOTHING_DONE;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const [current, before] = [step, done];
    const result = await decideExactly(
      parts.replica,
      (context) => current(context, before),
    );
    if (!result.ok) return result;
    done = result.value;
    const { products } = done;
    if (products.length > 0) {
      steps.unshift(reportStep(parts, { ...plan.report, products }));
      done = { ...done, products: [] };
    }
  }
  return ok(done);
}

function clockRules({ settings, timezone }: ReceiveParts) {
  return (site: SiteCode) => {
    const setting = settings.branches[site];
    return {
      timezone: setting?.timezone ?? timezone,
      isUtc: setting?.fechaVentaZ === "utc",
    };
  };
}

function planOf(
  { replica, currency }: ReceiveParts,
  message: BranchSyncMessage,
  allowed: AllowedSites,
): Plan {
  const { site } = message;
  const mayWrite = createWritable(replica);
  const sales: SaleRecorded[] = [];
  const used: UsableSale[] = [];
  const issues: Issue[] = [];
  for (const read of message.sales) {
    if (read.kind === "unusable") {
      issues.push(quarantineIssue({ site, ...read }));
      continue;
    }
    const fact = saleFactOf(read, currency);
    const reason = reasonAgainst(fact, { allowed, mayWrite });
    if (reason === undefined) {
      sales.push(fact);
      used.push(read);
    } else {
      const { receipt } = fact;
      issues.push(quarantineIssue({ site, receipt, reason, raw: read.raw }));
    }
  }
  const report = productReportOf(site, used, message.products);
  return {
    message,
    sales,
    issues,
    report: mayWrite(site) ? report : { ...report, products: [] },
  };
}

/** Why a sale that can be read cannot be recorded; undefined if it can. */
function reasonAgainst(
  fact: SaleRecorded,
  { allowed, mayWrite }: {
    readonly allowed: AllowedSites;
    readonly mayWrite: (site: SiteCode) => boolean;
  },
): string | undefined {
  const prefix = fact.receipt.slice(0, fact.receipt.indexOf("-")) as SiteCode;
  for (const site of new Set([prefix, fact.site])) {
    if (!allowed(site)) return `El remitente no puede enviar ventas de ${site}`;
  }
  if (!mayWrite(fact.site)) {
    return `Este nodo no puede escribir ventas de ${fact.site}`;
  }
  return journalBytes(fact) > SALE_BYTES_MAX
    ? "La venta es demasiado grande"
    : undefined;
}

/** Whether this node's certificate lets it write for a branch, as of now. */
function createWritable(replica: Replica): (site: SiteCode) => boolean {
  const certificate = readChain(replica.certificate)?.[0];
  const isInForce = !replica.isRevoked &&
    (certificate?.notAfter ?? 0) > replica.at / 1000;
  const known = new Map<SiteCode, boolean>();
  return (site) => {
    const answer = known.get(site) ?? (isInForce &&
      certificate !== undefined &&
      allows(certificate, siteSpace(site), "write"));
    known.set(site, answer);
    return answer;
  };
}

/** Whether this node's certificate lets it set prices of a branch. */
function mayPrice(replica: Replica, site: SiteCode): boolean {
  const certificate = readChain(replica.certificate)?.[0];
  return certificate !== undefined &&
    allows(certificate, siteSpace(site), "price");
}

/** The transactions of a message: one, unless it is large. */
function stepsOf(parts: ReceiveParts, plan: Plan): Step[] {
  const sales = inSteps(plan.sales).map((part) => salesStep(part));
  const { products } = plan.report;
  const reports: Step[] = [];
  for (let at = 0; at < products.length; at += STEP_PRODUCTS_MAX) {
    const part = products.slice(at, at + STEP_PRODUCTS_MAX);
    reports.push(reportStep(parts, { ...plan.report, products: part }));
  }
  // Quarantine comes first: where it has no room, nothing is written.
  const first = together([roomStep(parts, plan), issuesStep(plan)]);
  const last = endStep(parts, plan);
  const isSmall = sales.length <= 1 && reports.length <= 1 &&
    plan.sales.every((sale) => journalBytes(sale) <= STEP_BYTES_MAX);
  const steps = [first, ...sales, ...reports, last];
  return isSmall ? [together(steps)] : steps;
}

function together(steps: readonly Step[]): Step {
  return (context, before) => {
    let done: Result<Done, Refusal> = ok(before);
    for (const step of steps) {
      if (!done.ok) return done;
      done = step(context, done.value);
    }
    return done;
  };
}

function inSteps(sales: readonly SaleRecorded[]): SaleRecorded[][] {
  const steps: SaleRecorded[][] = [];
  let bytes = Infinity;
  for (const sale of sales) {
    const size = journalBytes(sale);
    const last = steps.at(-1);
    if (
      last === undefined || last.length >= STEP_SALES_MAX ||
      bytes + size > STEP_BYTES_MAX
    ) {
      steps.push([sale]);
      bytes = size;
    } else {
      last.push(sale);
      bytes += size;
    }
  }
  return steps;
}

/** A program of the network must not make sites without end. */
function roomStep({ settings }: ReceiveParts, { message }: Plan): Step {
  const { site } = message;
  return ({ writer }, before) => {
    const hasRoom = isListed(settings, site) ||
      writer.get(SYNC_BRANCHES, [site]) !== undefined ||
      writer.count(SYNC_BRANCHES) < UNLISTED_MAX;
    if (hasRoom) return ok(before);
    return refuse(
      "sender_unknown",
      `Too many codes send that no setting names: ${site} is one more`,
      { site },
    );
  };
}

function issuesStep({ issues }: Plan): Step {
  return (context, before) => {
    const hasRoom = addIssues(context.writer, issues, msOf(context));
    if (hasRoom) return ok(before);
    return refuse(
      "overloaded",
      "La cuarentena está llena: hay que revisar lo que contiene",
    );
  };
}

function salesStep(sales: readonly SaleRecorded[]): Step {
  return (context, before) => {
    const { states, conflicts } = recordSales(context, sales);
    const count = (state: string) =>
      states.filter((one) => one === state).length;
    return ok({
      ...before,
      received: before.received + count("received"),
      duplicates: before.duplicates + count("duplicate"),
      conflicts: [...before.conflicts, ...conflicts],
    });
  };
}

function reportStep(
  { replica, currency }: ReceiveParts,
  report: ProductReport,
): Step {
  return (context, before) => {
    const rest = recordReport(context, report, {
      currency,
      mayPrice: mayPrice(replica, report.site),
    });
    return ok({ ...before, products: [...before.products, ...rest] });
  };
}

/** What is noted of the message as a whole. */
function endStep({ settings, replica }: ReceiveParts, plan: Plan): Step {
  const { message: { site, name }, sales } = plan;
  return (context, before) => {
    const { writer } = context;
    const at = msOf(context);
    const mayWrite = createWritable(replica);
    for (const one of new Set([site, ...sales.map((sale) => sale.site)])) {
      if (!mayWrite(one)) continue;
      const shown = one === site && name !== site ? name : undefined;
      registerBranch(context, { site: one, name: shown, settings });
    }
    writer.put(SYNC_BRANCHES, { site, at });
    const conflicts = before.conflicts.map(([receipt, count]) =>
      conflictIssue(site, receipt, count)
    );
    // What stands for several sales is found again from the sales, should the list be full.
    addIssues(writer, conflicts, at);
    const row = { at, direction: "received", site } as const;
    for (const [receipt] of before.conflicts.slice(0, CONFLICT_ROWS_MAX)) {
      const text =
        `La venta ${receipt} llegó con otro contenido: se guardan ambas`;
      appendSyncLog(writer, { ...row, ok: false, message: text, records: 1 });
    }
    appendSyncLog(writer, {
      ...row,
      ok: true,
      message: summaryOf(receptionOf(plan, before)),
      records: before.received,
    });
    return ok(before);
  };
}

function msOf({ at }: DecisionContext): number {
  return Math.floor(at / 1000);
}

function receptionOf({ message, issues }: Plan, done: Done): BranchReception {
  return {
    site: message.site,
    name: message.name,
    received: done.received,
    duplicates: done.duplicates,
    conflicts: done.conflicts.map(([receipt]) => receipt),
    quarantined: issues.length,
  };
}

/** What the log says of a message. */
function summaryOf(reception: BranchReception): string {
  const { received, name, duplicates, conflicts, quarantined } = reception;
  const rest = [
    ...(duplicates > 0 ? [`${duplicates} duplicadas`] : []),
    ...(conflicts.length > 0 ? [`${conflicts.length} en conflicto`] : []),
    ...(quarantined > 0 ? [`${quarantined} en cuarentena`] : []),
  ];
  return [`${received} ventas recibidas de ${name}`, ...rest].join(", ");
}
