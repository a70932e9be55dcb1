/**
 * Who may ask what: the least role for each route, in one table, so that it is read and checked as a whole.
 *
 * @module
 */
import type { UserRole, UserView } from "../nodes/mod.ts";

/**
 * Who may ask: everyone whatever the address demands, anybody, anybody who signed in (also to change a password that
 * must be changed first), or a user of at least this role.
 */
export type Access = "everyone" | "anybody" | "signed_in" | UserRole;

/** Pages and descriptions, which are no routes of the interface. */
export const PAGE_ACCESS: Access = "cashier";

const RANK: Readonly<Record<UserRole, number>> = {
  cashier: 1,
  supervisor: 2,
  admin: 3,
};

/** The least role for each route, by its id. A route that is not here is an administrator's. */
export const ACCESS: Readonly<Record<string, Access>> = {
  // How the node is, and signing in.
  getHealth: "anybody",
  listInvariants: "anybody",
  createSession: "anybody",
  getCurrentSession: "signed_in",
  endCurrentSession: "signed_in",
  setUserPassword: "signed_in",
  // People.
  listUsers: "admin",
  createUser: "admin",
  changeUser: "admin",
  listActs: "admin",
  // Selling, and reading what concerns the shop.
  recordSale: "cashier",
  // A cashier's void takes a supervisor's approval, which the route sees to.
  voidSale: "cashier",
  listSales: "cashier",
  getSale: "cashier",
  listSaleReturns: "cashier",
  getReceipt: "cashier",
  openCashSession: "cashier",
  moveCash: "cashier",
  closeCashSession: "cashier",
  getCashSession: "cashier",
  listCashSessions: "cashier",
  getBusiness: "cashier",
  listProducts: "cashier",
  getProduct: "cashier",
  listPrices: "cashier",
  listPriceChanges: "cashier",
  listStock: "cashier",
  listStockLevels: "cashier",
  listTransfers: "cashier",
  getStock: "cashier",
  getTotals: "cashier",
  listTotals: "cashier",
  streamEvents: "cashier",
  listIncidents: "cashier",
  listOversells: "cashier",
  listPeers: "cashier",
  getMesh: "cashier",
  getStorage: "cashier",
  listNotices: "cashier",
  getNotifier: "cashier",
  listSinks: "cashier",
  listSinkRows: "admin",
  getMetrics: "cashier",
  listOutbox: "cashier",
  decideNotice: "supervisor",
  getBranchSync: "cashier",
  listBranchSyncLog: "cashier",
  listBranchSyncBranches: "cashier",
  runBranchSync: "cashier",
  pullBranchSync: "cashier",
  listBranchSyncConflicts: "cashier",
  resolveBranchSyncConflict: "supervisor",
  acceptBranch: "supervisor",
  // Fuel.
  listPumps: "cashier",
  getPump: "cashier",
  listPumpCommands: "cashier",
  listFuelPriceSets: "cashier",
  getFuelPrices: "cashier",
  listTransactions: "cashier",
  getTransaction: "cashier",
  recordTransaction: "cashier",
  listTanks: "cashier",
  listTankEvents: "cashier",
  // Whoever stands at the pumps may stop them.
  stopPumps: "cashier",
  getStation: "cashier",
  listChargingAudit: "supervisor",
  getDayReport: "supervisor",
  getShiftReport: "supervisor",
  listDayCloses: "supervisor",
  closeDay: "supervisor",
  commandPump: "supervisor",
  addPump: "supervisor",
  changePump: "supervisor",
  removePump: "supervisor",
  setFuelPrices: "supervisor",
  setTank: "supervisor",
  receiveFuel: "supervisor",
  dipTank: "supervisor",
  nameStation: "supervisor",
  // Rights are balances too, of companies and cards: a cashier's way to them is a purchase.
  listRights: "supervisor",
  authorizeSpend: "supervisor",
  captureSpend: "supervisor",
  releaseSpend: "supervisor",
  getSpend: "supervisor",
  // Fleet cards.
  chargePurchase: "cashier",
  holdPurchase: "cashier",
  capturePurchase: "cashier",
  releasePurchase: "cashier",
  listCompanies: "supervisor",
  getCompany: "supervisor",
  listCompanyHolders: "supervisor",
  listCards: "supervisor",
  getCard: "supervisor",
  listCardHolders: "supervisor",
  listExpenses: "supervisor",
  getExpense: "supervisor",
  getStatement: "supervisor",
  listSettlements: "supervisor",
  listCardResults: "supervisor",
  listUnconfirmedVerdicts: "supervisor",
  listForwardedPurchases: "supervisor",
  listOwedVerdicts: "supervisor",
  readCompanyFeed: "supervisor",
  acknowledgeCompanyFeed: "supervisor",
  streamCompanyFeed: "supervisor",
  nameCompany: "admin",
  recordDeposit: "admin",
  setCompanyFloor: "admin",
  registerCard: "admin",
  setCardLimit: "admin",
  settleMonth: "admin",
  // Charging points. Drivers' programs sign in as cashiers do; who tells of energy, as equipment, makes books.
  listChargingPoints: "cashier",
  getChargingPoint: "cashier",
  getChargingPanel: "cashier",
  requestCharge: "cashier",
  recordSupply: "supervisor",
  listChargingSessions: "cashier",
  getChargingSession: "cashier",
  getChargingTicket: "cashier",
  listChargingDrivers: "cashier",
  listChargingNotifications: "cashier",
  streamChargingNotifications: "cashier",
  getChargingCommand: "cashier",
  getTariff: "cashier",
  getChargingWeather: "cashier",
  listChargingLog: "supervisor",
  setChargingWeather: "supervisor",
  simulateCharging: "supervisor",
  revokeChargingPoint: "supervisor",
  getChargingDriver: "cashier",
  setTariff: "supervisor",
  setChargingDriver: "supervisor",
  commandChargingPoint: "supervisor",
  commandAllChargingPoints: "supervisor",
  endChargingSession: "supervisor",
  getChargingReport: "supervisor",
  setChargingPointPassword: "admin",
  listUnattributedEnergy: "supervisor",
  // Days, goods, prices and what is taken back.
  getSalesReport: "supervisor",
  listSalesCloses: "supervisor",
  closeSales: "supervisor",
  setBusiness: "admin",
  createProduct: "supervisor",
  replaceProduct: "supervisor",
  changeProduct: "supervisor",
  removeProduct: "supervisor",
  setPrice: "supervisor",
  receiveStock: "supervisor",
  countStock: "supervisor",
  offerStock: "supervisor",
  sendGoods: "supervisor",
  receiveGoods: "supervisor",
  acknowledgeOversell: "supervisor",
  acknowledgeIncident: "supervisor",
  // What everything is made of, and money that is not a shop's.
  listFacts: "supervisor",
  getFact: "supervisor",
  getFactProof: "supervisor",
  listDocuments: "admin",
  getDocument: "admin",
  issueRights: "admin",
  inviteMember: "admin",
  revokeMember: "admin",
};

/**
 * Who may ask a route.
 *
 * @param route The route's id.
 * @returns The least that is needed.
 */
export function accessOf(route: string): Access {
  return ACCESS[route] ?? "admin";
}

/**
 * Tells whether only users of some role may ask.
 *
 * @param access Who may ask.
 * @returns False for those who need no role.
 */
export function isRole(access: Access): access is UserRole {
  return access in RANK;
}

/**
 * Whether a user may do what a role may.
 *
 * @param user The user.
 * @param role The least role.
 * @returns True if its own role is that or more.
 */
export function hasRole(
  user: Pick<UserView, "role">,
  role: UserRole,
): boolean {
  return RANK[user.role] >= RANK[role];
}
