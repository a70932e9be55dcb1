/**
 * Users on the branch software's surface: administrators list, make and change them; everybody may change their own
 * password.
 *
 * @module
 */
import { parseSiteCode, type SiteCode } from "../../crdt/mod.ts";
import type { UserRole, UserView } from "../../nodes/mod.ts";
import { ROLE_NAMES } from "./branch_sync_auth.ts";
import { addressOf } from "./branch_sync_caller.ts";
import {
  byOf,
  type Call,
  countAsked,
  deny,
  denyBy,
  type Route,
  type Surface,
} from "./branch_sync_frame.ts";
import { answer, plainText, readName } from "./branch_sync_wire.ts";

/** Longest name for signing in. */
const NAME_LENGTH_MAX = 50;
/** Longest full name. */
const FULL_NAME_LENGTH_MAX = 100;
/** Most users of one list. */
const USERS_MAX = 1_000;
const ID_MAX = 2_147_483_647;

const ROLES = new Map(
  Object.entries(ROLE_NAMES).map(([role, name]) => [name, role as UserRole]),
);

/** A user as administrators see it; nothing of its password. */
function userJson({ code }: Surface, user: UserView) {
  return {
    UsuarioID: user.id,
    NombreUsuario: user.name,
    NombreCompleto: user.fullName,
    Rol: ROLE_NAMES[user.role],
    SucursalPermitida: user.site ?? code,
    Activo: user.active,
    DebeCambiarClave: user.mustChangePassword,
  };
}

/**
 * The routes of users.
 *
 * @param surface The surface.
 * @returns The routes.
 */
export function userRoutes(surface: Surface): readonly Route[] {
  const { people } = surface.useCases;
  return [
    {
      method: "GET",
      path: "/api/usuarios",
      access: "admin",
      handle(call) {
        const limit = countAsked(call, "limite", {
          fallback: USERS_MAX,
          most: USERS_MAX,
        });
        const site = parseSiteCode(call.query.get("sucursal"));
        const usuarios = people.users({ limit, site }).items.map((user) =>
          userJson(surface, user)
        );
        return answer({ success: true, usuarios });
      },
    },
    {
      method: "POST",
      path: "/api/usuarios",
      access: "admin",
      handle: (call) => addUser(surface, call),
    },
    {
      method: "PUT",
      path: "/api/usuarios/:id",
      access: "admin",
      handle: (call) => changeUser(surface, call),
    },
    {
      method: "POST",
      path: "/api/usuarios/:id/password",
      access: "user",
      beforePassword: true,
      handle: (call) => setPassword(surface, call),
    },
  ];
}

/** A problem of a field, as a sentence. */
type Problem = { readonly problem: string };

interface Fields {
  name?: string;
  fullName?: string;
  role?: UserRole;
  active?: boolean;
}

function readFields({ body }: Call): Fields | Problem {
  const fields: Fields = {};
  if (body["NombreUsuario"] !== undefined) {
    const name = readName(body["NombreUsuario"], NAME_LENGTH_MAX);
    if (!name) return { problem: "El nombre de usuario no es válido" };
    fields.name = name;
  }
  if (body["NombreCompleto"] !== undefined) {
    const name = readName(body["NombreCompleto"], FULL_NAME_LENGTH_MAX);
    if (!name) return { problem: "El nombre completo no es válido" };
    fields.fullName = name;
  }
  if (body["Rol"] !== undefined) {
    const role = ROLES.get(plainText(body["Rol"]).toUpperCase());
    if (role === undefined) return { problem: "El rol no existe" };
    fields.role = role;
  }
  const active = body["Activo"];
  if (active !== undefined) {
    if (!["true", "false", "1", "0"].includes(plainText(active))) {
      return { problem: "Activo es verdadero o falso" };
    }
    fields.active = plainText(active) === "true" || plainText(active) === "1";
  }
  return fields;
}

async function addUser(surface: Surface, call: Call): Promise<Response> {
  const { body } = call;
  const fields = readFields(call);
  if ("problem" in fields) return deny(call, 422, fields.problem);
  const { name, fullName, role = "cashier" } = fields;
  const password = body["Password"];
  if (name === undefined || typeof password !== "string") {
    return deny(call, 400, "NombreUsuario y Password son obligatorios");
  }
  const site = siteOf(surface, body["SucursalPermitida"]);
  if (site === undefined) {
    return deny(call, 422, "SucursalPermitida es un código de sucursal");
  }
  const made = await surface.useCases.people.createUser({
    ...byOf(call),
    ...{ name, fullName: fullName ?? name, role, site, password },
    mustChangePassword: body["DebeCambiarClave"] === true,
  });
  return made.ok
    ? answer({ success: true, usuario: userJson(surface, made.value) }, 201)
    : denyBy(call, made.error);
}

/** The site that a user is for: this node's, unless another is named; undefined for what is no code. */
function siteOf(
  { site, code }: Surface,
  sent: unknown,
): SiteCode | null | undefined {
  if (sent === undefined || sent === null || sent === "") return site;
  const named = plainText(sent).toUpperCase();
  return site === null && named === code ? null : parseSiteCode(named);
}

/** The number of the user at the address. */
function idOf({ param }: Call): number | undefined {
  const id = Number(param);
  return /^\d{1,10}$/.test(param) && id > 0 && id <= ID_MAX ? id : undefined;
}

async function changeUser(surface: Surface, call: Call): Promise<Response> {
  const id = idOf(call);
  if (id === undefined) return deny(call, 404, "Usuario no encontrado");
  const fields = readFields(call);
  if ("problem" in fields) return deny(call, 422, fields.problem);
  const changed = await surface.useCases.people.changeUser({
    ...byOf(call),
    id,
    ...fields,
  });
  return changed.ok
    ? answer({ success: true, usuario: userJson(surface, changed.value) })
    : denyBy(call, changed.error);
}

async function setPassword(surface: Surface, call: Call): Promise<Response> {
  const { people } = surface.useCases;
  const { body, caller } = call;
  const address = addressOf(call);
  const id = idOf(call);
  const password = body["Password"];
  if (id === undefined) return deny(call, 404, "Usuario no encontrado");
  if (caller === undefined || typeof password !== "string") {
    return deny(call, 400, "Password es obligatorio");
  }
  const isOwn = caller.user.id === id;
  if (!isOwn && caller.user.role !== "admin") {
    return deny(call, 403, "Solo un administrador puede hacer esto");
  }
  if (!isOwn && caller.user.mustChangePassword) {
    return deny(call, 403, "Debe cambiar su contraseña antes de continuar");
  }
  if (isOwn) {
    // A screen that was left open must not be enough to take an account over.
    const current = body["PasswordActual"];
    if (typeof current !== "string" || current === "") {
      return deny(call, 400, "PasswordActual es obligatorio");
    }
    const { name } = caller.user;
    const known = await people.signIn({ name, password: current, address });
    if (!known.ok) {
      return known.error.code === "sign_in_failed"
        ? deny(call, 403, "La contraseña actual no es correcta")
        : denyBy(call, known.error);
    }
  }
  const set = await people.setPassword({
    ...byOf(call),
    id,
    password,
    mustChangePassword: !isOwn && body["DebeCambiarClave"] === true,
  });
  return set.ok ? answer({ success: true }) : denyBy(call, set.error);
}
