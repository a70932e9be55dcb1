/**
 * A region's node as a process, between an original station and an original company: killed while a purchase is under
 * way, and started again.
 *
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { OriginalCompany } from "../support/original_company.ts";
import { OriginalGasPump } from "../support/original_gas_pump.ts";
import { until } from "../support/fleet_region.ts";
import { createProcessGroup, type ProcessGroup } from "../support/processes.ts";

const PURCHASE = { company: 42, card: 7, total: 100, date: "2026-02-03" };
/** A slow machine needs most of it. */
const LONG_MS = 45_000;

function start(
  group: ProcessGroup,
  company: OriginalCompany,
  port: number,
): Promise<NodeProcess> {
  return group.run([
    ...["region", "--region", "0", "--data", group.dataOf("region")],
    ...["--surface", `fleet-region=127.0.0.1:${port}`],
    ...["--dial", `fleet-company=127.0.0.1:${company.port}`],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
  ]);
}

Deno.test({
  name:
    "C-42: a region that is killed between an original company's charge and its verdict finds the verdict and gives it to the station",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    await using company = new OriginalCompany({ scale: 0.2 });
    company.open(42, 10_000, { 7: 5_000 });
    await company.start();
    let region = await start(group, company, 0);
    const url = region.ready.surfaces["fleet-region"] ?? "";
    match(url, /^tcp:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(url.slice(url.lastIndexOf(":") + 1));
    await using pump = new OriginalGasPump({
      province: 0,
      station: 5,
      pumps: 1,
      regionals: [port, ...Array.from({ length: 15 }, () => 1)],
      scale: 0.2,
    });
    await pump.connect();
    strictEqual(await pump.buy(10_050, PURCHASE), true);
    company.fates.push("drop");
    const bought = pump.buy(10_050, PURCHASE);
    await until(() => company.expenses(42).length === 2, "the booking");
    await region.kill();
    region = await start(group, company, port);
    // While its card waits the card gets it; later it is a result at the pump.
    const told = await bought;
    await until(
      () => told || pump.pending(10_050).get(7) === true,
      "the verdict",
      LONG_MS,
    );
    strictEqual(company.expenses(42).length, 2);
    ok(pump.verdicts.length === 2);
    await until(
      () => company.confirmations(42).length === 0,
      "acknowledgement",
      LONG_MS,
    );
    // A clean end closes the links.
    strictEqual((await region.stop()).code, 0);
  },
});
