/**
 * The tables of a node beside its views: logs, commits, branches, and what only this node saw.
 *
 * @module
 */
import { type TableSchema, VIEW_TABLES } from "../crdt/mod.ts";

/**
 * Logs by this node's short numbers. `role` is 1 for the log that this node writes in its space; `parent` is the number
 * of the log that a fork's continuation goes on from.
 */
export const LOGS: TableSchema = {
  name: "logs",
  columns: {
    log: "integer",
    name: "text",
    space: "text",
    public_key: "blob",
    certificate: "blob",
    role: "integer",
    first_body: "integer",
    parent: "integer",
  },
  key: ["log"],
};

/** How far each log is stored. */
export const TIPS: TableSchema = {
  name: "tips",
  columns: {
    log: "integer",
    seq: "integer",
    hash: "blob",
    stamp: "text",
    signature: "blob",
  },
  key: ["log"],
};

/** Bodies of commits that are not packed yet. */
export const COMMITS: TableSchema = {
  name: "commits",
  columns: { log: "integer", seq: "integer", body: "blob" },
  key: ["log", "seq"],
  wide: true,
};

/** Bodies of commits of sealed pages, compressed together. `first` is the seq of the first. */
export const BLOCKS: TableSchema = {
  name: "blocks",
  columns: {
    log: "integer",
    first: "integer",
    count: "integer",
    bodies: "blob",
  },
  key: ["log", "first"],
  wide: true,
};

/** Signatures of heads where a run of commits ends. */
export const HEADS: TableSchema = {
  name: "heads",
  columns: { log: "integer", seq: "integer", hash: "blob", signature: "blob" },
  key: ["log", "seq"],
};

/** Where each branch is. */
export const BRANCHES: TableSchema = {
  name: "branches",
  columns: {
    log: "integer",
    doc: "text",
    changes: "integer",
    operations: "integer",
    head: "blob",
  },
  key: ["log", "doc"],
  indexes: { by_doc: ["doc"] },
};

/** Changes of branches that are no journal pages, until the branch is saved. */
export const BRANCH_CHANGES: TableSchema = {
  name: "branch_changes",
  columns: { log: "integer", doc: "text", change: "integer", bytes: "blob" },
  key: ["log", "doc", "change"],
};

/** Saved branches and how many changes they hold. */
export const SAVED_BRANCHES: TableSchema = {
  name: "saved_branches",
  columns: { log: "integer", doc: "text", changes: "integer", bytes: "blob" },
  key: ["log", "doc"],
  wide: true,
};

/** Branches changed since the log's last checkpoint (of the log that this node writes). */
export const CHANGED_BRANCHES: TableSchema = {
  name: "changed_branches",
  columns: { log: "integer", doc: "text" },
  key: ["log", "doc"],
};

/** Commits that carry a certificate (kind 1) or a checkpoint (kind 2). */
export const LANDMARKS: TableSchema = {
  name: "landmarks",
  columns: {
    log: "integer",
    seq: "integer",
    kind: "integer",
    hash: "blob",
    at: "integer",
  },
  key: ["log", "seq", "kind"],
};

/** What does not count, and why. */
export const SET_ASIDE: TableSchema = {
  name: "set_aside",
  columns: {
    log: "integer",
    seq: "integer",
    item: "integer",
    reason: "text",
    doc: "text",
    id: "text",
    type: "text",
  },
  key: ["log", "seq", "item"],
};

/** What only this node saw. */
export const INCIDENTS: TableSchema = {
  name: "incidents",
  columns: {
    id: "text",
    kind: "text",
    message: "text",
    since: "integer",
    count: "integer",
    details: "text",
  },
  key: ["id"],
};

/** How many receipts a log has numbered on a date. */
export const RECEIPT_COUNTS: TableSchema = {
  name: "receipt_counts",
  columns: { log: "integer", date: "text", count: "integer" },
  key: ["log", "date"],
};

/** Invitations that were redeemed. */
export const REDEEMED: TableSchema = {
  name: "redeemed",
  columns: { nonce: "blob", peer: "text", at: "integer", chain: "blob" },
  key: ["nonce"],
};

/** Single values of this node by name. */
export const META: TableSchema = {
  name: "meta",
  columns: { name: "text", value: "text" },
  key: ["name"],
};

/** Addresses of peers that this node was linked with. */
export const ADDRESSES: TableSchema = {
  name: "addresses",
  columns: { peer: "text", address: "text", seen: "integer" },
  key: ["peer"],
};

/**
 * Lines of sales that an original central is to be told of, while they wait for it or for a person. `state` and what the
 * columns mean: see `outbox.ts`.
 */
export const OUTBOX: TableSchema = {
  name: "outbox",
  columns: {
    state: "integer",
    number: "integer",
    sale: "blob",
    line: "integer",
    body: "text",
    attempts: "integer",
    sent: "integer",
    total: "integer",
    note: "text",
  },
  key: ["state", "number"],
};

/** How far each own log was read for sales to be told, and where it ends if it was closed. */
export const OUTBOX_LOGS: TableSchema = {
  name: "outbox_logs",
  columns: { log: "integer", seq: "integer", last: "integer" },
  key: ["log"],
};

/** The delivery that a native pump makes, as of its last tick, until it is a recorded sale. */
export const PUMP_SESSIONS: TableSchema = {
  name: "pump_sessions",
  columns: {
    pump: "integer",
    sale: "text",
    fuel: "text",
    price: "integer",
    started: "integer",
    volume: "integer",
    at: "integer",
  },
  key: ["pump"],
};

/**
 * Sales of a native pump that an original station is to be told of. `state` and what the columns mean: see
 * `forecourt/pump_store.ts`.
 */
export const PUMP_OUTBOX: TableSchema = {
  name: "pump_outbox",
  columns: {
    state: "integer",
    number: "integer",
    sale: "text",
    attempts: "integer",
  },
  key: ["state", "number"],
};

/** What this node wrote to the pumps that dial it: how each was last seen, and the prices that it was last given. */
export const PUMP_LINKS: TableSchema = {
  name: "pump_links",
  columns: {
    site: "text",
    pump: "integer",
    busy: "text",
    prices: "text",
  },
  key: ["site", "pump"],
};

/** Heads of logs that other members signed too, one of the newest and one of the newest checkpoint for each. */
export const COUNTERSIGNATURES: TableSchema = {
  name: "countersignatures",
  columns: {
    log: "integer",
    seq: "integer",
    signer: "blob",
    hash: "blob",
    head: "blob",
    signature: "blob",
  },
  key: ["log", "seq", "signer"],
};

/** When pumps last registered at this node, in microseconds since 1970. */
export const PUMP_CONNECTIONS: TableSchema = {
  name: "pump_connections",
  columns: { site: "text", pump: "integer", at: "integer" },
  key: ["site", "pump"],
};

/** The synchronisation log of this node: see `branch_sync/sync_log.ts`. */
export const SYNC_LOG: TableSchema = {
  name: "sync_log",
  columns: {
    number: "integer",
    at: "integer",
    direction: "integer",
    ok: "integer",
    message: "text",
    site: "text",
    records: "integer",
  },
  key: ["number"],
  indexes: { by_outcome: ["ok", "number"] },
};

/** What came of original branches and needs a person: see `branch_sync/sync_issues.ts`. */
export const SYNC_ISSUES: TableSchema = {
  name: "sync_issues",
  columns: {
    number: "integer",
    kind: "integer",
    digest: "text",
    site: "text",
    receipt: "text",
    reason: "text",
    raw: "text",
    at: "integer",
    resolved: "integer",
  },
  key: ["number"],
  indexes: { by_digest: ["digest"] },
};

/** When original branches were heard of last at this node, in milliseconds since 1970. */
export const SYNC_BRANCHES: TableSchema = {
  name: "sync_branches",
  columns: { site: "text", at: "integer" },
  key: ["site"],
};

/** People who signed in here, by the hash of their session's id; see `people/sessions.ts`. */
export const SESSIONS: TableSchema = {
  name: "sessions",
  columns: {
    id: "text",
    user: "integer",
    epoch: "text",
    must: "integer",
    seen: "integer",
  },
  key: ["id"],
};

/** Keys that sign this node's tokens. */
export const TOKEN_KEYS: TableSchema = {
  name: "token_keys",
  columns: { kid: "text", secret: "blob", at: "integer" },
  key: ["kid"],
};

/** Tokens that were ended before their time, until then; `exp` in seconds since 1970. */
export const REVOKED_TOKENS: TableSchema = {
  name: "revoked_tokens",
  columns: { jti: "text", exp: "integer" },
  key: ["jti"],
};

/**
 * Own sales by the original central that is told of them. `state` and what the columns mean: see
 * `branch_sync/push_queue.ts`.
 */
export const BRANCH_PUSHES: TableSchema = {
  name: "branch_pushes",
  columns: {
    target: "text",
    state: "integer",
    number: "integer",
    sale: "blob",
    log: "integer",
    at: "integer",
    receipt: "text",
    since: "integer",
    note: "text",
  },
  key: ["target", "state", "number"],
  indexes: { by_sale: ["target", "sale"] },
};

/** How far each log of the site was read for sales that an original central is told of. */
export const BRANCH_PUSH_LOGS: TableSchema = {
  name: "branch_push_logs",
  columns: { target: "text", log: "integer", seq: "integer" },
  key: ["target", "log"],
};

/**
 * Purchases that original stations asked for and whose verdict they do not have. `state` and what the columns mean: see
 * `fleet/region_book.ts`.
 */
export const FLEET_OWED: TableSchema = {
  name: "fleet_owed",
  columns: {
    purchase: "text",
    state: "integer",
    accepted: "integer",
    received: "integer",
    address: "text",
    station: "text",
    company: "integer",
    card: "integer",
    total: "integer",
    date: "text",
  },
  key: ["purchase"],
};

/** The pumps that each original station ever announced, by province and number. */
export const FLEET_STATION_PUMPS: TableSchema = {
  name: "fleet_station_pumps",
  columns: { station: "text", address: "text" },
  key: ["station", "address"],
};

/**
 * Purchases that an original program decides. `state` and what the columns mean: see `fleet/forward_book.ts`.
 */
export const FLEET_FORWARDS: TableSchema = {
  name: "fleet_forwards",
  columns: {
    target: "text",
    purchase: "text",
    state: "integer",
    at: "integer",
    address: "text",
    station: "text",
    company: "integer",
    card: "integer",
    total: "integer",
    date: "text",
  },
  key: ["target", "purchase"],
  indexes: {
    by_state: ["target", "state", "purchase"],
    by_content: ["target", "date", "company", "card", "purchase"],
  },
};

/** What purchases were held for here that are not charged yet; `input` is JSON. */
export const FLEET_HOLDS: TableSchema = {
  name: "fleet_holds",
  columns: { purchase: "blob", at: "integer", input: "text" },
  key: ["purchase"],
  indexes: { by_time: ["at"] },
};

/**
 * What this node has seen of companies, in the order in which it saw it; see `fleet/feed.ts`. It is no view: a number
 * once given stays.
 */
export const FLEET_FEED: TableSchema = {
  name: "fleet_feed",
  columns: {
    company: "integer",
    number: "integer",
    fact: "blob",
    kind: "text",
    at: "integer",
    card: "integer",
    amount: "integer",
  },
  key: ["company", "number"],
  indexes: { by_fact: ["company", "fact"] },
};

/** How far each log was read for the feed. */
export const FLEET_FEED_LOGS: TableSchema = {
  name: "fleet_feed_logs",
  columns: { log: "text", seq: "integer" },
  key: ["log"],
};

/** How far each subscriber of a company's feed has confirmed. */
export const FLEET_SUBSCRIBERS: TableSchema = {
  name: "fleet_subscribers",
  columns: {
    company: "integer",
    subscriber: "text",
    number: "integer",
    at: "integer",
  },
  key: ["company", "subscriber"],
};

/** Imports of companies' state files: what was read, and whether all of it is stored. */
export const FLEET_IMPORTS: TableSchema = {
  name: "fleet_imports",
  columns: { company: "integer", digest: "text", done: "integer" },
  key: ["company"],
};

/**
 * Rows that changed since sinks were told, each once, by the number of its newest change: see `sinks/change_journal.ts`.
 * `mark` is a log's seq where `target` is the table of tips.
 */
export const SINK_CHANGES: TableSchema = {
  name: "sink_changes",
  columns: {
    target: "text",
    key: "text",
    number: "integer",
    at: "integer",
    mark: "integer",
  },
  key: ["target", "key"],
  indexes: { by_number: ["number"] },
};

/** Every table of a node. */
export const NODE_TABLES: readonly TableSchema[] = [
  ...VIEW_TABLES,
  LOGS,
  TIPS,
  COMMITS,
  BLOCKS,
  HEADS,
  BRANCHES,
  BRANCH_CHANGES,
  SAVED_BRANCHES,
  CHANGED_BRANCHES,
  LANDMARKS,
  SET_ASIDE,
  COUNTERSIGNATURES,
  INCIDENTS,
  RECEIPT_COUNTS,
  REDEEMED,
  META,
  ADDRESSES,
  OUTBOX,
  OUTBOX_LOGS,
  SYNC_LOG,
  SYNC_ISSUES,
  SYNC_BRANCHES,
  BRANCH_PUSHES,
  BRANCH_PUSH_LOGS,
  PUMP_CONNECTIONS,
  PUMP_SESSIONS,
  PUMP_OUTBOX,
  PUMP_LINKS,
  SESSIONS,
  TOKEN_KEYS,
  REVOKED_TOKENS,
  FLEET_OWED,
  FLEET_STATION_PUMPS,
  FLEET_FORWARDS,
  FLEET_HOLDS,
  FLEET_FEED,
  FLEET_FEED_LOGS,
  FLEET_SUBSCRIBERS,
  FLEET_IMPORTS,
  SINK_CHANGES,
];

/** The version of `NODE_TABLES`. */
export const SCHEMA_VERSION = 11;
