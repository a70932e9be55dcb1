/**
 * Texts of links to original programs.
 *
 * @module
 */
import { translator } from "../base/i18n.ts";
import { en } from "./messages_en.ts";
import { es } from "./messages_es.ts";

/** Gives a text of links to original programs. */
export const text = translator(es, en);
