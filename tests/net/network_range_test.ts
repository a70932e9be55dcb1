import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { isInNetwork, parseNetwork } from "../../net/network_range.ts";

Deno.test("isInNetwork() compares the first bits", () => {
  const isIn = (network: string, address: string) => {
    const parsed = parseNetwork(network);
    return parsed !== null && isInNetwork(parsed, address);
  };
  strictEqual(isIn("192.168.1.0/24", "192.168.1.255"), true);
  strictEqual(isIn("192.168.1.0/24", "192.168.2.1"), false);
  strictEqual(isIn("192.168.1.0/23", "192.168.0.7"), true);
  strictEqual(isIn("10.1.2.3", "10.1.2.3"), true);
  strictEqual(isIn("10.1.2.3", "10.1.2.4"), false);
  strictEqual(isIn("::/0", "10.1.2.4"), false);
  strictEqual(isIn("0.0.0.0/0", "::ffff:10.1.2.4"), true);
  strictEqual(isIn("fe80::/10", "fe80::1%eth0"), true);
  strictEqual(isIn("2001:db8::/33", "2001:db8:8000::1"), false);
  strictEqual(isIn("2001:db8::1", "2001:db8:0:0:0:0:0:1"), true);
});

Deno.test("parseNetwork() never throws, and an address is in its own network", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseNetwork(text)));
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const network = parseNetwork(address);
      strictEqual(network !== null && isInNetwork(network, address), true);
    }),
  );
});
