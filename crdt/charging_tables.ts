/**
 * The views of charging. Sums are kept, never counted anew; what is open (a session, a request without an answer, a word
 * that is not published, a command without an outcome) has an index of its own, so that it is found among millions.
 *
 * @module
 */
import type { TableSchema } from "./rows.ts";

/**
 * Points. `link` is the `PointConnected` that names who decides, `log` whose it is (null of a point that was only heard
 * of), `connected` 1 until that connection ends, `removed` 1 if the point was taken off the list since.
 */
export const CHARGING_POINTS: TableSchema = {
  name: "charging_points",
  columns: {
    site: "text",
    point: "text",
    log: "integer",
    link: "blob",
    stamp: "text",
    name: "text",
    seq: "integer",
    at: "integer",
    dialect: "text",
    location: "text",
    price: "integer",
    connectors: "integer",
    hardware: "text",
    connected: "integer",
    removed: "integer",
  },
  key: ["site", "point"],
  indexes: { by_log: ["log", "point"], by_point: ["point"] },
};

/** Every registration of a point; `hardware` is JSON or null. A point that was only heard of has `verified` 0. */
export const CHARGING_LINKS: TableSchema = {
  name: "charging_links",
  columns: {
    site: "text",
    point: "text",
    verified: "integer",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    log: "integer",
    at: "integer",
    dialect: "text",
    connectors: "integer",
    hardware: "text",
  },
  key: ["site", "point", "verified", "stamp", "name", "seq", "id"],
};

/** Where registrations said that a point is (`location`) and its price (`price`); one of both is null. */
export const CHARGING_STATED: TableSchema = {
  name: "charging_stated",
  columns: {
    site: "text",
    point: "text",
    field: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    location: "text",
    price: "integer",
  },
  key: ["site", "point", "field", "stamp", "name", "seq", "id"],
};

/** What stands of each aspect of a point: the newest report. `cause` is `` but for stops. */
export const POINT_STANDING: TableSchema = {
  name: "point_standing",
  columns: {
    site: "text",
    point: "text",
    connector: "integer",
    aspect: "text",
    cause: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    at: "integer",
    value: "text",
    code: "text",
  },
  key: ["site", "point", "connector", "aspect", "cause"],
};

/** Every report; of a connection's end, `cause` is the connection. */
export const POINT_REPORTED: TableSchema = {
  name: "point_reported",
  columns: {
    site: "text",
    point: "text",
    connector: "integer",
    aspect: "text",
    cause: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    at: "integer",
    value: "text",
    code: "text",
  },
  key: [
    "site",
    "point",
    "connector",
    "aspect",
    "cause",
    "stamp",
    "name",
    "seq",
    "id",
  ],
};

/** Commands. `state` is `waiting` or an outcome; `args`, `by` and `answer` are JSON or null. */
export const CHARGING_COMMANDS: TableSchema = {
  name: "charging_commands",
  columns: {
    id: "blob",
    site: "text",
    name: "text",
    log: "integer",
    at: "integer",
    point: "text",
    command: "text",
    cause: "text",
    session: "blob",
    args: "text",
    expires_at: "integer",
    by: "text",
    state: "text",
    answer: "text",
  },
  key: ["id", "site", "name"],
  indexes: {
    by_state: ["site", "state", "expires_at"],
    by_point: ["point", "at"],
  },
};

/** What became of commands: of several words about one the least in (stamp, log, seq) counts. */
export const CHARGING_COMMAND_ENDS: TableSchema = {
  name: "charging_command_ends",
  columns: {
    command: "blob",
    site: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    outcome: "text",
    answer: "text",
  },
  key: ["command", "site", "stamp", "name", "seq", "id"],
};

/** Requests that reached a node that does not decide; `answered` is 1 once one has. */
export const CHARGE_REQUESTS: TableSchema = {
  name: "charge_requests",
  columns: {
    id: "blob",
    site: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    log: "integer",
    at: "integer",
    point: "text",
    connector: "integer",
    driver: "text",
    source: "text",
    expires_at: "integer",
    hold_ms: "integer",
    tell: "integer",
    answered: "integer",
  },
  key: ["id", "site", "stamp", "name", "seq"],
  indexes: { by_state: ["site", "answered", "expires_at"] },
};

/** Requests that were refused: of several refusals of one the least in (stamp, log, seq) counts. */
export const CHARGE_REFUSED: TableSchema = {
  name: "charge_refused",
  columns: {
    request: "blob",
    site: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    at: "integer",
    point: "text",
    driver: "text",
    refusal: "text",
    words: "text",
    quiet: "integer",
  },
  key: ["request", "site", "stamp", "name", "seq"],
};

/**
 * Sessions, one row each. `at` is when it was authorized or first heard of. `authorized`, `informed`, `started`, `metered`
 * and `ended` are JSON of the fact of each kind that counts: see `charging_session_rows.ts`, which reads them.
 */
export const CHARGE_SESSIONS: TableSchema = {
  name: "charge_sessions",
  columns: {
    id: "blob",
    site: "text",
    point: "text",
    connector: "integer",
    driver: "text",
    at: "integer",
    status: "text",
    authorized: "text",
    informed: "text",
    started: "text",
    metered: "text",
    ended: "text",
  },
  key: ["id", "site"],
  indexes: {
    by_time: ["at"],
    by_point: ["point", "at"],
    by_driver: ["driver", "at"],
  },
};

/**
 * Facts of sessions that do not count because another one of their kind does; those of the kind `rest` are totals that were
 * told of sessions that were over already, those of the kind `orphan` ends that were told where the session was not known.
 */
export const CHARGE_SPARES: TableSchema = {
  name: "charge_spares",
  columns: {
    session: "blob",
    site: "text",
    kind: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    value: "text",
  },
  key: ["session", "site", "kind", "stamp", "name", "seq", "id"],
};

/** Sessions that last. `charging` is 1 if energy flows; `stamp`, `name` and `seq` are those of its first fact. */
export const CHARGE_OPEN: TableSchema = {
  name: "charge_open",
  columns: {
    id: "blob",
    site: "text",
    point: "text",
    connector: "integer",
    driver: "text",
    at: "integer",
    charging: "integer",
    stamp: "text",
    name: "text",
    seq: "integer",
  },
  key: ["id", "site"],
  indexes: {
    by_place: ["site", "point", "connector"],
    by_time: ["at"],
    by_point: ["point", "at"],
    by_driver: ["driver", "at"],
  },
};

/** Sessions by the numbers of their OCPP transactions. */
export const CHARGE_TRANSACTIONS: TableSchema = {
  name: "charge_transactions",
  columns: {
    point: "text",
    number: "integer",
    site: "text",
    id: "blob",
  },
  key: ["point", "number", "site", "id"],
};

/** Ends of OCPP transactions that were told to nodes which did not know their sessions; `value` is JSON of an `EnergyCounted`. */
export const CHARGE_STOPS: TableSchema = {
  name: "charge_stops",
  columns: {
    point: "text",
    number: "integer",
    site: "text",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    value: "text",
  },
  key: ["point", "number", "site", "stamp", "name", "seq", "id"],
};

/**
 * Words to drivers. `kind` is `authorized`, `denied`, `ticket`, `error`, or `again` (authorized once more, after another
 * session of the point was displaced); `told` is 1 once it is on the topic; `rank` orders those of one instant; `name` and
 * `seq` are those of the fact that makes it.
 */
export const CHARGE_NOTICES: TableSchema = {
  name: "charge_notices",
  columns: {
    id: "blob",
    site: "text",
    told: "integer",
    at: "integer",
    rank: "integer",
    kind: "text",
    session: "blob",
    point: "text",
    driver: "text",
    words: "text",
    energy: "integer",
    amount: "integer",
    name: "text",
    seq: "integer",
  },
  key: ["id", "site"],
  indexes: {
    by_state: ["site", "told", "at", "rank"],
    by_driver: ["driver", "at", "rank"],
  },
};

/** How often a word was marked as told; it may not be here yet. */
export const CHARGE_TOLD: TableSchema = {
  name: "charge_told",
  columns: { id: "blob", site: "text", count: "integer" },
  key: ["id", "site"],
};

/**
 * Sums of sessions that ended. `kind` is `point`, `driver` or `day`; `key` the point or driver, `` of a day; the date ``
 * stands for all. `other_energy` and `other_amount` are what no session holds.
 */
export const CHARGE_SUMS: TableSchema = {
  name: "charge_sums",
  columns: {
    site: "text",
    kind: "text",
    key: "text",
    date: "text",
    currency: "text",
    exponent: "integer",
    sessions: "integer",
    completed: "integer",
    energy: "integer",
    amount: "integer",
    other_energy: "integer",
    other_amount: "integer",
  },
  key: ["site", "kind", "key", "date", "currency", "exponent"],
  indexes: { by_date: ["site", "kind", "date", "key"] },
};

/** Where records that were taken stood in their topic, by point. */
export const CHARGE_POSITIONS: TableSchema = {
  name: "charge_positions",
  columns: {
    site: "text",
    point: "text",
    offset: "integer",
    timestamp: "integer",
    count: "integer",
  },
  key: ["site", "point", "offset", "timestamp"],
  indexes: { by_timestamp: ["site", "point", "timestamp"] },
};

/** Where records stood in their topic that said of a session that a supply begins; `first` is 1 if the session began so. */
export const CHARGE_BEGINNINGS: TableSchema = {
  name: "charge_beginnings",
  columns: {
    session: "blob",
    site: "text",
    point: "text",
    timestamp: "integer",
    offset: "integer",
    first: "integer",
    count: "integer",
  },
  key: ["session", "site", "point", "timestamp", "offset", "first"],
  indexes: { by_place: ["site", "point", "timestamp", "offset", "first"] },
};

/** Ends of supplies whose sessions were not known where they were told; `value` is JSON of an `EnergyCounted`. */
export const CHARGE_ORPHANS: TableSchema = {
  name: "charge_orphans",
  columns: {
    site: "text",
    point: "text",
    timestamp: "integer",
    offset: "integer",
    stamp: "text",
    name: "text",
    seq: "integer",
    id: "blob",
    value: "text",
  },
  key: [
    "site",
    "point",
    "timestamp",
    "offset",
    "stamp",
    "name",
    "seq",
    "id",
  ],
};

/** Energy that no session holds: of facts, and (without `name`) what sessions came to beyond their ends. */
export const ENERGY_COUNTED: TableSchema = {
  name: "energy_counted",
  columns: {
    at: "integer",
    id: "blob",
    site: "text",
    name: "text",
    point: "text",
    session: "blob",
    driver: "text",
    date: "text",
    energy: "integer",
    amount: "integer",
    currency: "text",
    exponent: "integer",
  },
  key: ["at", "id", "site", "name"],
  indexes: { by_point: ["point", "at"] },
};

/** Tables of sums. */
export const CHARGING_SUMS: readonly TableSchema[] = [
  CHARGE_TOLD,
  CHARGE_SUMS,
  CHARGE_POSITIONS,
  CHARGE_BEGINNINGS,
];

/** Every view of charging. */
export const CHARGING_TABLES: readonly TableSchema[] = [
  ...CHARGING_SUMS,
  CHARGING_POINTS,
  CHARGING_LINKS,
  CHARGING_STATED,
  POINT_STANDING,
  POINT_REPORTED,
  CHARGING_COMMANDS,
  CHARGING_COMMAND_ENDS,
  CHARGE_REQUESTS,
  CHARGE_REFUSED,
  CHARGE_SESSIONS,
  CHARGE_SPARES,
  CHARGE_OPEN,
  CHARGE_TRANSACTIONS,
  CHARGE_STOPS,
  CHARGE_ORPHANS,
  CHARGE_NOTICES,
  ENERGY_COUNTED,
];
