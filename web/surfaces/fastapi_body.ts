/**
 * Bodies of requests to a compatibility surface: bytes up to a limit, JSON and form fields. What cannot be read is
 * answered here, in the words of the original programs' framework, so that a route sees values only.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";
import {
  detailResponse,
  problemsResponse,
  type SurfaceRequest,
} from "./fastapi_app.ts";
import {
  JSON_TOO_DEEP,
  type JsonValue,
  parseJsonText,
} from "./fastapi_json.ts";
import { both, readPathInteger } from "./fastapi_query.ts";
import {
  type Fields,
  MISSING,
  type ModelOf,
  problemAt,
  readModel,
  type ValidationProblem,
} from "./fastapi_validation.ts";

/** The longest body that is read, in bytes. The original programs have no limit. */
export const BODY_BYTES_MAX = 1_048_576;

/** Why there are no values: problems for a 422 answer, or another answer at once. */
export type BodyFailure = readonly ValidationProblem[] | Response;

/**
 * The answer to a body without values.
 *
 * @param failure Why there are none.
 * @returns A 422 answer with the problems, or the other answer.
 */
export function failureResponse(failure: BodyFailure): Response {
  return failure instanceof Response ? failure : problemsResponse(failure);
}

const PARSING_ERROR = "There was an error parsing the body";

async function readBytes(
  request: Request,
): Promise<Result<Uint8Array<ArrayBuffer>, Response>> {
  const tooLarge = () => err(detailResponse(413, "Content Too Large"));
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) {
    return tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return ok(bytes);
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim()
    .toLowerCase() ?? "";
}

/** The text of bytes, without the mark that some editors put in front; undefined if they are no UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonValueOf(
  text: string,
  isJson: boolean,
): Result<JsonValue, BodyFailure> {
  if (!isJson) return ok(text);
  const read = parseJsonText(text);
  if (read.ok) {
    return read.value === null
      ? err([problemAt(MISSING, ["body"], null)])
      : read;
  }
  const { error, offset } = read.error;
  if (error === JSON_TOO_DEEP) return err(detailResponse(400, PARSING_ERROR));
  const problem = {
    type: "json_invalid",
    msg: "JSON decode error",
    ctx: { error },
  };
  // Broken JSON is answered at once, without what may be wrong with the path.
  return err(problemsResponse([problemAt(problem, ["body", offset], {})]));
}

/**
 * Reads a JSON body. A body of another media type, or of none, is taken as a text and so is no object.
 *
 * @param request The request.
 * @returns The value; or the problem of an absent body; or an answer for a body that is too large (413), no text (400)
 * or broken JSON (422).
 */
export async function readJsonValue(
  request: Request,
): Promise<Result<JsonValue, BodyFailure>> {
  const bytes = await readBytes(request);
  if (!bytes.ok) return bytes;
  if (bytes.value.length === 0) {
    return err([problemAt(MISSING, ["body"], null)]);
  }
  const text = textOf(bytes.value);
  if (text === undefined) return err(detailResponse(400, PARSING_ERROR));
  const isJson = /^application\/(?:json|[^/]+\+json)$/.test(mediaType(request));
  return jsonValueOf(text, isJson);
}

/**
 * Reads a model from a JSON body.
 *
 * @param request The request.
 * @param fields The model's fields.
 * @returns The values, or why there are none: as {@linkcode readJsonValue}, or the problems of the fields.
 */
export async function readJsonBody<F extends Fields>(
  request: Request,
  fields: F,
): Promise<Result<ModelOf<F>, BodyFailure>> {
  const body = await readJsonValue(request);
  return body.ok ? readModel(fields, body.value) : body;
}

/**
 * Reads the path's `{…}` part as an integer, and a model from a JSON body. A body that cannot be read at all is answered
 * at once, whatever the path.
 *
 * @param request The request.
 * @param name What the path's part is called in a problem.
 * @param fields The model's fields.
 * @returns The integer and the values, or why there are none.
 */
export async function readPathAndBody<F extends Fields>(
  request: SurfaceRequest,
  name: string,
  fields: F,
): Promise<Result<readonly [number, ModelOf<F>], BodyFailure>> {
  const body = await readJsonBody(request.raw, fields);
  if (body.ok) return both(readPathInteger(request, name), body);
  const { error } = body;
  if (error instanceof Response) return err(error);
  return both(readPathInteger(request, name), err(error));
}

async function formEntries(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Iterable<[string, FormDataEntryValue]>> {
  return await new Response(bytes, { headers: { "content-type": contentType } })
    .formData();
}

/**
 * Reads the fields of a form, urlencoded or multipart. A repeated field has its last value, a file is an object, and an
 * empty field is absent, as in the original programs.
 *
 * @param request The request.
 * @returns The fields; none for another media type; or an answer for a body that is too large (413) or damaged (400).
 */
export async function readForm(
  request: Request,
): Promise<Result<ReadonlyMap<string, JsonValue>, Response>> {
  const type = mediaType(request);
  const bytes = await readBytes(request);
  if (!bytes.ok) return bytes;
  const fields = new Map<string, JsonValue>();
  try {
    const entries = type === "application/x-www-form-urlencoded"
      ? new URLSearchParams(new TextDecoder().decode(bytes.value))
      : type === "multipart/form-data"
      ? await formEntries(
        bytes.value,
        request.headers.get("content-type") ?? "",
      )
      : [];
    for (const [name, value] of entries) {
      fields.set(name, typeof value === "string" ? value : {});
    }
  } catch {
    return err(detailResponse(400, PARSING_ERROR));
  }
  for (const [name, value] of fields) if (value === "") fields.delete(name);
  return ok(fields);
}
