/**
 * What the node that holds the topics does: it takes requests and telemetry, publishes words to drivers, and the state of
 * the network every 5 s.
 *
 * @module
 */
import {
  type Clock,
  fixedFactId,
  PanalError,
  parseDriverId,
} from "../../crdt/mod.ts";
import {
  encodeStatus,
  KAFKA_VALUE_BYTES_MAX,
  type KafkaMembership,
  type KafkaRecord,
  type KafkaSession,
  parseDriverRecord,
  readEngineRecord,
  readTopicObject,
  type StatusEntry,
  TOPIC_REQUESTS,
  TOPIC_STATUS,
  TOPIC_TELEMETRY,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type { ChargingUseCases } from "./charging_use_cases.ts";
import { NoticePublisher } from "./notice_publisher.ts";
import { takeTopic, type TopicWork } from "./topic_intake.ts";
import { type OpenTelemetry, requestIdOf, supplyOf } from "./topic_records.ts";
import type { TopicCounts } from "./topic_counts.ts";
import { waitFor } from "./topic_waits.ts";

/** The network's status is published this often, in milliseconds. */
export const STATUS_MS = 5000;
/** How many points are looked up at once for it. */
const STATUS_PAGE = 500;
/** Bytes of a status beside those of its entries. */
const STATUS_FRAME_BYTES = 100;

/** What the topics need of the node. */
export type TopicUseCases =
  & Pick<
    ChargingUseCases,
    | "request"
    | "driverQuit"
    | "supply"
    | "supplyFloor"
    | "listen"
    | "unpublished"
    | "published"
    | "points"
    | "point"
  >
  & Partial<Pick<ChargingUseCases, "hearing">>;

/** What it works with. */
export interface HolderParts {
  /** The node's use-cases. */
  readonly charging: TopicUseCases;
  /** The broker. */
  readonly session: KafkaSession;
  /** The place in the group. */
  readonly membership: KafkaMembership;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Counts and reports. */
  readonly counts: TopicCounts;
  /** Decimal places of amounts. */
  readonly exponent: number;
  /** What opens telemetry at the moment. */
  readonly open: () => OpenTelemetry;
  /** How often the network's status is published, in milliseconds. */
  readonly statusMs: number;
  /** How often offsets are committed, in milliseconds. */
  readonly commitMs: number;
  /** Given when the topics are held no more, or the node stops. */
  readonly signal: AbortSignal;
}

/**
 * Does it until the signal is given.
 *
 * @param parts What it works with.
 * @throws {PanalError} What ended the session.
 */
export async function holdTopics(parts: HolderParts): Promise<void> {
  const { charging, counts, session, membership, logger } = parts;
  const { clock, commitMs } = parts;
  const failed = new AbortController();
  const signal = AbortSignal.any([parts.signal, failed.signal]);
  const publisher = new NoticePublisher({
    ...parts,
    signal,
    count: (durable, passing, dropped) =>
      counts.published(durable, passing, dropped),
  });
  const take = (
    topic: string,
    own: {
      readonly work: (record: KafkaRecord) => TopicWork | undefined;
      readonly floor?: () => number | undefined;
    },
  ) =>
    takeTopic({
      ...{ topic, session, membership, clock, logger, signal, commitMs },
      ...own,
      failed: (record, error) =>
        counts.poison(topic, record.offset, String(error)),
      lost: (from, to) => counts.lost(topic, from, to),
    });
  const ready = Promise.withResolvers<void>();
  const works = [
    publisher.run(ready.resolve),
    ready.promise.then(() =>
      Promise.all([
        take(TOPIC_REQUESTS, {
          work: (record) => requestWork(record, parts, publisher),
        }),
        take(TOPIC_TELEMETRY, {
          work: (record) => telemetryWork(record, parts),
          floor: () => {
            const floor = charging.supplyFloor();
            return floor === undefined ? undefined : floor.offset + 1;
          },
        }),
        publishStatus(parts, signal),
      ])
    ),
  ];
  try {
    await Promise.all(works);
  } finally {
    failed.abort();
    ready.resolve();
    await Promise.allSettled(works);
  }
}

/** A driver's record: its effect is a fact, or, of what is neither a request nor a leaving, a word on the topic. */
function requestWork(
  record: KafkaRecord,
  { charging, counts }: HolderParts,
  publisher: NoticePublisher,
): TopicWork | undefined {
  const read = parseDriverRecord(record.value);
  if (read === undefined) {
    return void counts.poison(TOPIC_REQUESTS, record.offset, "no JSON object");
  }
  const { user } = read;
  counts.request();
  const lane = typeof user === "string" ? { lane: user } : {};
  switch (read.kind) {
    case "request":
      return {
        ...lane,
        run: async () => {
          const id = requestIdOf(record);
          const { point } = read;
          const { refusal, words } = await charging.request({
            ...{ id, driver: user, point, source: "kafka" },
          });
          // Nothing was stored: the driver has no answer yet, and is given one when there is room.
          if (refusal === "overloaded") throw new PanalError(refusal, words);
        },
      };
    case "quit":
      return {
        ...lane,
        run: async () => {
          const driver = parseDriverId(user);
          if (driver !== undefined) await charging.driverQuit(driver);
        },
      };
    case "other": {
      const point = typeof read.point === "string" ? read.point : "";
      const driver = parseDriverId(user);
      const reason = charging.point(point)?.state ?? "NO_EXISTE";
      if (driver === undefined) {
        return void counts.poison(TOPIC_REQUESTS, record.offset, "no driver");
      }
      const id = fixedFactId(["kafka other", requestIdOf(record)]);
      const body = { type: "AUTH_DENIED", reason } as const;
      return {
        ...lane,
        run: () =>
          publisher.say(id, record.timestamp, { point, user: driver, body }),
      };
    }
  }
}

function telemetryWork(
  record: KafkaRecord,
  { charging, counts, exponent, open }: HolderParts,
): TopicWork | undefined {
  const poison = (why: string) =>
    void counts.poison(TOPIC_TELEMETRY, record.offset, why);
  const object = readTopicObject(record.value);
  if (object === undefined) return poison("no JSON object");
  const opened = open()(object, record.timestamp);
  if (!opened.ok) return void counts.sealed();
  const engine = readEngineRecord(opened.value.record);
  if (engine === "ignored") return undefined;
  if (engine === undefined) return poison("no point");
  const { unauthenticated } = opened.value;
  const supply = supplyOf(engine, { record, exponent, unauthenticated });
  if (supply === undefined) return poison("no point's id");
  return {
    lane: supply.point,
    run: async () => counts.telemetry(await charging.supply(supply)),
  };
}

async function publishStatus(
  { charging, clock, counts, session, statusMs }: HolderParts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { value, left } = statusOf(charging);
    await session.send([{ topic: TOPIC_STATUS, value }]);
    counts.status(left);
    await waitFor(clock, statusMs, signal);
  }
}

/**
 * The network's status: every point that is known; if a record cannot hold them all, those that are disconnected are the
 * first to be left out.
 *
 * @param charging The points.
 * @returns The record's value, and how many were left out.
 */
export function statusOf(
  charging: Pick<ChargingUseCases, "points">,
): { readonly value: Uint8Array; readonly left: number } {
  const entries: StatusEntry[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = charging.points({
      limit: STATUS_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id, state, location } of page.items) {
      entries.push({ id, status: state, location });
    }
    if (page.next === null) break;
    cursor = page.next;
  }
  const value = encodeStatus(entries);
  if (value.length <= KAFKA_VALUE_BYTES_MAX) return { value, left: 0 };
  const kept = fitting(entries);
  return { value: encodeStatus(kept), left: entries.length - kept.length };
}

function fitting(entries: readonly StatusEntry[]): StatusEntry[] {
  const isAway = ({ status }: StatusEntry) => status === "DESCONECTADO";
  const ordered = [
    ...entries.filter((it) => !isAway(it)),
    ...entries.filter(isAway),
  ];
  let bytes = STATUS_FRAME_BYTES;
  const last = ordered.findIndex((entry) => {
    bytes += new TextEncoder().encode(JSON.stringify(entry)).length + 1;
    return bytes > KAFKA_VALUE_BYTES_MAX;
  });
  return last < 0 ? ordered : ordered.slice(0, last);
}
