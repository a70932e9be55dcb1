/**
 * Texts of pumps, tanks, fuel prices and deliveries.
 *
 * @module
 */
import { translator } from "../base/i18n.ts";
import { en } from "./messages_en.ts";
import { es } from "./messages_es.ts";

/** Gives a text of fuel. */
export const text = translator(es, en);
