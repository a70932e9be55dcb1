/**
 * `/v1/documents`: the replicated documents, merged, as JSON or as a file that any Automerge tool opens.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import { pageFields, pageSchema, pageToWire, safeText } from "../schemas.ts";

/** The media type of an Automerge file. */
export const AUTOMERGE_TYPE = "application/vnd.automerge";

const documentAnswer = z.object({
  name: z.string(),
  heads: z.array(z.string()).readonly().openapi({
    description: "Hashes of the newest changes.",
  }),
  content: z.unknown(),
}).openapi("Document");
const nameAnswer = z.object({ name: z.string() }).openapi("DocumentName");

/**
 * The routes of documents.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function documentRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/documents",
      id: "listDocuments",
      tag: "mesh",
      summary: "Names of the replicated documents",
      query: z.strictObject(pageFields),
      answer: pageSchema(nameAnswer),
      run: ({ query }) =>
        reply(pageToWire(useCases.documents(query), (name) => ({ name }))),
    }),
    defineRoute({
      method: "get",
      path: "/v1/documents/{name}",
      pattern: "/v1/documents/:name{.+}",
      id: "getDocument",
      tag: "mesh",
      summary: "One document, merged from its branches",
      description:
        `JSON, or with \`Accept: ${AUTOMERGE_TYPE}\` the file that Automerge tools open, unless it holds hashes of ` +
        "passwords: they are never shown. Slashes of the name may stand in the path as they are.",
      params: z.object({
        name: safeText(1).openapi({ example: "catalog/mesh" }),
      }),
      answer: documentAnswer,
      media: [AUTOMERGE_TYPE],
      run: ({ params, request }): Reply<z.output<typeof documentAnswer>> => {
        const { name } = params;
        const found = useCases.document(name);
        if (found === undefined) {
          return problem(
            "not_found",
            `Cannot show document "${name}": unknown`,
          );
        }
        const asFile = request.headers.get("accept")?.includes(AUTOMERGE_TYPE);
        if (asFile === true) {
          return found.automerge === null
            ? secret(name)
            : file(name, found.automerge);
        }
        return reply({ name, heads: found.heads, content: found.json }, 200, {
          vary: "accept",
        });
      },
    }),
  ];
}

function secret(name: string): Response {
  return problem(
    "forbidden",
    `Cannot show document "${name}" as a file: it holds hashes of passwords. The JSON is without them`,
  );
}

function file(name: string, bytes: Uint8Array): Response {
  const fileName = name.replaceAll(/[^A-Za-z0-9._~-]/g, "_");
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": AUTOMERGE_TYPE,
      "content-disposition": `attachment; filename="${fileName}.automerge"`,
      "vary": "accept",
    },
  });
}
