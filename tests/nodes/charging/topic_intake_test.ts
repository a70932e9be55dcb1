import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type ErrorCode, PanalError } from "../../../crdt/mod.ts";
import { takeTopic } from "../../../nodes/charging/topic_intake.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import { createVirtualClock, settleOn } from "../../support/virtual_clock.ts";

const TOPIC = "driver_requests";
const GROUP = "panal-SEV";
const MINUTE_MS = 60_000;

/** Takes one record whose work is refused for a minute; gives what was given up, and what was committed. */
async function takeRefused(error: Error) {
  const clock = createVirtualClock(0);
  const broker = new MemoryKafka(() => clock.now(), clock);
  const session = await broker.connect();
  const membership = await session.join(GROUP, [TOPIC], () => {});
  await membership.commit(new Map([[TOPIC, 0]]));
  broker.put(TOPIC, "{}");
  const ending = new AbortController();
  const givenUp: string[] = [];
  let done = 0;
  const taking = takeTopic({
    ...{ topic: TOPIC, session, membership, clock, commitMs: 100 },
    logger: { log: () => {} },
    signal: ending.signal,
    work: () => ({
      run: () => {
        if (clock.monotonic() < MINUTE_MS) return Promise.reject(error);
        done++;
        return Promise.resolve();
      },
    }),
    failed: (_, why) => givenUp.push(String(why)),
    lost: () => {},
  });
  await clock.run(MINUTE_MS - 1);
  const meanwhile = broker.committed(GROUP, TOPIC);
  await clock.run(10_000);
  ending.abort();
  await settleOn(clock, taking, 10_000);
  return { meanwhile, done, givenUp, end: broker.committed(GROUP, TOPIC) };
}

const PASSING: readonly ErrorCode[] = [
  "store_full",
  "store_failed",
  "store_outcome_unknown",
  "store_closed",
  "overloaded",
  "node_stopping",
];

for (const code of PASSING) {
  Deno.test(`C-24: takeTopic() gives no record up for ${code}, however long it lasts`, async () => {
    deepStrictEqual(await takeRefused(new PanalError(code, "not now")), {
      meanwhile: 0,
      done: 1,
      givenUp: [],
      end: 1,
    });
  });
}

Deno.test("takeTopic() gives a record up whose work fails for another reason", async () => {
  const { givenUp, done, meanwhile } = await takeRefused(new TypeError("bug"));
  deepStrictEqual(givenUp, ["TypeError: bug"]);
  strictEqual(done, 0);
  strictEqual(meanwhile, 1);
});

Deno.test("C-24: takeTopic() does nothing of a lane behind a record that whoever takes over has to read again", async () => {
  const clock = createVirtualClock(0);
  const broker = new MemoryKafka(() => clock.now(), clock);
  const session = await broker.connect();
  const membership = await session.join(GROUP, [TOPIC], () => {});
  await membership.commit(new Map([[TOPIC, 0]]));
  for (let n = 0; n < 3; n++) broker.put(TOPIC, "{}");
  const ending = new AbortController();
  const done: number[] = [];
  const taking = takeTopic({
    ...{ topic: TOPIC, session, membership, clock, commitMs: 100 },
    logger: { log: () => {} },
    signal: ending.signal,
    work: ({ offset }) => ({
      lane: "CUS-2",
      run: () => {
        if (offset === 0) {
          return Promise.reject(new PanalError("store_full", "full"));
        }
        done.push(offset);
        return Promise.resolve();
      },
    }),
    failed: () => {},
    lost: () => {},
  });
  await clock.run(1_000);
  ending.abort();
  await settleOn(clock, taking, 10_000);

  // Without the beginning, what it ends would be taken for another supply's.
  deepStrictEqual(done, []);
  strictEqual(broker.committed(GROUP, TOPIC), 0);
});
