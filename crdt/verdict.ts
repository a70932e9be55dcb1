/**
 * Whether a fact may count where it stands: the verb that its kind needs, under the certificate that the log itself
 * carried there, at the stamp of its commit. A pure function of the log, so every peer judges alike whatever came when.
 *
 * @module
 */
import { verifyStatement } from "./authority.ts";
import {
  allows,
  type Certificate,
  readChain,
  type Verb,
} from "./certificate.ts";
import { type Stamp, stampMs } from "./clock.ts";
import type { Fact, SetAside } from "./facts.ts";
import { MESH_SPACE, siteSpace, type SpaceId } from "./ids.ts";
import type { CommitFact, VerifyContext } from "./replica.ts";

/** Why a fact of a right form does not count. */
export type AsideReason =
  /** The certificate does not give the verb that the fact needs. */
  | "verb_missing"
  /** The certificate had ended at the commit's stamp. */
  | "certificate_expired"
  /** An authority statement that does not verify. */
  | "statement_invalid"
  /** The log had been cut before. */
  | "beyond_cut";

/** What a fact needs: a verb in a space. */
export interface NeededVerb {
  /** The verb. */
  readonly verb: Verb;
  /** Where; not always the space of the log. */
  readonly space: SpaceId;
}

/**
 * The verb that a fact needs. A branch tells the mesh of products of its own site (`site` is set): for that it needs
 * the verb at its site; everything else in the mesh's catalog is for an administrator.
 *
 * @param fact A fact.
 * @param space The space of the log that holds it.
 * @returns The verb and where it must be given; undefined for a fact that needs none.
 */
export function neededVerb(
  fact: Fact,
  space: SpaceId,
): NeededVerb | undefined {
  switch (fact.type) {
    case "SaleRecorded":
    case "SaleVoided":
    case "StockReceived":
    case "StockCounted":
    case "NoticeReceived":
    case "IncidentAcknowledged":
    case "OversellAcknowledged":
    case "FuelSold":
    case "FuelReceived":
    case "TankDipped":
    case "PricesTaken":
    case "PumpCommanded":
    case "PumpCommandEnded":
    case "DayClosed":
    case "CashSessionOpened":
    case "CashMoved":
    case "CashSessionClosed":
    case "SalesClosed":
    case "StockReported":
    case "ActRecorded":
    case "VerdictConfirmed":
    case "CardResultKept":
    case "PointConnected":
    case "PointReported":
    case "PointCommanded":
    case "PointCommandEnded":
    case "ChargeRequested":
    case "ChargeRefused":
    case "ChargeAuthorized":
    case "PointInformed":
    case "ChargeFreed":
    case "ChargeStarted":
    case "ChargeMetered":
    case "ChargeEnded":
    case "EnergyCounted":
    case "ChargeTold":
    case "PointCredential":
    case "PointCredentialRevoked":
    case "ChargingAudited":
      return { verb: "write", space };
    case "DirectoryChanged":
      return { verb: space === MESH_SPACE ? "admin" : "write", space };
    case "PricesChanged":
      return { verb: "price", space };
    case "StockOffered":
    case "GoodsArrived":
      return { verb: "write", space: siteSpace(fact.site) };
    case "GoodsSent":
      return { verb: "write", space: siteSpace(fact.from) };
    case "PriceChanged":
      return fact.site === undefined || space !== MESH_SPACE
        ? { verb: "price", space }
        : { verb: "price", space: siteSpace(fact.site) };
    case "ProductChanged":
      return space !== MESH_SPACE
        ? { verb: "write", space }
        : fact.site === undefined
        ? { verb: "admin", space }
        : { verb: "write", space: siteSpace(fact.site) };
    case "ProductRemoved":
      return { verb: space === MESH_SPACE ? "admin" : "write", space };
    case "RightsIssued":
    case "CardRegistered":
    case "FloorCovered":
    case "FleetSettled":
      // Stations and pumps spend from every company's accounts; they put nothing in.
      return { verb: "price", space };
    case "RightsGranted":
    case "RightsAccepted":
    case "RightsReturned":
    case "HoldPlaced":
    case "SpendCaptured":
    case "HoldReleased":
    case "ExpenseDecided":
      return { verb: "spend", space };
    case "AuthorityStated":
      return undefined;
  }
}

/**
 * Whether a fact tells of what had happened before it was written, so that it is stored whatever the rules say.
 *
 * @param fact A fact.
 * @returns True for observations; all others are decisions.
 */
export function isObservation(fact: Fact): boolean {
  switch (fact.type) {
    case "SaleRecorded":
      return fact.observation === true || fact.legacy !== undefined;
    case "ExpenseDecided":
      return fact.held === true;
    case "StockReceived":
    case "StockCounted":
    case "NoticeReceived":
    case "SpendCaptured":
    case "FuelSold":
    case "FuelReceived":
    case "TankDipped":
    case "PricesTaken":
    case "PumpCommandEnded":
    case "StockReported":
    case "PointConnected":
    case "PointReported":
    case "PointCommandEnded":
    case "PointInformed":
    case "ChargeStarted":
    case "ChargeMetered":
    case "ChargeEnded":
    case "EnergyCounted":
    case "ChargeTold":
    case "ChargingAudited":
      return true;
    default:
      return false;
  }
}

/** Where a fact stands, as far as it matters for whether it counts. */
export interface JudgedPlace {
  /** The log's space. */
  readonly space: SpaceId;
  /** The log's writer's public key. */
  readonly writer: Uint8Array;
  /** The certificate chain in force at the commit. */
  readonly chain: Uint8Array;
  /** The commit's stamp. */
  readonly stamp: Stamp;
}

/** Chains are read once: a log carries the same one for all its commits. */
const read = new WeakMap<Uint8Array, Certificate | null>();

function certificateOf(chain: Uint8Array): Certificate | undefined {
  let certificate = read.get(chain);
  if (certificate === undefined) {
    certificate = readChain(chain)?.[0] ?? null;
    read.set(chain, certificate);
  }
  return certificate ?? undefined;
}

/**
 * Judges one fact.
 *
 * @param fact The fact.
 * @param place Where it stands.
 * @param context The root key and the signature scheme.
 * @returns Why it does not count; undefined if it may.
 */
export function judgeFact(
  fact: Fact,
  place: JudgedPlace,
  context: VerifyContext,
): AsideReason | undefined {
  const { space, chain, stamp } = place;
  if (fact.type === "AuthorityStated") {
    return verifyStatement(fact, place, context).ok
      ? undefined
      : "statement_invalid";
  }
  const needed = neededVerb(fact, space);
  if (needed === undefined) return undefined;
  const certificate = certificateOf(chain);
  if (
    certificate === undefined ||
    !allows(certificate, needed.space, needed.verb)
  ) return "verb_missing";
  return certificate.notAfter <= stampMs(stamp)
    ? "certificate_expired"
    : undefined;
}

/**
 * Judges the facts of a commit. Of several facts of one document with one id, one that does not count takes the others
 * with it, so that an id stands for one of them at most.
 *
 * @param facts The facts in their order.
 * @param judge Says why a fact does not count.
 * @returns What may count, and what is set aside, each in order.
 */
export function splitFacts(
  facts: readonly CommitFact[],
  judge: (fact: Fact) => AsideReason | undefined,
): { readonly counting: readonly CommitFact[]; readonly aside: SetAside[] } {
  let reasons: Map<string, AsideReason> | undefined;
  for (const { fact, doc } of facts) {
    const reason = judge(fact);
    const key = `${doc} ${fact.id}`;
    if (reason === undefined || reasons?.has(key) === true) continue;
    reasons ??= new Map();
    reasons.set(key, reason);
  }
  if (reasons === undefined) return { counting: facts, aside: [] };
  const counting: CommitFact[] = [];
  const aside: SetAside[] = [];
  for (const item of facts) {
    const { fact: { id, type }, doc } = item;
    const reason = reasons.get(`${doc} ${id}`);
    if (reason === undefined) counting.push(item);
    else aside.push({ reason, doc, id, type });
  }
  return { counting, aside };
}

const REASONS: ReadonlySet<string> = new Set<AsideReason>([
  "verb_missing",
  "certificate_expired",
  "statement_invalid",
  "beyond_cut",
]);

/** Whether something was set aside for where it stands, not for its form. */
export function isAsideReason(reason: string): boolean {
  return REASONS.has(reason);
}
