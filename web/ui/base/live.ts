/**
 * Changes of the node's views as they happen, by one stream of server-sent events for the whole page.
 *
 * The node says what changed, not how: whoever shows it reads it again. After a break everything may have changed.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";

/** How the page's link to its node is. */
export type LinkState = "live" | "connecting" | "lost";

/** How the link is now. */
export const linkState: Signal<LinkState> = signal("connecting");

/** Milliseconds in which changes are taken together. */
const GATHER_MS = 120;
/** Milliseconds between attempts, where the browser gave the stream up itself. */
const RETRY_MS = 2_000;

/** A change of a view: which collection, and the row's key parts. */
export interface Change {
  readonly view: string;
  readonly key: readonly (string | number)[];
}

type Listener = (changes: readonly Change[]) => void;
const listeners = new Map<Listener, ReadonlySet<string>>();
let source: EventSource | undefined;
let gathered: Change[] = [];
let timer: number | undefined;

/**
 * Has a function told of changes of views, and with no changes at all after a break, when anything may have changed.
 *
 * @param views Names of views, e.g. `sales`.
 * @param listener Is told of all changes of a moment together.
 * @returns A function that ends it.
 */
export function onChanges(
  views: readonly string[],
  listener: Listener,
): () => void {
  listeners.set(listener, new Set(views));
  return () => void listeners.delete(listener);
}

/** Begins to listen; a hidden page lets go of its connection, since a browser has only six for a node. */
export function startLive(): void {
  open();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else open();
  });
}

/** Connects anew, after somebody signed in for example. */
export function restartLive(): void {
  close();
  open();
}

function open(): void {
  if (source !== undefined) return;
  const stream = new EventSource("/v1/events");
  source = stream;
  stream.onopen = () => {
    linkState.value = "live";
    tellAll();
  };
  stream.onerror = () => {
    linkState.value = "lost";
    if (stream.readyState !== EventSource.CLOSED) return;
    source = undefined;
    setTimeout(() => document.hidden || open(), RETRY_MS);
  };
  stream.addEventListener("change", (event) => gather(event.data));
  stream.addEventListener("overrun", () => restartLive());
}

function close(): void {
  source?.close();
  source = undefined;
}

function gather(data: string): void {
  gathered.push(JSON.parse(data) as Change);
  timer ??= setTimeout(() => {
    const changes = gathered;
    gathered = [];
    timer = undefined;
    tell(changes);
  }, GATHER_MS);
}

function tell(changes: readonly Change[]): void {
  for (const [listener, views] of [...listeners]) {
    const own = changes.filter(({ view }) => views.has(view));
    if (own.length > 0) listener(own);
  }
}

function tellAll(): void {
  for (const listener of [...listeners.keys()]) listener([]);
}
