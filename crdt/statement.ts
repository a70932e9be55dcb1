/**
 * The form of authority statements: what a key that stands above others says about them. Separate from what such a
 * statement does (`authority.ts`), because every fact's schema needs the form alone.
 *
 * @module
 */
import { z } from "zod";
import { encodeCbor } from "./cbor.ts";
import { factIdField, logIdField } from "./fact_fields.ts";
import { type FactId, fromHex, type Hash, type LogId, toHex } from "./ids.ts";

/** Most logs that one statement names, so that it fits in a commit with room to spare. */
export const STATED_LOGS_MAX = 1024;
/** Most cuts that one statement lifts. */
export const STATED_LIFTS_MAX = 64;
/** Most bounds that a reassignment says are at risk. */
export const STATED_RISKS_MAX = 1000;
const CHAIN_DIGITS_MAX = 2 * 8192;

/** The last commit of a log that counts. */
export interface StatedHead {
  /** The log, with a fork's suffix. */
  readonly log: LogId;
  /** The seq of its last commit that counts. */
  readonly seq: number;
  /** That commit's hash. */
  readonly hash: Hash;
  /** The writer's signature of that head, 128 hexadecimal digits, where the stating node has it. */
  readonly signature?: string | undefined;
}

/** What an authority can say. */
export type Statement =
  /** A peer is no member any more: its logs end at the heads named here, all its other logs count nowhere. */
  | {
    readonly kind: "revoke";
    /** The peer's public key, 64 hexadecimal digits. */
    readonly peer: string;
    /** Where its logs end. */
    readonly logs: readonly StatedHead[];
  }
  /** A log counts up to a head in spite of some cuts. */
  | (StatedHead & {
    readonly kind: "readmit";
    /** The statements whose cuts it lifts. */
    readonly lifts: readonly FactId[];
  })
  /** A lost log ends at a head, and its rights go to another. */
  | (StatedHead & {
    readonly kind: "reassign";
    /** The log that gets the rights. */
    readonly to: LogId;
    /** What may be spent twice if the holder still lives, in units of each bound. */
    readonly atRisk: readonly {
      readonly bound: string;
      readonly amount: number;
    }[];
  })
  /** The log in which a company's cards and limits are made. */
  | {
    readonly kind: "issuer";
    /** The company's id: 1 to 10 digits. */
    readonly company: string;
    /** The log. */
    readonly log: LogId;
  };

const hash = z.string().regex(/^[0-9a-f]{64}$/).transform((text) =>
  text as Hash
);
const head = {
  log: logIdField,
  seq: z.int().min(1),
  hash,
  signature: z.string().regex(/^[0-9a-f]{128}$/).optional(),
};
const bound = z.string().max(200).refine((value) =>
  !value.includes("\u0000") && value.isWellFormed()
);
const digits = z.string().max(CHAIN_DIGITS_MAX).regex(/^([0-9a-f]{2})*$/);

/** What stands in an `AuthorityStated` fact beside its id and instant. */
export const authorityFields: {
  readonly statement: z.ZodType<Statement>;
  readonly chain: z.ZodType<string>;
  readonly signature: z.ZodType<string>;
} = {
  statement: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("revoke"),
      peer: z.string().regex(/^[0-9a-f]{64}$/),
      logs: z.array(z.strictObject(head)).max(STATED_LOGS_MAX),
    }),
    z.strictObject({
      kind: z.literal("readmit"),
      ...head,
      lifts: z.array(factIdField).min(1).max(STATED_LIFTS_MAX),
    }),
    z.strictObject({
      kind: z.literal("reassign"),
      ...head,
      to: logIdField,
      atRisk: z.array(
        z.strictObject({ bound, amount: z.int().nonnegative() }),
      ).max(STATED_RISKS_MAX),
    }),
    z.strictObject({
      kind: z.literal("issuer"),
      company: z.string().regex(/^[0-9]{1,10}$/),
      log: logIdField,
    }),
  ]),
  chain: digits,
  signature: z.string().regex(/^[0-9a-f]{128}$/),
};

function headArray({ log, seq, hash, signature }: StatedHead): unknown[] {
  return [log, seq, fromHex(hash), signature ?? null];
}

/**
 * A statement as what is signed: arrays, text, bytes and numbers.
 *
 * @param statement The statement.
 * @returns A value for `encodeCbor`, other for any other statement.
 */
export function statementArray(statement: Statement): unknown[] {
  switch (statement.kind) {
    case "revoke":
      return ["revoke", statement.peer, statement.logs.map(headArray)];
    case "readmit":
      return ["readmit", ...headArray(statement), statement.lifts];
    case "reassign":
      return [
        "reassign",
        ...headArray(statement),
        statement.to,
        statement.atRisk.map(({ bound, amount }) => [bound, amount]),
      ];
    case "issuer":
      return ["issuer", statement.company, statement.log];
  }
}

/**
 * A statement as canonical text: what two copies must have in common to be one fact.
 *
 * @param statement The statement.
 * @returns Hexadecimal digits.
 */
export function statementText(statement: Statement): string {
  return toHex(encodeCbor(statementArray(statement)));
}
