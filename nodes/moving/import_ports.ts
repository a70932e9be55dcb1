/**
 * What `deno task import` needs of its surroundings.
 *
 * @module
 */
import type { FleetMoveIo } from "./move_fleet.ts";

/** An answer of a node. */
export interface ImportAnswer {
  /** Its status. */
  readonly status: number;
  /** Its parsed JSON; undefined if it is none. */
  readonly body: unknown;
  /** How long to wait before the next request, in milliseconds; 0 if the node does not say. */
  readonly retryAfterMs: number;
}

/** A request to a node. */
export interface ImportRequestOptions {
  /** What is sent as JSON. */
  readonly body?: unknown;
  /** A token of `POST /v1/sessions`. */
  readonly token?: string | undefined;
}

/** Talks to nodes. */
export interface ImportHttp {
  /** Asks a node; undefined if it does not answer. */
  request(
    method: "GET" | "POST" | "PUT" | "PATCH",
    url: string,
    options?: ImportRequestOptions,
  ): Promise<ImportAnswer | undefined>;
  /** Waits. */
  wait(ms: number): Promise<void>;
}

/** The surroundings of the command. */
export interface ImportIo extends ImportHttp {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes progress and what is wrong. */
  stderr(text: string): void;
  /** Reads a whole file of at most so many bytes; throws a `PanalError` that names it. */
  readFile(path: string, bytesMax: number): Promise<Uint8Array>;
  /** Names of a folder's files; throws a `PanalError` if there is no such folder. */
  listFolder(path: string): Promise<readonly string[]>;
  /** Makes a file; throws a `PanalError` if there is one already. */
  makeFile(path: string, text: string): Promise<void>;
  /** What moving a fleet-card company in needs. */
  fleet(): FleetMoveIo;
  /** The password to sign in with; undefined if nobody said it. */
  password(): string | undefined;
}
