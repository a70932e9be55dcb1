/**
 * Bugs of choosing whom a node links with.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

const CHOICE_TEST = "tests/nodes/neighbors_test.ts";
const MESH_TEST = "tests/nodes/neighbors_mesh_test.ts";

/** The bugs. */
export const NEIGHBOR_MUTATIONS: readonly Mutation[] = [
  {
    name: "dial every peer that is heard of",
    file: "nodes/neighbors.ts",
    find: `room: NEIGHBORS_WANTED - (up.size - kinUp)`,
    replace: `room: Infinity`,
    foundBy: { test: CHOICE_TEST, filter: "only a few others" },
  },
  {
    name: "dial kin without a bound",
    file: "nodes/neighbors.ts",
    find: `room: KIN_MAX - kinUp`,
    replace: `room: Infinity`,
    foundBy: { test: CHOICE_TEST, filter: "kin up to its bound" },
  },
  {
    name: "a dead neighbor keeps its place",
    file: "nodes/neighbors.ts",
    find: `rotates && turns > 0;`,
    replace: `rotates && turns > 99;`,
    foundBy: { test: CHOICE_TEST, filter: "lets others take the turn" },
  },
  {
    name: "neighbors are chosen in the order in which they were heard of",
    file: "nodes/neighbors.ts",
    find: `    const j = randomBelow(random, i + 1);`,
    replace: `    const j = i - 0 * randomBelow(random, i + 1);`,
    foundBy: { test: CHOICE_TEST, filter: "draws among equals" },
  },
  {
    name: "two halves of a mesh never look for each other",
    file: "nodes/neighbors.ts",
    find: `    if (this.#ticks % LOOK_TICKS === 0) this.#lookAround();
`,
    replace: ``,
    foundBy: { test: MESH_TEST, filter: "neighbors enough" },
  },
  {
    name: "a look around stays a link for good",
    file: "nodes/neighbors.ts",
    find: `      if (isOver && !release(last.peer)) return;
`,
    replace: ``,
    foundBy: { test: CHOICE_TEST, filter: "lets go of whom it looked at" },
  },
  {
    name: "rotation forgets an address that a person named",
    file: "nodes/neighbors.ts",
    find: `next.includes(address) || this.#named.has(address)`,
    replace: `next.includes(address)`,
    foundBy: { test: CHOICE_TEST, filter: "that a person named" },
  },
  {
    name: "made up contacts take the place of others",
    file: "nodes/neighbors.ts",
    find: `peer && this.#contactOf(peer, 1);`,
    replace: `peer && this.#contactOf(peer, 0);`,
    foundBy: { test: CHOICE_TEST, filter: "make up" },
  },
  {
    name: "who may write in a space that this node reads is no kin",
    file: "nodes/kinship.ts",
    find: `  return holds(one, other) || holds(other, one);`,
    replace: `  return holds(one, other);`,
    foundBy: {
      test: "tests/nodes/kinship_test.ts",
      filter: "a station and a company",
    },
  },
  {
    name: "a newcomer is not told of those that share a space with it",
    file: "nodes/contact_exchange.ts",
    find: `(linked.has(contact.peer) || isKin(contact.peer))`,
    replace: `linked.has(contact.peer) && !isKin(contact.peer)`,
    foundBy: {
      test: "tests/nodes/contact_exchange_test.ts",
      filter: "names all kin",
    },
  },
  {
    name: "what contradicts a log that enough members signed is not heard",
    file: "nodes/countersigning.ts",
    find: `      return isHere && signersOf(known) >= COUNTERSIGNERS_MAX;`,
    replace: `      return signersOf(known) >= COUNTERSIGNERS_MAX;`,
    foundBy: {
      test: "tests/nodes/countersigning_test.ts",
      filter: "that enough members signed",
    },
  },
];
