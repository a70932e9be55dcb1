/**
 * Texts of the start page.
 *
 * @module
 */
import { translator } from "../base/i18n.ts";
import { en } from "./messages_en.ts";
import { es } from "./messages_es.ts";

/** Gives a text of the start page. */
export const text = translator(es, en);
