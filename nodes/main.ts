/**
 * The program: reads the command line, puts a node and its façade together, and ends cleanly. The one file that stands
 * above the layers.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import { parseForecourtTime } from "../net/mod.ts";
import {
  allowsOrigin,
  type CorsPolicy,
  createApp,
  createBranchSync,
  createChargingApi,
  createChargingRegistry,
  createForecourtBridge,
  createForecourtCompany,
  createForecourtPump,
  createForecourtStation,
  createInventoryBranch,
  createInventoryCentral,
  PAGE_POLICY,
} from "../web/mod.ts";
import {
  createForecourtSurfaces,
  type SocketSurfaces,
} from "./adapters/forecourt_surfaces.ts";
import {
  createFleetSurfaces,
  joinSurfaces,
} from "./adapters/fleet_surfaces.ts";
import { createChargingSurfaces } from "./adapters/charging_surfaces.ts";
import { createSecuredSurfaces } from "./adapters/charging_secured.ts";
import { createStationSurfaces } from "./adapters/fleet_station_surfaces.ts";
import { createKafkaSurface } from "./adapters/charging_kafka.ts";
import { createLogger } from "./adapters/logger.ts";
import { readMetricsToken } from "./adapters/metrics_token.ts";
import { createNodeMetrics } from "./adapters/node_metrics.ts";
import { readPageFiles } from "./adapters/page_files.ts";
import { createMeshFolders } from "./adapters/mesh_folder.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from "./adapters/http_server.ts";
import { createOcppSurfaces } from "./adapters/ocpp_surfaces.ts";
import { type RunningNode, startRunningNode } from "./adapters/running_node.ts";
import { createSystemClock } from "./adapters/system_clock.ts";
import { createSystemRandom } from "./adapters/system_random.ts";
import { readTls } from "./adapters/tls_files.ts";
import { createWatching } from "./adapters/watching.ts";
import { type NodeConfig, parseRunArgs, resolveConfig } from "./config.ts";
import { helpText } from "./help.ts";
import { runMesh } from "./mesh_commands.ts";
import { measureReceiving, type Metrics, NO_METRICS } from "./metrics.ts";
import type { Logger } from "./ports.ts";
import type { ListenAddress } from "./surfaces.ts";
import type { UseCases } from "./use_cases.ts";

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_UNUSABLE = 2;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

const encoder = new TextEncoder();

function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}

const stdout = (text: string) => writeAll(Deno.stdout, text);
const stderr = (text: string) => writeAll(Deno.stderr, text);

interface Mounted {
  readonly http: HttpServer;
  readonly surfaces: Record<string, readonly string[] | null>;
  stop(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Something that listens. */
interface Listener extends Stoppable {
  readonly url: string;
}

/** Starts one listener of a surface. */
type StartListener = (at: ListenAddress) => Promise<Listener>;

/** Starts one that says which port it got. */
type StartOnPort = (
  at: ListenAddress,
) => Promise<Listener & { readonly port: number }>;

type Handler = HttpServerOptions["handler"];

/** The pages that may use the forecourt's surfaces. */
function pagePolicy({ pageOrigins }: NodeConfig): CorsPolicy {
  return {
    ...PAGE_POLICY,
    origins: [...PAGE_POLICY.origins, ...pageOrigins],
  };
}

/** What surfaces are made of besides the node. */
interface SurfaceContext {
  readonly config: NodeConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sockets: SocketSurfaces;
}

/** The node, with its reception of messages measured. */
function measured(useCases: UseCases, metrics: Metrics): UseCases {
  const branchSync = measureReceiving(
    useCases.branchSync,
    metrics,
    createSystemClock().monotonic,
  );
  return Object.create(useCases, { branchSync: { value: branchSync } });
}

function surfaceHandlers(
  { node, forecourt: { pump, stations } }: RunningNode,
  { config, metrics }: SurfaceContext,
  onError: (error: unknown) => void,
): Readonly<Record<string, (() => Handler) | undefined>> {
  const clock = createSystemClock();
  const { useCases } = node;
  const cors = pagePolicy(config);
  const { site } = useCases.node;
  const { maxBodyBytes, branches } = config.branchSync;
  const name = site === null ? undefined : branches[site]?.name;
  return {
    "branch-sync": () =>
      createBranchSync(measured(useCases, metrics), {
        ...{ clock, metrics, onError },
        origins: config.pageOrigins,
        messageBytesMax: maxBodyBytes,
        ...(name === undefined ? {} : { name }),
      }).fetch,
    "forecourt-station": () =>
      createForecourtStation(useCases, { cors, parseTime: parseForecourtTime })
        .fetch,
    "forecourt-company": () =>
      createForecourtCompany(useCases, {
        cors,
        clock,
        ...(stations === undefined ? {} : { pusher: stations }),
      }).fetch,
    // Pages of any origin may use a pump, as the original ones let them.
    ...(pump === undefined ? {} : {
      "forecourt-pump": () =>
        createForecourtPump(useCases, { control: pump }).fetch,
    }),
    "inventory-branch": () => createInventoryBranch(node.useCases).fetch,
    "inventory-central": () =>
      createInventoryCentral(node.useCases, { now: () => clock.now() }).fetch,
  };
}

/** How a surface listens; undefined if this program does not have it. */
function findSurface(
  running: RunningNode,
  name: string,
  context: SurfaceContext,
): StartListener | undefined {
  const { config, logger, sockets } = context;
  if (name === "forecourt-bridge") {
    const source = createForecourtBridge(
      running.node.useCases,
      createSystemClock(),
    );
    return onBothLoopbacks(async (at) => {
      // Only stations have pages to tell; the library costs others time at the start, and memory.
      const { startSocketIoServer } = await import(
        "./adapters/socket_io_server.ts"
      );
      return await startSocketIoServer({
        ...at,
        source,
        allowsOrigin: (origin) => allowsOrigin(pagePolicy(config), origin),
      });
    });
  }
  const onError = (error: unknown, request?: string) =>
    logger.log("error", "A surface failed to answer", {
      surface: name,
      request,
      error: String(error),
    });
  const makeHandler = surfaceHandlers(running, context, onError)[name];
  if (makeHandler === undefined) return sockets.find(name);
  // All listeners of a surface share what it remembers and counts.
  let handler: Handler | undefined;
  const start: StartOnPort = (at) =>
    startHttpServer({ ...at, handler: handler ??= makeHandler(), onError });
  return name.startsWith("inventory-") ? start : onBothLoopbacks(start);
}

/** Installed pages ask for `localhost`, which may mean either address; a machine may have no second one. */
function onBothLoopbacks(start: StartOnPort): StartListener {
  return async (at) => {
    const first = await start(at);
    if (at.hostname !== "127.0.0.1") return first;
    const { port } = first;
    const second = await start({ hostname: "::1", port }).catch(() => null);
    return {
      ...first,
      stop: async () => void await Promise.all([first.stop(), second?.stop()]),
    };
  };
}

/** Starts one surface's listeners. A default port that is taken is an incident; one that a setting names is an error. */
async function mountSurface(
  running: RunningNode,
  name: string,
  context: SurfaceContext & { readonly servers: Stoppable[] },
): Promise<readonly string[] | null> {
  const { config, logger, servers } = context;
  const start = findSurface(running, name, context);
  if (start === undefined) return null;
  if (name === "inventory-branch" || name === "inventory-central") {
    await running.node.writeInitialRows(name);
  }
  const urls: string[] = [];
  for (const { hostname, ports, explicit } of config.surfaces[name] ?? []) {
    for (const port of ports) {
      try {
        const server = await start({ hostname, port });
        servers.push(server);
        urls.push(server.url);
      } catch (error) {
        if (explicit || !(error instanceof PanalError)) throw error;
        logger.log("warn", "A surface's default port is taken", {
          surface: name,
          port,
        });
        running.node.incidents.report(
          "port_taken",
          `The default port ${port} of ${name} is taken: nothing of it listens there`,
          { surface: name, port },
        );
      }
    }
  }
  return urls.length === 0 ? null : urls;
}

async function mount(
  running: RunningNode,
  { config, logger, metrics }: Omit<SurfaceContext, "sockets">,
): Promise<Mounted> {
  const servers: Stoppable[] = [];
  const { charging, chargingSecurity: security } = running.node.useCases;
  const open = security.readTelemetry;
  const kafka = createKafkaSurface({ ...running, ...config, logger, open });
  if (config.surfaces["charging-kafka"] !== undefined) {
    metrics.watchKafka(() => kafka.view()?.connected === true);
  }
  const secured = createSecuredSurfaces({
    ...{ charging, security, config, logger },
    simulate: kafka.simulate,
  }, { api: createChargingApi, registry: createChargingRegistry });
  const sockets = joinSurfaces(
    kafka,
    createForecourtSurfaces(running.node, config.forecourt, logger),
    createFleetSurfaces(running.node, config, logger),
    createStationSurfaces({ ...running, ...config, logger }),
    createChargingSurfaces(running.node, config, logger),
    createOcppSurfaces(running.node, config, logger),
    secured,
  );
  const ending = new AbortController();
  const loopback = LOOPBACK.has(config.http.hostname);
  const pages = await readPageFiles();
  if (!pages.ok) {
    const message = "There are no pages: deno task bundle makes them";
    logger.log("info", message, { reason: pages.error });
  }
  const watching = await createWatching(running.node.useCases, config, logger);
  const app = createApp(running.node.useCases, {
    clock: createSystemClock(),
    requireSignIn: !loopback,
    ...(config.watching.isMeasured ? { metrics } : {}),
    ...await readMetricsToken(config.watching),
    ...(watching.answered === undefined ? {} : { answered: watching.answered }),
    ...(loopback ? { allowedHosts: [] } : {}),
    ...(pages.ok ? { pages: pages.value } : {}),
    logger,
    chargingPanel: secured.panel,
    signal: ending.signal,
  });
  const stop = async () => {
    ending.abort();
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all([sockets.stop(), watching.stop()]);
  };
  try {
    const http = await startHttpServer({
      hostname: config.http.hostname,
      port: config.http.port,
      handler: app.fetch,
      onError: (error, request) =>
        logger.log("error", "A request failed", {
          request,
          error: String(error),
        }),
      ...await readTls(config.tls),
    });
    servers.push(http);
    const surfaces: Record<string, readonly string[] | null> = {};
    for (const name of Object.keys(config.surfaces)) {
      surfaces[name] = await mountSurface(running, name, {
        config,
        logger,
        metrics,
        servers,
        sockets,
      });
    }
    running.node.setSurfaces(surfaces, kafka.problems);
    return { http, surfaces, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyLine(running: RunningNode, { http, surfaces }: Mounted): string {
  const shown = Object.fromEntries(
    Object.entries(surfaces).map(([name, urls]) => [name, urls?.[0] ?? null]),
  );
  return JSON.stringify({
    ready: true,
    peer: running.node.useCases.node.peer,
    listen: running.listen(),
    http: http.url,
    surfaces: shown,
  }) + "\n";
}

/** Ctrl-C reaches a program twice: from the terminal, and from the task runner that started it. */
const SIGNAL_ECHO_MS = 500;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the program at once. */
function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      askedAt ??= performance.now();
      resolve();
      if (performance.now() - askedAt > SIGNAL_ECHO_MS) Deno.exit(EXIT_FAILED);
    });
  }
  return promise;
}

async function readConfig(args: readonly string[]): Promise<NodeConfig | null> {
  const env = Deno.env.toObject();
  const request = parseRunArgs(args, env);
  if (request.kind === "help") return null;
  const path = request.settingsPath;
  if (path === undefined) return resolveConfig(request, { env });
  try {
    const text = await Deno.readTextFile(path);
    return resolveConfig(request, { env, settings: { path, text } });
  } catch (error) {
    if (error instanceof PanalError) throw error;
    throw new PanalError(
      "config_invalid",
      `The settings file ${path} cannot be read`,
      { cause: error },
    );
  }
}

async function runNode(args: readonly string[]): Promise<number> {
  const config = await readConfig(args);
  if (config === null) {
    stdout(helpText("run"));
    return EXIT_OK;
  }
  const signal = untilSignal();
  const logger = createLogger({
    format: config.logFormat,
    level: config.logLevel,
  });
  const metrics = config.watching.isMeasured ? createNodeMetrics() : NO_METRICS;
  const running = await startRunningNode(config, logger, { metrics });
  try {
    const mounted = await mount(running, { config, logger, metrics });
    if (
      LOOPBACK.has(config.http.hostname) &&
      !running.node.useCases.people.hasUsers()
    ) {
      logger.log(
        "info",
        "No users are made yet: requests on loopback need no sign-in",
      );
    }
    stdout(readyLine(running, mounted));
    await signal;
    logger.log("info", "Stopping");
    await mounted.stop();
  } finally {
    await running.stop();
  }
  return EXIT_OK;
}

async function runTool(
  name: string,
  args: readonly string[],
): Promise<number> {
  const signal = () => {
    const ending = new AbortController();
    untilSignal().then(() => ending.abort());
    return ending.signal;
  };
  switch (name) {
    case "run":
      return await runNode(args);
    case "mesh":
      return await runMesh(args, {
        folders: createMeshFolders({
          clock: createSystemClock(),
          random: createSystemRandom(),
        }),
        stdout,
        stderr,
      });
    case "replay": {
      const { runReplay } = await import("./adapters/replay.ts");
      const isTerminal = Deno.stderr.isTerminal();
      return await runReplay(args, {
        stdout,
        stderr,
        isTerminal,
        signal: signal(),
      });
    }
    case "import":
    case "export": {
      const { createImportIo } = await import("./adapters/import_io.ts");
      const io = createImportIo({ stdout, stderr, signal: signal() });
      if (name === "import") {
        return await (await import("./import_command.ts")).runImport(args, io);
      }
      const { runExport } = await import("./moving/move_fleet.ts");
      return await runExport(args, io.fleet());
    }
    case "card":
    case "company-admin": {
      const { FLEET_TOOLS } = await import("./adapters/fleet_tools.ts");
      return await FLEET_TOOLS[name](args, { stdout, stderr });
    }
    case "charging-point":
    case "charging-console":
    case "driver": {
      const { CHARGING_TOOLS } = await import("./adapters/charging_tools.ts");
      const run = CHARGING_TOOLS[name];
      return await run(args, { stdout, stderr, signal: signal() });
    }
    case "demo": {
      const { runDemo } = await import("./adapters/demo.ts");
      return await runDemo(args, { stdout, stderr, signal: signal() });
    }
    case "backup":
    case "doctor":
    case "move":
    case "restore": {
      const { BACKUP_TOOLS } = await import("./adapters/backup_tools.ts");
      return await BACKUP_TOOLS[name](args, { stdout, stderr });
    }
    case "drill": {
      const { runDrill } = await import("./adapters/drill.ts");
      return await runDrill(args, { stdout, stderr, signal: signal() });
    }
    case "rebuild": {
      const { runRebuild } = await import("./rebuild_command.ts");
      return await runRebuild(args, { stdout, stderr });
    }
    case "sink-check": {
      const { runSinkCheck } = await import("./sink_check_command.ts");
      const { createSinkCheckIo } = await import("./adapters/sink_check_io.ts");
      const output = { stdout, stderr, signal: signal() };
      return await runSinkCheck(args, createSinkCheckIo(output));
    }
    case "audit": {
      const { runAudit } = await import("./audit_command.ts");
      const { createAuditFiles } = await import("./adapters/audit_files.ts");
      const files = createAuditFiles(createSystemRandom());
      return await runAudit(args, { files, stdout, stderr });
    }
    case "sim": {
      const { runSim } = await import("../tests/simulation/run_sim.ts");
      return await runSim(args, {
        print: (line) =>
          stdout(`${line}
`),
        now: () => performance.now(),
        processors: navigator.hardwareConcurrency,
      });
    }
    default:
      (name === "--help" || name === "-h" ? stdout : stderr)(helpText("panal"));
      return name === "--help" || name === "-h" ? EXIT_OK : EXIT_UNUSABLE;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  try {
    return await runTool(name, rest);
  } catch (error) {
    if (error instanceof PanalError) {
      stderr(`${name}: ${error.message}\n`);
      return EXIT_UNUSABLE;
    }
    stderr(`${name}: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT_FAILED;
  }
}

if (import.meta.main) {
  // libp2p keeps a channel open after it has stopped, so the program must end itself.
  Deno.exit(await main(Deno.args));
}
