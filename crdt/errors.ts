/**
 * Every error code of Panal in one table, and the class that carries one. Codes are stable: programs match on them.
 *
 * @module
 */

/** What each code means, for people. A code appears in HTTP bodies, logs and incidents. */
export const ERROR_CODES = {
  // Broken assumptions: thrown.
  invalid_argument: "A value does not have the form that its name promises.",
  currency_mismatch: "Two amounts of different currencies met.",
  amount_out_of_range: "An amount is beyond the exact integers (2^53 - 1).",
  config_invalid: "An option, environment variable or settings file is wrong.",
  data_folder_locked: "Another node is running on this data folder.",
  data_folder_damaged: "The data folder cannot be read.",
  data_folder_newer: "The data folder was written by a newer version.",
  data_folder_moved: "The node of the data folder was moved elsewhere.",
  backup_damaged: "The backup is not as it was written.",
  backup_newer: "The backup was made by a newer version.",
  backup_foreign: "The backup belongs to another node.",
  backup_ahead: "The backup holds more than the data folder.",
  backup_failed: "The backup's folder cannot be used.",
  store_full: "The disk is full; nothing was written.",
  store_failed: "The disk refused a write; nothing was written.",
  store_outcome_unknown:
    "It is unknown whether the last write reached the disk.",
  store_closed: "The store was used after it was closed.",
  link_closed: "The link to a peer was closed.",
  link_overflow: "More was queued for a peer than its queue may hold.",
  frame_too_large: "A frame is longer than a frame may be.",
  dial_failed: "A peer could not be reached.",
  invalid_certificate: "A membership certificate does not verify.",
  invalid_token: "An invitation does not verify, has ended or was used.",
  bundle_invalid: "A file does not have the form that it should have.",
  // Expected refusals: values.
  product_unknown: "There is no such product.",
  product_exists: "There is already such a product.",
  price_unknown: "The product has no price in force.",
  stock_insufficient: "The stock on hand does not suffice.",
  rights_insufficient:
    "The product is sold strictly, and this node holds too few rights.",
  spend_unknown: "This node holds no rights for such a purchase.",
  spend_captured: "The purchase was charged before.",
  sale_unknown: "There is no such sale.",
  sale_already_voided: "The sale was voided before.",
  payment_invalid: "What is paid is not the total, or a method stands twice.",
  discount_invalid: "What is taken off is more than there is to pay.",
  return_exceeds:
    "More would come back than was sold and has not come back yet.",
  sale_returned: "Goods of the sale came back: it cannot be voided whole.",
  cash_session_open: "The drawer is open already.",
  cash_session_unknown: "There is no such open drawer at this till.",
  id_reused: "The id was used before for other content.",
  incident_unknown: "There is no such incident.",
  pump_busy: "The pump is dispensing or paused.",
  pump_not_dispensing: "The pump is not dispensing.",
  oversell_unknown: "There is no such over-committed sale.",
  transfer_unknown: "There is no such transfer.",
  pump_unknown: "There is no such pump.",
  pump_exists: "There is already such a pump.",
  pump_connected: "The pump is connected.",
  name_taken: "The name is taken.",
  price_invalid: "The prices cannot be set.",
  station_unknown: "There is no such station in the list.",
  tank_unknown: "There is no such tank.",
  nothing_to_close: "The business day is closed, and nothing has come since.",
  company_unknown: "Nobody knows the company.",
  company_exists: "The company is known already.",
  nothing_to_settle: "The month is settled, and nothing has come since.",
  card_exists: "There is already such a card.",
  card_unknown: "There is no such card.",
  purchase_refused: "A card's purchase was not charged.",
  point_unknown: "There is no such charging point.",
  charge_refused: "A driver's request to charge was refused.",
  credential_invalid:
    "The token was never issued to the charging point, or was revoked.",
  charge_unknown: "There is no such charging session.",
  charge_open: "The charging session has not ended.",
  command_refused: "The charging point refused the command.",
  point_silent: "The charging point did not answer.",
  limit_above_balance: "The limit is more than the company's balance.",
  user_unknown: "There is no such user.",
  password_invalid: "The password cannot be set.",
  sign_in_failed: "The name or the password is wrong.",
  approval_failed: "Nobody who may approve this gave the right password.",
  sign_in_throttled: "Too many sign-ins failed: wait a while.",
  node_stopping: "The node is stopping.",
  overloaded: "More requests are waiting than the node may hold.",
  push_failed: "An original central did not confirm what it was told.",
  pull_failed: "An original branch could not be read.",
  sink_failed: "A sink is away, or refuses what it is given.",
  same_mesh:
    "A node of the same mesh sent as an original branch: what it sold comes by itself.",
  sender_unknown: "Nobody listed this sender of branch messages.",
  forbidden: "The node's certificate does not allow this.",
  // At the HTTP edge.
  request_invalid: "The request does not have the documented form.",
  not_found: "There is nothing at this address.",
  method_not_allowed: "The address does not take this method.",
  body_too_large: "The body is larger than this address takes.",
  internal: "Something went wrong inside the node.",
} as const;

/** A stable name of what went wrong. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** A broken assumption, with a stable code. */
export class PanalError extends Error {
  /** The stable name of what went wrong. */
  readonly code: ErrorCode;

  /**
   * Makes an error.
   *
   * @param code The stable name.
   * @param message A sentence that says what was attempted and why it failed.
   * @param options The error that caused this one, if any.
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "PanalError";
    this.code = code;
  }
}
