/**
 * Reading one original branch for what it never sends: sales of earlier days, and sales whose number it gave again.
 * Nothing is written there.
 *
 * @module
 */
import {
  isLegacyRow,
  localTimeText,
  type Reader,
  type Row,
  SALES,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { BranchClockRule } from "../../net/mod.ts";
import type { Replica } from "../replica.ts";
import type {
  BranchReception,
  BranchSyncUseCases,
} from "./branch_sync_use_cases.ts";
import {
  type ListedSale,
  productsOf,
  type PullAnswer,
  readBranchHealth,
  readPulled,
  readPulledProduct,
  readPulledSale,
  readSaleList,
  withProducts,
} from "./pull_answers.ts";
import { addIssues, isListed, type Issue } from "./sync_issues.ts";
import { appendSyncLog } from "./sync_log.ts";

/** Most sales that one run fetches; the next goes on. */
export const PULL_SALES_MAX = 2_000;
/** Sales of one message. */
const MESSAGE_SALES = 100;
/** Numbers that are compared before others have a turn. */
const COMPARED_AT_ONCE = 256;
/** Most sales of one run that the branch may fail to show before it is let be. */
const UNSHOWN_MAX = 3;
/** Most numbers that are remembered because they were asked for and did not come to be here. */
const TRIED_MAX = 100_000;
/** Most sales of one run that are told to be gone at the branch. */
const GONE_MAX = 100;
/** A sale that is younger may be on its way, in microseconds. */
const YOUNG_US = 10 * 60_000_000;

/** Reads a branch's REST. */
export interface BranchPullPort {
  /**
   * Asks for a path.
   *
   * @param path E.g. `/api/ventas`.
   * @param signal Gives up.
   * @returns What was answered; it never rejects.
   */
  get(path: string, signal: AbortSignal): Promise<PullAnswer>;
}

/** What reading a branch works with. */
export interface PullBranchParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** Takes what was read. */
  readonly receive: BranchSyncUseCases["receive"];
  /** Reads the branch. */
  readonly port: BranchPullPort;
  /** Its code as the settings say it; null if they do not. */
  readonly site: SiteCode | null;
  /** How a branch keeps its clock. */
  readonly ruleOf: (site: SiteCode) => BranchClockRule;
  /** Lets others have a turn. */
  readonly pause: () => Promise<void>;
  /** Numbers that earlier runs asked for: what cannot be used is asked for again last. It is added to. */
  readonly tried: Set<string>;
}

/** What a run came to. */
export interface PullOutcome {
  /** The branch; null if it did not say who it is. */
  readonly site: SiteCode | null;
  /** Sales that were not here. */
  readonly recovered: number;
  /** Numbers that stood here with other content. */
  readonly conflicts: number;
  /** Sales that are here and no longer there. */
  readonly gone: number;
  /** True if there is more to fetch. */
  readonly more: boolean;
  /** Why it ended before its end, in Spanish; null if it did not. */
  readonly problem: string | null;
}

const NOTHING = { recovered: 0, conflicts: 0, gone: 0, more: false };

/**
 * Reads a branch once, and notes it in the log.
 *
 * @param parts What it works with.
 * @param signal Gives up.
 * @returns What it came to.
 */
export async function pullBranch(
  parts: PullBranchParts,
  signal: AbortSignal,
): Promise<PullOutcome> {
  const outcome = await readBranch(parts, signal);
  if (signal.aborted) return outcome;
  const { site, recovered, conflicts, gone, problem } = outcome;
  const at = Math.floor(parts.replica.at / 1000);
  const rest = [
    ...(conflicts > 0 ? [`${conflicts} en conflicto`] : []),
    ...(gone > 0 ? [`${gone} ya no están allí`] : []),
    ...(problem === null ? [] : [problem]),
  ];
  const what = `Lectura de ${site ?? "una sucursal"}`;
  parts.replica.transact((writer) =>
    appendSyncLog(writer, {
      at,
      direction: "received",
      ok: problem === null,
      message: [`${what}: ${recovered} ventas recuperadas`, ...rest].join(", "),
      site,
      records: recovered,
    })
  );
  return outcome;
}

async function readBranch(
  parts: PullBranchParts,
  signal: AbortSignal,
): Promise<PullOutcome> {
  const { port, ruleOf } = parts;
  const fail = (site: SiteCode | null, problem: string): PullOutcome => ({
    ...NOTHING,
    site,
    problem,
  });
  const health = readPulled(await port.get("/api/health", signal));
  if (health.kind === "unread") return fail(parts.site, health.reason);
  const branch = readBranchHealth(health.value);
  if (branch === undefined) return fail(parts.site, "No dice su código");
  const { site } = branch;
  if (parts.site !== null && parts.site !== site) {
    return fail(parts.site, `En su dirección responde ${site}`);
  }
  const askedAt = parts.replica.at;
  const answer = readPulled(await port.get("/api/ventas", signal));
  if (answer.kind === "unread") return fail(site, answer.reason);
  const listed = readSaleList(answer.value, { site, rule: ruleOf(site) });
  if (listed === undefined) return fail(site, "No dio su lista de ventas");
  const missing = await findMissing(parts, listed);
  const fetched = await fetchAll(parts, { branch, missing, signal });
  const gone = listed.length === 0 || signal.aborted
    ? 0
    : await noteGone(parts, { site, listed, before: askedAt - YOUNG_US });
  return { ...fetched, site, gone };
}

/** Sales that are not here as the list has them. */
async function findMissing(
  { replica, pause }: PullBranchParts,
  listed: readonly ListedSale[],
): Promise<ListedSale[]> {
  const missing: ListedSale[] = [];
  for (const [i, sale] of listed.entries()) {
    if (i % COMPARED_AT_ONCE === COMPARED_AT_ONCE - 1) await pause();
    if (!isHere(replica.reader, sale)) missing.push(sale);
  }
  return missing.toSorted((a, b) => a.receipt < b.receipt ? -1 : 1);
}

function isHere(rows: Reader, { receipt, wall, total }: ListedSale): boolean {
  return rows.scan(SALES, { index: "by_receipt", prefix: [receipt] })
    .some((row) => row["total"] === total && wallOf(row) === wall);
}

function wallOf(row: Row): string {
  if (isLegacyRow(row)) return JSON.parse(String(row["terms"])).legacy.wall;
  const offset = Number(row["offset"] ?? 0) * 60_000_000;
  return localTimeText(Number(row["at"]) + offset, "UTC").slice(0, 19);
}

/** Fetches sales and feeds them like a message, some at a time. */
async function fetchAll(
  parts: PullBranchParts,
  { branch, missing, signal }: {
    readonly branch: { readonly site: SiteCode; readonly name: string };
    readonly missing: readonly ListedSale[];
    readonly signal: AbortSignal;
  },
): Promise<Omit<PullOutcome, "site" | "gone">> {
  const { tried } = parts;
  const isTried = ({ receipt }: ListedSale) => tried.has(receipt);
  const wanted = [
    ...missing.filter((sale) => !isTried(sale)),
    ...missing.filter(isTried),
  ].slice(0, PULL_SALES_MAX);
  const fetching: Fetching = {
    products: new Map(),
    signal,
    left: UNSHOWN_MAX,
    problem: null,
  };
  let done = { recovered: 0, conflicts: 0 };
  for (let at = 0; at < wanted.length; at += MESSAGE_SALES) {
    const part = wanted.slice(at, at + MESSAGE_SALES);
    const sales = await fetchSales(parts, part, fetching);
    if (sales.length > 0) {
      const received = await parts.receive({
        body: {
          sucursal: branch.site,
          nombreSucursal: branch.name,
          ventas: sales,
        },
        address: null,
      });
      if (!received.ok) {
        return { ...done, more: false, problem: received.error.message };
      }
      done = added(done, received.value);
    }
    if (fetching.left === 0) break;
  }
  const { left, problem } = fetching;
  return {
    ...done,
    more: left > 0 && missing.some((sale) => !isTried(sale)),
    problem,
  };
}

/** How far fetching has come. */
interface Fetching {
  readonly products: Map<string, Readonly<Record<string, unknown>>>;
  readonly signal: AbortSignal;
  /** Sales that the branch may still fail to show; 0 once it is not asked on. */
  left: number;
  /** What was wrong last. */
  problem: string | null;
}

function added(
  done: { readonly recovered: number; readonly conflicts: number },
  { received, conflicts }: BranchReception,
) {
  return {
    recovered: done.recovered + received,
    conflicts: done.conflicts + conflicts.length,
  };
}

/**
 * Sales as the branch would send them. One that is gone meanwhile is left out, and one that the branch cannot show holds
 * up no other.
 */
async function fetchSales(
  { port, tried }: PullBranchParts,
  part: readonly ListedSale[],
  fetching: Fetching,
): Promise<readonly unknown[]> {
  const { products, signal } = fetching;
  const sales: unknown[] = [];
  for (const { receipt } of part) {
    const path = `/api/ventas/${encodeURIComponent(receipt)}`;
    const answer = readPulled(await port.get(path, signal));
    if (answer.kind === "unread" && answer.status !== 404) {
      fetching.problem = answer.reason;
      fetching.left = answer.status === 0 ? 0 : fetching.left - 1;
    }
    // Without an answer nothing is known of this one.
    if (answer.kind === "read" || answer.status !== 0) {
      if (tried.size >= TRIED_MAX) tried.clear();
      tried.add(receipt);
    }
    if (fetching.left === 0) break;
    if (answer.kind === "unread") continue;
    const sale = readPulledSale(answer.value, receipt);
    if (sale === undefined) continue;
    for (const id of productsOf(sale)) {
      if (products.has(id)) continue;
      const asked = `/api/productos/${encodeURIComponent(id)}`;
      const product = readPulled(await port.get(asked, signal));
      const said = product.kind === "read"
        ? readPulledProduct(product.value)
        : undefined;
      products.set(id, said ?? {});
    }
    sales.push(withProducts(sale, products));
  }
  return sales;
}

/** Flags sales that are here and no longer at the branch. They stay. */
async function noteGone(
  { replica, pause }: PullBranchParts,
  { site, listed, before }: {
    readonly site: SiteCode;
    readonly listed: readonly ListedSale[];
    readonly before: number;
  },
): Promise<number> {
  const there = new Set(listed.map(({ receipt }) => receipt));
  const issues: Issue[] = [];
  let after = `${site}-`;
  for (;;) {
    const rows = replica.reader.scan(SALES, {
      index: "by_receipt",
      from: [after],
      // The character after `-`.
      below: [`${site}.`],
      limit: COMPARED_AT_ONCE,
    });
    for (const row of rows) {
      const receipt = String(row["receipt"]);
      const isGone = !there.has(receipt) && row["voided"] !== 1 &&
        row["site"] === site && Number(row["at"]) < before && isLegacyRow(row);
      if (!isGone || issues.length >= GONE_MAX) continue;
      const issue = goneIssue(site, row);
      // What was told before leaves room for what was not.
      if (!isListed(replica.reader, issue)) issues.push(issue);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < COMPARED_AT_ONCE) break;
    // `!` is before any digit: what begins with the last number is not below it.
    after = `${String(last["receipt"])}!`;
    await pause();
  }
  if (issues.length === 0) return 0;
  const at = Math.floor(replica.at / 1000);
  replica.transact((writer) => void addIssues(writer, issues, at));
  return issues.length;
}

function goneIssue(site: SiteCode, row: Row): Issue {
  const receipt = String(row["receipt"]);
  const first = {
    receipt,
    total: Number(row["total"]) / 10 ** Number(row["exponent"]),
    lines: JSON.parse(String(row["lines"])),
  };
  return {
    kind: "conflict",
    digest: `branch-sync-gone/${site}/${receipt}`,
    site,
    receipt,
    reason: "La sucursal ya no tiene esta venta",
    raw: JSON.stringify({ first, second: null }),
  };
}
