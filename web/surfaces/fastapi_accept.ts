/**
 * What a client says that it wants to read: the few questions that the compatibility surfaces ask of `Accept`.
 *
 * @module
 */

/** The media ranges of `Accept` that are not refused with `q=0`. */
function acceptedRanges(request: Request): readonly string[] {
  return (request.headers.get("accept") ?? "").split(",")
    .map((range) => range.split(";").map((part) => part.trim().toLowerCase()))
    .filter(([type = "", ...parameters]) =>
      type !== "" && !parameters.some((it) => /^q=0(?:\.0*)?$/.test(it))
    )
    .map(([type = ""]) => type);
}

/**
 * Whether a client names HTML, as browsers do.
 *
 * @param request The request.
 * @returns True if `Accept` names `text/html`.
 */
export function namesHtml(request: Request): boolean {
  return acceptedRanges(request).includes("text/html");
}

/**
 * Whether a client wants JSON and could not read a page instead.
 *
 * @param request The request.
 * @returns True if `Accept` names `application/json` and takes neither HTML nor anything at all.
 */
export function wantsOnlyJson(request: Request): boolean {
  const ranges = acceptedRanges(request);
  return ranges.includes("application/json") &&
    !["text/html", "application/xhtml+xml", "text/*", "*/*"]
      .some((range) => ranges.includes(range));
}
