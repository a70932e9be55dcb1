/**
 * Every check that holds at any time.
 *
 * @module
 */
import { ACKNOWLEDGED_IS_DURABLE } from "./acknowledged_is_durable.ts";
import type { AnytimeCheck } from "./anytime_check.ts";
import { BOUNDED } from "./bounded.ts";
import { OWN_RIGHTS } from "./own_rights.ts";
import { SENT_IS_DURABLE } from "./sent_is_durable.ts";

/** The checks. */
export const ANYTIME_CHECKS: readonly AnytimeCheck[] = [
  ACKNOWLEDGED_IS_DURABLE,
  SENT_IS_DURABLE,
  OWN_RIGHTS,
  BOUNDED,
];
