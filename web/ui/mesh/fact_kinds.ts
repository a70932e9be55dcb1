/**
 * The kinds of facts; the texts have what people call them.
 *
 * @module
 */
/** The kinds that the journal can be filtered by. */
export const FACT_KINDS = [
  ...["ActRecorded", "AuthorityStated", "CardRegistered", "CardResultKept"],
  ...["CashMoved", "CashSessionClosed", "CashSessionOpened"],
  ...["ChargeAuthorized", "ChargeEnded", "ChargeFreed", "ChargeMetered"],
  ...["ChargeRefused", "ChargeRequested", "ChargeStarted", "ChargeTold"],
  ...["ChargingAudited", "DayClosed", "DirectoryChanged", "EnergyCounted"],
  ...["ExpenseDecided", "FleetSettled", "FloorCovered", "FuelReceived"],
  ...["FuelSold", "GoodsArrived", "GoodsSent", "HoldPlaced"],
  ...["HoldReleased", "IncidentAcknowledged"],
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
