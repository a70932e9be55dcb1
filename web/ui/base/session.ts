/**
 * Who sits before the page, and which node it is: read once and after each sign-in, shared by every page.
 *
 * @module
 */
import {
  computed,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import type { CurrentSession, Health, Session, User } from "../wire_types.ts";
import {
  type Answer,
  change,
  onSignedOut,
  type Problem,
  read,
} from "./http.ts";
import { restartLive } from "./live.ts";

/** What a person may do, from least to most. */
export type Role = User["role"];

const RANK: Readonly<Record<Role, number>> = {
  cashier: 1,
  supervisor: 2,
  admin: 3,
};

/** What is known of person and node. */
export interface Knowledge {
  /** `loading` until the node answered once. */
  readonly state: "loading" | "signed_out" | "password" | "ready";
  /** Null while there are no users, when nobody has to sign in. */
  readonly user: User | null;
  readonly node: Health | undefined;
  /** Why nothing is known. */
  readonly problem: Problem | undefined;
}

/** What is known now. */
export const knowledge: Signal<Knowledge> = signal({
  state: "loading",
  user: null,
  node: undefined,
  problem: undefined,
});

/** The node's own site; undefined where it has none, as an office. */
export const ownSite: ReadonlySignal<string | undefined> = computed(() =>
  knowledge.value.node?.site ?? undefined
);

/**
 * Whether the person may do what a role may. Where nobody has to sign in, everybody may do everything.
 *
 * @param role The least role.
 * @returns True if so.
 */
export function may(role: Role): boolean {
  const { user } = knowledge.value;
  return user === null || RANK[user.role] >= RANK[role];
}

/**
 * Whether the node has one of some roles.
 *
 * @param roles Roles of nodes, e.g. `branch`.
 * @returns True if it has one.
 */
export function isNode(...roles: readonly string[]): boolean {
  const own = knowledge.value.node?.roles ?? [];
  return roles.some((role) => own.includes(role));
}

/** Asks the node who it is and who we are. */
export async function learn(): Promise<void> {
  const [node, session] = await Promise.all([
    read<Health>("/v1/health"),
    read<CurrentSession>("/v1/sessions/current"),
  ]);
  if (!session.ok) {
    const signedOut = session.problem.status === 401;
    knowledge.value = {
      ...knowledge.value,
      state: signedOut ? "signed_out" : "loading",
      node: node.ok ? node.value : knowledge.value.node,
      problem: session.problem,
    };
    return;
  }
  const { required, user } = session.value;
  knowledge.value = {
    state: required && user === null
      ? "signed_out"
      : user?.mustChangePassword === true
      ? "password"
      : "ready",
    user,
    node: node.ok ? node.value : undefined,
    problem: node.ok ? undefined : node.problem,
  };
}

/**
 * Signs in.
 *
 * @param name The user's name.
 * @param password The user's password.
 * @returns What the node says; after a success the pages are those of this person.
 */
export async function signIn(
  name: string,
  password: string,
): Promise<Answer<Session>> {
  const answer = await change<Session>("POST", "/v1/sessions", {
    name,
    password,
  });
  if (answer.ok) {
    await learn();
    restartLive();
  }
  return answer;
}

/** Signs out. */
export async function signOut(): Promise<void> {
  await change("DELETE", "/v1/sessions/current");
  await learn();
}

onSignedOut(() => {
  if (knowledge.value.state === "ready") void learn();
});
