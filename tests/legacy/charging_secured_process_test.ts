/**
 * The surfaces of the secured dialect on a real node, started as people start it.
 *
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { createSelfSigned } from "../../nodes/adapters/self_signed.ts";
import { createProcessGroup, until } from "../support/processes.ts";
import { postJson, SecuredMonitor } from "../support/secured_monitor.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const FREE = "127.0.0.1:0";

Deno.test(
  "a node serves registry and page when asked to, and a monitor finds its way with nothing but credentials",
  OPTIONS,
  async () => {
    await using group = await createProcessGroup();
    const node = await group.run([
      ...["charging", "--site", "MAD", "--currency", "EUR", "--no-mdns"],
      ...["--data", group.dataOf("mad"), "--http", FREE],
      ...["--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "error"],
      ...["--surface", `charging=${FREE}`],
      ...["--surface", `charging-registry=${FREE}`],
      ...["--surface", `charging-api=${FREE}`],
    ]);
    const { surfaces } = node.ready;
    const registry = String(surfaces["charging-registry"]);
    const api = String(surfaces["charging-api"]);
    match(registry, /^https:/);
    const port = Number(new URL(String(surfaces["charging"])).port);
    const monitor = new SecuredMonitor({ registry, port, point: "SEV-07" });
    monitor.start();
    try {
      await until("the page shows the point", async () => {
        const { cps } = await (await fetch(`${api}/api/estado`)).json();
        return cps[0]?.status === "ACTIVADO" && cps[0]?.token === null;
      });
      const answer = await fetch(`${api}/api/simulacion`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ "cp_id": "ALL", "command": "F" }),
      });
      strictEqual(answer.status, 500);
      strictEqual(await answer.text(), '{"error":"Kafka no disponible"}');
      const { logs } = await (await fetch(`${api}/api/logs`)).json();
      ok(
        logs.some(({ msg }: { msg: string }) => msg === "CP SEV-07 registrado"),
      );
    } finally {
      await monitor.stop();
    }
  },
);

Deno.test(
  "--tls-cert is the registry's certificate too",
  OPTIONS,
  async () => {
    await using group = await createProcessGroup();
    const { cert, key } = createSelfSigned("panal.example", Date.now());
    const [certFile, keyFile] = [group.dataOf("cert"), group.dataOf("key")];
    await Deno.writeTextFile(certFile, cert);
    await Deno.writeTextFile(keyFile, key);
    const words = [
      ...["charging", "--site", "MAD", "--currency", "EUR", "--no-mdns"],
      ...["--data", group.dataOf("mad"), "--http", FREE],
      ...["--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "error"],
      ...["--surface", "charging=off"],
    ];
    const node = await group.run([
      ...words,
      ...["--tls-cert", certFile, "--tls-key", keyFile],
      ...["--surface", `charging-registry=${FREE}`],
    ]);
    const registry = String(node.ready.surfaces["charging-registry"]);
    // Whoever trusts that certificate alone reaches it.
    const { port } = new URL(registry);
    const client = await Deno.connectTls({
      hostname: "127.0.0.1",
      port: Number(port),
      caCerts: [cert],
      unsafelyDisableHostnameVerification: true,
    });
    await client.handshake();
    client.close();
    const { status } = await postJson(`${registry}/register`, {
      "id": "SEV-07",
      "location": "x",
    });
    strictEqual(status, 200);
  },
);
