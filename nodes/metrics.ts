/**
 * What a node measures of itself for whoever watches many of them. A port: the program puts the library behind it, and
 * everything else calls it without knowing whether somebody listens.
 *
 * @module
 */
import type {
  ChargeRefusal,
  PointState,
  SessionOutcome,
} from "./charging/charging_use_cases.ts";
import type { BranchSyncUseCases } from "./branch_sync/branch_sync_use_cases.ts";
import type {
  FleetUseCases,
  PurchaseReason,
  PurchaseVerdict,
} from "./fleet/fleet_use_cases.ts";
import type { MetricFamily } from "./metering/families.ts";
import type { Reader, Store, TableSchema, Writer } from "./ports.ts";

/** Most branches that are told apart; those beyond are counted together as `otras`. */
export const METRIC_SITES_MAX = 1000;
/** Most routes that are told apart; those beyond are counted together as `other`. */
export const METRIC_ROUTES_MAX = 400;
/** Most reasons of refusals that are told apart; those beyond are counted together as `other`. */
export const METRIC_REASONS_MAX = 200;

/** What became of a sale: recorded, the repeat of one that was, or a void of one. */
export const SALE_OUTCOMES = ["recorded", "repeated", "voided"] as const;
/** What became of a sale. */
export type SaleOutcome = typeof SALE_OUTCOMES[number];

/** Which way sales went, as seen from here. */
export type SyncDirection = "sent" | "received";

/** What the store was asked to do. */
export type StoreOperation = "write" | "scan";

/** What became of a purchase: charged, held, or why not. */
export type PurchaseOutcome = "charged" | "held" | PurchaseReason;

/** What became of a charging session: energy began to flow, or how it ended. */
export type ChargeOutcome = "started" | SessionOutcome;

/** What charging points are doing. */
export interface ChargingFigures {
  /** How many points are in each state. */
  readonly states: Readonly<Record<PointState, number>>;
  /** Points whose equipment has not confirmed a stop or resume. */
  readonly unconfirmed: number;
}

/** What of fleet cards waits for somebody. */
export interface FleetFigures {
  /** Verdicts that their cards did not get; 1,000 stands for that many or more. */
  readonly resultsKept: number;
  /** Verdicts that no original regional office has confirmed; 1,000 stands for that many or more. */
  readonly unconfirmed: number;
  /** Floor expenses that no balance has covered yet, over all companies, in whole units. */
  readonly floorOpen: number;
}

/** Takes measurements. No call throws, and none waits. */
export interface Metrics {
  /**
   * A synchronisation with a branch ended: a message taken in, or one that a central confirmed.
   *
   * @param site The branch's code.
   * @param seconds How long it took.
   */
  observeSync(site: string, seconds: number): void;
  /**
   * A request was answered.
   *
   * @param route The route's pattern such as `/api/ventas/:id`; never the path as it was asked for.
   * @param status The answer's status.
   */
  countRequest(route: string, status: number): void;
  /**
   * Sales were synchronised.
   *
   * @param site The branch whose sales they are.
   * @param direction Which way.
   * @param sales How many were new on the other side.
   */
  countSales(site: string, direction: SyncDirection, sales: number): void;
  /**
   * The store has answered.
   *
   * @param operation What it was asked.
   * @param seconds How long it took; of a write until the disk confirmed.
   */
  observeStore(operation: StoreOperation, seconds: number): void;
  /**
   * A sale was decided here.
   *
   * @param outcome What became of it.
   */
  countSale(outcome: SaleOutcome): void;
  /**
   * Something was refused here.
   *
   * @param operation The use-case, e.g. `recordSale`.
   * @param reason The refusal's code.
   */
  countRefusal(operation: string, reason: string): void;
  /**
   * Decisions were written together.
   *
   * @param decisions How many.
   */
  observeGroup(decisions: number): void;
  /**
   * The disk has confirmed a transaction.
   *
   * @param seconds How long it took, without what was done in the transaction.
   */
  observeCommit(seconds: number): void;
  /**
   * The node's thread got to a timer.
   *
   * @param seconds How late.
   */
  observeLoop(seconds: number): void;
  /**
   * Has somebody to ask for values each time that somebody reads the metrics.
   *
   * @param read Gives them; what it throws leaves them out.
   */
  watch(
    read: () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>,
  ): void;
  /**
   * A card's purchase was decided here.
   *
   * @param outcome What became of it.
   */
  countPurchase(outcome: PurchaseOutcome): void;
  /**
   * Has somebody to ask for figures of fleet cards, each time that somebody reads the metrics.
   *
   * @param read Gives them.
   */
  watchFleet(read: () => FleetFigures): void;
  /**
   * A charging session began to supply, or ended.
   *
   * @param outcome What became of it.
   */
  countCharge(outcome: ChargeOutcome): void;
  /**
   * A driver's request was refused here.
   *
   * @param reason Why.
   */
  countChargeRefusal(reason: ChargeRefusal): void;
  /**
   * Has somebody to ask for figures of charging points, each time that somebody reads the metrics.
   *
   * @param read Gives them.
   */
  watchCharging(read: () => ChargingFigures): void;
  /**
   * Has somebody to ask whether the broker of Kafka is reached.
   *
   * @param read Says it.
   */
  watchKafka(read: () => boolean): void;
  /** Everything measured, as Prometheus reads it. */
  text(): Promise<string>;
}

/** The media type of `Metrics.text`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Measures nothing: for tests, simulations and nodes that nobody watches. */
export const NO_METRICS: Metrics = {
  observeSync() {},
  countRequest() {},
  countSales() {},
  observeStore() {},
  countSale() {},
  countRefusal() {},
  observeGroup() {},
  observeCommit() {},
  observeLoop() {},
  watch() {},
  countPurchase() {},
  watchFleet() {},
  countCharge() {},
  countChargeRefusal() {},
  watchCharging() {},
  watchKafka() {},
  text: () => Promise.resolve(""),
};

/**
 * Measures how long a store takes for transactions and for scans outside of them.
 *
 * @param store The store.
 * @param metrics Where the times go.
 * @param monotonic The time in milliseconds, never going back.
 * @returns A store that does the same.
 */
export function measureStore(
  store: Store,
  metrics: Metrics,
  monotonic: () => number,
): Store {
  const timed = <T>(operation: StoreOperation, body: () => T): T => {
    const begun = monotonic();
    try {
      return body();
    } finally {
      metrics.observeStore(operation, (monotonic() - begun) / 1000);
    }
  };
  return {
    get: (table, key) => store.get(table, key),
    scan: (table: TableSchema, scan) =>
      timed("scan", () => store.scan(table, scan)),
    count: (table, prefix): ReturnType<Reader["count"]> =>
      store.count(table, prefix),
    write: <T>(body: (writer: Writer) => T) =>
      timed("write", () => store.write(body)),
    close: () => store.close(),
  };
}

/**
 * Measures what branches of the older software send.
 *
 * @param branchSync Takes messages.
 * @param metrics Where times and counts go.
 * @param monotonic The time in milliseconds, never going back.
 * @returns The same, measured.
 */
export function measureReceiving(
  branchSync: BranchSyncUseCases,
  metrics: Metrics,
  monotonic: () => number,
): BranchSyncUseCases {
  const receive: BranchSyncUseCases["receive"] = async (message) => {
    const begun = monotonic();
    const taken = await branchSync.receive(message);
    // Who was refused may have made its code up.
    if (taken.ok) {
      const { site, received } = taken.value;
      metrics.observeSync(site, (monotonic() - begun) / 1000);
      metrics.countSales(site, "received", received);
    }
    return taken;
  };
  return Object.create(branchSync, { receive: { value: receive } });
}

/** Most rows that one figure counts or sums: more need somebody's help anyway. */
const COUNTED_MAX = 1000;

/**
 * Measures purchases with fleet cards, and what of them waits.
 *
 * @param fleet Decides purchases.
 * @param metrics Where counts and figures go.
 * @returns The same, measured.
 */
export function measureFleet(
  fleet: FleetUseCases,
  metrics: Pick<Metrics, "countPurchase" | "watchFleet">,
): FleetUseCases {
  const count = (
    { accepted, reason, repeated }: PurchaseVerdict,
    outcome: "charged" | "held",
  ) => {
    if (repeated) return;
    metrics.countPurchase(accepted ? outcome : reason ?? "outcome_unknown");
  };
  const charge: FleetUseCases["charge"] = async (input) => {
    const verdict = await fleet.charge(input);
    count(verdict, "charged");
    return verdict;
  };
  const hold: FleetUseCases["hold"] = async (input) => {
    const verdict = await fleet.hold(input);
    count(verdict, "held");
    return verdict;
  };
  const capture: FleetUseCases["capture"] = async (input) => {
    const captured = await fleet.capture(input);
    if (captured.ok) count(captured.value, "charged");
    return captured;
  };
  metrics.watchFleet(() => figuresOf(fleet));
  return Object.create(fleet, {
    charge: { value: charge },
    hold: { value: hold },
    capture: { value: capture },
  });
}

function figuresOf(fleet: FleetUseCases): FleetFigures {
  const rows = { limit: COUNTED_MAX };
  return {
    resultsKept: fleet.results({ ...rows, state: "kept" }).items.length,
    unconfirmed: fleet.unconfirmed(rows).items.length,
    floorOpen: fleet.companies(rows).items.reduce(
      (sum, it) => sum + it.floorOpen,
      0,
    ),
  };
}
