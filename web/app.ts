/**
 * The native façade of one node: its routes, its pages and its OpenAPI description as one Hono application.
 *
 * Nothing is decided here. Every route is mounted with the guard in front of it and no middleware, so that a sale's
 * request passes as little as possible.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Clock } from "../crdt/mod.ts";
import type {
  Logger,
  Metrics,
  OriginalPanel,
  PageFile,
  UseCases,
} from "../nodes/mod.ts";
import { faulted, problem } from "./errors.ts";
import { createEventHub } from "./event_hub.ts";
import { type Access, accessOf, PAGE_ACCESS } from "./access.ts";
import { createGuard, type Guard, type Passed } from "./guard.ts";
import { openApiText, registerSharedSchemas } from "./openapi.ts";
import {
  type AnsweredRequest,
  createRequestWatch,
  type RequestWatch,
} from "./request_watch.ts";
import { fromOf, type RequestFrom, type Route } from "./route.ts";
import { branchSyncRoutes } from "./routes/branch_sync.ts";
import { chargingAuditRoutes } from "./routes/charging_audit.ts";
import { cashSessionRoutes } from "./routes/cash_sessions.ts";
import { chargingRoutes } from "./routes/charging.ts";
import { chargingOriginalRoutes } from "./routes/charging_originals.ts";
import { dayReportRoutes } from "./routes/day_reports.ts";
import { documentRoutes } from "./routes/documents.ts";
import { eventRoutes } from "./routes/events.ts";
import { factRoutes } from "./routes/facts.ts";
import { fleetRoutes } from "./routes/fleet.ts";
import { fuelPriceRoutes } from "./routes/fuel_prices.ts";
import { goodsRoutes } from "./routes/goods.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { meshRoutes } from "./routes/mesh.ts";
import { nodeRoutes } from "./routes/node.ts";
import { noticeRoutes } from "./routes/notices.ts";
import { oversellRoutes } from "./routes/oversells.ts";
import { peerRoutes } from "./routes/peers.ts";
import { priceRoutes } from "./routes/prices.ts";
import { productRoutes } from "./routes/products.ts";
import { pumpRoutes } from "./routes/pumps.ts";
import { pageRoutes } from "./pages.ts";
import { referenceAssets } from "./routes/reference.ts";
import { receiptRoutes } from "./routes/receipts.ts";
import { rightsRoutes } from "./routes/rights.ts";
import { saleRoutes } from "./routes/sales.ts";
import { salesReportRoutes } from "./routes/sales_reports.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { sinkRoutes } from "./routes/sinks.ts";
import { spendRoutes } from "./routes/spends.ts";
import { stationRoutes } from "./routes/stations.ts";
import { stockRoutes } from "./routes/stock.ts";
import { tankRoutes } from "./routes/tanks.ts";
import { totalsRoutes } from "./routes/totals.ts";
import { transactionRoutes } from "./routes/transactions.ts";
import { transferRoutes } from "./routes/transfers.ts";
import { createUserLoad } from "./user_load.ts";
import { userRoutes } from "./routes/users.ts";

/** What an application is made with. */
export interface AppOptions {
  /** Measures the keep-alive of event streams. */
  readonly clock: Clock;
  /**
   * True where the address is not a loopback address: while there are no users everything but `/v1/health` and the pages
   * without data is 401. Once there are, a sign-in is needed at every address.
   */
  readonly requireSignIn: boolean;
  /**
   * Names, without port, under which the node may be asked besides the loopback names. Give it, if only as `[]`, where
   * the address is a loopback address, against DNS rebinding; left out, any name is taken.
   */
  readonly allowedHosts?: readonly string[];
  /** Counts requests, and is what `GET /metrics` answers; nothing is measured if left out. */
  readonly metrics?: Pick<Metrics, "text" | "countRequest">;
  /** Is told of each request after its answer was made; must not throw. */
  readonly answered?: (request: AnsweredRequest) => void;
  /** Lets programs on other machines read `/metrics`; those on this machine alone if left out. Secret: never log it. */
  readonly metricsToken?: string;
  /** The files of the pages; left out, the pages say how to make them. */
  readonly pages?: readonly PageFile[];
  /** What pages share with the surfaces of an original charging central; left out where there are none. */
  readonly chargingPanel?: OriginalPanel;
  /** Is told of errors that nobody expected. */
  readonly logger?: Logger;
  /** Ends the event streams when it aborts, so that they do not hold up a stop. */
  readonly signal?: AbortSignal;
}

/** A façade: it answers requests, and knows nothing of listeners. */
export interface WebApp {
  /** Answers a request of a listener. */
  readonly fetch: (
    request: Request,
    from?: RequestFrom,
  ) => Response | Promise<Response>;
  /** Answers a request that is made of a path and what `fetch` takes, for tests. */
  readonly request: (
    path: string,
    init?: RequestInit,
  ) => Response | Promise<Response>;
}

/**
 * Makes the native façade of a node.
 *
 * @param useCases The node.
 * @param options Clock, sign-in, host names, logger and stop signal.
 * @returns An application whose `fetch` answers requests.
 */
export function createApp(
  useCases: UseCases,
  options: AppOptions,
): WebApp {
  // Routes keep to what the fast router of Hono's can hold: it has no fixed part where another route of the same method
  // has a parameter, and it is replaced for every request by one that takes several times as long.
  const app = new OpenAPIHono();
  const answer = answerer({
    guard: createGuard(options, () => useCases.people),
    watch: createRequestWatch(options),
  });
  const mount = (route: Mounted) =>
    void app.on(
      route.method,
      route.pattern,
      (context) => answer(context, route),
    );
  const routes = allRoutes(useCases, options);
  registerSharedSchemas(app);
  for (const route of routes) {
    app.openAPIRegistry.registerPath(route.config);
    mount({ ...route, access: accessOf(route.id) });
  }
  for (const asset of referenceAssets()) {
    mount({ ...asset, access: PAGE_ACCESS });
  }
  for (const page of pageRoutes(options.pages)) {
    mount({ ...page, access: "everyone" });
  }
  mount({ ...metricsRoute(options), access: "everyone" });
  mountDescription(app, mount, useCases.node.version);
  const methods = methodFinder(app);
  app.notFound((context) =>
    answer(context, {
      ...{ access: PAGE_ACCESS, pattern: "none" },
      handle: () => unrouted(context, methods),
    })
  );
  app.onError((error, context) => {
    const answer = faulted(error);
    if (answer.status === 500) {
      options.logger?.log("error", "A request failed", {
        request: fromOf(context).requestId,
        method: context.req.method,
        path: context.req.path,
        error: error.stack ?? String(error),
      });
    }
    return answer;
  });
  return app;
}

function allRoutes(useCases: UseCases, options: AppOptions): Route[] {
  const hub = createEventHub(useCases, options);
  return [
    ...saleRoutes(useCases),
    ...receiptRoutes(useCases),
    ...cashSessionRoutes(useCases),
    ...salesReportRoutes(useCases),
    ...productRoutes(useCases),
    ...priceRoutes(useCases),
    ...stockRoutes(useCases),
    ...goodsRoutes(useCases),
    ...transferRoutes(useCases),
    ...oversellRoutes(useCases),
    ...rightsRoutes(useCases),
    ...spendRoutes(useCases),
    ...totalsRoutes(useCases),
    ...pumpRoutes(useCases),
    ...fuelPriceRoutes(useCases),
    ...transactionRoutes(useCases),
    ...tankRoutes(useCases),
    ...dayReportRoutes(useCases),
    ...stationRoutes(useCases),
    ...chargingAuditRoutes(useCases),
    ...chargingOriginalRoutes(useCases, options.chargingPanel),
    ...fleetRoutes(useCases, options),
    ...chargingRoutes(useCases, options),
    ...factRoutes(useCases),
    ...noticeRoutes(useCases),
    ...incidentRoutes(useCases),
    ...peerRoutes(useCases),
    ...meshRoutes(useCases),
    ...branchSyncRoutes(useCases),
    ...documentRoutes(useCases),
    ...eventRoutes(hub, () => useCases.people),
    ...sinkRoutes(useCases),
    ...nodeRoutes(useCases, options.metrics),
    ...sessionRoutes(useCases),
    ...userRoutes(useCases),
  ];
}

/** A route with who may ask. */
type Mounted = Pick<Route, "method" | "pattern" | "handle"> & {
  readonly access: Access;
};

/** What stands before every route. */
interface Before {
  readonly guard: Guard;
  readonly watch: RequestWatch | undefined;
}

/** Answers a request of a route. */
type Answer = (
  context: Context,
  route: Omit<Mounted, "method">,
) => Response | Promise<Response>;

/** Answers those whom the guard lets pass, and tells of all. */
function answerer({ guard, watch }: Before): Answer {
  const load = createUserLoad();
  const guarded: Answer = (context, { access, handle }) => {
    const answer = (passed: Response | Passed) => {
      if (passed instanceof Response) return passed;
      const { caller } = passed;
      return caller === undefined
        ? handle(context)
        : load(caller, () => handle(context, caller));
    };
    const passed = guard(context.req.raw, context.req.path, access);
    return passed instanceof Promise ? passed.then(answer) : answer(passed);
  };
  return watch === undefined
    ? guarded
    : (context, route) =>
      watch(context, route.pattern, () => guarded(context, route));
}

/** The description is made once, when somebody first asks for it. */
function mountDescription(
  app: OpenAPIHono,
  mount: (route: Mounted) => void,
  version: string,
): void {
  let text: string | undefined;
  mount({
    method: "GET",
    pattern: "/v1/openapi.json",
    access: PAGE_ACCESS,
    handle: () => {
      text ??= openApiText(app, version);
      return new Response(text, {
        headers: { "content-type": "application/json" },
      });
    },
  });
}

/** Which methods a path takes; empty for an unknown path. */
type MethodFinder = (path: string) => string[];

function methodFinder(app: OpenAPIHono): MethodFinder {
  const methods = [...new Set(app.routes.map((route) => route.method))];
  return (path) => {
    const found = methods.filter((method) =>
      app.router.match(method, path)[0].length > 0
    );
    return found.includes("GET") ? [...found, "HEAD"] : found;
  };
}

function unrouted(context: Context, methodsOf: MethodFinder): Response {
  const { method, path } = context.req;
  const methods = methodsOf(path);
  if (methods.length === 0) {
    return problem(
      "not_found",
      "There is nothing at this address; /v1/reference shows what there is",
    );
  }
  const allow = [...methods, "OPTIONS"].join(", ");
  if (method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow } });
  }
  return problem(
    "method_not_allowed",
    `This address does not take ${method}, but ${allow}`,
    { headers: { allow } },
  );
}
