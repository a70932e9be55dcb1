import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { PanalError } from "../../crdt/errors.ts";
import { listenUdp } from "../../net/udp_listener.ts";
import { LOOPBACKS, untilTrue } from "../support/line_client.ts";

/** Sends datagrams to a port of this machine. */
async function send(
  port: number,
  address: string,
  texts: readonly string[],
): Promise<void> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  for (const text of texts) {
    await new Promise<void>((resolve, reject) =>
      socket.send(
        text,
        port,
        address,
        (error: unknown) => error ? reject(error) : resolve(),
      )
    );
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

Deno.test("listenUdp() gives datagrams of IPv4 and IPv6 with their address", async () => {
  const got: string[] = [];
  const listener = await listenUdp({
    hostname: "127.0.0.1",
    port: 0,
    datagram: (bytes, hostname) =>
      void got.push(`${new TextDecoder().decode(bytes)} ${hostname}`),
  });

  for (const [i, address] of LOOPBACKS.entries()) {
    await send(listener.port, address, [`${i}`]);
    await untilTrue(address, () => got.length === i + 1);
  }

  deepStrictEqual(got, LOOPBACKS.map((address, i) => `${i} ${address}`));
  strictEqual(listener.url, `udp://127.0.0.1:${listener.port}`);
  await listener.stop();
});

Deno.test("listenUdp() drops datagrams beyond its rate, and counts them", async () => {
  let [taken, dropped] = [0, 0];
  const listener = await listenUdp({
    hostname: "127.0.0.1",
    port: 0,
    perSecondMax: 3,
    datagram: () => void taken++,
    dropped: () => void dropped++,
  });

  await send(listener.port, "127.0.0.1", Array(20).fill("x"));
  await untilTrue("all", () => taken + dropped === 20);

  strictEqual(taken >= 3 && taken <= 6, true);
  await listener.stop();
});

Deno.test("listenUdp() refuses a port that is taken", async () => {
  const options = { hostname: "127.0.0.1", datagram: () => {} };
  const listener = await listenUdp({ ...options, port: 0 });

  await rejects(
    listenUdp({ ...options, port: listener.port }),
    (error) => error instanceof PanalError && error.code === "config_invalid",
  );
  await listener.stop();
});
