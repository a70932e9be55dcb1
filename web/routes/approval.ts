/**
 * One act of somebody who may not do it alone, approved on the spot by somebody who may: name and password come with the
 * request itself, so that they approve exactly that and open no session.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Actor } from "../../crdt/mod.ts";
import type { SignedIn, UseCases, UserRole } from "../../nodes/mod.ts";
import { hasRole } from "../access.ts";
import { problem, roleTooLow } from "../errors.ts";
import { maybe, safeText } from "../schemas.ts";

const credentials = z.strictObject({
  name: safeText(1, 50),
  password: z.string().min(1).max(200),
}).openapi("Approval", {
  description:
    "Name and password of a user of the role that it takes, who approves this one act of a caller of a lower role. " +
    "The fact names both. No session is opened; failures count as failed sign-ins do.",
});

/** Who approves; optional in a body. */
export const approvalSchema = maybe(credentials);

/** An approval as it is asked. */
export interface AskedApproval {
  /** What the request says. */
  readonly approval: z.output<typeof credentials> | undefined;
  /** Who asks; undefined where nobody has to sign in. */
  readonly caller: SignedIn | undefined;
  /** Where the request comes from. */
  readonly address: string;
}

/** Whoever approved; nobody where nobody has to. */
export interface Approved {
  /** As facts name them. */
  readonly approvedBy?: Actor;
}

/**
 * Finds out who approves an act.
 *
 * @param useCases The node.
 * @param role The least role that may do it alone.
 * @param asked The approval, and who asks.
 * @returns Who approved, or the refusal: the caller's role if there is no approval, `approval_failed` for a wrong one.
 */
export async function approve(
  { people }: UseCases,
  role: UserRole,
  { approval, caller, address }: AskedApproval,
): Promise<Approved | Response> {
  if (caller === undefined || hasRole(caller.user, role)) return {};
  if (approval === undefined) return roleTooLow(role);
  const found = await people.signIn({ ...approval, address });
  if (!found.ok) {
    return problem(
      "approval_failed",
      `Cannot approve: ${found.error.message}`,
    );
  }
  const user = found.value;
  if (user.mustChangePassword || !hasRole(user, role)) {
    return problem(
      "approval_failed",
      `Cannot approve: it takes ${role} with a password of their own`,
    );
  }
  return { approvedBy: { id: String(user.id), name: user.fullName } };
}
