/**
 * The kinds of facts, and what people call them.
 *
 * @module
 */
import { wordText } from "./texts.ts";

/** The kinds that the journal can be filtered by. */
export const FACT_KINDS = [
  ...["ActRecorded", "AuthorityStated", "CardRegistered", "CardResultKept"],
  ...["CashMoved", "CashSessionClosed", "CashSessionOpened"],
  ...["ChargeAuthorized", "ChargeEnded", "ChargeFreed", "ChargeMetered"],
  ...["ChargeRefused", "ChargeRequested", "ChargeStarted", "ChargeTold"],
  ...["ChargingAudited", "DayClosed", "DirectoryChanged", "EnergyCounted"],
  ...["ExpenseDecided", "FleetSettled", "FloorCovered", "FuelReceived"],
  ...["FuelSold", "HoldPlaced", "HoldReleased", "IncidentAcknowledged"],
  ...["NoticeReceived", "OversellAcknowledged", "PointCommandEnded"],
  ...["PointCommanded", "PointConnected", "PointCredential"],
  ...["PointCredentialRevoked", "PointInformed", "PointReported"],
  ...["PriceChanged", "PricesChanged", "PricesTaken", "ProductChanged"],
  ...["ProductRemoved", "PumpCommandEnded", "PumpCommanded"],
  ...["RightsAccepted", "RightsGranted", "RightsIssued", "RightsReturned"],
  ...["SaleRecorded", "SaleVoided", "SalesClosed", "SpendCaptured"],
  ...["StockCounted", "StockOffered", "StockReceived", "StockReported"],
  ...["TankDipped", "VerdictConfirmed"],
] as const;

/**
 * What people call a kind of fact.
 *
 * @param kind The kind.
 * @returns Words; the kind itself if these pages do not know it.
 */
export function kindName(kind: string): string {
  return wordText("fact", kind);
}
