/**
 * Counts what a node does, in plain numbers that cost next to nothing, and reads what it is when somebody asks. No
 * library and no timer: how it is written is the caller's matter.
 *
 * @module
 */
import {
  type ChargingFigures,
  type FleetFigures,
  METRIC_REASONS_MAX,
  METRIC_ROUTES_MAX,
  METRIC_SITES_MAX,
  type Metrics,
  SALE_OUTCOMES,
} from "../metrics.ts";
import {
  bounded,
  type CountedCell,
  CountedFamily,
  gauge,
  labelled,
  MeasuredFamily,
  type MetricFamily,
} from "./families.ts";

const SYNC_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const STORE_SECONDS = [
  ...[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025],
  ...[0.05, 0.1, 0.25, 0.5, 1, 5],
];
const LOOP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const GROUP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const SITES_REST = "otras";
const ROUTES_REST = "other";

/** Reads families when somebody asks. */
type ReadFamilies = () =>
  | readonly MetricFamily[]
  | Promise<readonly MetricFamily[]>;

/**
 * Makes the metrics of this process.
 *
 * @param write Makes the text of families.
 * @param about Families of the process itself, read when somebody asks; none if left out.
 * @returns Metrics with nothing counted yet. They keep no timer.
 */
export function createMeter(
  write: (families: readonly MetricFamily[]) => Promise<string>,
  about?: ReadFamilies,
): Metrics {
  const counted = createCounted();
  const { counts, times } = counted;
  const readers: ReadFamilies[] = about === undefined ? [] : [about];
  const siteOf = bounded(METRIC_SITES_MAX, SITES_REST);
  const routeOf = bounded(METRIC_ROUTES_MAX, ROUTES_REST);
  const reasonOf = bounded(METRIC_REASONS_MAX, ROUTES_REST);
  /** Counts of requests by route and status: there is one for each request. */
  const byRoute = new Map<string, CountedCell[]>();
  let running: Promise<string> | undefined;
  const read = async () => {
    const found = await Promise.all(readers.map(async (reader) => {
      try {
        return await reader();
      } catch {
        // What cannot be read now (a store that is closed for repair) must not hide the rest.
        counts.unread.add(1, "figures");
        return [];
      }
    }));
    return await write([
      ...[...Object.values(counts), ...Object.values(times)]
        .map((one) => one.family()),
      ...found.flat(),
    ]);
  };
  return {
    observeSync: (site, seconds) => times.sync.observe(seconds, siteOf(site)),
    countRequest(route, status) {
      let cells = byRoute.get(route);
      if (cells === undefined) byRoute.set(routeOf(route), cells = []);
      cells[status] ??= counts.requests.cell(routeOf(route), String(status));
      cells[status].count++;
    },
    countSales: (site, direction, count) =>
      counts.synced.add(count, siteOf(site), direction),
    observeStore: (operation, seconds) =>
      times.store.observe(seconds, operation),
    countSale: (outcome) => counts.sales.add(1, outcome),
    countRefusal: (operation, reason) =>
      counts.refusals.add(1, operation, reasonOf(reason)),
    observeGroup: (decisions) => times.groups.observe(decisions),
    observeCommit: (seconds) => times.commits.observe(seconds),
    observeLoop: (seconds) => times.loop.observe(seconds),
    countPurchase: (outcome) => counts.purchases.add(1, outcome),
    countCharge: (outcome) => counts.charges.add(1, outcome),
    countChargeRefusal: (reason) => counts.chargeRefusals.add(1, reason),
    watch: (reader) => void readers.push(reader),
    watchFleet: (reader) => void readers.push(() => fleetFamilies(reader())),
    watchCharging: (reader) =>
      void readers.push(() => chargingFamilies(reader())),
    watchKafka: (reader) =>
      void readers.push(() => [
        gauge(
          "panal_kafka_connected",
          "1 while the broker of Kafka is reached, else 0.",
          reader() ? 1 : 0,
        ),
      ]),
    // Who asks while it is being read for somebody else gets the same.
    text: () =>
      running ??= read().finally(() => {
        running = undefined;
      }),
  };
}

function createCounted() {
  const counts = {
    sales: new CountedFamily(
      {
        name: "panal_sales_total",
        help: "Sales decided here, by what became of them.",
      },
      ["outcome"],
      SALE_OUTCOMES,
    ),
    refusals: new CountedFamily(
      {
        name: "panal_refusals_total",
        help: "Decisions that were refused here, by what was asked and why.",
      },
      ["operation", "reason"],
    ),
    requests: new CountedFamily(
      {
        name: "panal_http_requests_total",
        help: "Requests answered, by route and status.",
      },
      ["route", "status"],
    ),
    synced: new CountedFamily(
      {
        name: "panal_sales_synced_total",
        help: "Sales synchronised with branches and centrals.",
      },
      ["sucursal", "direction"],
    ),
    purchases: new CountedFamily(
      {
        name: "panal_purchases_total",
        help:
          "Purchases with fleet cards decided here, by what became of them.",
      },
      ["outcome"],
    ),
    charges: new CountedFamily(
      {
        name: "panal_charging_sessions_total",
        help: "Charging sessions that began to supply here, or ended, by how.",
      },
      ["outcome"],
    ),
    chargeRefusals: new CountedFamily(
      {
        name: "panal_charging_refusals_total",
        help: "Drivers' requests that were refused, by reason.",
      },
      ["reason"],
    ),
    unread: new CountedFamily(
      {
        name: "panal_metrics_unread_total",
        help: "Figures that could not be read when somebody asked for them.",
      },
      ["part"],
      ["figures"],
    ),
  };
  return { counts, times: createTimes() };
}

function createTimes() {
  return {
    groups: new MeasuredFamily({
      name: "panal_commit_group_decisions",
      help: "Decisions that were written in one transaction.",
    }, GROUP_SIZES),
    commits: new MeasuredFamily({
      name: "panal_commit_sync_seconds",
      help: "Time until the disk has confirmed a transaction.",
    }, STORE_SECONDS),
    store: new MeasuredFamily(
      {
        name: "panal_store_seconds",
        help: "Time until the store has answered.",
      },
      STORE_SECONDS,
      "op",
    ),
    loop: new MeasuredFamily({
      name: "panal_event_loop_delay_seconds",
      help: "How much later than asked for the node's thread got to a timer.",
    }, LOOP_SECONDS),
    sync: new MeasuredFamily(
      {
        name: "panal_sync_latency_seconds",
        help: "Time of one synchronisation with a branch.",
      },
      SYNC_SECONDS,
      "sucursal",
    ),
  };
}

function fleetFamilies(
  { resultsKept, unconfirmed, floorOpen }: FleetFigures,
): MetricFamily[] {
  return [
    gauge(
      "panal_card_results_kept",
      "Verdicts that their cards did not get, 1000 at most.",
      resultsKept,
    ),
    gauge(
      "panal_verdicts_unconfirmed",
      "Verdicts that no original regional office has confirmed, 1000 at most.",
      unconfirmed,
    ),
    gauge(
      "panal_floor_open_units",
      "Floor expenses that no balance has covered yet, in whole units.",
      floorOpen,
    ),
  ];
}

function chargingFamilies(
  { states, unconfirmed }: ChargingFigures,
): MetricFamily[] {
  return [
    labelled({
      name: "panal_charging_points",
      help: "Charging points, by state.",
      label: "state",
    }, Object.entries(states)),
    gauge(
      "panal_charging_points_unconfirmed",
      "Charging points that have not confirmed a stop or resume.",
      unconfirmed,
    ),
  ];
}
