import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  branchSyncDefaults,
  readBranchSync,
} from "../../../nodes/branch_sync/branch_sync_settings.ts";

const LABEL = "branch-sync";
const read = (value: unknown) =>
  readBranchSync(["office"], { label: LABEL, value: JSON.stringify(value) });

Deno.test("readBranchSync() gives an office and a branch their defaults", () => {
  strictEqual(readBranchSync(["office"], undefined).central, true);
  strictEqual(readBranchSync(["branch"], undefined).central, false);
  deepStrictEqual(read({}), branchSyncDefaults(["office"]));
});

Deno.test("readBranchSync() reads every setting", () => {
  const settings = {
    senders: [{ site: "ABA", address: "192.168.1.0/24", key: "12345678" }],
    central: false,
    maxBodyBytes: 1024,
    branches: {
      ABA: {
        name: "Abancay",
        city: "Abancay",
        fechaVentaZ: "utc",
        timezone: "America/Lima",
        pull: "http://192.168.1.10:3001",
      },
    },
    targets: {
      codes: { CUS: "CUZ" },
      users: { "417": 3 },
      user: 2,
      gzip: true,
    },
    schedule: { at: null, everyMinutes: 30 },
  };
  deepStrictEqual(read(settings), settings);
  const partly = read({ schedule: { everyMinutes: 5 } });
  deepStrictEqual(partly.schedule, { at: "23:00", everyMinutes: 5 });
});

Deno.test("readBranchSync() refuses a wrong setting with one clear line", () => {
  const wrong: readonly [unknown, RegExp][] = [
    [[], /^branch-sync takes one JSON object$/],
    [{ senders: [{ site: "aba", address: "10.0.0.1" }] }, /"senders.0.site"/],
    [
      { senders: [{ site: "ABA", address: "10.0.0.0/33" }] },
      /it is an address/,
    ],
    [{ senders: [{ site: "ABA", address: "::1", key: "x" }] }, /senders.0.key/],
    [{ branches: { ABA: { fechaVentaZ: "UTC" } } }, /branches.ABA.fechaVentaZ/],
    [{ branches: { ABA: { pull: "ftp://a" } } }, /it is an address such as/],
    [{ branches: { ABA: { timezone: "Mars" } } }, /it is the name of a time/],
    [
      { branches: { ABA: { zone: 1 } } },
      /"branches.ABA" has no setting "zone"/,
    ],
    [{ schedule: { at: "24:00" } }, /"schedule.at"/],
    [{ maxBodyBytes: 0 }, /"maxBodyBytes"/],
  ];
  for (const [value, message] of wrong) {
    throws(() => read(value), { code: "config_invalid", message });
  }
  const text = { label: LABEL, value: "{" };
  throws(() => readBranchSync(["office"], text), /takes one JSON object, not/);
});
