/**
 * `/v1/events`: changes of views as they happen, as server-sent events.
 *
 * @module
 */
import type { PeopleUseCases } from "../../nodes/mod.ts";
import { isSameCaller } from "../credentials.ts";
import type { EventHub } from "../event_hub.ts";
import { refused } from "../errors.ts";
import { defineRoute, type Route } from "../route.ts";

/**
 * The route of live changes.
 *
 * @param hub Who sends them.
 * @param people Who may read them.
 * @returns The route.
 */
export function eventRoutes(
  hub: EventHub,
  people: () => PeopleUseCases,
): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/events",
      id: "streamEvents",
      tag: "mesh",
      summary: "Changes of views from now on, as server-sent events",
      description:
        "Each change is an event `change` with the change's sequence as its id and " +
        '`{"sequence":7,"view":"stock","key":["CUS","honey"]}` as its data: it says what changed, not how; read the ' +
        "collection again. A comment comes every 15 seconds; the stream ends then if its user was changed or disabled " +
        "since. A client that does not read fast enough gets a last event " +
        "`overrun`: it connects again and reads everything anew. After a restart of the node the sequence starts anew.",
      media: ["text/event-stream"],
      errors: ["overloaded", "node_stopping"],
      run: ({ request, caller }) => {
        if (request.method === "HEAD") {
          return new Response(null, {
            headers: { "content-type": "text/event-stream" },
          });
        }
        const stream = hub.open(() => isSameCaller(people(), caller));
        if (!stream.ok) return refused(stream.error);
        return new Response(stream.value, {
          headers: {
            "content-type": "text/event-stream",
            "cache-control": "no-store",
            "x-accel-buffering": "no",
          },
        });
      },
    }),
  ];
}
