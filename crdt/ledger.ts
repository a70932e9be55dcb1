/**
 * The ledger: brings facts of logs into rows, each once. Of several copies of one fact in one space (same id and
 * content) the least (stamp, log, seq) counts; when a lesser one arrives, or the counting one is taken out, another
 * copy takes its place.
 *
 * @module
 */
import { actFold, ACTS } from "./acts.ts";
import { AUTHORITY, authorityFold } from "./authority.ts";
import {
  CASH_CLOSES,
  CASH_MOVES,
  CASH_SESSIONS,
  cashClosedFold,
  cashMovedFold,
  cashOpenedFold,
  TENDER_TOTALS,
} from "./cash.ts";
import { CATALOG_CHANGES, catalogFold, PRODUCTS } from "./catalog.ts";
import {
  chargeAuthorizedFold,
  chargeEndedFold,
  chargeFreedFold,
  chargeMeteredFold,
  chargeStartedFold,
  pointInformedFold,
} from "./charging.ts";
import {
  audited,
  CHARGING_AUDIT,
  chargingAuditedFold,
} from "./charging_audit.ts";
import {
  credentialRevokedFold,
  POINT_CREDENTIALS,
  pointCredentialFold,
} from "./charging_credentials.ts";
import { chargeToldFold } from "./charging_notices.ts";
import {
  pointCommandedFold,
  pointCommandEndedFold,
  pointConnectedFold,
  pointReportedFold,
} from "./charging_points.ts";
import { energyCountedFold } from "./charging_energy.ts";
import { chargeRefusedFold, chargeRequestedFold } from "./charging_requests.ts";
import { CHARGING_TABLES } from "./charging_tables.ts";
import { DAY_CLOSES, dayClosedFold } from "./day_closes.ts";
import {
  DIRECTORY,
  DIRECTORY_CHANGES,
  DIRECTORY_REPLACED,
  directoryFold,
} from "./directory.ts";
import { contentOf, type Fact, type FactType } from "./facts.ts";
import {
  compareOrder,
  type FactArchive,
  type Fold,
  type FoldRows,
  type LogFact,
  orderOf,
} from "./fold.ts";
import {
  cardRegisteredFold,
  expenseFold,
  fleetIssuedFold,
  fleetSettledFold,
  floorCoveredFold,
  verdictConfirmedFold,
  withCompanies,
} from "./fleet.ts";
import { cardResultFold, deliveryFold } from "./fleet_results.ts";
import { FLEET_TABLES } from "./fleet_tables.ts";
import {
  FUEL_MISMATCHES,
  FUEL_SALES,
  FUEL_TOTALS,
  fuelSaleFold,
} from "./fuel_sales.ts";
import { acknowledgementFold, ACKNOWLEDGEMENTS } from "./incidents.ts";
import { LEGACY_NUMBERS, SHARED_RECEIPTS } from "./legacy_sales.ts";
import {
  NOTICE_COUNTS,
  noticeFold,
  NOTICES,
  reviewNotices,
} from "./notices.ts";
import {
  OVERSELL_ACKNOWLEDGEMENTS,
  oversellAcknowledgementFold,
  STOCK_OFFERS,
  stockOfferFold,
} from "./oversell.ts";
import {
  GOODS_ARRIVED,
  GOODS_SENT,
  goodsArrivedFold,
  goodsSentFold,
} from "./transfers.ts";
import {
  FUELS_PRICED,
  PRICE_CHANGES,
  PRICE_SETS,
  priceFold,
  PRICES_REPLACED,
  priceSetFold,
} from "./price_book.ts";
import {
  PRICES_TAKEN,
  pricesTakenFold,
  PUMP_COMMAND_ENDS,
  PUMP_COMMANDS,
  pumpCommandEndFold,
  pumpCommandFold,
} from "./pump_facts.ts";
import { createRights, type Rights, RIGHTS_TABLES } from "./rights.ts";
import type { Row, TableSchema } from "./rows.ts";
import {
  createVoidFold,
  FACTS,
  idBytes,
  SALE_RETURNS,
  saleFold,
  SALES,
  SELLER_TOTALS,
  TOTALS,
  VOIDS,
} from "./sales.ts";
import { SALES_CLOSES, salesClosedFold } from "./sales_closes.ts";
import { countFold, receiptFold, SHORTAGES, STOCK } from "./stock.ts";
import { STOCK_REPORTS, stockReportFold } from "./stock_reports.ts";
import {
  fuelReceivedFold,
  TANK_EVENTS,
  tankDippedFold,
  TANKS,
} from "./tanks.ts";

/** A copy of a fact counts. */
export const STATUS_COUNTS = 0;
/** Another copy of the fact counts. */
export const STATUS_DUPLICATE = 1;

/** Every table that the ledger writes: the views of a node. */
export const VIEW_TABLES: readonly TableSchema[] = [
  FACTS,
  CATALOG_CHANGES,
  PRODUCTS,
  PRICE_CHANGES,
  PRICES_REPLACED,
  STOCK,
  SHORTAGES,
  SALES,
  VOIDS,
  TOTALS,
  SELLER_TOTALS,
  NOTICES,
  NOTICE_COUNTS,
  ACKNOWLEDGEMENTS,
  AUTHORITY,
  ...RIGHTS_TABLES,
  OVERSELL_ACKNOWLEDGEMENTS,
  STOCK_OFFERS,
  GOODS_SENT,
  GOODS_ARRIVED,
  PRICE_SETS,
  FUELS_PRICED,
  DIRECTORY_CHANGES,
  DIRECTORY_REPLACED,
  DIRECTORY,
  FUEL_SALES,
  FUEL_MISMATCHES,
  FUEL_TOTALS,
  TANKS,
  TANK_EVENTS,
  PRICES_TAKEN,
  PUMP_COMMANDS,
  PUMP_COMMAND_ENDS,
  DAY_CLOSES,
  CASH_SESSIONS,
  CASH_MOVES,
  CASH_CLOSES,
  TENDER_TOTALS,
  SALE_RETURNS,
  SALES_CLOSES,
  STOCK_REPORTS,
  LEGACY_NUMBERS,
  SHARED_RECEIPTS,
  ACTS,
  ...FLEET_TABLES,
  ...CHARGING_TABLES,
  POINT_CREDENTIALS,
  CHARGING_AUDIT,
];

/** Places facts and takes them out. */
export interface Ledger {
  /**
   * Brings a fact in.
   *
   * @param rows The rows.
   * @param placed The fact and its place.
   * @returns False if the log has used the id before: the fact must be set aside then.
   */
  place(rows: FoldRows, placed: LogFact): boolean;
  /**
   * Whether exactly this fact stands at exactly this place already.
   *
   * @param rows The rows.
   * @param placed The fact and its place.
   */
  isPlaced(rows: FoldRows, placed: LogFact): boolean;
  /**
   * Takes a fact out again, because its place in a log is gone.
   *
   * @param rows The rows.
   * @param placed The fact and its place.
   */
  unplace(rows: FoldRows, placed: LogFact): void;
}

type Folds = { readonly [T in FactType]: Fold<Extract<Fact, { type: T }>> };

/** Facts whose effects are all in the balances of rights, which `rights.ts` keeps for every copy. */
const NO_FOLD: Fold<Fact> = { add: () => {}, remove: () => {} };

function createFolds(archive: FactArchive, rights: Rights): Folds {
  const voidFold = createVoidFold(
    (row) =>
      archive.read(
        Number(row["log"]),
        Number(row["seq"]),
        row["id"] as Uint8Array,
      ),
    rights.reviewCopies,
  );
  return {
    ProductChanged: withReview(catalogFold),
    ProductRemoved: withReview(catalogFold),
    PriceChanged: priceFold,
    StockReceived: receiptFold,
    StockCounted: countFold,
    SaleRecorded: saleFold,
    SaleVoided: voidFold,
    NoticeReceived: noticeFold,
    IncidentAcknowledged: acknowledgementFold,
    AuthorityStated: authorityFold,
    OversellAcknowledged: oversellAcknowledgementFold,
    StockOffered: stockOfferFold,
    GoodsSent: goodsSentFold,
    GoodsArrived: goodsArrivedFold,
    PricesChanged: priceSetFold,
    DirectoryChanged: withCompanies(directoryFold),
    FuelSold: fuelSaleFold,
    FuelReceived: fuelReceivedFold,
    TankDipped: tankDippedFold,
    PricesTaken: pricesTakenFold,
    PumpCommanded: pumpCommandFold,
    PumpCommandEnded: pumpCommandEndFold,
    DayClosed: dayClosedFold,
    CashSessionOpened: cashOpenedFold,
    CashMoved: cashMovedFold,
    CashSessionClosed: cashClosedFold,
    SalesClosed: salesClosedFold,
    StockReported: stockReportFold,
    ActRecorded: actFold,
    CardRegistered: cardRegisteredFold,
    ExpenseDecided: expenseFold,
    VerdictConfirmed: verdictConfirmedFold,
    FloorCovered: floorCoveredFold,
    CardResultKept: cardResultFold,
    FleetSettled: fleetSettledFold,
    RightsIssued: fleetIssuedFold,
    RightsGranted: NO_FOLD,
    RightsAccepted: NO_FOLD,
    RightsReturned: NO_FOLD,
    HoldPlaced: NO_FOLD,
    SpendCaptured: deliveryFold,
    HoldReleased: NO_FOLD,
    PointConnected: audited(pointConnectedFold),
    PointReported: audited(pointReportedFold),
    PointCommanded: audited(pointCommandedFold),
    PointCommandEnded: audited(pointCommandEndedFold),
    ChargeRequested: chargeRequestedFold,
    ChargeRefused: audited(chargeRefusedFold),
    ChargeAuthorized: audited(chargeAuthorizedFold),
    PointInformed: pointInformedFold,
    ChargeFreed: audited(chargeFreedFold),
    ChargeStarted: chargeStartedFold,
    ChargeMetered: chargeMeteredFold,
    ChargeEnded: audited(chargeEndedFold),
    EnergyCounted: energyCountedFold,
    ChargeTold: chargeToldFold,
    PointCredential: pointCredentialFold,
    PointCredentialRevoked: credentialRevokedFold,
    ChargingAudited: chargingAuditedFold,
  };
}

/** A listing in the mesh's scope can bring notices out of quarantine. */
function withReview<
  F extends Extract<Fact, { type: "ProductChanged" | "ProductRemoved" }>,
>(fold: Fold<F>): Fold<F> {
  const review = (rows: FoldRows, fact: F) => {
    if (fact.scope === "mesh") reviewNotices(rows, fact.product);
  };
  return {
    add(rows, placed) {
      fold.add(rows, placed);
      review(rows, placed.fact);
    },
    remove(rows, placed) {
      fold.remove(rows, placed);
      review(rows, placed.fact);
    },
  };
}

/**
 * Makes a ledger.
 *
 * @param archive Where facts are read again.
 * @returns The ledger; it keeps no state of its own.
 */
export function createLedger(archive: FactArchive): Ledger {
  const rights = createRights(archive, STATUS_COUNTS);
  const folds = createFolds(archive, rights);
  const foldOf = (fact: Fact) => folds[fact.type] as Fold<Fact>;

  /** Copies of the same fact in the same space, other than the one at `placed`. */
  const copies = (placed: LogFact, others: readonly Row[]): LogFact[] => {
    const space = archive.spaceOf(placed.logNumber);
    const content = contentOf(placed.fact);
    return others
      .filter((row) => archive.spaceOf(Number(row["log"])) === space)
      .map((row) =>
        archive.read(
          Number(row["log"]),
          Number(row["seq"]),
          row["id"] as Uint8Array,
        )
      )
      .filter((copy) => copy !== undefined)
      .filter((copy) => contentOf(copy.fact) === content);
  };

  const setStatus = (
    rows: FoldRows,
    { fact, logNumber, seq }: LogFact,
    status: number,
  ) => {
    rows.put(FACTS, {
      id: idBytes(fact.id),
      log: logNumber,
      seq,
      at: fact.at,
      status,
    });
  };

  return {
    place(rows, placed) {
      const known = placed.fresh === true || placed.unknown === true
        ? []
        : rows.scan(FACTS, { prefix: [idBytes(placed.fact.id)] });
      if (known.some((row) => row["log"] === placed.logNumber)) return false;
      const counting = known.length === 0 ? undefined : copies(
        placed,
        known.filter((row) => row["status"] === STATUS_COUNTS),
      )[0];
      if (
        counting !== undefined &&
        compareOrder(orderOf(counting), orderOf(placed)) < 0
      ) {
        setStatus(rows, placed, STATUS_DUPLICATE);
        rights.add(rows, placed);
        rights.reviewCopies(rows, placed);
        return true;
      }
      if (counting !== undefined) {
        foldOf(counting.fact).remove(rows, counting);
        rights.recount(rows, counting, -1);
        setStatus(rows, counting, STATUS_DUPLICATE);
      }
      setStatus(rows, placed, STATUS_COUNTS);
      foldOf(placed.fact).add(rows, placed);
      rights.add(rows, placed);
      if (counting !== undefined) rights.reviewCopies(rows, placed);
      return true;
    },
    isPlaced(rows, placed) {
      const row = rows.get(FACTS, [idBytes(placed.fact.id), placed.logNumber]);
      return row?.["seq"] === placed.seq;
    },
    unplace(rows, placed) {
      const id = idBytes(placed.fact.id);
      const row = rows.get(FACTS, [id, placed.logNumber]);
      if (row === undefined || row["seq"] !== placed.seq) return;
      rights.remove(rows, placed);
      if (row["status"] === STATUS_COUNTS) {
        foldOf(placed.fact).remove(rows, placed);
      }
      rows.delete(FACTS, [id, placed.logNumber]);
      const next = row["status"] !== STATUS_COUNTS
        ? undefined
        : copies(placed, rows.scan(FACTS, { prefix: [id] }))
          .toSorted((a, b) => compareOrder(orderOf(a), orderOf(b)))[0];
      if (next !== undefined) {
        setStatus(rows, next, STATUS_COUNTS);
        foldOf(next.fact).add(rows, next);
        rights.recount(rows, next, 1);
      }
      rights.reviewCopies(rows, placed);
    },
  };
}
