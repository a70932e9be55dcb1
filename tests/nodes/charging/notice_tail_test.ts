import { strictEqual } from "node:assert/strict";
import { NOTICE_HEADER } from "../../../net/mod.ts";
import {
  NoticeTail,
  unreadSince,
} from "../../../nodes/charging/notice_tail.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 22, 15);
const NOTICES = "driver_notifications";
const REQUESTS = "driver_requests";

/** A broker that has a word of an hour ago, written by who has not noted it. */
async function withWord() {
  const clock = createVirtualClock(START_MS);
  const broker = new MemoryKafka(() => clock.now(), clock);
  const session = await broker.connect();
  const membership = await session.join("panal-SEV", [REQUESTS], () => {});
  broker.put(REQUESTS, "{}");
  broker.put(NOTICES, "{}", { [NOTICE_HEADER]: "word" });
  await clock.run(HOUR_MS);
  const tail = new NoticeTail(session);
  return { broker, session, membership, tail };
}

Deno.test("C-29: NoticeTail finds the words of what was read and not done with, however long ago", async () => {
  const { broker, session, membership, tail } = await withWord();
  broker.put(NOTICES, "{}", { [NOTICE_HEADER]: "later" });
  await tail.cover(START_MS + HOUR_MS);
  strictEqual(tail.has("later"), true);
  strictEqual(tail.has("word"), false);

  strictEqual(await unreadSince(session, membership), Infinity);
  await membership.commit(new Map([[REQUESTS, 0]]));
  strictEqual(await unreadSince(session, membership), START_MS);
  await tail.cover(await unreadSince(session, membership));
  strictEqual(tail.has("word"), true);
  await membership.commit(new Map([[REQUESTS, 1]]));
  strictEqual(await unreadSince(session, membership), Infinity);
});

Deno.test("C-29: NoticeTail finds the newest words whatever clock they and their reader go by", async () => {
  const { tail } = await withWord();
  await tail.cover(START_MS + 24 * HOUR_MS);
  strictEqual(tail.has("word"), true);
});
