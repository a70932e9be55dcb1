/**
 * A member that lies: the first time it acts it joins, and it lies to whoever it reaches.
 *
 * @module
 */
import type { SiteCode } from "../../../crdt/mod.ts";
import { HOSTILE_SITE, HostileMember } from "../hostile_member.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import type { FaultFamily } from "./fault.ts";

const members = new WeakMap<ScenarioContext, HostileMember>();

/** The lying member of a scenario, if there is one. */
export function hostileMember(
  context: ScenarioContext,
): HostileMember | undefined {
  return members.get(context);
}

function memberOf(context: ScenarioContext): HostileMember {
  let member = members.get(context);
  if (member === undefined) {
    member = new HostileMember(context.mesh);
    members.set(context, member);
    context.suspects.hostile.add(member.identity.peer);
    context.model.unknownSites.add(HOSTILE_SITE as SiteCode);
  }
  return member;
}

/** Lies. */
export const POISON_FAULTS: FaultFamily = {
  name: "poison",
  faults: [
    {
      weight: 1,
      async strike(context, chance) {
        const member = memberOf(context);
        const up = context.mesh.peers.filter(({ node }) => node !== undefined);
        if (up.length === 0) return;
        for (let i = 1 + chance.below(3); i > 0; i--) {
          const target = chance.pick(up);
          if (target.node === undefined) continue;
          const what = await member.act(target, chance);
          context.note(`the hostile member ${what} at ${target.name}`);
        }
      },
    },
  ],
};
