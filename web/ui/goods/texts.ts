/**
 * Texts of goods and prices.
 *
 * @module
 */
import { translator } from "../base/i18n.ts";
import { en } from "./messages_en.ts";
import { es } from "./messages_es.ts";

/** Gives a text of goods and prices. */
export const text = translator(es, en);
