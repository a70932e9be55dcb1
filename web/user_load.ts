/**
 * How much one user may have a node do at once: a program that runs wild under one name leaves room for the others.
 *
 * @module
 */
import type { SignedIn } from "../nodes/mod.ts";
import { problem } from "./errors.ts";

/** Most requests of one user that run at once; event streams count until they begin. */
export const USER_REQUESTS_MAX = 64;

/** Runs a request of a user, or refuses it. */
export type UserLoad = (
  caller: SignedIn,
  answer: () => Response | Promise<Response>,
) => Response | Promise<Response>;

/**
 * Makes the count of a façade.
 *
 * @param max Most requests of one user at once.
 * @returns What runs requests.
 */
export function createUserLoad(max: number = USER_REQUESTS_MAX): UserLoad {
  const running = new Map<number, number>();
  const leave = (user: number) => {
    const left = (running.get(user) ?? 1) - 1;
    if (left === 0) running.delete(user);
    else running.set(user, left);
  };
  return ({ user: { id } }, answer) => {
    const own = running.get(id) ?? 0;
    if (own >= max) return tooMany(max);
    running.set(id, own + 1);
    let response: Response | Promise<Response>;
    try {
      response = answer();
    } catch (error) {
      leave(id);
      throw error;
    }
    if (response instanceof Promise) return response.finally(() => leave(id));
    leave(id);
    return response;
  };
}

function tooMany(max: number): Response {
  return problem(
    "overloaded",
    `Cannot take more than ${max} requests of one user at once. Nothing was written`,
    {
      status: 429,
      title: "Too many requests of one user run at once.",
      details: { retryAfterSeconds: 1 },
    },
  );
}
