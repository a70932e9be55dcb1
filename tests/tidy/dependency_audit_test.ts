import { strictEqual } from "node:assert/strict";
import { judgeAudit } from "./dependency_audit.ts";

Deno.test("judgeAudit() tells a clean answer, one that nobody gave, and everything else", () => {
  const refused =
    "error: error sending request for url (https://registry.example/advisories): client error (Connect): dns error";
  const advisory =
    "╭ left-pad has a prototype pollution\n│ Severity: high\n\nFound 1 vulnerability\nSeverity: 0 low, 0 moderate, 1 high";
  const answers = [
    ["clean", { code: 0, said: "No known vulnerabilities found\n" }],
    ["unasked", { code: 1, said: refused }],
    ["found", { code: 1, said: advisory }],
    ["found", { code: 1, said: "" }],
    ["found", { code: 101, said: "something that is not known yet" }],
  ] as const;
  for (const [verdict, run] of answers) {
    strictEqual(judgeAudit(run), verdict, run.said);
  }
});
