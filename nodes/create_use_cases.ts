/**
 * Puts the use-cases of a node together.
 *
 * @module
 */
import {
  ACKNOWLEDGEMENTS,
  CATALOG_CHANGES,
  CHARGE_SESSIONS,
  CHARGING_COMMANDS,
  type Clock,
  closeBranch,
  FUEL_SALES,
  GOODS_ARRIVED,
  GOODS_SENT,
  idText,
  mergeBranches,
  MESH_SPACE,
  NOTICES,
  ok,
  OVERSELL_ACKNOWLEDGEMENTS,
  PRICE_CHANGES,
  PRICES_TAKEN,
  PRODUCTS,
  type Random,
  SALES,
  saveBranch,
  STOCK,
  STOCK_OFFERS,
  TANK_EVENTS,
} from "../crdt/mod.ts";
import { createPointPasswords } from "./charging/point_passwords.ts";
import { createChargingSecurity } from "./charging/point_security.ts";
import { CHARGING_SHOWN } from "./charging/create_charging.ts";
import { FLEET_SHOWN } from "./fleet/create_fleet.ts";
import type { FleetUseCases } from "./fleet/fleet_use_cases.ts";
import {
  createForecourt,
  FORECOURT_SHOWN,
} from "./forecourt/create_forecourt.ts";
import type { LivePumps } from "./forecourt/live_pumps.ts";
import { createSimulatedPumps } from "./forecourt/simulated_pumps.ts";
import type { Incidents } from "./incidents.ts";
import type { MeshUseCases } from "./mesh/mesh_use_cases.ts";
import { createDecideNotice } from "./outbox_decision.ts";
import { readBranch } from "./read_branch.ts";
import { createOutboxReading } from "./outbox.ts";
import type { BranchSyncSettings } from "./branch_sync/branch_sync_settings.ts";
import {
  createBranchSync,
  type Pulling,
  type Sending,
} from "./branch_sync/create_branch_sync.ts";
import { createReceiving } from "./branch_sync/create_receiving.ts";
import { createPeople } from "./people/create_people.ts";
import { documentWithoutSecrets } from "./people/hidden.ts";
import type { SinkView } from "./sinks/sink_port.ts";
import { readSinkRows } from "./sinks/sink_rows.ts";
import type { PeoplePorts } from "./people/people_ports.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { createReports } from "./reports/create_reports.ts";
import type { RowChange } from "./row_buffer.ts";
import { BRANCHES, INCIDENTS } from "./tables.ts";
import { createTills, TILLS_SHOWN } from "./tills/create_tills.ts";
import { createDrawer } from "./tills/drawer.ts";
import type {
  HealthView,
  NodeInfo,
  NotifierView,
  PeerView,
  SaleQuery,
  UseCases,
  ViewChange,
} from "./use_cases.ts";
import { filteredSales } from "./use_cases/sale_filter.ts";
import { refuse, type UseCaseContext } from "./use_cases/context.ts";
import type { InvariantCounter } from "./use_cases/invariants.ts";
import { createReceiveNotice } from "./use_cases/notices.ts";
import { createOversellUseCases } from "./use_cases/oversells.ts";
import { createProductUseCases } from "./use_cases/products.ts";
import { createGoodsReadings } from "./use_cases/goods_readings.ts";
import { createReadings } from "./use_cases/readings.ts";
import { createRecordSale } from "./use_cases/record_sale.ts";
import { createRightsReading } from "./use_cases/rights_readings.ts";
import { createTransferUseCases } from "./use_cases/transfers.ts";
import { createSpendUseCases } from "./use_cases/spends.ts";
import { createStockUseCases } from "./use_cases/stock.ts";
import { createVoidSale } from "./use_cases/void_sale.ts";

/** Parts of a node that the use-cases show or need. */
export interface UseCaseParts {
  /** Settings. */
  readonly node: NodeInfo;
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** What sign-ins need; undefined in a node where nobody signs in. */
  readonly people: PeoplePorts | undefined;
  /** How the node takes part in the synchronisation of older branch software, and its sides once they are there. */
  readonly branchSync: {
    readonly settings: BranchSyncSettings;
    readonly sending: () => Sending | undefined;
    readonly pulling: () => Pulling | undefined;
  };
  /** The list of incidents. */
  readonly incidents: Incidents;
  /** Counts of invariants. */
  readonly invariants: InvariantCounter;
  /** The peers as the node sees them. */
  readonly peers: () => readonly PeerView[];
  /** How the node is. */
  readonly health: () => HealthView;
  /** The notifier's state. */
  readonly notifier: () => NotifierView;
  /** How the sinks stand. */
  readonly sinks: () => readonly SinkView[];
  /** The mesh as a whole, given how a fact is found. */
  readonly mesh: (fact: UseCases["fact"]) => MeshUseCases;
  /** Asks other peers for rights. */
  readonly askRights: UseCaseContext["askRights"];
  /** What pumps are doing. */
  readonly live: LivePumps;
  /** Fleet cards. */
  readonly fleet: FleetUseCases;
  /** Charging points. */
  readonly charging: UseCases["charging"];
}

/** Tables whose changes are shown, and under which name. */
const SHOWN: ReadonlyMap<string, string> = new Map([
  [PRODUCTS.name, "products"],
  [PRICE_CHANGES.name, "products"],
  [STOCK.name, "stock"],
  [STOCK_OFFERS.name, "stock"],
  [OVERSELL_ACKNOWLEDGEMENTS.name, "oversells"],
  [GOODS_SENT.name, "transfers"],
  [GOODS_ARRIVED.name, "transfers"],
  [SALES.name, "sales"],
  [NOTICES.name, "notices"],
  [ACKNOWLEDGEMENTS.name, "incidents"],
  [INCIDENTS.name, "incidents"],
  ...FORECOURT_SHOWN,
  ...TILLS_SHOWN,
  ...FLEET_SHOWN,
  ...CHARGING_SHOWN,
]);

/** The names of tables whose changes a replica must note. */
export const SHOWN_TABLES: ReadonlySet<string> = new Set(SHOWN.keys());

/** Most listeners of view changes. */
const LISTENERS_MAX = 1024;

/** Tables whose ids are what people ask for. */
const NAMED_BY_ID: ReadonlySet<unknown> = new Set([
  CHARGE_SESSIONS,
  CHARGING_COMMANDS,
]);

/** Tables whose first two columns say what is meant; the others only tell their rows apart. */
const PLACED: ReadonlySet<unknown> = new Set([
  PRICE_CHANGES,
  CATALOG_CHANGES,
  PRICES_TAKEN,
  TANK_EVENTS,
  OVERSELL_ACKNOWLEDGEMENTS,
]);

/** The site and the id of such a row. */
function idKey({ table, key }: RowChange): string[] {
  const at = (column: string) => key[table.key.indexOf(column)] ?? null;
  const id = at("id");
  return [String(at("site")), ...id instanceof Uint8Array ? [idText(id)] : []];
}

/** Part of a changed row's key that people know: no internal numbers, no raw bytes. */
function shownKey(change: RowChange): (string | number)[] {
  const { table, key } = change;
  if (NAMED_BY_ID.has(table)) return idKey(change);
  const columns = table.key.map((column, i) => ({
    column,
    value: key[i] ?? null,
  }));
  const known = table === SALES || table === FUEL_SALES
    ? columns.filter(({ column }) => column === "site" || column === "at")
    : PLACED.has(table)
    ? columns.slice(0, 2)
    // Rows of stock are named by site and product, offers the other way round.
    : table === STOCK_OFFERS
    ? columns.slice(0, 2).toReversed()
    : columns;
  return known.map(({ value }) => value).filter((value) =>
    typeof value === "string" || typeof value === "number"
  );
}

function createFeed(
  replica: Replica,
  live: LivePumps,
): UseCases["subscribe"] {
  const listeners = new Set<(change: ViewChange) => void>();
  let sequence = 0;
  replica.listen({
    written: () => {},
    taken: () => {},
    incident: () => {},
    changed(changes) {
      for (const change of changes) {
        sequence++;
        const view = SHOWN.get(change.table.name);
        if (view === undefined || listeners.size === 0) continue;
        const told = { sequence, view, key: shownKey(change) };
        for (const listener of listeners) listener(told);
      }
    },
  });
  live.watch(({ site, pump }) => {
    sequence++;
    const told = { sequence, view: "pumps", key: [site, pump] };
    for (const listener of listeners) listener(told);
  });
  return (listener) => {
    if (listeners.size < LISTENERS_MAX) listeners.add(listener);
    return () => void listeners.delete(listener);
  };
}

function createDocuments(
  replica: Replica,
): Pick<UseCases, "document" | "documents"> {
  return {
    document(name) {
      const rows = replica.reader.scan(BRANCHES, {
        index: "by_doc",
        prefix: [name],
      });
      if (rows.length === 0) return undefined;
      const entries = rows.map((row) =>
        replica.register.byNumber(Number(row["log"]))
      )
        .filter((entry) => entry !== undefined)
        // Continuations of a fork repeat their trunk's changes, so they cannot be merged with it.
        .filter((entry) => !entry.name.includes("~"));
      const saved = entries.map((log) => {
        const branch = readBranch(replica.reader, replica.archive, {
          log,
          doc: name,
        });
        const bytes = saveBranch(branch);
        closeBranch(branch);
        return bytes;
      });
      const merged = mergeBranches(saved);
      const { json, hidden } = documentWithoutSecrets(merged.json);
      return { ...merged, json, automerge: hidden ? null : merged.automerge };
    },
    documents({ limit, cursor }) {
      const items: string[] = [];
      let after = cursor;
      while (items.length <= limit) {
        const rows = replica.reader.scan(BRANCHES, {
          index: "by_doc",
          limit: 500,
          ...(after === undefined ? {} : { after: [after] }),
        });
        for (const row of rows) {
          const doc = String(row["doc"]);
          if (items.at(-1) !== doc) items.push(doc);
          after = doc;
        }
        if (rows.length < 500) break;
      }
      const page = items.slice(0, limit);
      return {
        items: page,
        total: null,
        next: items.length > limit ? page.at(-1) ?? null : null,
      };
    },
  };
}

/**
 * Puts the use-cases together.
 *
 * @param parts What they work with.
 * @returns The use-cases.
 */
export function createUseCases(parts: UseCaseParts): UseCases {
  const { node, replica, incidents, invariants } = parts;
  const { askRights } = parts;
  const drawer = createDrawer(replica, node.site);
  const context = { node, replica, invariants, askRights, drawer };
  const all = createReadings(context);
  const readings = {
    ...all,
    sales: (query: SaleQuery) => filteredSales(query, all.sales),
  };
  return {
    node,
    fleet: parts.fleet,
    charging: parts.charging,
    forecourt: createForecourt({
      ...context,
      live: parts.live,
      simulated: createSimulatedPumps(() => parts.clock.now()),
    }),
    branchSync: createBranchSync({
      rows: () => replica.reader,
      receiving: createReceiving({
        replica,
        node,
        settings: parts.branchSync.settings,
        alert: incidents.report,
      }),
      sending: parts.branchSync.sending,
      pulling: parts.branchSync.pulling,
    }),
    chargingSecurity: createChargingSecurity({
      ...parts,
      site: node.site,
    }),
    pointPasswords: createPointPasswords({
      ...parts,
      hasher: parts.people?.hasher,
    }),
    people: createPeople({ ...parts, ports: parts.people }),
    reports: createReports({ replica, clock: parts.clock }),
    tills: createTills({ ...context, peers: parts.peers }),
    ...createProductUseCases(context),
    ...createStockUseCases(context),
    ...createOversellUseCases(context),
    recordSale: createRecordSale(context),
    voidSale: createVoidSale(context),
    receiveNotice: createReceiveNotice(context),
    acknowledgeIncident: ({ incident, note }) => {
      const known = incidents.list().some(({ id }) => id === incident);
      if (!known) {
        return Promise.resolve(
          refuse("incident_unknown", `There is no incident "${incident}"`),
        );
      }
      return replica.decide((decision) => {
        const id = decision.newId();
        decision.record(MESH_SPACE, {
          type: "IncidentAcknowledged",
          id,
          at: decision.at,
          incident,
          note,
        });
        return ok({ fact: id });
      });
    },
    ...createSpendUseCases(context),
    ...readings,
    goods: {
      ...createGoodsReadings(context, readings.products),
      ...createTransferUseCases(context),
    },
    mesh: parts.mesh(readings.fact),
    rights: createRightsReading(replica),
    incidents(query) {
      const all = incidents.list().filter((incident) =>
        query.acknowledged === true || !incident.acknowledged
      );
      const start = query.cursor === undefined
        ? 0
        : Math.max(0, all.findIndex(({ id }) => id === query.cursor) + 1);
      const items = all.slice(start, start + query.limit);
      const more = all.length > start + query.limit;
      return {
        items,
        total: all.length,
        next: more ? items.at(-1)?.id ?? null : null,
      };
    },
    peers: parts.peers,
    invariants: () => invariants.list(),
    health: parts.health,
    notifier: parts.notifier,
    sinks: parts.sinks,
    sinkRows: (query) => readSinkRows(replica, query),
    outbox: createOutboxReading(replica),
    decideNotice: createDecideNotice(context),
    ...createDocuments(replica),
    subscribe: createFeed(replica, parts.live),
  };
}
