import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { fakePeer, loopbackTransport } from "../support/transports.ts";
import { testTransport } from "./transport_contract.ts";

testTransport({
  name: "libp2p",
  create: (count) =>
    Promise.all(
      Array.from(
        { length: count },
        (_, i) => loopbackTransport(i + 1, createSystemClock()),
      ),
    ),
  nobody: `/ip4/127.0.0.1/tcp/9/p2p/${fakePeer(250)}`,
  // In a file of its own, so that its leftovers are not counted against other tests: after its stop libp2p leaves
  // timers of up to a second behind (its rate limiter, address manager and queues), and
  // one BroadcastChannel for the whole process (a lock of its peer store).
  testOptions: { sanitizeOps: false, sanitizeResources: false },
});
