/**
 * The files of the pages as a node serves them: `web/ui_build.ts` makes and lists them, an adapter reads them, and the
 * façade answers with them.
 *
 * @module
 */
import { z } from "zod";

/** A file of the pages, as the list of them names it. */
export interface ListedPageFile {
  /** Its name without a hash, e.g. `app.js`. */
  readonly name: string;
  /** Where it is served, e.g. `/assets/app-503daa025ace3657.js`. */
  readonly path: string;
  /** Its media type. */
  readonly type: string;
  /** Of its content, in hexadecimal. */
  readonly hash: string;
  /** Its name in the folder. */
  readonly file: string;
  /** Paths of the scripts that it loads at once. */
  readonly imports: readonly string[];
}

/** A file of the pages with its content. */
export interface PageFile extends ListedPageFile {
  /** The content. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same by Brotli, if it is worth it. */
  readonly br?: Uint8Array<ArrayBuffer>;
  /** The same by gzip, if it is worth it. */
  readonly gzip?: Uint8Array<ArrayBuffer>;
}

/** The files that every list has: without them there is no page. */
const NEEDED = ["app.js", "style.css", "icon.svg", "sw.js"];

const path = z.string().regex(/^\/(?:assets\/)?[\w.-]+$/);

const listSchema: z.ZodType<readonly ListedPageFile[]> = z.array(
  z.object({
    name: z.string(),
    path,
    type: z.string(),
    hash: z.string().regex(/^[0-9a-f]+$/),
    file: z.string().regex(/^[\w-]+(?:\.[\w-]+)+$/),
    imports: z.array(path).readonly(),
  }),
).readonly().refine((files) =>
  NEEDED.every((name) => files.some((file) => file.name === name))
);

/**
 * Parses the list of files.
 *
 * @param text JSON, as `web/ui_build.ts` writes it.
 * @returns The files; undefined if it is no such list.
 */
export function parsePageList(
  text: string,
): readonly ListedPageFile[] | undefined {
  try {
    return listSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
