/**
 * Sign-in of the branch software, and what a node says of itself: login, logout, who asks, health.
 *
 * @module
 */
import type { Refusal, UserRole, UserView } from "../../nodes/mod.ts";
import { addressOf, endCaller, LOCAL_SESSION } from "./branch_sync_caller.ts";
import {
  type Call,
  deny,
  denyBy,
  type Route,
  type Surface,
} from "./branch_sync_frame.ts";
import { answer } from "./branch_sync_wire.ts";

/** Longest name and password that are looked at. */
const CREDENTIAL_LENGTH_MAX = 1_000;

/** Roles as the original tables name them. */
export const ROLE_NAMES: Readonly<Record<UserRole, string>> = {
  admin: "ADMIN",
  supervisor: "SUPERVISOR",
  cashier: "CAJERO",
};

/**
 * A user as the original screens keep it.
 *
 * @param surface The surface.
 * @param user The user.
 * @returns Its wire form.
 */
function userJson({ code }: Surface, user: UserView) {
  return {
    id: user.id,
    username: user.name,
    fullName: user.fullName,
    role: ROLE_NAMES[user.role],
    branch: user.site ?? code,
  };
}

/**
 * The routes of sign-in and health.
 *
 * @param surface The surface.
 * @returns The routes.
 */
export function authRoutes(surface: Surface): readonly Route[] {
  const { useCases: { branchSync }, code } = surface;
  return [
    {
      method: "POST",
      path: "/api/auth/login",
      access: "open",
      handle: (call) => signIn(surface, call),
    },
    {
      method: "POST",
      path: "/api/auth/logout",
      access: "user",
      beforePassword: true,
      async handle({ caller }) {
        if (caller !== undefined) await endCaller(surface, caller);
        return answer({ success: true });
      },
    },
    {
      method: "GET",
      path: "/api/auth/me",
      access: "user",
      beforePassword: true,
      handle: ({ caller }) =>
        answer(
          caller === undefined ? {} : {
            user: userJson(surface, caller.user),
            debeCambiarClave: caller.user.mustChangePassword,
          },
        ),
    },
    {
      method: "GET",
      path: "/api/health",
      access: "open",
      handle: () =>
        answer({
          status: "ok",
          branch: code,
          name: surface.name,
          type: branchSync.isCentral ? "CENTRAL" : "SUCURSAL",
        }),
    },
  ];
}

async function signIn(surface: Surface, call: Call): Promise<Response> {
  const { people } = surface.useCases;
  const { username: name, password } = call.body;
  if (!isCredential(name) || !isCredential(password)) {
    return deny(call, 400, "Usuario y contraseña son obligatorios");
  }
  const address = addressOf(call);
  const signed = await people.signIn({ name, password, address });
  if (!signed.ok) return refusedSignIn(surface, call, signed.error);
  const user = signed.value;
  if (user.site !== null && user.site !== (surface.site ?? surface.code)) {
    return otherBranch(surface, call, user.site);
  }
  // The screens send no credential, so on this machine they share one session.
  const sendsNothing = call.raw.headers.get("x-session-id") === null &&
    call.raw.headers.get("authorization") === null;
  const isShared = call.isLocal && sendsNothing;
  const sessionId = isShared
    ? await people.openSession(user, LOCAL_SESSION.fixed)
    : await people.openSession(user);
  const { token, expiresAt } = await people.issueToken(user);
  return answer({
    success: true,
    user: userJson(surface, user),
    token,
    tokenExpira: new Date(expiresAt).toISOString(),
    sessionId,
    debeCambiarClave: user.mustChangePassword,
  });
}

function isCredential(value: unknown): value is string {
  return typeof value === "string" && value !== "" &&
    value.length <= CREDENTIAL_LENGTH_MAX;
}

function otherBranch(
  { code }: Surface,
  call: Call,
  permitted: string,
): Response {
  return deny(
    call,
    403,
    `Este usuario es de la sucursal ${permitted}, no de ${code}`,
  );
}

function refusedSignIn(
  surface: Surface,
  call: Call,
  refused: Refusal,
): Response {
  const { code, details } = refused;
  switch (code) {
    case "sign_in_failed":
      return deny(call, 401, "Usuario o contraseña incorrectos");
    case "sign_in_throttled": {
      const seconds = String(details?.["retryAfterSeconds"] ?? 900);
      return deny(
        call,
        429,
        "Demasiados intentos: espere antes de volver a probar",
        { "retry-after": seconds },
      );
    }
    case "forbidden":
      return otherBranch(surface, call, String(details?.["site"] ?? "otra"));
    default:
      return denyBy(call, refused);
  }
}
