/**
 * The fold of energy that no session holds: what a session came to beyond its end, a transaction's end that was told where
 * its session was not known, and what is nobody's.
 *
 * @module
 */
import { toggleSession } from "./charging.ts";
import type { EnergyCounted } from "./charging_facts.ts";
import { toggleOrphan } from "./charging_orphans.ts";
import { energyRow, toggleEnergy, toggleTold } from "./charging_rest.ts";
import { toggleStop } from "./charging_stops.ts";
import { CHARGE_POSITIONS } from "./charging_tables.ts";
import { type Fold, toggled } from "./fold.ts";

/** Energy that no session holds, from `EnergyCounted`. */
export const energyCountedFold: Fold<EnergyCounted> = toggled(
  (rows, placed, sign) => {
    const { fact, log: name } = placed;
    const { site, point, session, stop, position } = fact;
    if (session !== undefined) {
      toggleTold(rows, { ...placed, fact: { ...fact, session } }, { sign });
    } else if (stop !== undefined) {
      const stopped = { ...placed, fact: { ...fact, stop } };
      toggleStop(rows, stopped, { sign, toggleEnd: toggleSession });
    } else if (position !== undefined) {
      toggleOrphan(rows, { ...placed, fact: { ...fact, position } }, sign);
    } else toggleEnergy(rows, energyRow(fact, name), sign);
    if (position === undefined) return;
    const { offset, timestamp } = position;
    const place = { site, point, offset, timestamp };
    rows.increment(CHARGE_POSITIONS, place, { count: sign });
  },
);
