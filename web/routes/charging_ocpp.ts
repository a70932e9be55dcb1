/**
 * `/v1/charging-points/{id}/password`: the password with which a charger connects by OCPP.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { UseCases } from "../../nodes/mod.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { pointParams } from "./charging_wire.ts";

const passwordBody = z.strictObject({
  password: z.string().min(1).max(200).nullable().openapi({
    description:
      "16 to 64 printable ASCII characters without spaces; null takes it away.",
  }),
}).openapi("ChargingPointPassword", {
  example: { password: "correct-horse-battery" },
});

const passwordAnswer = z.object({
  point: z.string(),
  hasPassword: z.boolean().openapi({
    description: "Whether the charger needs one to connect.",
  }),
}).openapi("ChargingPointPasswordAnswer");

/**
 * The route of chargers' passwords.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function chargingOcppRoutes(
  { pointPasswords }: Pick<UseCases, "pointPasswords">,
): Route[] {
  return [
    defineRoute({
      method: "put",
      path: "/v1/charging-points/{id}/password",
      id: "setChargingPointPassword",
      tag: "charging",
      summary: "Set the password with which a charger connects by OCPP",
      description:
        "It holds at every node of the site, also for a charger that has never connected. A connection that is open stays open.",
      params: pointParams,
      body: passwordBody,
      answer: passwordAnswer,
      errors: ["password_invalid"],
      run: async (
        { params: { id: point }, body: { password }, caller },
      ): Promise<
        Reply<z.output<typeof passwordAnswer>>
      > =>
        decided(
          await pointPasswords.set({ point, password, ...actorOf(caller) }),
          () => reply({ point, hasPassword: password !== null }),
        ),
    }),
  ];
}
