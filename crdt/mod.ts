/**
 * The replicated state: values, facts, documents, commits, vectors and folds. Pure: no I/O, no ambient time or
 * randomness.
 *
 * @module
 */
export { ACTS } from "./acts.ts";
export * from "./audit.ts";
export * from "./authority.ts";
export * from "./bounds.ts";
export {
  CASH_CLOSES,
  CASH_MOVES,
  CASH_SESSIONS,
  TENDER_TOTALS,
  UNSTATED,
} from "./cash.ts";
export * from "./catalog.ts";
export {
  type CatalogFact,
  COUNTERS_MAX,
  OVER_MAX,
  type Policy,
  type PriceChanged,
  PRICES_MAX,
  type PricesChanged,
  PRODUCT_DETAILS,
  type ProductChanged,
  type ProductDetails,
  type ProductField,
  type ProductRemoved,
  type Scope,
  type Unit,
} from "./catalog_facts.ts";
export * from "./cbor.ts";
export * from "./certificate.ts";
export * from "./charging_answers.ts";
export {
  audited,
  AUDITED_ASKER,
  CHARGING_AUDIT,
  chargingAuditedFold,
  CONNECTION_ACTION,
} from "./charging_audit.ts";
export { type ChargingAudited } from "./charging_audit_facts.ts";
export * from "./charging_credentials.ts";
export * from "./charging_facts.ts";
export * from "./charging_ids.ts";
export * from "./charging_open.ts";
export * from "./charging_readers.ts";
export {
  type SessionPlace,
  sessionRest,
  suppliesOf,
  type SupplyTotal,
  supplyTotal,
} from "./charging_rest.ts";
export * from "./charging_session.ts";
export { readSession } from "./charging_session_rows.ts";
export * from "./charging_state.ts";
export * from "./charging_tables.ts";
export { beganSince } from "./charging_orphans.ts";
export { costOf } from "./charging_tariff.ts";
export {
  TRANSACTION_MAX,
  transactionNumber,
  type TransactionStop,
} from "./charging_transaction.ts";
export type { WaitingPage, WaitingPlace } from "./charging_waiting.ts";
export * from "./clock.ts";
export * from "./commit.ts";
export * from "./countersignature.ts";
export {
  type ClosePart,
  closeParts,
  partCovering,
  withCovers,
} from "./close_parts.ts";
export { closesOf, DAY_CLOSES } from "./day_closes.ts";
export * from "./deliveries.ts";
export {
  DIRECTORY,
  DIRECTORY_CHANGES,
  directoryEntries,
  type DirectoryEntry,
  directoryEntry,
  directoryOver,
  type DirectoryPlace,
  directoryStanding,
} from "./directory.ts";
export {
  DIRECTORY_LIST_MAX,
  type DirectoryChanged,
  type DirectoryValue,
} from "./directory_facts.ts";
export * from "./documents.ts";
export * from "./errors.ts";
export { type FactBase, TEXT_LENGTH_MAX } from "./fact_fields.ts";
export * from "./facts.ts";
export { ALL_CARDS } from "./fleet.ts";
export {
  type CardId,
  type CardRegistered,
  type CardResultKept,
  type CompanyId,
  confirmationId,
  coverId,
  EXPENSE_REASONS,
  EXPENSE_SOURCES,
  type ExpenseDecided,
  expenseId,
  type ExpensePlace,
  type ExpenseReason,
  type ExpenseRoute,
  type ExpenseSource,
  FLEET_NUMBER_MAX,
  type FleetFact,
  type FleetSettled,
  type FloorCovered,
  parseCardId,
  parseCompanyId,
  resultId,
  type VerdictConfirmed,
} from "./fleet_facts.ts";
export * from "./fleet_tables.ts";
export {
  addWrapped,
  compareOrder,
  type FactArchive,
  type FactOrder,
  type Fold,
  type FoldRows,
  type LogFact,
  orderOf,
} from "./fold.ts";
export {
  COVERS_MAX,
  type DayClosed,
  type FuelFact,
  type FuelReceived,
  type FuelSold,
  type PricesTaken,
  PUMP_NUMBER_MAX,
  type PumpCommanded,
  type PumpCommandEnded,
  PUMPS_MAX,
  RAW_LENGTH_MAX,
  type TankDipped,
} from "./fuel_facts.ts";
export {
  idsOfShort,
  saleIdOfKey,
  saleIdOfShort,
  shortSaleId,
} from "./fuel_ids.ts";
export {
  FLAG_AMOUNT_MISMATCH,
  FLAG_PRICE_MISMATCH,
  FLAG_TIME_ESTIMATED,
  FUEL_MISMATCHES,
  FUEL_SALES,
  FUEL_TOTALS,
  fuelAmount,
} from "./fuel_sales.ts";
export {
  type Customer,
  type GoodsFact,
  LEGACY_LINES_MAX,
  type LegacySale,
  LINES_MAX,
  MASTER_SITE,
  type RecordedLine,
  type SaleRecorded,
  type SaleVoided,
  type StockCounted,
  type StockReceived,
} from "./goods_facts.ts";
export { boundsOfHold, HOLDS, OPEN_HOLDS } from "./holds.ts";
export * from "./ids.ts";
export * from "./incidents.ts";
export * from "./ledger.ts";
export * from "./local_time.ts";
export * from "./money.ts";
export * from "./notices.ts";
export * from "./oversell.ts";
export type {
  OversellAcknowledged,
  OversellFact,
  StockOffered,
} from "./oversell_facts.ts";
export {
  type GoodsArrived,
  type GoodsSent,
  TRANSFER_LINES_MAX,
  type TransferFact,
  type TransferLine,
} from "./transfer_facts.ts";
export * from "./transfers.ts";
export * from "./price_book.ts";
export * from "./price_schedule.ts";
export {
  commandOutcome,
  lastTaken,
  PRICES_TAKEN,
  PUMP_COMMAND_ENDS,
  PUMP_COMMANDS,
  signedReason,
} from "./pump_facts.ts";
export * from "./quantity.ts";
export * from "./random.ts";
export * from "./replica.ts";
export * from "./result.ts";
export * from "./reassignment.ts";
export {
  createRights,
  type Rights,
  RIGHTS_TABLES,
  rightsTotal,
} from "./rights.ts";
export { rightsOfSale } from "./rights_effects.ts";
export {
  type BoundAmount,
  BOUNDS_MAX,
  captureId,
  type HoldPlaced,
  type HoldReleased,
  isRightsAmount,
  type OtherPayment,
  RIGHTS_AMOUNT_MAX,
  type RightsAccepted,
  type RightsFact,
  type RightsGranted,
  type RightsIssued,
  type RightsReturned,
  type SpendCaptured,
  type StandIn,
  standInId,
} from "./rights_facts.ts";
export { ISSUED } from "./rights_issued.ts";
export {
  returnedRights,
  RETURNS,
  RETURNS_COUNTED,
  RETURNS_DUE,
} from "./rights_returns.ts";
export {
  balanceOf,
  NO_RIGHTS,
  RIGHTS,
  RIGHTS_OWED,
  rightsOf,
  type RightsSums,
  trackOwed,
} from "./rights_sums.ts";
export {
  ACCEPTANCES,
  apartId,
  GRANTS,
  IN_TRANSIT,
  RIGHTS_APART,
  RIGHTS_TAKEN,
} from "./rights_transfers.ts";
export * from "./rows.ts";
export * from "./legacy_sales.ts";
export * from "./sales.ts";
export { type ClosedDay, SALES_CLOSES, salesClosesOf } from "./sales_closes.ts";
export {
  type ActRecorded,
  type CashMoved,
  type CashSessionClosed,
  type CashSessionOpened,
  HEARD_MAX,
  REPORTED_LINES_MAX,
  type SalesClosed,
  type ShopFact,
  type StockReported,
} from "./shop_facts.ts";
export * from "./signing.ts";
export {
  STATED_LIFTS_MAX,
  STATED_LOGS_MAX,
  STATED_RISKS_MAX,
  type StatedHead,
  type Statement,
  statementArray,
  statementText,
} from "./statement.ts";
export * from "./stock.ts";
export {
  isLaterReport,
  STOCK_REPORTS,
  type StockReport,
  stockReport,
} from "./stock_reports.ts";
export {
  levelOf,
  TANK_EVENTS,
  TANKS,
  type TankSums,
  tankSums,
} from "./tanks.ts";
export {
  type Actor,
  type Payment,
  PAYMENT_METHOD,
  PAYMENTS_MAX,
} from "./tender.ts";
export * from "./vector.ts";
export * from "./verdict.ts";
