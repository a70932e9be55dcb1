/**
 * `/v1/mesh`, `/v1/storage`, invitations and revocations: the mesh as a whole, and who is in it.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { SiteCode } from "../../crdt/mod.ts";
import type { InvitationView, MeshView, UseCases } from "../../nodes/mod.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { instantSchema, maybe, siteSchema } from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";

const meshAnswer = z.object({
  name: z.string().openapi({ description: "Made of the mesh's root key." }),
  mayInvite: z.boolean().openapi({
    description: "Whether this node may let others in, and revoke those.",
  }),
  revoked: z.array(z.string()).readonly().openapi({
    description: "Members that were revoked.",
  }),
  links: z.array(z.object({
    at: instantSchema,
    peer: z.string(),
    site: z.string().nullable(),
    up: z.boolean().openapi({ description: "False if the link was lost." }),
    reason: z.string().openapi({ description: "Why it was lost." }),
  })).readonly().openapi({
    description:
      "Links that came up or were lost since this node started, newest first; the last 200.",
  }),
}).openapi("Mesh");

const storageAnswer = z.object({
  folderBytes: z.number().nullable().openapi({
    description: "Of all files of the data folder; null where not known.",
  }),
  freeBytes: z.number().nullable().openapi({
    description: "Left on the data folder's disk; null where not known.",
  }),
  commits: z.int(),
  logs: z.int(),
  branches: z.int().openapi({
    description: "Branches of documents: one a document and log.",
  }),
}).openapi("Storage");

const invitationAnswer = z.object({
  token: z.string().openapi({
    description: "What `--join` takes. It is shown this once.",
  }),
  endsAt: instantSchema,
  reachable: z.boolean().openapi({
    description:
      "False if the token names no address at which this node can be dialed.",
  }),
}).openapi("Invitation");

const ROLES = [
  "branch",
  "station",
  "pump",
  "charging",
  "region",
  "company",
  "office",
] as const;

const roleSchema = z.enum(ROLES).openapi("NodeRole");

const invitationBody = z.strictObject({
  roles: z.array(roleSchema).min(1).max(ROLES.length),
  sites: z.array(siteSchema).max(60).default([]).openapi({
    description: "Its site; several for a region alone.",
  }),
  region: z.string().regex(/^[A-Za-z0-9]{1,12}$/).nullable().default(null),
  companies: z.array(z.string().regex(/^([0-9]{1,10}|all)$/)).max(60)
    .default([]),
  days: maybe(z.int().min(1).max(365)).openapi({
    description: "How long it can be redeemed; 7 days if left out.",
  }),
}).openapi("InvitationMaking", {
  example: { roles: ["branch"], sites: ["CUS"] },
});

const peerParams = z.object({
  peer: z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{46,64}$/),
});

function meshToWire(view: MeshView): z.output<typeof meshAnswer> {
  return {
    ...view,
    links: view.links.map((event) => ({
      ...event,
      at: millisecondsToWire(event.at),
    })),
  };
}

function invitationToWire(
  view: InvitationView,
): z.output<typeof invitationAnswer> {
  return { ...view, endsAt: millisecondsToWire(view.endsAt) };
}

/**
 * The routes of the mesh as a whole.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function meshRoutes({ mesh }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/mesh",
      id: "getMesh",
      tag: "mesh",
      summary: "The mesh, and links that came up or were lost",
      answer: meshAnswer,
      run: () => reply(meshToWire(mesh.view())),
    }),
    defineRoute({
      method: "get",
      path: "/v1/storage",
      id: "getStorage",
      tag: "node",
      summary: "What this node stores, and how much room is left",
      answer: storageAnswer,
      run: async () => reply(await mesh.storage()),
    }),
    defineRoute({
      method: "post",
      path: "/v1/invitations",
      id: "inviteMember",
      tag: "mesh",
      summary: "Make an invitation to the mesh",
      description:
        "Its token is answered this once and stored nowhere; whoever has it may join.",
      body: invitationBody,
      answer: invitationAnswer,
      statuses: { 201: "Made." },
      errors: ["forbidden", "invalid_argument"],
      run: async (
        { body, caller },
      ): Promise<Reply<z.output<typeof invitationAnswer>>> => {
        const sites: readonly SiteCode[] = body.sites;
        return decided(
          await mesh.invite({ ...body, sites, ...actorOf(caller) }),
          (made) =>
            reply(invitationToWire(made), 201, { "cache-control": "no-store" }),
        );
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/peers/{peer}/revocation",
      id: "revokeMember",
      tag: "mesh",
      summary: "Revoke a member of the mesh",
      description:
        "Its logs end where this node has them: what it writes from then on counts nowhere.",
      params: peerParams,
      body: z.strictObject({}),
      answer: z.object({ peer: z.string() }),
      statuses: { 201: "Revoked." },
      errors: ["forbidden"],
      run: async (
        { params, caller },
      ): Promise<Reply<{ peer: string }>> =>
        decided(
          await mesh.revoke({ ...params, ...actorOf(caller) }),
          (revoked) => reply(revoked, 201),
        ),
    }),
  ];
}
