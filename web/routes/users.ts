/**
 * `/v1/users` and `/v1/acts`: who may sign in and as what, and what administrators did.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type {
  ActView,
  SignedIn,
  UseCases,
  UserRole,
  UserView,
} from "../../nodes/mod.ts";
import { hasRole } from "../access.ts";
import { refused, roleTooLow } from "../errors.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";

const roleSchema: z.ZodType<UserRole> = z.enum([
  "admin",
  "supervisor",
  "cashier",
]).openapi({
  description:
    "`cashier` reads and sells, `supervisor` also sets prices, products and stock, voids and closes, `admin` may do " +
    "everything.",
});

/** A user of an answer. */
export const userAnswer = z.object({
  id: z.int(),
  name: z.string().openapi({ example: "ana" }),
  fullName: z.string().openapi({ example: "Ana Ríos" }),
  role: roleSchema,
  site: z.string().nullable().openapi({
    description: "The one site where it may sign in; null for all.",
  }),
  active: z.boolean(),
  nameShared: z.boolean().openapi({
    description:
      "True if a user made apart from this one has the same name: the active one with the least id signs in.",
  }),
  mustChangePassword: z.boolean(),
  createdAt: instantSchema,
  changedAt: instantSchema,
}).openapi("User");

const actAnswer = z.object({
  id: z.string(),
  at: instantSchema,
  act: z.string().openapi({ example: "user_created" }),
  subject: z.string().openapi({ example: "user/417" }),
  by: z.union([
    z.object({ id: z.string(), name: z.string() }),
    z.null(),
  ]).openapi({ description: "Null where nobody had to sign in." }),
  note: z.string().nullable(),
}).openapi("Act");

const nameSchema = safeText(1, 50);
const fullNameSchema = safeText(1, 100);
const passwordSchema = z.string().min(1).max(200).openapi({
  description:
    "8 to 200 characters; not the name, and not the password with which original programs are delivered.",
});

const userBody = z.strictObject({
  name: nameSchema,
  fullName: fullNameSchema,
  role: roleSchema,
  site: maybe(siteSchema.nullable()).openapi({
    description: "Null for all sites; this node's site if left out.",
  }),
  id: maybe(z.int().min(1).max(2 ** 31 - 1)).openapi({
    description:
      "Its number, of one that moves in from another system; another is drawn if it is taken.",
  }),
  password: maybe(passwordSchema),
  passwordHash: maybe(z.string().min(1).max(200)).openapi({
    description:
      "Instead of a password, its hash of another system: bcrypt or argon2id. It is replaced at the first sign-in.",
  }),
  mustChangePassword: maybe(z.boolean()),
}).openapi("UserMaking", {
  example: {
    name: "ana",
    fullName: "Ana Ríos",
    role: "admin",
    password: "correct horse battery",
  },
});

const changeBody = z.strictObject({
  name: maybe(nameSchema),
  fullName: maybe(fullNameSchema),
  role: maybe(roleSchema),
  active: maybe(z.boolean()),
}).openapi("UserChange");

const passwordBody = z.strictObject({
  password: passwordSchema,
  current: maybe(z.string().min(1).max(200)).openapi({
    description: "The present password; needed to change one's own.",
  }),
  mustChangePassword: maybe(z.boolean()).openapi({
    description: "Of another's password: whether it must change it.",
  }),
}).openapi("PasswordSetting");
type PasswordBody = z.output<typeof passwordBody>;

const idSchema = z.string().regex(/^[1-9][0-9]{0,9}$/).transform(Number)
  .openapi({
    type: "integer",
    example: 417,
  }) as unknown as z.ZodType<number>;
const params = z.object({ id: idSchema });

/** A user in wire form. */
export function userToWire(view: UserView): z.output<typeof userAnswer> {
  const { id, name, fullName, role, site, active, nameShared } = view;
  return {
    ...{ id, name, fullName, role, site, active, nameShared },
    mustChangePassword: view.mustChangePassword,
    createdAt: instantToWire(view.createdAt),
    changedAt: instantToWire(view.changedAt),
  };
}

function actToWire({ at, ...act }: ActView): z.output<typeof actAnswer> {
  return { ...act, at: instantToWire(at) };
}

/**
 * The routes of users.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function userRoutes(useCases: UseCases): Route[] {
  return [...readings(useCases), ...decisions(useCases)];
}

function readings({ people }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/users",
      id: "listUsers",
      tag: "people",
      summary: "Users who may sign in at this node, or at another site",
      query: z.strictObject({ site: maybe(siteSchema), ...pageFields }),
      answer: pageSchema(userAnswer),
      run: ({ query }) => reply(pageToWire(people.users(query), userToWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/acts",
      id: "listActs",
      tag: "people",
      summary: "What administrators did, newest first",
      query: z.strictObject(pageFields),
      answer: pageSchema(actAnswer),
      run: ({ query }) => reply(pageToWire(people.acts(query), actToWire)),
    }),
  ];
}

function decisions(useCases: UseCases): Route[] {
  const { people } = useCases;
  const shown = (status: number) => (view: UserView) =>
    reply(userToWire(view), status);
  return [
    defineRoute({
      method: "post",
      path: "/v1/users",
      id: "createUser",
      tag: "people",
      summary: "Make a user",
      description:
        "The first must be an administrator; from then on every address of the node needs sign-in.",
      body: userBody,
      answer: userAnswer,
      statuses: { 201: "Made." },
      errors: ["name_taken", "password_invalid", "invalid_argument"],
      run: async (
        { body, caller },
      ): Promise<Reply<z.output<typeof userAnswer>>> =>
        decided(
          await people.createUser({ ...body, ...actorOf(caller) }),
          shown(201),
        ),
    }),
    defineRoute({
      method: "patch",
      path: "/v1/users/{id}",
      id: "changeUser",
      tag: "people",
      summary: "Change, disable or enable a user",
      description:
        "Who is disabled is signed out. The last active administrator can be neither disabled nor made less.",
      params,
      body: changeBody,
      answer: userAnswer,
      errors: ["user_unknown", "name_taken", "invalid_argument"],
      run: async (
        { params, body, caller },
      ): Promise<Reply<z.output<typeof userAnswer>>> =>
        decided(
          await people.changeUser({ ...params, ...body, ...actorOf(caller) }),
          shown(200),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/users/{id}/password",
      id: "setUserPassword",
      tag: "people",
      summary: "Set a password, one's own or as an administrator another's",
      description:
        "Ends every session and token of the user: it signs in anew.",
      params,
      body: passwordBody,
      answer: userAnswer,
      errors: [
        "user_unknown",
        "password_invalid",
        "sign_in_failed",
        "sign_in_throttled",
      ],
      run: async ({ params: { id }, body, caller, from: { address } }): Promise<
        Reply<z.output<typeof userAnswer>>
      > => {
        const refusal = await passwordRefusal(useCases, {
          ...{ id, body, caller, address },
        });
        if (refusal !== undefined) return refusal;
        const isOwn = caller?.user.id === id;
        const set = await people.setPassword({
          ...{ id, password: body.password },
          ...actorOf(caller),
          mustChangePassword: !isOwn && body.mustChangePassword === true,
        });
        return decided(set, shown(200));
      },
    }),
  ];
}

/** Why a caller may not set a password: others' are an administrator's, one's own takes the present one. */
async function passwordRefusal(
  { people }: UseCases,
  { id, body, caller, address }: {
    readonly id: number;
    readonly body: PasswordBody;
    readonly caller: SignedIn | undefined;
    readonly address: string;
  },
): Promise<Response | undefined> {
  if (caller === undefined) return undefined;
  const { user } = caller;
  if (user.id !== id) {
    return hasRole(user, "admin") && !user.mustChangePassword
      ? undefined
      : roleTooLow("admin");
  }
  const password = body.current ?? "";
  const known = await people.signIn({ name: user.name, password, address });
  return known.ok ? undefined : refused(known.error);
}
