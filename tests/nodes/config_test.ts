import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { PanalError } from "../../crdt/errors.ts";
import {
  type Environment,
  type NodeConfig,
  parseRunArgs,
  resolveConfig,
  RUN_OPTIONS,
} from "../../nodes/config.ts";
import { branchSyncDefaults } from "../../nodes/branch_sync/branch_sync_settings.ts";
import { FORECOURT_DEFAULTS } from "../../nodes/forecourt_config.ts";
import { FLEET_DEFAULTS } from "../../nodes/fleet_config.ts";
import { helpText } from "../../nodes/help.ts";
import { ROLES } from "../../nodes/roles.ts";

interface Sources {
  readonly env?: Environment;
  readonly file?: unknown;
}

function configure(line: string, { env = {}, file }: Sources = {}): NodeConfig {
  const request = parseRunArgs(line.split(" ").filter(Boolean), env);
  if (request.kind === "help") throw new TypeError("help was asked for");
  const text = typeof file === "string" ? file : JSON.stringify(file);
  return resolveConfig(request, {
    env,
    ...(file === undefined ? {} : { settings: { path: "panal.json", text } }),
  });
}

function refuses(
  line: string,
  message: RegExp | string,
  sources: Sources = {},
): void {
  throws(() => configure(line, sources), (error) => {
    ok(error instanceof PanalError, String(error));
    strictEqual(error.code, "config_invalid");
    ok(!error.message.includes("\n"));
    if (typeof message === "string") strictEqual(error.message, message);
    else match(error.message, message);
    return true;
  });
}

const PEER = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

Deno.test("resolveConfig() gives a branch all defaults", () => {
  deepStrictEqual(configure("branch --site cus"), {
    roles: ["branch"],
    site: "CUS",
    region: null,
    companies: [],
    pump: null,
    pumpSettings: null,
    dataDir: "./data/branch-CUS",
    listen: ["/ip4/0.0.0.0/tcp/0"],
    peers: [],
    mdns: true,
    http: { hostname: "127.0.0.1", port: 8080, explicit: false },
    surfaces: {
      "inventory-branch": [
        { hostname: "127.0.0.1", ports: [8001], explicit: false },
      ],
      "branch-sync": [
        { hostname: "127.0.0.1", ports: [3002], explicit: false },
      ],
    },
    pageOrigins: [],
    dial: {},
    notifyUrl: null,
    timezone: "America/Lima",
    currency: "PEN",
    fleet: FLEET_DEFAULTS,
    charging: {
      isOpen: false,
      connectionsMax: 8192,
      reservationMs: 0,
      staleMs: 60_000,
      goneMs: 86_400_000,
    },
    ocpp: { admission: null, heartbeatSeconds: 300 },
    forecourt: FORECOURT_DEFAULTS,
    branchSync: branchSyncDefaults(["branch"]),
    watching: { isMeasured: true },
    sinks: [],
    logFormat: "text",
    logLevel: "info",
  });
});

Deno.test("resolveConfig() reads every option", () => {
  const config = configure(
    "branch+pump+region+company --site LIM --company 42,43 --company 42 --region R1 --pump 12 --data /var/lib/panal " +
      "--notify http://central:8000/ --branch-id norte-2 --listen /ip4/0.0.0.0/tcp/4001 --listen=/ip6/::/tcp/4001 " +
      `--peer /dns4/office.example/tcp/4001/p2p/${PEER} --no-mdns --http 0.0.0.0:9090 ` +
      "--surface inventory-branch=127.0.0.1:9001-9003 --surface inventory-branch=[::1]:9001 --surface branch-sync=off " +
      "--dial inventory-central=http://central:8000 --tls-cert c.pem --tls-key k.pem --join panal1.abc " +
      "--allow-origin http://caja:3001 --no-metrics --metrics-token-file token --otlp http://collector:4318/ " +
      "--sink kafka://kafka/chain " +
      "--timezone UTC --currency CLP --log-format json --log-level debug",
  );
  deepStrictEqual(config, {
    roles: ["branch", "pump", "region", "company"],
    site: "LIM",
    region: "R1",
    companies: ["42", "43"],
    pump: 12,
    pumpSettings: {
      name: "Surtidor 12",
      flowMlPerSecond: 500,
      station: null,
    },
    dataDir: "/var/lib/panal",
    listen: ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"],
    peers: [`/dns4/office.example/tcp/4001/p2p/${PEER}`],
    mdns: false,
    http: { hostname: "0.0.0.0", port: 9090, explicit: true },
    surfaces: {
      "inventory-branch": [
        { hostname: "127.0.0.1", ports: [9001, 9002, 9003], explicit: true },
        { hostname: "::1", ports: [9001], explicit: true },
      ],
      "forecourt-pump": [
        { hostname: "127.0.0.1", ports: [8013], explicit: false },
      ],
    },
    pageOrigins: ["http://caja:3001"],
    dial: { "inventory-central": ["http://central:8000"] },
    notifyUrl: "http://central:8000",
    branchId: "norte-2",
    tls: { certFile: "c.pem", keyFile: "k.pem" },
    joinToken: "panal1.abc",
    timezone: "UTC",
    currency: "CLP",
    fleet: FLEET_DEFAULTS,
    charging: {
      isOpen: false,
      connectionsMax: 8192,
      reservationMs: 0,
      staleMs: 60_000,
      goneMs: 86_400_000,
    },
    ocpp: { admission: null, heartbeatSeconds: 300 },
    forecourt: FORECOURT_DEFAULTS,
    branchSync: branchSyncDefaults(["branch"]),
    watching: {
      isMeasured: false,
      tokenFile: "token",
      otlp: "http://collector:4318",
    },
    sinks: [{
      kind: "kafka",
      name: "kafka://kafka:9092/chain",
      brokers: ["kafka:9092"],
      prefix: "chain",
    }],
    logFormat: "json",
    logLevel: "debug",
  });
});

Deno.test("resolveConfig() reads every option from a settings file", () => {
  const config = configure("", {
    file: {
      role: ["branch", "pump", "region", "company"],
      site: "LIM",
      company: [42, "43"],
      region: 0,
      pump: 12,
      data: "/var/lib/panal",
      notify: "http://central:8000",
      "branch-id": "norte-2",
      listen: "/ip4/0.0.0.0/tcp/4001",
      peer: ["/ip4/10.0.0.1/tcp/4001", "/ip4/10.0.0.2/tcp/4001"],
      "no-mdns": true,
      http: "127.0.0.1:0",
      surface: { "inventory-branch": ["127.0.0.1:9001", "127.0.0.1:9002"] },
      dial: ["inventory-central=http://central:8000"],
      "tls-cert": "c.pem",
      "tls-key": "k.pem",
      join: "panal1.abc",
      timezone: "UTC",
      currency: "CLP",
      "log-format": "json",
      "log-level": "warn",
    },
  });
  deepStrictEqual(config.companies, ["42", "43"]);
  deepStrictEqual([config.region, config.pump], ["0", 12]);
  deepStrictEqual(config.peers.length, 2);
  deepStrictEqual(config.http, {
    hostname: "127.0.0.1",
    port: 0,
    explicit: true,
  });
  deepStrictEqual(config.surfaces["inventory-branch"]?.length, 2);
  deepStrictEqual([config.mdns, config.logLevel], [false, "warn"]);
});

Deno.test("resolveConfig() reads every option from the environment", () => {
  const config = configure("", {
    env: {
      PANAL_ROLE: "branch+pump+region+company",
      PANAL_SITE: "LIM",
      PANAL_COMPANY: "all",
      PANAL_REGION: "0",
      PANAL_PUMP: "3",
      PANAL_DATA: "d",
      PANAL_NOTIFY: "http://central:8000",
      PANAL_BRANCH_ID: "norte-2",
      PANAL_LISTEN: "/ip4/0.0.0.0/tcp/1, /ip4/0.0.0.0/tcp/2",
      PANAL_PEER: "/ip4/10.0.0.1/tcp/4001",
      PANAL_NO_MDNS: "true",
      PANAL_HTTP: "127.0.0.1:9",
      PANAL_SURFACE:
        "inventory-branch=off, forecourt-pump=off, branch-sync=off",
      PANAL_DIAL: "inventory-central=http://central:8000",
      PANAL_TLS_CERT: "c.pem",
      PANAL_TLS_KEY: "k.pem",
      PANAL_JOIN: "panal1.abc",
      PANAL_TIMEZONE: "UTC",
      PANAL_CURRENCY: "CLP",
      PANAL_LOG_FORMAT: "json",
      PANAL_LOG_LEVEL: "error",
      PANAL_UNKNOWN: "is somebody else's",
    },
  });
  deepStrictEqual(config.roles, ["branch", "pump", "region", "company"]);
  deepStrictEqual(config.listen, [
    "/ip4/0.0.0.0/tcp/1",
    "/ip4/0.0.0.0/tcp/2",
  ]);
  deepStrictEqual(config.surfaces, {});
  deepStrictEqual([config.companies, config.pump], [["all"], 3]);
  deepStrictEqual([config.branchId, config.joinToken, config.logLevel], [
    "norte-2",
    "panal1.abc",
    "error",
  ]);
});

Deno.test("resolveConfig() takes an option before a variable before the settings file", () => {
  const env = { PANAL_SITE: "ENV", PANAL_CURRENCY: "CLP", PANAL_TIMEZONE: "" };
  const file = {
    site: "FILE",
    currency: "USD",
    timezone: "UTC",
    listen: ["/ip4/1.1.1.1/tcp/1"],
  };
  const flags = "branch --site FLAG --listen /ip4/2.2.2.2/tcp/2";
  const { site, currency, timezone, listen } = configure(flags, { env, file });
  deepStrictEqual([site, currency, timezone], ["FLAG", "CLP", "UTC"]);
  deepStrictEqual(listen, ["/ip4/2.2.2.2/tcp/2"]);
});

Deno.test("resolveConfig() merges surfaces of several sources by name", () => {
  const { surfaces } = configure(
    "branch+office --site CUS --surface inventory-branch=on --surface branch-sync=off",
    {
      env: { PANAL_SURFACE: "inventory-branch=off" },
      file: {
        surface: {
          "inventory-branch": "off",
          "inventory-central": "127.0.0.1:9000",
        },
      },
    },
  );
  deepStrictEqual(surfaces, {
    "inventory-branch": [
      { hostname: "127.0.0.1", ports: [8001], explicit: false },
    ],
    "inventory-central": [
      { hostname: "127.0.0.1", ports: [9000], explicit: true },
    ],
  });
});

Deno.test("resolveConfig() lets an option switch mDNS off that a file leaves on", () => {
  const file = { "no-mdns": false };
  strictEqual(configure("office", { file }).mdns, true);
  strictEqual(configure("office --no-mdns", { file }).mdns, false);
});

Deno.test("resolveConfig() reads the variables of installed branch software", () => {
  const env = {
    CENTRAL_API_URL: "http://central:8000/",
    BRANCH_ID: "norte-2",
  };
  const branch = configure("branch --site CUS", { env });
  deepStrictEqual([branch.notifyUrl, branch.branchId], [
    "http://central:8000",
    "norte-2",
  ]);
  const named = { ...env, PANAL_NOTIFY: "http://other:1" };
  strictEqual(
    configure("branch --site CUS", { env: named }).notifyUrl,
    "http://other:1",
  );
  strictEqual(configure("office", { env }).notifyUrl, null);
});

Deno.test("resolveConfig() names the default data folder after role and place", () => {
  const folders = {
    "branch --site CUS": "./data/branch-CUS",
    "pump --site E03 --pump 1": "./data/pump-E03-1",
    "region --region 0": "./data/region-0",
    "company --company 99": "./data/company-99",
    "company --company 42,43": "./data/company-42-43",
    "office": "./data/office",
    "office --site LIM": "./data/office-LIM",
    "branch+office --site LIM": "./data/branch+office-LIM",
  };
  for (const [line, folder] of Object.entries(folders)) {
    strictEqual(configure(line).dataDir, folder);
  }
});

Deno.test("resolveConfig() leaves out default surfaces that this version has not", () => {
  for (
    const line of [
      "region --region 0",
      "company --company 99",
    ]
  ) {
    deepStrictEqual(configure(line).surfaces, {});
  }
});

Deno.test("resolveConfig() gives a station its REST and its events, a pump its REST, and an office the company's REST when asked", () => {
  const at = (port: number) => [
    { hostname: "127.0.0.1", ports: [port], explicit: false },
  ];
  const { surfaces } = configure("station --site E03");
  deepStrictEqual(surfaces["forecourt-station"], at(8001));
  deepStrictEqual(surfaces["forecourt-bridge"], at(4001));
  const office = configure("office").surfaces;
  deepStrictEqual(Object.keys(office), ["inventory-central", "branch-sync"]);
  const company = configure(
    "office --surface inventory-central=off --surface forecourt-company=on --surface branch-sync=off",
  ).surfaces;
  deepStrictEqual(company, { "forecourt-company": at(8000) });
  deepStrictEqual(configure("pump --site E03 --pump 12").surfaces, {
    "forecourt-pump": at(8013),
  });
});

Deno.test("C-43: resolveConfig() gives branches and offices the branch software's surface", () => {
  const ports = (line: string) =>
    configure(line).surfaces["branch-sync"]?.flatMap((one) => one.ports);
  deepStrictEqual(ports("branch --site CUS"), [3002]);
  deepStrictEqual(ports("office"), [3000]);
  deepStrictEqual(ports("branch --site CUS --surface branch-sync=on"), [3002]);
  deepStrictEqual(ports("office --surface branch-sync=off"), undefined);
  deepStrictEqual(
    ports("branch --site ABA --surface branch-sync=0.0.0.0:3001"),
    [3001],
  );
});

Deno.test("resolveConfig() takes charging-kafka for a broker's address, which is nobody's port", () => {
  const own = (line: string) => configure(`charging --site CUS ${line}`);
  strictEqual(own("").surfaces["charging-kafka"], undefined);
  const on = own("--surface charging-kafka=on").surfaces["charging-kafka"];
  deepStrictEqual(on?.map(({ hostname, ports }) => [hostname, ports]), [
    ["127.0.0.1", [9092]],
  ]);
  const shared = own(
    "--surface charging-kafka=127.0.0.1:8000 --surface charging=127.0.0.1:8000",
  );
  strictEqual(shared.surfaces["charging-kafka"]?.length, 1);
});

Deno.test("resolveConfig() gives the surfaces of the secured charging dialect when asked, on loopback unless it is told otherwise", () => {
  const own = (line: string) => configure(`charging --site CUS ${line}`);
  const plain = own("").surfaces;
  strictEqual(plain["charging-api"], undefined);
  strictEqual(plain["charging-registry"], undefined);
  const on = own("--surface charging-api=on --surface charging-registry=on");
  const at = (port: number) => [
    { hostname: "127.0.0.1", ports: [port], explicit: false },
  ];
  deepStrictEqual(on.surfaces["charging-api"], at(5000));
  deepStrictEqual(on.surfaces["charging-registry"], at(6000));
  strictEqual(on.charging.isOpen, false);
  const open = own("--charging-open --surface charging-api=0.0.0.0:5000");
  strictEqual(open.charging.isOpen, true);
  const timed =
    own("--charging-reservation 900 --charging-stale 90 --charging-gone 7200")
      .charging;
  deepStrictEqual(timed, {
    isOpen: false,
    connectionsMax: 8192,
    reservationMs: 900_000,
    staleMs: 90_000,
    goneMs: 7_200_000,
  });
  deepStrictEqual(open.surfaces["charging-api"], [
    { hostname: "0.0.0.0", ports: [5000], explicit: true },
  ]);
});

Deno.test("resolveConfig() takes origins of pages as browsers write them", () => {
  const { pageOrigins } = configure(
    "station --site E03 --allow-origin http://Caja:3001/ --allow-origin http://caja:3001",
  );
  deepStrictEqual(pageOrigins, ["http://caja:3001"]);
});

Deno.test("parseRunArgs() asks for help and names the settings file", () => {
  deepStrictEqual(parseRunArgs(["branch", "--bad", "--help"], {}), {
    kind: "help",
  });
  const paths = [
    parseRunArgs(["--config", "a.json"], { PANAL_CONFIG: "b.json" }),
    parseRunArgs([], { PANAL_CONFIG: "b.json" }),
    parseRunArgs([], {}),
  ].map((it) => it.kind === "run" ? it.settingsPath : "help");
  deepStrictEqual(paths, ["a.json", "b.json", undefined]);
});

const REFUSED: Readonly<Record<string, RegExp | string>> = {
  "": /Name a role/,
  "shop --site CUS": /no role "shop": use one of branch, station/,
  "branch+ --site CUS": /no role ""/,
  "branch office --site CUS": /join several roles by \+/,
  "branch": "The role branch needs a site: add --site CODE, e.g. --site CUS",
  "office+station": /role station needs a site/,
  "branch --site C": /--site takes 2 to 12 letters and digits, not "C"/,
  "branch --site": /--site needs a value/,
  "branch --site --no-mdns": /--site needs a value/,
  "branch --site=": /--site needs a value/,
  "branch --site CUS --site LIM": /--site is given twice/,
  "branch --sites CUS": 'There is no option "--sites": use --site',
  "branch --zzzzzzzzzz 1": /--help lists them/,
  "branch -s CUS": /begin with two dashes/,
  "branch --site CUS --no-mdns=1": /--no-mdns takes no value/,
  "region": /needs its id: add --region ID/,
  "region --region a/b": /--region takes/,
  "company": /needs its ids: add --company ID/,
  "company --company 9a": /--company takes numbers/,
  "company --company 042": /--company takes numbers/,
  "company --company 42,all": /either numbers or all/,
  "pump --site E03": /needs its number: add --pump N/,
  "pump --site E03 --pump 0": /--pump takes a number from 1 to 9999/,
  "pump --site E03 --pump 10000": /--pump takes/,
  "branch --site CUS --pump 1": /--pump is for the role pump/,
  "office --notify http://a": /--notify is for the role branch/,
  "office --branch-id x": /--branch-id is for the role branch/,
  "branch --site CUS --notify ftp://a": /--notify takes an address/,
  "branch --site CUS --notify http://a --dial inventory-central=http://b":
    /one original central/,
  "branch --site CUS --listen 0.0.0.0:4001": /--listen takes a multiaddr/,
  "branch --site CUS --peer /ip4/1.2.3.4/tcp/70000": /--peer takes a multiaddr/,
  "branch --site CUS --http 8080": /--http takes HOST:PORT/,
  "branch --site CUS --http ::1:8080": /--http takes HOST:PORT/,
  "branch --site CUS --http 127.0.0.1:65536": /--http takes HOST:PORT/,
  "branch --site CUS --http 127.0.0.1:1-2": /--http takes HOST:PORT/,
  "branch --site CUS --surface inventory-branch": /--surface takes NAME=VALUE/,
  "branch --site CUS --surface inventory-brunch=on":
    '--surface: there is no "inventory-brunch": use inventory-branch',
  "branch --site CUS --surface x=on": /there are inventory-branch, /,
  "branch --site CUS --surface inventory-central=on":
    /belongs to the role office: run branch\+office, or leave it out/,
  "branch --site CUS --surface inventory-branch=8001":
    /takes inventory-branch=HOST:PORT/,
  "branch --site CUS --surface inventory-branch=a:9-8": /=HOST:PORT/,
  "branch --site CUS --surface inventory-branch=a:0-3": /=HOST:PORT/,
  "branch --site CUS --surface inventory-branch=a:1-999": /=HOST:PORT/,
  "branch --site CUS --surface inventory-branch=off --surface inventory-branch=on":
    /both off and on/,
  "station --site E03 --surface forecourt-prices=127.0.0.1:6000":
    "forecourt-pumps and forecourt-prices both listen on 127.0.0.1:6000: move one, e.g. with --surface forecourt-prices=127.0.0.1:6100",
  "station --site E03 --surface charging-ocpp=on":
    /charging-ocpp belongs to the role charging/,
  "branch --site CUS --surface charging-api=on": /belongs to the role charging/,
  "charging --site CUS --surface charging-api=0.0.0.0:5000":
    /asks nobody who he is, .* use 127\.0\.0\.1 instead of "0\.0\.0\.0", or add --charging-open/,
  "charging --site CUS --surface charging-registry=10.0.0.7:6000":
    /charging-registry asks nobody who he is/,
  "station --site E03 --charging-open": /role charging/,
  "station --site E03 --charging-stale 60": /role charging/,
  "charging --site MAD --charging-gone 604801":
    /--charging-gone takes a number of seconds from 0 to 604800, not "604801"/,
  "charging --site MAD --charging-stale 9":
    /--charging-stale takes a number of seconds from 10 to 86400, not "9"/,
  "charging --site MAD --charging-reservation soon":
    /--charging-reservation takes a number of seconds from 0 to 86400/,
  "branch --site CUS --dial branch-sync=a": /takes an address such as/,
  "branch --site CUS --dial other=http://a": /there is no "other"/,
  "office --dial inventory-central=http://a": /for the role branch/,
  "branch --site CUS --http 127.0.0.1:8001":
    "--http and inventory-branch both listen on 127.0.0.1:8001: move one, e.g. with --surface inventory-branch=127.0.0.1:8101",
  "branch --site CUS --http 0.0.0.0:8001": /both listen/,
  "branch --site CUS --http localhost:8001": /both listen/,
  "branch --site CUS --tls-cert c.pem": /add --tls-key/,
  "branch --site CUS --tls-key k.pem": /add --tls-cert/,
  "station --site E03 --allow-origin http://caja/x": /--allow-origin takes/,
  "station --site E03 --allow-origin *": /--allow-origin takes an origin/,
  "branch --site CUS --timezone Mars/Olympus": /--timezone takes/,
  "branch --site CUS --currency soles": /--currency takes/,
  "branch --site CUS --log-format xml": /--log-format takes text or json/,
  "branch --site CUS --log-level loud": /--log-level takes debug or info/,
};

Deno.test("resolveConfig() refuses each wrong option with one clear line", () => {
  for (const [line, message] of Object.entries(REFUSED)) refuses(line, message);
});

Deno.test("resolveConfig() takes off for a surface that the node has not", () => {
  const line =
    "branch --site CUS --surface branch-sync=off --surface inventory-central=off";
  deepStrictEqual(Object.keys(configure(line).surfaces), ["inventory-branch"]);
});

Deno.test("resolveConfig() lets ports 0 meet", () => {
  const line =
    "branch --site CUS --http 127.0.0.1:0 --surface inventory-branch=127.0.0.1:0";
  strictEqual(configure(line).http.port, 0);
});

Deno.test("resolveConfig() refuses a wrong variable by its name", () => {
  const env = { PANAL_SITE: "?" };
  refuses("branch", /^PANAL_SITE takes 2 to 12/, { env });
  refuses("office", /^PANAL_NO_MDNS takes true or false/, {
    env: { PANAL_NO_MDNS: "maybe" },
  });
});

Deno.test("resolveConfig() refuses a wrong settings file by its path", () => {
  const wrong: readonly [unknown, RegExp][] = [
    ["{", /"panal.json" is not JSON/],
    [[], /must hold one JSON object/],
    ["null", /must hold one JSON object/],
    [{ sites: "CUS" }, /has no setting "sites": use "site"/],
    [{ config: "x" }, /has no setting "config"/],
    [{ site: 5 }, /wrong value for "site": it takes text/],
    [{ "no-mdns": "x" }, /"no-mdns": it takes true or false/],
    [{ surface: 1 }, /"surface": it takes text, a list of texts, or an object/],
    [{ site: "?" }, /^"site" in "panal.json" takes 2 to 12/],
    [{ surface: { "charging-api": "on" } }, /belongs to the role charging/],
    [{ "charging-open": 1 }, /"charging-open": it takes true or false/],
    [{ "branch-sync": "on" }, /"branch-sync": it takes an object/],
    [{ "branch-sync": { sender: [] } }, /has no setting "sender"/],
  ];
  for (const [file, message] of wrong) refuses("office", message, { file });
});

Deno.test("resolveConfig() never shows the invitation in a message", () => {
  refuses("branch --join panal1.secret --site ?", /^(?!.*secret)/);
});

const WORDS = [
  ...Object.keys(RUN_OPTIONS).flatMap((name) => [`--${name}`, `--${name}=`]),
  ...ROLES,
  "--site=CUS",
  "--region=0",
  "--company=42",
  "--pump=1",
  "--surface=inventory-branch=127.0.0.1:9-12",
  "127.0.0.1:8001",
  "--",
  "__proto__",
  "--__proto__",
  "--constructor=1",
  "inventory-central=off",
];
const WORD = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string(),
  fc.string({ unit: "binary" }),
);

Deno.test("resolveConfig() throws nothing but config_invalid whatever it is given", () => {
  const env = fc.dictionary(
    fc.constantFrom(
      ...Object.keys(RUN_OPTIONS).map((name) =>
        `PANAL_${name.toUpperCase().replaceAll("-", "_")}`
      ),
      "CENTRAL_API_URL",
      "BRANCH_ID",
    ),
    WORD,
    { maxKeys: 3 },
  );
  const file = fc.option(
    fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(
        fc.constantFrom(...Object.keys(RUN_OPTIONS)),
        fc.jsonValue(),
      )
        .map((it) => JSON.stringify(it)),
    ),
    { nil: undefined },
  );
  fc.assert(
    fc.property(
      fc.array(WORD, { maxLength: 8 }),
      env,
      file,
      (args, env, text) => {
        try {
          const request = parseRunArgs(args, env);
          if (request.kind === "help") return;
          const config = resolveConfig(request, {
            env,
            ...(text === undefined ? {} : { settings: { path: "p", text } }),
          });
          ok(config.roles.length > 0);
        } catch (error) {
          ok(error instanceof PanalError, String(error));
          strictEqual(error.code, "config_invalid");
          ok(!/[\r\n]/.test(error.message), error.message);
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("helpText() names every option of run", () => {
  for (const name of Object.keys(RUN_OPTIONS)) {
    ok(helpText("run").includes(`--${name}`), name);
  }
});
