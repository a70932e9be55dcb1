import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type ChargerOptions,
  createSimulatedCharger,
} from "../../../nodes/adapters/simulated_charger.ts";
import { createSelfSigned } from "../../../nodes/adapters/self_signed.ts";
import type { PointId } from "../../../nodes/charging/charging_use_cases.ts";
import type { SimulatedCharger } from "../../../nodes/charging/simulated_charger.ts";
import {
  createOcppSite,
  type OcppSite,
  type SiteOptions,
  until,
} from "../../support/ocpp_site.ts";

const POINT = "SIM-1" as PointId;

async function withCharger(
  body: (charger: SimulatedCharger, site: OcppSite) => Promise<void>,
  options: Partial<ChargerOptions> & { readonly site?: SiteOptions } = {},
): Promise<void> {
  const site = await createOcppSite(options.site);
  if (options.password !== undefined) {
    const { password } = options;
    await site.passwords.set({ point: POINT, password });
  }
  const charger = createSimulatedCharger({
    url: site.urlOf("").slice(0, -1),
    point: POINT,
    powerW: 36_000_000,
    meterMs: 50,
    plugMs: 20,
    ...options,
  });
  charger.start();
  await until(() => site.state(POINT) === "ACTIVADO", "accepted");
  await until(() => charger.isAccepted, "accepted");
  try {
    await body(charger, site);
  } finally {
    charger.stop();
    await site.end();
  }
}

const ended = (site: OcppSite) => () =>
  site.sessions(POINT)[0]?.status === "ended";

Deno.test("SimulatedCharger charges a driver who plugs in", () =>
  withCharger(async (charger, site) => {
    strictEqual(await charger.plugIn("417"), true);
    strictEqual(await charger.plugIn("418"), false);
    await until(() => (site.sessions(POINT)[0]?.energy ?? 0) > 0, "metered");
    strictEqual(charger.transactionAt(1), site.sessions(POINT)[0]?.transaction);
    charger.unplug();
    await until(ended(site), "ended");
    const [session] = site.sessions(POINT);
    deepStrictEqual([session?.driver, session?.outcome], ["417", "completed"]);
    await until(() => charger.statusOf(1) === "Available", "free");
  }));

Deno.test("SimulatedCharger begins and ends what it is asked to", () =>
  withCharger(async (charger, site) => {
    strictEqual((await site.request("417", POINT)).words, "Autorizado");
    await until(() => site.state(POINT) === "SUMINISTRANDO", "charging");
    await until(() => charger.transactionAt(1) !== undefined, "told");
    const [session] = site.sessions(POINT);
    if (session) await site.charging.endSession({ session: session.id });
    await until(ended(site), "ended");
    strictEqual(charger.transactionAt(1), undefined);
  }));

Deno.test("SimulatedCharger goes out of service and back", () =>
  withCharger(async (charger, site) => {
    await charger.plugIn("417");
    await until(() => site.state(POINT) === "SUMINISTRANDO", "charging");
    await until(() => charger.transactionAt(1) !== undefined, "told");
    await site.charging.stop({ point: POINT, cause: "operator" });
    await until(() => charger.statusOf(1) === "Unavailable", "stopped");
    await until(ended(site), "ended");
    strictEqual(site.sessions(POINT)[0]?.outcome, "stopped");
    await site.charging.resume({ point: POINT, cause: "operator" });
    await until(() => charger.statusOf(1) === "Available", "free");
    await until(() => site.state(POINT) === "ACTIVADO", "free");
  }));

Deno.test("SimulatedCharger tells what happened while it was away, once", () =>
  withCharger(async (charger, site) => {
    charger.disconnect();
    await until(() => !charger.isAccepted, "away");
    strictEqual(await charger.plugIn("417"), true);
    charger.unplug();
    strictEqual(charger.waiting, 2);
    await until(() => charger.isAccepted, "back");
    await until(ended(site), "ended");
    await until(() => charger.waiting === 0, "told");
    strictEqual(site.sessions(POINT).length, 1);
  }));

Deno.test("SimulatedCharger connects again after a reset", () =>
  withCharger(async (charger, site) => {
    await charger.plugIn("417");
    await until(() => site.state(POINT) === "SUMINISTRANDO", "charging");
    const { answer } = await site.command(POINT, "Reset", { type: "Hard" });
    deepStrictEqual(answer, { status: "Accepted" });
    await until(ended(site), "ended");
    await until(() => !charger.isAccepted, "away");
    await until(() => charger.isAccepted, "back");
    await until(() => site.state(POINT) === "ACTIVADO", "free");
  }));

Deno.test("SimulatedCharger reports faults", () =>
  withCharger(async (charger, site) => {
    charger.setFault(true);
    await until(() => site.state(POINT) === "AVERIADO", "faulty");
    charger.setFault(false);
    await until(() => site.state(POINT) === "ACTIVADO", "well");
  }));

Deno.test("SimulatedCharger answers every command of OCPP", () =>
  withCharger(async (_charger, site) => {
    const { OCPP_EXAMPLES } = await import("../../support/ocpp_examples.ts");
    const { ocppActions } = await import("../../../net/mod.ts");
    for (const command of ocppActions("central")) {
      if (/^(Remote|Reset|ChangeAvailability)/.test(command)) continue;
      const { request } = OCPP_EXAMPLES[command] ?? {};
      strictEqual(
        (await site.command(POINT, command, request)).state,
        "confirmed",
      );
    }
  }));

Deno.test("SimulatedCharger connects with a password over TLS", () => {
  const tls = createSelfSigned("localhost", Date.now());
  return withCharger(async (charger, site) => {
    strictEqual(await charger.plugIn("417"), true);
    charger.unplug();
    await until(ended(site), "ended");
  }, {
    password: "correct-horse-battery",
    caCerts: [tls.cert],
    site: { tls, admission: "password" },
  });
});
