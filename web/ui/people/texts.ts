/**
 * Texts of signing in and of users.
 *
 * @module
 */
import { translator } from "../base/i18n.ts";
import { en } from "./messages_en.ts";
import { es } from "./messages_es.ts";

/** Gives a text of signing in and of users. */
export const text = translator(es, en);
