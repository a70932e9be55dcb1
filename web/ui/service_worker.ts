/**
 * The service worker: keeps the shell and what it loads, so that the pages open while the node does not answer.
 *
 * It keeps nothing else. What pages read of the node is never stored here: a stale price or shelf must not look like a
 * fresh one. The node's shell is asked for first and the kept one is a substitute, since shell and scripts of one
 * version belong together; a new worker waits until no page of the old version is open.
 *
 * @module
 */

/** What `web/ui_build.ts` puts in front of this script: the version, and the paths of everything that pages load. */
declare const PANAL_ASSETS: {
  readonly version: string;
  readonly paths: readonly string[];
};

// The types of a page and of a worker exclude each other in one program, so what is used here is told here.
interface WaitingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface RequestEvent extends WaitingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface WorkerScope {
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
  addEventListener(
    type: "install" | "activate",
    listener: (event: WaitingEvent) => void,
  ): void;
  addEventListener(
    type: "fetch",
    listener: (event: RequestEvent) => void,
  ): void;
}

const scope = globalThis as unknown as WorkerScope;

const PREFIX = "panal-pages-";
const KEPT = PREFIX + PANAL_ASSETS.version;
/** Every page is the same shell. */
const SHELL = "/";
/** Milliseconds that the node has to answer with the shell before the kept one is shown. */
const SHELL_MS = 3_000;

async function keepAll(): Promise<void> {
  const cache = await caches.open(KEPT);
  const paths = [SHELL, ...PANAL_ASSETS.paths];
  // Past the browser's own cache: it may hold the shell of another version.
  await cache.addAll(
    paths.map((path) => new Request(path, { cache: "reload" })),
  );
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) =>
    name.startsWith(PREFIX) && name !== KEPT
  );
  await Promise.all(others.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function shellOf(request: Request): Promise<Response> {
  const kept = await (await caches.open(KEPT)).match(SHELL);
  const signal = AbortSignal.timeout(SHELL_MS);
  try {
    const answer = await fetch(request, { signal });
    // A node that is stopping answers with 503.
    return answer.status >= 500 && kept !== undefined ? kept : answer;
  } catch (error) {
    if (kept === undefined) throw error;
    return kept;
  }
}

async function assetOf(request: Request): Promise<Response> {
  return await (await caches.open(KEPT)).match(request) ?? await fetch(request);
}

scope.addEventListener("install", (event) => event.waitUntil(keepAll()));
scope.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return;
  // The interface itself, its reference page too, is the node's alone.
  if (pathname.startsWith("/v1/")) return;
  if (request.mode === "navigate") event.respondWith(shellOf(request));
  else if (PANAL_ASSETS.paths.includes(pathname)) {
    event.respondWith(assetOf(request));
  }
});
