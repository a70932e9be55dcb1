/**
 * Authority statements: signed by the root key or by a sub-key. Whether a statement is valid follows from itself and
 * its place. Whom it binds follows from the certificates in the logs that it speaks of: the signer must stand above the
 * writer in a chain that the log itself carries, so nobody can make itself the authority of another, and of two members
 * no two revoke each other.
 *
 * @module
 */
import { encodeCbor } from "./cbor.ts";
import {
  allows,
  type Certificate,
  readChain,
  verifyChain,
} from "./certificate.ts";
import { type Stamp, stampMs } from "./clock.ts";
import type { AuthorityStated, FactOf } from "./facts.ts";
import type { Fold } from "./fold.ts";
import { type FactId, fromHex, type SpaceId, toHex } from "./ids.ts";
import { trunkOf } from "./commit.ts";
import { err, ok, type Result } from "./result.ts";
import type { TableSchema } from "./rows.ts";
import type { SignatureScheme, Signer } from "./signing.ts";
import {
  type StatedHead,
  type Statement,
  statementArray,
} from "./statement.ts";

/** Tells these signatures from all others of the same key. */
const DOMAIN = "panal/authority/1";

/** What is signed. The root is part of it, so that a statement means nothing in another mesh. */
function signedBytes(
  root: Uint8Array,
  { id, at, statement }: Pick<AuthorityStated, "id" | "at" | "statement">,
): Uint8Array {
  return encodeCbor([DOMAIN, root, id, at, statementArray(statement)]);
}

/** Who states something, and with what proof. */
export interface Authority {
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The root's or an authority's key. */
  readonly signer: Signer;
  /** The authority's own chain; left out for the root key. */
  readonly chain?: Uint8Array;
}

/**
 * Signs a statement.
 *
 * @param authority Who states it.
 * @param stated The fact's id, its instant in microseconds since 1970, and the statement.
 * @returns The fact, to be written in a log of `mesh` whose writer's key is the signer's.
 */
export function signStatement(
  authority: Authority,
  stated: {
    readonly id: FactId;
    readonly at: number;
    readonly statement: Statement;
  },
): AuthorityStated {
  const { root, signer, chain } = authority;
  return {
    type: "AuthorityStated",
    ...stated,
    chain: chain === undefined ? "" : toHex(chain),
    signature: toHex(signer.sign(signedBytes(root, stated))),
  };
}

/** What a statement is checked against. */
export interface StatementContext {
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
}

/**
 * Checks a statement: the signature, that the signer is the root or an authority in force at the commit's stamp, and
 * that the statement lies in a log of the signer itself. So a cut of the signer's log ends its statements too, and since
 * a log is only cut by keys above its writer, no statement can decide about itself, not by way of others either.
 *
 * @param fact The fact.
 * @param place Who writes the log that holds it, and the commit's stamp.
 * @param context The root key and the signature scheme.
 * @returns The key that states it, or a sentence that says what is wrong.
 */
export function verifyStatement(
  fact: AuthorityStated,
  place: { readonly writer: Uint8Array; readonly stamp: Stamp },
  context: StatementContext,
): Result<Uint8Array, string> {
  const { root, signatures } = context;
  let signer = root;
  if (fact.chain !== "") {
    const above = verifyChain(fromHex(fact.chain), root, signatures);
    if (!above.ok) return above;
    const { certificate, publicKey } = above.value;
    const wrong = checkAuthority(fact.statement, certificate, place.stamp);
    if (wrong !== undefined) return err(wrong);
    signer = publicKey;
  }
  if (toHex(signer) !== toHex(place.writer)) {
    return err("the statement is in the log of another than its signer");
  }
  const signature = fromHex(fact.signature);
  return signatures.verify(signer, signedBytes(root, fact), signature)
    ? ok(signer)
    : err("the signature is wrong");
}

function checkAuthority(
  statement: Statement,
  certificate: Certificate,
  stamp: Stamp,
): string | undefined {
  if (certificate.kind !== "authority") return "the signer is no authority";
  if (certificate.notAfter <= stampMs(stamp)) return "the authority had ended";
  if (statement.kind !== "issuer") return undefined;
  const space = `company:${statement.company}` as SpaceId;
  return allows(certificate, space, "write")
    ? undefined
    : "the authority may not give rights for the company";
}

/**
 * Valid statements by what they speak of: a public key in hexadecimal digits (`revoke`), a log's name without suffix
 * (`readmit`, `reassign`) or a company's space (`issuer`). `signer` is empty for the root key. `heads` is the JSON of
 * the heads that they name, `lifts` of the cuts that a readmission lifts.
 */
export const AUTHORITY: TableSchema = {
  name: "authority",
  columns: {
    subject: "text",
    stamp: "text",
    log: "text",
    id: "text",
    seq: "integer",
    at: "integer",
    kind: "text",
    signer: "text",
    heads: "text",
    lifts: "text",
  },
  key: ["subject", "stamp", "log", "id"],
};

function headsOf(statement: Statement): readonly StatedHead[] {
  switch (statement.kind) {
    case "revoke":
      return statement.logs;
    case "readmit":
    case "reassign": {
      const { log, seq, hash, signature } = statement;
      return [{ log, seq, hash, signature }];
    }
    case "issuer":
      return [];
  }
}

function subjectOf(statement: Statement): string {
  switch (statement.kind) {
    case "revoke":
      return statement.peer;
    case "readmit":
    case "reassign":
      return trunkOf(statement.log);
    case "issuer":
      return `company:${statement.company}`;
  }
}

/** The key that a valid statement was signed with; empty for the root's. */
function signerText({ chain }: AuthorityStated): string {
  const [own] = chain === "" ? [] : readChain(fromHex(chain)) ?? [];
  return own === undefined ? "" : toHex(own.subject);
}

/** Rows of statements from `AuthorityStated`. Only what `verifyStatement` accepts may be placed. */
export const authorityFold: Fold<FactOf<"AuthorityStated">> = {
  add(rows, { fact, stamp, log, seq }) {
    const { id, at, statement } = fact;
    const lifts = statement.kind === "readmit" ? statement.lifts : [];
    rows.put(AUTHORITY, {
      subject: subjectOf(statement),
      stamp,
      log,
      id,
      seq,
      at,
      kind: statement.kind,
      signer: signerText(fact),
      heads: JSON.stringify(headsOf(statement)),
      lifts: JSON.stringify(lifts),
    });
  },
  remove(rows, { fact, stamp, log }) {
    const subject = subjectOf(fact.statement);
    rows.delete(AUTHORITY, [subject, stamp, log, fact.id]);
  },
};
