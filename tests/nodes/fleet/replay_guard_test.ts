import { strictEqual } from "node:assert/strict";
import {
  GUARDED_PURCHASES_MAX,
  REPLAY_FLAG_MS,
  REPLAY_GAP_MS,
  REPLAY_WINDOW_MS,
  ReplayGuard,
} from "../../../nodes/fleet/replay_guard.ts";

const STATION = "305";
const OWN = { address: "127.0.0.1:13050", content: "42:7:100:2026-02-03" };
const OTHER = { ...OWN, address: "127.0.0.1:13051" };

function guardOf(pumps: readonly string[]): ReplayGuard {
  const guard = new ReplayGuard();
  for (const pump of pumps) guard.remember(STATION, pump);
  return guard;
}

const TWO = [OWN.address, OTHER.address];

Deno.test("C-21: ReplayGuard suspects what has the announced address, right behind the handshake, of stations with several pumps", () => {
  const link = guardOf(TWO).announce(STATION, OWN.address, 1_000);
  strictEqual(guardOf(TWO).isReplay({ ...link }, OWN, 1_000), true);
  strictEqual(
    guardOf(TWO).isReplay({ ...link }, OWN, 1_000 + REPLAY_WINDOW_MS),
    true,
  );
  strictEqual(
    guardOf(TWO).isReplay({ ...link }, OWN, 1_001 + REPLAY_WINDOW_MS),
    false,
  );
  strictEqual(guardOf(TWO).isReplay({ ...link }, OTHER, 1_000), false);
  strictEqual(
    guardOf([OWN.address]).isReplay({ ...link }, OWN, 1_000),
    false,
  );
});

Deno.test("C-21: ReplayGuard goes on with a burst while its frames follow each other closely", () => {
  const guard = guardOf(TWO);
  const link = guard.announce(STATION, OWN.address, 0);
  let now = REPLAY_WINDOW_MS - 10;
  for (let i = 0; i < 20; i++, now += REPLAY_GAP_MS) {
    strictEqual(guard.isReplay(link, OWN, now), true, `frame ${i}`);
  }
  strictEqual(guard.isReplay(link, OWN, now + 1), false);
});

Deno.test("C-21: ReplayGuard marks what was decided under another address, for a while after a handshake", () => {
  const guard = guardOf(TWO);
  guard.announce(STATION, OWN.address, 0);
  guard.decided(STATION, OWN);
  strictEqual(guard.isSuspect(STATION, OTHER, REPLAY_FLAG_MS), true);
  strictEqual(guard.isSuspect(STATION, OTHER, REPLAY_FLAG_MS + 1), false);
  strictEqual(guard.isSuspect(STATION, OWN, 1), false);
  strictEqual(guard.isSuspect("306", OTHER, 1), false);
  strictEqual(
    guard.isSuspect(STATION, { ...OTHER, content: "other" }, 1),
    false,
  );
});

Deno.test("ReplayGuard remembers a bounded number of purchases, the latest", () => {
  const guard = guardOf(TWO);
  guard.announce(STATION, OWN.address, 0);
  for (let i = 0; i <= GUARDED_PURCHASES_MAX; i++) {
    guard.decided(STATION, { ...OWN, content: String(i) });
  }
  strictEqual(guard.isSuspect(STATION, { ...OTHER, content: "0" }, 1), false);
  strictEqual(guard.isSuspect(STATION, { ...OTHER, content: "1" }, 1), true);
});
