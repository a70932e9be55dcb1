/**
 * What must hold of a charging site once everything has come to rest: every session has ended once, drivers were told as
 * they must be, nobody is held back, and energy and money are those that the engines counted.
 *
 * @module
 */
import {
  CHARGE_NOTICES,
  endId,
  type FactId,
  readNotice,
  type SiteCode,
  type StoredNotice,
} from "../../../crdt/mod.ts";
import {
  NOTICE_HEADER,
  parseDriverRecord,
  TOPIC_NOTIFICATIONS,
  TOPIC_REQUESTS,
} from "../../../net/mod.ts";
import { finalAnswer } from "../../../nodes/charging/charging_rows.ts";
import type { SessionView } from "../../../nodes/charging/charging_use_cases.ts";
import { requestIdOf } from "../../../nodes/charging/topic_records.ts";
import type { NodeWithParts } from "../../../nodes/node.ts";
import type { MemoryKafka } from "../../support/memory_kafka.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { countingFacts } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { ModelCharger } from "./model_charger.ts";
import type { ModelPoint } from "./model_point.ts";

/** More than a scenario has. */
const MANY = 500;

/** What the outside knows. */
export interface ChargingOutside {
  /** The broker. */
  readonly kafka: MemoryKafka;
  /** The points. */
  readonly points: readonly ModelPoint[];
  /** The chargers that speak OCPP. */
  readonly chargers: readonly ModelCharger[];
}

/**
 * Compares every node with the others, with its own facts, with the topics and with the engines.
 *
 * @param context The scenario.
 * @param office A peer that reads every space.
 * @param outside What the outside knows.
 * @returns What is wrong.
 */
export function findWrongCharges(
  context: ScenarioContext,
  office: SimulatedPeer,
  outside: ChargingOutside,
): string[] {
  const nodes = context.mesh.peers.filter(({ role }) => role === "charging");
  const [first] = nodes;
  if (first?.node === undefined || office.node === undefined) {
    return ["the site is down"];
  }
  const found = nodes.flatMap(({ name, node }) =>
    node === undefined ? [`${name} is down`] : [
      ...findBusy(node),
      ...findNotEndedOnce(node),
      ...findDifferentShown(node, first.node),
    ].map((text) => `${name}: ${text}`)
  );
  // What was forgotten with a disk nobody has told, or counted.
  if (context.suspects.copied.size > 0) return found;
  return [
    ...found,
    ...findWrongWords(office.node, outside),
    ...findUnansweredRequests(office.node, outside),
    ...findUnconserved(office.node, outside),
    ...findUncounted(office.node, outside),
  ];
}

function sessionsOf({ useCases: { charging } }: NodeWithParts): SessionView[] {
  const all: SessionView[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = charging.sessions({
      limit: MANY,
      ...(cursor === undefined ? {} : { cursor }),
    });
    all.push(...page.items);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

/** Who is held back although nothing goes on. */
function findBusy({ useCases: { charging } }: NodeWithParts): string[] {
  const drivers = charging.drivers().flatMap(({ driver, session }) =>
    session === null ? [] : [`${driver} is busy by ${session.id}`]
  );
  const points = charging.points({ limit: MANY }).items.flatMap((point) =>
    point.connectors.flatMap(({ session }) =>
      session === null ? [] : [`${point.id} is busy by ${session.id}`]
    )
  );
  return [...drivers, ...points];
}

/** Sessions by the facts themselves, read again from all logs. */
function findNotEndedOnce(node: NodeWithParts): string[] {
  // Two ends made apart have one id, and the least of them counts.
  const ends = new Map<string, Set<string>>();
  const begun = new Set<string>();
  const transactions = new Map<string, string>();
  const stops: string[] = [];
  for (const fact of countingFacts(node.replica)) {
    const type = fact["type"];
    if (type === "ChargeAuthorized") begun.add(String(fact["id"]));
    if (type === "ChargeStarted") {
      begun.add(String(fact["session"]));
      const { point, transaction, session } = fact;
      transactions.set(`${point}#${transaction}`, String(session));
    }
    const stop = fact["stop"] as { transaction: number } | undefined;
    if (stop !== undefined) stops.push(`${fact["point"]}#${stop.transaction}`);
    if (type !== "ChargeEnded" && type !== "ChargeFreed") continue;
    const session = String(fact["session"]);
    ends.set(session, (ends.get(session) ?? new Set()).add(String(fact["id"])));
  }
  for (const stop of stops) {
    const session = transactions.get(stop);
    if (session === undefined) continue;
    const id = endId(session as FactId);
    ends.set(session, (ends.get(session) ?? new Set()).add(id));
  }
  const sessions = sessionsOf(node);
  const shown = new Map(sessions.map((one) => [String(one.id), one]));
  const wrong = [...begun].flatMap((id) => {
    const count = ends.get(id)?.size ?? 0;
    if (count !== 1) return [`the session ${id} has ${count} ends that count`];
    return shown.get(id)?.status === "ended"
      ? []
      : [`the session ${id} has ended and is ${shown.get(id)?.status}`];
  });
  const twice = sessions.length === shown.size
    ? []
    : [`${sessions.length - shown.size} sessions are listed twice`];
  return [...wrong, ...twice, ...findWrongSums(node, sessions)];
}

/** Reports sum up the sessions that they are of, each once. */
function findWrongSums(
  { useCases: { charging } }: NodeWithParts,
  sessions: readonly SessionView[],
): string[] {
  const range = { from: "1900-01-01", to: "2999-12-31", limit: MANY };
  return charging.report({ by: "point", ...range }).items.flatMap((row) => {
    const of = sessions.filter(({ point }) => point === row.key);
    const should = [sumOf(of, "energy"), sumOf(of, "amount")];
    const is = [row.energy, row.amount];
    return String(is) === String(should)
      ? []
      : [`the report of ${row.key} is ${is}, not ${should}`];
  });
}

/** What people see is the same at every node. */
function findDifferentShown(
  node: NodeWithParts,
  first: NodeWithParts | undefined,
): string[] {
  const shown = (one: NodeWithParts | undefined) => {
    const charging = one?.useCases.charging;
    if (one === undefined || charging === undefined) return ["down"];
    const range = { from: "1900-01-01", to: "2999-12-31", limit: MANY };
    return [
      sessionsOf(one),
      // Whether a point is connected is what a node sees by its own links.
      charging.points({ limit: MANY }).items.map((
        { id, authority, stops, unconfirmed, faulty, at },
      ) => ({ id, authority, stops, unconfirmed, faulty, at })),
      charging.unattributed({ limit: MANY }).items,
      ...(["point", "driver", "day"] as const)
        .map((by) => charging.report({ by, ...range }).items),
    ].map((part) => JSON.stringify(part));
  };
  const [is, should] = [shown(node), shown(first)];
  return is.flatMap((text, i) =>
    text === should[i] ? [] : [`shows ${text}, not ${should[i]}`]
  );
}

/** Words on the topic against what they follow from: each stands there once, and who was let in hears of one end. */
function findWrongWords(
  { replica: { reader } }: NodeWithParts,
  { kafka }: ChargingOutside,
): string[] {
  const notices = new Map(
    reader.scan(CHARGE_NOTICES).map(readNotice).map((one) => [one.id, one]),
  );
  const counts = new Map<string, number>();
  for (const { headers } of kafka.records(TOPIC_NOTIFICATIONS)) {
    const id = headers.get(NOTICE_HEADER);
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const twice = [...counts].filter(([, count]) => count > 1)
    .map(([id, count]) => `the word ${id} stands on the topic ${count} times`);
  const missing = [...notices.keys()].filter((id) => !counts.has(id))
    .map((id) => `the word ${id} does not stand on the topic`);
  const told = [...notices.values()].filter(({ id }) => counts.has(id));
  return [...twice, ...missing, ...findUnpaired(told)];
}

function findUnpaired(told: readonly StoredNotice[]): string[] {
  const bySession = Map.groupBy(
    told.filter(({ session }) => session !== null),
    ({ session }) => session as FactId,
  );
  return [...bySession].flatMap(([session, words]) => {
    const ofKind = (...kinds: readonly string[]) =>
      words.filter(({ kind }) => kinds.includes(kind)).length;
    const begun = ofKind("authorized");
    const over = ofKind("ticket", "error");
    return begun === 0 || (begun === 1 && over === 1) ? [] : [
      `the driver of ${session} was told ${begun} times that he is let in, and ${over} times of the end`,
    ];
  });
}

/** Each request that reached the broker has its answer. */
function findUnansweredRequests(
  { replica: { reader } }: NodeWithParts,
  { kafka }: ChargingOutside,
): string[] {
  return kafka.records(TOPIC_REQUESTS).flatMap((record) => {
    if (parseDriverRecord(record.value)?.kind !== "request") return [];
    const id = requestIdOf(record);
    return finalAnswer(reader, "CUS" as SiteCode, id) === undefined
      ? [`the request ${record.offset} was never answered`]
      : [];
  });
}

/** What a session, with its rest, or a count of its own holds of a point's supplies. */
interface Held {
  readonly key: string;
  readonly point: string;
  energy: number;
  amount: number;
}

/** Energy and money that sessions and the rest hold are what the engines counted. */
function findUnconserved(
  node: NodeWithParts,
  { points }: ChargingOutside,
): string[] {
  const held = findHeld(node);
  const spans = findSpans(node);
  return points.flatMap(({ id, supplies }) =>
    (["energy", "amount"] as const).flatMap((what) => {
      const here = held.filter(({ point }) => point === id);
      const counted = sumOf(here, what);
      const told = sumOf(supplies, what);
      // An engine that loses its power tells no end: where it begins again in the same session, that counts from 0.
      const broken = sumOf(supplies.filter(({ isEnded }) => !isEnded), what);
      const twice = takenTwice(here, spans, what);
      return counted <= told + twice && counted >= told - broken ? [] : [
        `${what} at ${id} is ${counted}, and the engine told of ${told} (${twice} may count twice): ${
          JSON.stringify(supplies)
        } against ${JSON.stringify(here)}`,
      ];
    })
  );
}

function findHeld(node: NodeWithParts): Held[] {
  const held = new Map<string, Held>(
    sessionsOf(node).map(({ id, point, energy, amount }) =>
      [id, { key: id, point, energy, amount }] as const
    ),
  );
  const { items } = node.useCases.charging.unattributed({ limit: MANY });
  for (const { id, session, point, energy, amount } of items) {
    const key: string = session ?? id;
    const one = held.get(key) ?? { key, point, energy: 0, amount: 0 };
    one.energy += energy;
    one.amount += amount;
    held.set(key, one);
  }
  return [...held.values()];
}

/**
 * How much may be held twice: two nodes that were apart both took the same records, since the group moved meanwhile, each
 * for a session of its own. Neither is more than both have.
 */
function takenTwice(
  held: readonly Held[],
  spans: ReadonlyMap<string, Span>,
  what: "energy" | "amount",
): number {
  let sum = 0;
  for (const [i, one] of held.entries()) {
    for (const other of held.slice(i + 1)) {
      const [a, b] = [spans.get(one.key), spans.get(other.key)];
      if (a === undefined || b === undefined) continue;
      if (a.to < b.from || b.to < a.from) continue;
      sum += Math.min(one[what], other[what]);
    }
  }
  return sum;
}

/** Energy of chargers is what their meters say. */
function findUncounted(
  node: NodeWithParts,
  { chargers }: ChargingOutside,
): string[] {
  const { charging } = node.useCases;
  const held = [
    ...sessionsOf(node),
    ...charging.unattributed({ limit: MANY }).items,
  ];
  return chargers.flatMap(({ id, energy }) => {
    const at = held.filter(({ point }) => point === id);
    const counted = sumOf(at, "energy");
    return counted === energy ? [] : [
      `energy at ${id} is ${counted}, and its meter says ${energy}: ${
        JSON.stringify(at)
      }`,
    ];
  });
}

/** The records that facts of a session, or of a count of its own, say were taken for it: the first and the last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

function findSpans({ replica }: NodeWithParts): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const { position, session, id } of countingFacts(replica)) {
    if (position === undefined) continue;
    const { offset } = position as { readonly offset: number };
    const key = String(session ?? id);
    const { from = offset, to = offset } = spans.get(key) ?? {};
    spans.set(key, {
      from: Math.min(from, offset),
      to: Math.max(to, offset),
    });
  }
  return spans;
}

function sumOf(
  supplies: readonly { readonly energy: number; readonly amount: number }[],
  what: "energy" | "amount",
): number {
  return supplies.reduce((sum, one) => sum + one[what], 0);
}
