/**
 * Realistic bugs of charging: sessions lost, doubled or never freed, and states that are not those of the equipment.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

const SESSIONS = "tests/crdt/charging_sessions_test.ts";
const POINTS = "tests/crdt/charging_points_test.ts";
const STATE = "tests/crdt/charging_state_test.ts";

/** The bugs. */
export const CHARGING_MUTATIONS: readonly Mutation[] = [
  {
    name: "let the end of a session that came last count",
    file: "crdt/charging_session.ts",
    find: `  return compareOrder(one.order, other.order) < 0;`,
    replace: `  return compareOrder(one.order, other.order) !== 0;`,
    foundBy: { test: SESSIONS, filter: "of two ends made apart" },
  },
  {
    name: "forget the other ends of a session",
    file: "crdt/charging.ts",
    find: `    next = bestSpare(rows, place);`,
    replace: `    next = undefined;`,
    foundBy: { test: SESSIONS, filter: "of two ends made apart" },
  },
  {
    name: "add a session's second end to the sums without taking the first out",
    file: "crdt/charging.ts",
    find: `    addSums(rows, gone.of, Object.fromEntries(negative));`,
    replace: `    if (come === undefined) {
      addSums(rows, gone.of, Object.fromEntries(negative));
    }`,
    foundBy: { test: SESSIONS, filter: "of two ends made apart" },
  },
  {
    name: "keep a point busy after its session's end",
    file: "crdt/charging.ts",
    find: `  if (after !== undefined && after.status !== "ended") {`,
    replace:
      `  if (after !== undefined && after.ended?.outcome !== "completed") {`,
    foundBy: { test: SESSIONS, filter: "free after any end" },
  },
  {
    name:
      "say nothing of a quiet end to a driver that was told of the beginning",
    file: "crdt/charging_session.ts",
    find: `  if (ended.quiet && !isTold(session)) return undefined;`,
    replace: `  if (ended.quiet) return undefined;`,
    foundBy: { test: SESSIONS, filter: "told of its end once" },
  },
  {
    name: "publish a word again that was marked before it came",
    file: "crdt/charging_notices.ts",
    find: `    told: isTold(rows, site, id),
    rank,`,
    replace: `    told: 0,
    rank,`,
    foundBy: { test: SESSIONS, filter: "also one that came first" },
  },
  {
    name: "take a record again once a later broker began anew",
    file: "crdt/charging_open.ts",
    find:
      `    ...rows.scan(CHARGE_POSITIONS, { ...last, index: "by_timestamp" }),
`,
    replace: "",
    foundBy: { test: SESSIONS, filter: "neither figure below" },
  },
  {
    name: "let whoever is displaced displace others",
    file: "crdt/charging_open.ts",
    find: `depth === 0 || displacer(rows, one, depth - 1) === undefined`,
    replace: `one.id !== session.id`,
    foundBy: { test: STATE, filter: "displaced himself" },
  },
  {
    name: "let the end of an older connection disconnect a point",
    file: "crdt/charging_points.ts",
    find:
      `  const closed = [site, point, 0, "connection", linkText(id as Uint8Array)];`,
    replace: `  const closed = [site, point, 0, "connection"];`,
    foundBy: { test: POINTS, filter: "C-9" },
  },
  {
    name: "let a point that was only heard of take a registered one's place",
    file: "crdt/charging_points.ts",
    find: `      verified: dialect === "unverified" ? 0 : 1,`,
    replace: `      verified: 1,`,
    foundBy: { test: POINTS, filter: "C-48" },
  },
  {
    name: "let a recovery put a stopped point into service",
    file: "crdt/charging_state.ts",
    find:
      `  if (isOutOfService(point, connector, connected)) return "FUERA_DE_SERVICIO";
`,
    replace: `  if (
    isOutOfService(point, connector, connected) &&
    counting(point, "health", 0)?.value !== "ok"
  ) return "FUERA_DE_SERVICIO";
`,
    foundBy: { test: STATE, filter: "C-15" },
  },
  {
    name: "end a session that is over",
    file: "crdt/charging_state.ts",
    find: `  if (now.status === "ended") return { now, end: null };
`,
    replace: "",
    foundBy: { test: STATE, filter: "nextSession() leaves what is over" },
  },
  {
    name: "free a running supply when its driver leaves",
    file: "crdt/charging_state.ts",
    find: `    case "left":
      return isReserved ? "cancelled" : undefined;`,
    replace: `    case "left":
      return "cancelled";`,
    foundBy: { test: STATE, filter: "as section 10 says" },
  },
  {
    name: "end a session twice, under two ids",
    file: "nodes/charging/session_ends.ts",
    find: `    id: endId(id),`,
    replace: `    id: decision.newId(),`,
    foundBy: { scenario: "charging", seed: 1, seeds: 4 },
  },
  {
    name: "lose a ticket whose write was not confirmed",
    file: "nodes/charging/notice_publisher.ts",
    find: `    if (fresh.length > 0) {
      this.#checkHeld();`,
    replace: `    for (const { fact } of some) {
      if (fact !== undefined) this.#toNote.push(fact);
    }
    if (fresh.length > 0) {
      this.#checkHeld();`,
    foundBy: { scenario: "charging", seed: 1, seeds: 4 },
  },
  {
    name: "say again what another node has said",
    file: "nodes/charging/notice_publisher.ts",
    find: `        if (this.#tail.has(id) || seen.has(id)) continue;`,
    replace: `        if (seen.has(id)) continue;`,
    foundBy: { scenario: "charging", seed: 1, seeds: 4 },
  },
  {
    name: "drop a transaction whose session was given up before it came",
    file: "nodes/charging/ocpp_transactions.ts",
    find: `  return hasBegun(charging.session(verdict.session))`,
    replace: `  return verdict.session !== ids.session`,
    foundBy: { scenario: "charging", seed: 480 },
  },
];
