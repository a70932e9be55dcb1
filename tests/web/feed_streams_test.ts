import { rejects, strictEqual } from "node:assert/strict";
import { PanalError } from "../../crdt/mod.ts";
import type { PeopleUseCases } from "../../nodes/mod.ts";
import { isSameCaller } from "../../web/credentials.ts";
import { createFeedStreams, FEED_READERS_MAX } from "../../web/feed_streams.ts";
import { createVirtualClock } from "../support/virtual_clock.ts";

function closed(): never {
  throw new PanalError("store_closed", "Cannot use the store: it is closed");
}

Deno.test("a stream whose reading fails ends and leaves its place to others", async () => {
  const streams = createFeedStreams({ subscribe: () => () => {} }, {
    clock: createVirtualClock(0),
  });
  const source = { next: closed, mayRead: () => true };
  for (let i = 0; i < FEED_READERS_MAX + 1; i++) {
    const opened = streams.open(source);
    strictEqual(opened.ok, true, `reader ${i}`);
    if (!opened.ok) continue;
    const reader = opened.value.getReader();
    const greeting = await reader.read();
    strictEqual(greeting.done, false);
    await rejects(reader.read(), { code: "store_closed" });
  }
});

Deno.test("a stream of what has no room for another listener is refused, and takes no place", async () => {
  let subscribed = 0;
  const streams = createFeedStreams({
    subscribe() {
      subscribed++;
      return () => {};
    },
  }, { clock: createVirtualClock(0) });
  const source = { next: () => undefined, mayRead: () => true };
  const attach = () => {
    throw new PanalError("overloaded", "full");
  };
  for (let i = 0; i <= FEED_READERS_MAX; i++) {
    const refused = streams.open({ ...source, attach });
    strictEqual(!refused.ok && refused.error.code, "overloaded");
  }
  strictEqual(subscribed, 0);
  const opened = streams.open(source);
  strictEqual(opened.ok, true);
  if (opened.ok) await opened.value.cancel();
});

Deno.test("isSameCaller() lets nobody read on while the users cannot be read", () => {
  const people = {
    hasUsers: closed,
    user: closed,
  } as unknown as PeopleUseCases;
  strictEqual(isSameCaller(people, undefined), false);
});
