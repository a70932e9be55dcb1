/**
 * OCPP 1.6J, who may connect: passwords, TLS, and which points are let in without either.
 *
 * @module
 */
import { match, rejects, strictEqual } from "node:assert/strict";
import { createSelfSigned } from "../../nodes/adapters/self_signed.ts";
import { negative, type OcppSite, positive } from "../support/ocpp_site.ts";

const PASSWORD = "correct-horse-battery";
const { cert, key } = createSelfSigned("localhost", Date.now());

function basic(user: string, password: string): Record<string, string> {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { "Authorization": `Basic ${bytes.toBase64()}` };
}

async function withPassword(site: OcppSite, point = "SEV-07"): Promise<void> {
  const set = await site.passwords.set({ point, password: PASSWORD });
  strictEqual(set.ok, true);
}

positive("profile 1: the right password", async (site) => {
  await withPassword(site);
  await site.booted("SEV-07", { password: PASSWORD });
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

positive("profile 1: an id with a colon and a space", async (site) => {
  await withPassword(site, "Plaza 7: a");
  await site.booted("Plaza 7: a", { password: PASSWORD });
  strictEqual(site.state("Plaza 7: a"), "ACTIVADO");
});

positive("profile 1: the word Basic in any case", async (site) => {
  await withPassword(site);
  const { Authorization: text = "" } = basic("SEV-07", PASSWORD);
  const headers = { "authorization": text.replace("Basic", "bAsIc") };
  strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 101);
});

positive("a point without a password beside one that has one", async (site) => {
  await withPassword(site);
  await site.booted("SEV-08");
  strictEqual(site.state("SEV-08"), "ACTIVADO");
});

positive("a password that nobody asked for", async (site) => {
  await site.booted("SEV-07", { password: "whatever-it-may-be" });
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

positive("a known point where unknown ones are refused", async (site) => {
  await site.charging.connectPoint({
    point: "SEV-07" as Parameters<typeof site.passwords.has>[0],
    dialect: "ocpp",
    location: null,
    price: null,
    connectors: 1,
  }, {
    authorize: () => Promise.resolve("confirmed"),
    stop: () => Promise.resolve("confirmed"),
    resume: () => Promise.resolve("confirmed"),
    close: () => {},
  });
  strictEqual(await site.statusOf("/ocpp/SEV-07"), 101);
}, { admission: "known" });

positive("profile 2: TLS and the right password", async (site) => {
  match(site.listener.url, /^wss:\/\//);
  await withPassword(site);
  await site.booted("SEV-07", { password: PASSWORD, caCert: cert });
  strictEqual(site.state("SEV-07"), "ACTIVADO");
}, { tls: { cert, key }, admission: "password" });

positive("a whole transaction over TLS", async (site) => {
  const charger = await site.booted("SEV-07", { caCert: cert });
  await site.stop(charger, await site.start(charger));
  strictEqual(site.sessions("SEV-07")[0]?.energy, 3000);
}, { tls: { cert, key } });

negative("profile 1: a wrong password", async (site) => {
  await withPassword(site);
  const headers = basic("SEV-07", "wrong-horse-battery");
  strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 401);
});

negative("profile 1: no password", async (site) => {
  await withPassword(site);
  strictEqual(await site.statusOf("/ocpp/SEV-07"), 401);
});

negative("profile 1: another point's name", async (site) => {
  await withPassword(site);
  await withPassword(site, "SEV-08");
  const headers = basic("SEV-08", PASSWORD);
  strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 401);
});

negative("profile 1: a password that was taken back", async (site) => {
  await withPassword(site);
  await site.booted("SEV-07", { password: PASSWORD });
  const password = "another-horse-battery";
  await site.passwords.set({ point: "SEV-07", password });
  const headers = basic("SEV-07", PASSWORD);
  strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 401);
});

negative("profile 1: something else than Basic", async (site) => {
  await withPassword(site);
  for (const text of ["Bearer abc", "Basic", "Basic !!!", "Basic YWJj"]) {
    const headers = { "Authorization": text };
    strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 401);
  }
});

negative("profile 1: a very long password", async (site) => {
  await withPassword(site);
  const headers = basic("SEV-07", "x".repeat(300));
  strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 401);
});

negative("profile 1: guessing", async (site) => {
  await withPassword(site);
  const wrong = basic("SEV-07", "wrong-horse-battery");
  for (let i = 0; i < 5; i++) {
    strictEqual(await site.statusOf("/ocpp/SEV-07", wrong), 401);
  }
  strictEqual(await site.statusOf("/ocpp/SEV-07", wrong), 503);
  const right = basic("SEV-07", PASSWORD);
  strictEqual(await site.statusOf("/ocpp/SEV-07", right), 503);
});

negative("an unknown point where only known ones are let in", async (site) => {
  strictEqual(await site.statusOf("/ocpp/SEV-07"), 404);
}, { admission: "known" });

negative("a point without a password where each needs one", async (site) => {
  strictEqual(await site.statusOf("/ocpp/SEV-07"), 401);
  await withPassword(site);
  const headers = basic("SEV-07", PASSWORD);
  strictEqual(await site.statusOf("/ocpp/SEV-07", headers), 101);
}, { admission: "password" });

negative("profile 2: a connection without TLS", async (site) => {
  await rejects(
    site.statusOf("/ocpp/SEV-07").then((status) => {
      if (Number.isNaN(status)) throw new TypeError("no HTTP");
    }),
  );
}, { tls: { cert, key } });

negative(
  "profile 2: a charger that does not trust the certificate",
  async (site) => {
    await rejects(site.connect("SEV-07"));
  },
  { tls: { cert, key } },
);
