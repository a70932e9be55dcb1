/**
 * What stands in the address of a request to a compatibility surface: the `{…}` part of its path and its query, read
 * like the fields of a body, with their own places in a list of problems.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";
import type { SurfaceRequest } from "./fastapi_app.ts";
import {
  type Fields,
  type ModelOf,
  problemAt,
  readEntries,
  readInteger,
  type ValidationProblem,
} from "./fastapi_validation.ts";

/**
 * Reads the query. Of a repeated name the last value counts; unknown names are ignored.
 *
 * @param request The request.
 * @param fields The fields.
 * @returns The values, or the problems.
 */
export function readQuery<F extends Fields>(
  request: SurfaceRequest,
  fields: F,
): Result<ModelOf<F>, readonly ValidationProblem[]> {
  const { searchParams } = new URL(request.raw.url);
  const read = readEntries(fields, new Map(searchParams), null);
  return read.ok ? read : err(
    read.error.map((problem) => ({
      ...problem,
      loc: ["query", ...problem.loc],
    })),
  );
}

/**
 * Reads the path's `{…}` part as an integer.
 *
 * @param request The request.
 * @param name What the part is called in a problem.
 * @returns The integer, or its problem.
 */
export function readPathInteger(
  request: SurfaceRequest,
  name: string,
): Result<number, readonly ValidationProblem[]> {
  const id = readInteger(request.param);
  return id.ok ? id : err([problemAt(id.error, ["path", name], request.param)]);
}

/**
 * Joins what was read of two parts of a request: their values, or all problems in order.
 *
 * @param first What is listed first.
 * @param second What is listed after it.
 * @returns Both values, or the problems.
 */
export function both<A, B>(
  first: Result<A, readonly ValidationProblem[]>,
  second: Result<B, readonly ValidationProblem[]>,
): Result<readonly [A, B], readonly ValidationProblem[]> {
  if (first.ok && second.ok) return ok([first.value, second.value]);
  return err([
    ...(first.ok ? [] : first.error),
    ...(second.ok ? [] : second.error),
  ]);
}
