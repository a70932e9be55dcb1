import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  createSessions,
  SESSION_IDLE_MS,
  type Sessions,
  SESSIONS_MAX,
} from "../../../nodes/people/sessions.ts";
import { SESSIONS } from "../../../nodes/tables.ts";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const OWNER = { user: 7, epoch: "1", must: false };
const HOUR = 3_600_000;

async function withSessions(
  test: (
    sessions: Sessions,
    node: TestNode,
    reopen: () => Sessions,
  ) => Promise<void>,
): Promise<void> {
  const made = await createTestNode();
  const random = createSeededRandom(3);
  const open = () =>
    createSessions({
      replica: made.node.replica,
      clock: made.clock,
      random,
      logger: { log: () => {} },
    });
  try {
    await test(open(), made, open);
  } finally {
    await made.stop();
  }
}

function ownerOf(sessions: Sessions, key: Parameters<Sessions["find"]>[0]) {
  const found = sessions.find(key);
  return found === undefined
    ? undefined
    : { user: found.user, epoch: found.epoch, must: found.must };
}

Deno.test("C-04: only ids that the node issued are sessions, and the store holds none of them", () =>
  withSessions(async (sessions, { node }) => {
    const id = await sessions.open(OWNER);

    match(id, /^[0-9a-f]{32}$/);
    deepStrictEqual(ownerOf(sessions, id), OWNER);
    for (
      const other of ["default", "loopback", "", id.toUpperCase(), `${id} `]
    ) {
      if (other !== id) strictEqual(sessions.find(other), undefined, other);
    }
    const rows = node.replica.reader.scan(SESSIONS);
    strictEqual(rows.length, 1);
    strictEqual(JSON.stringify(rows).includes(id), false);
  }));

Deno.test("sessions end 12 hours after they were used last, also over restarts", () =>
  withSessions(async (sessions, { clock }, reopen) => {
    const id = await sessions.open({ ...OWNER, must: true });
    clock.advance(11 * HOUR);
    strictEqual(sessions.find(id)?.user, 7);
    await clockTick();
    const again = reopen();
    clock.advance(SESSION_IDLE_MS - 1);
    deepStrictEqual(ownerOf(again, id), { ...OWNER, must: true });
    clock.advance(SESSION_IDLE_MS);
    strictEqual(again.find(id), undefined);
    await clockTick();
    strictEqual(reopen().find(id), undefined);
  }));

/** Lets what was decided in the background be written. */
async function clockTick(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("the store learns of a use at most once a minute", () =>
  withSessions(async (sessions, { clock, node }) => {
    const id = await sessions.open(OWNER);
    const seen = () => Number(node.replica.reader.scan(SESSIONS)[0]?.["seen"]);
    const opened = seen();
    for (let n = 0; n < 59; n++) {
      clock.advance(1000);
      sessions.find(id);
      await clockTick();
    }
    strictEqual(seen(), opened);
    clock.advance(1000);
    sessions.find(id);
    await clockTick();
    strictEqual(seen(), opened + 60_000);
  }));

Deno.test("C-03: a session that was closed is over, also after a restart", () =>
  withSessions(async (sessions, _node, reopen) => {
    const id = await sessions.open(OWNER, "loopback");
    deepStrictEqual(ownerOf(sessions, { fixed: "loopback" }), OWNER);
    await sessions.close({ fixed: "loopback" });
    strictEqual(sessions.find({ fixed: "loopback" }), undefined);
    deepStrictEqual(ownerOf(reopen(), id), OWNER);
    await sessions.close(id);
    await sessions.close(id);
    strictEqual(sessions.find(id), undefined);
    strictEqual(reopen().find(id), undefined);
    strictEqual(reopen().find({ fixed: "loopback" }), undefined);
  }));

Deno.test("of too many sessions the one that was used longest ago ends", () =>
  withSessions(async (sessions, { node }) => {
    const first = await sessions.open(OWNER);
    const second = await sessions.open(OWNER);
    sessions.find(first);
    const rest = Array.from(
      { length: SESSIONS_MAX - 1 },
      () => sessions.open(OWNER),
    );
    await Promise.all(rest);

    strictEqual(sessions.find(second), undefined);
    strictEqual(sessions.find(first)?.user, 7);
    strictEqual(node.replica.reader.count(SESSIONS), SESSIONS_MAX);
  }));
