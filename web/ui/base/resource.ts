/**
 * What a component shows of the node: read once, read again when the node says that it changed, never older than it says.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Answer, type Problem, read } from "./http.ts";
import { onChanges } from "./live.ts";

/** Something read of the node. */
export interface Resource<T> {
  /** What was read last; undefined until something was. */
  readonly value: T | undefined;
  /** Why the last attempt failed; undefined if it did not. `value` is then from before. */
  readonly problem: Problem | undefined;
  /** True while an attempt is under way. */
  readonly busy: boolean;
  /** When `value` was read, in milliseconds since 1970. */
  readonly asOf: number | undefined;
  /** Reads it again. */
  reload(): void;
}

/** When a resource is read again. */
export interface ResourceOptions {
  /** Views of the node whose changes concern it. */
  readonly views?: readonly string[];
  /** Also after so many milliseconds, while it is shown. */
  readonly everyMs?: number;
}

interface State<T> {
  readonly value?: T;
  readonly problem?: Problem | undefined;
  readonly busy: boolean;
  readonly asOf?: number;
  /** The path that `value` is of. */
  readonly path?: string;
}

/** Milliseconds after which something that failed is tried again. */
const RETRY_MS = 3_000;

/**
 * Reads something of the node and keeps it fresh while the component is shown.
 *
 * @param path A path with its query; undefined reads nothing.
 * @param options When it is read again.
 * @returns What is known.
 */
export function useResource<T>(
  path: string | undefined,
  { views = [], everyMs }: ResourceOptions = {},
): Resource<T> {
  const state = useSignal<State<T>>({ busy: path !== undefined });
  const again = useSignal(0);
  useEffect(() => {
    if (path === undefined) {
      state.value = { busy: false };
      return;
    }
    return keepFresh(path, state, views, everyMs);
  }, [path, again.value, views.join(" "), everyMs]);
  const shown = state.value.path === path ? state.value : { busy: true };
  return {
    value: shown.value,
    problem: shown.problem,
    busy: shown.busy,
    asOf: shown.asOf,
    reload: () => void (again.value += 1),
  };
}

function keepFresh<T>(
  path: string,
  state: Signal<State<T>>,
  views: readonly string[],
  everyMs: number | undefined,
): () => void {
  const ended = new AbortController();
  let reading = false;
  let stale = false;
  let timer: number | undefined;

  async function run(): Promise<void> {
    if (reading) {
      stale = true;
      return;
    }
    reading = true;
    stale = false;
    clearTimeout(timer);
    const before = state.peek();
    if (before.path !== path) state.value = { busy: true };
    const answer = await read<T>(path, { signal: ended.signal });
    reading = false;
    if (ended.signal.aborted) return;
    state.value = settled(path, state.peek(), answer);
    if (stale) return await run();
    const pause = answer.ok ? everyMs : RETRY_MS;
    if (pause !== undefined) timer = setTimeout(run, pause);
  }

  const stop = onChanges(views, () => void run());
  void run();
  return () => {
    stop();
    clearTimeout(timer);
    ended.abort();
  };
}

function settled<T>(
  path: string,
  before: State<T>,
  answer: Answer<T>,
): State<T> {
  if (answer.ok) {
    return { path, value: answer.value, busy: false, asOf: Date.now() };
  }
  return before.path === path
    ? { ...before, busy: false, problem: answer.problem }
    : { path, busy: false, problem: answer.problem };
}
