/**
 * Refusals and faults as HTTP answers: the one place that knows which status a code has. Bodies follow RFC 9457
 * (`application/problem+json`).
 *
 * @module
 */
import { ERROR_CODES, type ErrorCode, PanalError } from "../crdt/mod.ts";
import type { Refusal } from "../nodes/mod.ts";

/** The media type of every error body. */
export const PROBLEM_TYPE = "application/problem+json";

const STATUS = {
  invalid_argument: 422,
  currency_mismatch: 422,
  amount_out_of_range: 422,
  config_invalid: 500,
  data_folder_locked: 500,
  data_folder_damaged: 500,
  data_folder_newer: 500,
  data_folder_moved: 500,
  backup_damaged: 500,
  backup_newer: 500,
  backup_foreign: 500,
  backup_ahead: 500,
  backup_failed: 500,
  store_full: 503,
  store_failed: 503,
  store_outcome_unknown: 503,
  store_closed: 503,
  link_closed: 500,
  link_overflow: 500,
  frame_too_large: 500,
  dial_failed: 500,
  invalid_certificate: 500,
  invalid_token: 500,
  bundle_invalid: 500,
  product_unknown: 404,
  product_exists: 409,
  price_unknown: 409,
  stock_insufficient: 409,
  rights_insufficient: 409,
  spend_unknown: 404,
  spend_captured: 409,
  purchase_refused: 409,
  sale_unknown: 404,
  sale_already_voided: 409,
  payment_invalid: 422,
  discount_invalid: 422,
  return_exceeds: 409,
  sale_returned: 409,
  cash_session_open: 409,
  cash_session_unknown: 404,
  id_reused: 409,
  incident_unknown: 404,
  pump_busy: 409,
  pump_not_dispensing: 409,
  oversell_unknown: 404,
  transfer_unknown: 404,
  pump_unknown: 404,
  pump_exists: 409,
  pump_connected: 409,
  name_taken: 409,
  price_invalid: 422,
  station_unknown: 404,
  tank_unknown: 404,
  company_unknown: 404,
  company_exists: 409,
  nothing_to_settle: 409,
  card_unknown: 404,
  card_exists: 409,
  point_unknown: 404,
  credential_invalid: 403,
  charge_refused: 409,
  charge_unknown: 404,
  charge_open: 409,
  command_refused: 409,
  point_silent: 504,
  limit_above_balance: 409,
  nothing_to_close: 409,
  user_unknown: 404,
  password_invalid: 422,
  sign_in_failed: 401,
  approval_failed: 403,
  sign_in_throttled: 429,
  node_stopping: 503,
  overloaded: 503,
  push_failed: 502,
  pull_failed: 502,
  sink_failed: 502,
  same_mesh: 409,
  sender_unknown: 403,
  forbidden: 403,
  request_invalid: 422,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** What a client is told of a fault of the node; a fault's own message may hold what is nobody's business. */
const FAULT_DETAIL: Partial<Record<ErrorCode, string>> = {
  "store_full":
    "The node's disk is full. Nothing was written. Free some space and send the request again.",
  "store_failed":
    "The node's disk refused the write. Nothing was written. Send the request again.",
  "store_outcome_unknown":
    "It is unknown whether the disk took the write. Send the request again with the same id: a repeat counts once.",
  "store_closed": "The node is stopping. Nothing was written.",
  "node_stopping": "The node is stopping. Nothing was written.",
  "overloaded":
    "More requests are waiting than the node may hold. Nothing was written. Send the request again in a moment.",
};

/** Seconds after which a client may try again, for answers with status 503. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  "store_full": 30,
  "store_failed": 5,
  "store_outcome_unknown": 5,
  "store_closed": 10,
  "node_stopping": 10,
  "overloaded": 1,
};

/** One thing that is wrong with a request. */
export interface FieldError {
  /** Which part of the request. */
  readonly in: "body" | "query" | "path";
  /** The field, its parts joined by dots, e.g. `lines.0.quantity`; empty for the whole part. */
  readonly path: string;
  /** What is wrong with it. */
  readonly message: string;
}

/** The most `errors` that one answer lists. */
export const FIELD_ERRORS_MAX = 50;
const FIELD_MESSAGE_MAX = 300;

/** What an error answer may carry besides its code. */
export interface ProblemOptions {
  /** The status, where it is not the code's own. */
  readonly status?: number;
  /** The title, where the code's own would mislead. */
  readonly title?: string;
  /** The changing parts, for programs. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What is wrong with which field. */
  readonly errors?: readonly FieldError[];
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The HTTP status of a code.
 *
 * @param code A stable code.
 * @returns 403 to 503.
 */
export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/**
 * An error answer.
 *
 * @param code The stable code.
 * @param detail A sentence for people about this one case.
 * @param options Status, details, field errors and headers where they differ from the code's own.
 * @returns The answer, with `Retry-After` when its status is 503 or 429.
 */
export function problem(
  code: ErrorCode,
  detail: string,
  options: ProblemOptions = {},
): Response {
  const status = options.status ?? STATUS[code];
  const body = {
    type: `urn:panal:problem:${code}`,
    title: options.title ?? ERROR_CODES[code],
    status,
    detail,
    code,
    ...(options.details === undefined ? {} : { details: options.details }),
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  };
  const headers: Record<string, string> = {
    "content-type": PROBLEM_TYPE,
    ...options.headers,
  };
  const wait = retryAfterOf(code, status, options.details);
  if (wait !== undefined) headers["retry-after"] = String(wait);
  return new Response(JSON.stringify(body), { status, headers });
}

/** Seconds after which to try again; undefined where that would not help. */
function retryAfterOf(
  code: ErrorCode,
  status: number,
  details: ProblemOptions["details"],
): number | undefined {
  if (status === 429) return Number(details?.["retryAfterSeconds"] ?? 60);
  return status === 503 ? RETRY_AFTER_SECONDS[code] ?? 5 : undefined;
}

/**
 * The answer to a refused decision.
 *
 * @param refusal Why a use-case refused.
 * @returns The answer.
 */
export function refused(refusal: Refusal): Response {
  return problem(
    refusal.code,
    refusal.message,
    refusal.details === undefined ? {} : { details: refusal.details },
  );
}

/**
 * The answer to something thrown: a clear text for faults of the disk and of load, the error's own message where the
 * request was at fault, and nothing but "internal" for everything else.
 *
 * @param error What was thrown.
 * @returns The answer; status 500 means that the error should be logged.
 */
export function faulted(error: unknown): Response {
  if (error instanceof PanalError && STATUS[error.code] < 500) {
    return problem(error.code, error.message);
  }
  if (error instanceof PanalError && STATUS[error.code] === 503) {
    return problem(
      error.code,
      FAULT_DETAIL[error.code] ?? ERROR_CODES[error.code],
    );
  }
  return problem(
    "internal",
    "Something went wrong inside the node; its log says what.",
  );
}

/** What zod reports about a value. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The answer to a request whose parts have wrong types or values.
 *
 * @param part Which part of the request.
 * @param issues What is wrong; only the first 50 are told.
 * @returns Status 422 with `errors`.
 */
export function invalidRequest(
  part: FieldError["in"],
  issues: readonly Issue[],
): Response {
  const errors = issues.slice(0, FIELD_ERRORS_MAX).map((issue) => ({
    in: part,
    path: clip(issue.path.map(String).join(".")),
    message: clip(issue.message),
  }));
  const [first] = errors;
  const where = first === undefined || first.path === ""
    ? `the ${part}`
    : `"${first.path}" in the ${part}`;
  const detail = `Cannot take ${where}: ${first?.message ?? "not valid"}`;
  return problem("request_invalid", detail, { errors });
}

function clip(text: string): string {
  return text.length <= FIELD_MESSAGE_MAX
    ? text
    : `${text.slice(0, FIELD_MESSAGE_MAX)}…`;
}

/**
 * The answer to a body that is not JSON.
 *
 * @param reason Why it cannot be read.
 * @returns Status 400.
 */
export function malformedBody(reason: string): Response {
  return problem("request_invalid", `Cannot read the body: ${reason}`, {
    status: 400,
  });
}

/**
 * The answer to a body of another media type than JSON.
 *
 * @returns Status 415.
 */
export function unsupportedMediaType(): Response {
  return problem(
    "request_invalid",
    'Cannot read the body: send JSON with "Content-Type: application/json"',
    { status: 415, headers: { "accept": "application/json" } },
  );
}

/**
 * The answer to a body that is too long.
 *
 * @param bytesMax The most bytes that are taken.
 * @returns Status 413.
 */
export function bodyTooLarge(bytesMax: number): Response {
  return problem(
    "body_too_large",
    `Cannot read the body: it is longer than ${bytesMax} bytes`,
    { details: { bytesMax } },
  );
}

/**
 * The answer to a body of which the rest does not come.
 *
 * @returns Status 408.
 */
export function bodyTooLate(): Response {
  return problem(
    "request_invalid",
    "Cannot read the body: it was not sent in time. Nothing was written",
    {
      status: 408,
      title: "The body was not sent in time.",
      headers: { connection: "close" },
    },
  );
}

/**
 * The answer to a request at a place that needs sign-in.
 *
 * @param users Whether there is any user who could sign in.
 * @returns Status 401.
 */
export function signInRequired(users: boolean): Response {
  return problem(
    "forbidden",
    users
      ? "This address needs sign-in: POST /v1/sessions gives a token for the header Authorization, and a cookie."
      : "This address needs sign-in, and no user has been made on this mesh yet. Use the node through its own loopback " +
        "address (127.0.0.1) instead.",
    {
      status: 401,
      title: "This address needs sign-in.",
      headers: { "www-authenticate": 'Bearer realm="panal"' },
    },
  );
}

/**
 * The answer to a caller whose role does not suffice.
 *
 * @param role The least role.
 * @returns Status 403.
 */
export function roleTooLow(role: string): Response {
  return problem(
    "forbidden",
    `Cannot do this in your role: it takes ${role}`,
    { title: "The caller's role does not allow this." },
  );
}
