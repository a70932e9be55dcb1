/**
 * Asks the registry whether advisories are known of the libraries that `deno.lock` names, and fails if one is high or
 * critical. Where the registry cannot be asked it says so and passes: a shop's developer may be offline, and the answer
 * would be the same as yesterday's.
 *
 * @module
 */

/** How the question was answered. */
export interface AuditRun {
  /** The exit code of `deno audit`. */
  readonly code: number;
  /** What it wrote, both outputs. */
  readonly said: string;
}

/** What an answer means. */
export type AuditVerdict = "clean" | "unasked" | "found";

/** How the runtime says that nobody answered. */
const UNREACHED =
  /error sending request|client error|dns error|timed out|registry .*error/i;

/**
 * Judges an answer. What is neither clean nor a failure to ask counts as found: a form of the answer that is not known
 * must not pass in silence.
 *
 * @param run How the question was answered.
 * @returns What it means.
 */
export function judgeAudit({ code, said }: AuditRun): AuditVerdict {
  if (UNREACHED.test(said)) return "unasked";
  return code === 0 ? "clean" : "found";
}

async function ask(): Promise<AuditRun> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["audit", "--level=high"],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

const TEXT: Readonly<Record<AuditVerdict, string>> = {
  clean: "No advisory of level high or critical is known of any library.",
  unasked:
    "The registry could not be asked for advisories: they are NOT known. Ask again with a network.",
  found: "Advisories are known, or the answer was not understood:",
};

if (import.meta.main) {
  const run = await ask();
  const verdict = judgeAudit(run);
  const detail = verdict === "found" ? `\n${run.said}` : "";
  const text = new TextEncoder().encode(`${TEXT[verdict]}${detail}\n`);
  await Deno.stderr.write(text);
  Deno.exit(verdict === "found" ? 1 : 0);
}
