/**
 * `/v1/sessions`: signing in and out.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { SignedIn, UseCases, UserView } from "../../nodes/mod.ts";
import { callerOf, credentialsOf, sessionCookie } from "../credentials.ts";
import { refused } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import { instantSchema, safeText } from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";
import { userAnswer, userToWire } from "./users.ts";

const signInBody = z.strictObject({
  name: safeText(1, 50),
  password: z.string().min(1).max(200),
}).openapi("SignIn", {
  example: { name: "ana", password: "correct horse battery" },
});

const sessionAnswer = z.object({
  token: z.string().openapi({
    description: "For the header `Authorization: Bearer`.",
  }),
  expiresAt: instantSchema,
  user: userAnswer,
}).openapi("Session");

const currentAnswer = z.object({
  required: z.boolean().openapi({
    description: "False while there are no users: nobody has to sign in.",
  }),
  user: z.union([userAnswer, z.null()]).openapi({
    description: "Null for a caller who has not signed in.",
  }),
}).openapi("CurrentSession");

const endAnswer = z.object({ ended: z.boolean() }).openapi("SessionEnd");

/**
 * The routes of sessions.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function sessionRoutes(useCases: UseCases): Route[] {
  const { people } = useCases;
  return [
    defineRoute({
      method: "post",
      path: "/v1/sessions",
      id: "createSession",
      tag: "people",
      summary: "Sign in",
      description:
        "Answers a token that lasts 12 hours, and sets a cookie `panal_session` (with the address's port, if it has " +
        "one: `panal_session_8080`) that ends 12 hours after it was used last. Five failures in 15 minutes make a name wait at an address. While `mustChangePassword` is true nothing " +
        "else is taken but a new password.",
      body: signInBody,
      answer: sessionAnswer,
      statuses: { 201: "Signed in." },
      errors: ["sign_in_failed", "sign_in_throttled", "forbidden"],
      run: async (
        { body, request, from: { address } },
      ): Promise<Reply<z.output<typeof sessionAnswer>>> => {
        const signedIn = await people.signIn({ ...body, address });
        return signedIn.ok
          ? await openSession(useCases, request, signedIn.value)
          : refused(signedIn.error);
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/sessions/current",
      id: "getCurrentSession",
      tag: "people",
      summary: "Who asks",
      answer: currentAnswer,
      run: ({ caller }) =>
        reply({
          required: people.hasUsers(),
          user: caller === undefined ? null : userToWire(caller.user),
        }),
    }),
    defineRoute({
      method: "delete",
      path: "/v1/sessions/current",
      id: "endCurrentSession",
      tag: "people",
      summary: "Sign out: the token and the cookie of this request are over",
      answer: endAnswer,
      run: async ({ request }): Promise<Reply<z.output<typeof endAnswer>>> => {
        const caller: SignedIn | undefined = await callerOf(people, request);
        const { token, session } = credentialsOf(request);
        if (token !== undefined) await people.revokeToken(token);
        if (session !== undefined) await people.closeSession(session);
        return reply({ ended: caller !== undefined }, 200, {
          "set-cookie": sessionCookie(request),
        });
      },
    }),
  ];
}

async function openSession(
  { people }: UseCases,
  request: Request,
  user: UserView,
): Promise<Reply<z.output<typeof sessionAnswer>>> {
  const { token, expiresAt } = await people.issueToken(user);
  const session = await people.openSession(user);
  const answer = {
    token,
    expiresAt: millisecondsToWire(expiresAt),
    user: userToWire(user),
  };
  return reply(answer, 201, {
    "set-cookie": sessionCookie(request, session),
    "cache-control": "no-store",
  });
}
