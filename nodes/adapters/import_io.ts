/**
 * The surroundings of the task `import`: files of this machine, and nodes over HTTP.
 *
 * @module
 */
import { configError, quote } from "../option_parser.ts";
import type {
  ImportAnswer,
  ImportIo,
  ImportRequestOptions,
} from "../moving/import_ports.ts";
import { fileFailure } from "./durable_file.ts";
import { createFleetMoveIo } from "./fleet_move_io.ts";

/** How long a node may take to answer, in milliseconds. */
const ANSWER_MS_MAX = 60_000;
/** Most files of a folder that are looked at. */
const FILES_MAX = 10_000;

/**
 * Makes the surroundings.
 *
 * @param output Where results and progress go, and when to give up.
 * @returns The surroundings.
 */
export function createImportIo(
  output: Pick<ImportIo, "stdout" | "stderr"> & {
    readonly signal: AbortSignal;
  },
): ImportIo {
  const { signal, stdout, stderr } = output;
  return {
    stdout,
    stderr,
    readFile,
    listFolder,
    makeFile,
    fleet: () => createFleetMoveIo({ stdout, stderr, readFile, listFolder }),
    password: () => Deno.env.get("PANAL_PASSWORD") || undefined,
    wait: (ms) => waitFor(ms, signal),
    request: (method, url, options = {}) =>
      ask(url, { method, ...requestInit(options) }, signal),
  };
}

function requestInit({ body, token }: ImportRequestOptions): RequestInit {
  return {
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A node never redirects; whoever does is none.
    redirect: "manual",
  };
}

async function ask(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<ImportAnswer | undefined> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
  try {
    const response = await fetch(url, { ...init, signal: ending });
    const text = await response.text();
    const seconds = Number(response.headers.get("retry-after") ?? 0);
    return {
      status: response.status,
      body: parseJson(text),
      retryAfterMs: Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0,
    };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", giveUp);
    resolve();
  }, ms);
  signal.addEventListener("abort", giveUp, { once: true });
  return promise;
}

async function readFile(path: string, bytesMax: number): Promise<Uint8Array> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw configError(`${quote(path)} is no file`);
    if (size > bytesMax) {
      throw configError(
        `${quote(path)} is longer than ${bytesMax} bytes: divide it`,
      );
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw configError(`There is no file ${quote(path)}`);
    }
    throw fileFailure(`read ${quote(path)}`, error);
  }
}

async function listFolder(path: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(path)) {
      if (isFile && names.length < FILES_MAX) names.push(name);
    }
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) throw configError(`There is no folder ${quote(path)}`);
    throw fileFailure(`read ${quote(path)}`, error);
  }
  return names.sort();
}

async function makeFile(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw configError(`There is a file ${quote(path)} already: name another`);
    }
    if (error instanceof Deno.errors.NotFound) {
      throw configError(`There is no folder for ${quote(path)}`);
    }
    throw fileFailure(`write ${quote(path)}`, error);
  }
}
