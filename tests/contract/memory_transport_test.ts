import { createSeededRandom } from "../../crdt/random.ts";
import { createMemoryNetwork } from "../../net/memory_transport.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { fakePeer } from "../support/transports.ts";
import { testTransport } from "./transport_contract.ts";

testTransport({
  name: "memory",
  create: (count) => {
    const network = createMemoryNetwork({
      clock: createSystemClock(),
      random: createSeededRandom(1),
    });
    return Promise.resolve(
      Array.from({ length: count }, (_, i) => network.transport(fakePeer(i))),
    );
  },
  nobody: `/memory/${fakePeer(250)}`,
  testOptions: {},
});
