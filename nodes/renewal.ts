/**
 * Renewal of certificates without a gap: a member asks an authority that it is linked with ahead of the end, the
 * authority signs the same rights anew, and what was set aside in between is written again. An authority renews itself.
 *
 * @module
 */
import {
  type Certificate,
  equalBytes,
  err,
  FACTS,
  idBytes,
  isObservation,
  issueCertificate,
  judgeFact,
  type LogFact,
  type Membership,
  ok,
  type Random,
  readChain,
  type Result,
  verifyChain,
} from "../crdt/mod.ts";
import type { LogEntry } from "./log_register.ts";
import {
  authorityOf,
  CLOCK_SLACK_MS,
  type Inviter,
  MEMBER_LIFETIME_MS,
} from "./membership.ts";
import type { Replica } from "./replica.ts";
import { SET_ASIDE } from "./tables.ts";

/** A certificate is renewed at most so long before its end, in milliseconds. */
export const RENEW_AHEAD_MS: number = 30 * 86_400_000;
/** Or in the last part of its life: one third. */
const LIFE_PARTS = 3;
/** Most facts that are written again in one transaction. */
const AGAIN_MAX = 256;

/**
 * Whether a certificate ends soon enough to be renewed.
 *
 * @param certificate A member's certificate.
 * @param now Wall time in milliseconds since 1970.
 * @returns True in the last 30 days, or the last third of a shorter life.
 */
export function isDue(
  { notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">,
  now: number,
): boolean {
  const life = Math.max(0, notAfter - notBefore - CLOCK_SLACK_MS);
  return now >= notAfter - Math.min(RENEW_AHEAD_MS, life / LIFE_PARTS);
}

/**
 * Whether the holder of a chain can sign certificates: its own key stands right above its certificate.
 *
 * @param chain The chain's bytes, verified before.
 * @param publicKey The holder's key.
 * @returns True for an authority's node.
 */
export function isAuthority(chain: Uint8Array, publicKey: Uint8Array): boolean {
  const above = readChain(chain)?.[1];
  return above?.kind === "authority" && equalBytes(above.subject, publicKey);
}

/**
 * Signs a member's rights anew.
 *
 * @param issuer The authority's place and key.
 * @param member The member, as its chain shows it.
 * @param options Wall time in milliseconds since 1970, and randomness for the serial number.
 * @returns The new chain, or a sentence that says why not.
 */
export function renewCertificate(
  issuer: Inviter,
  member: Membership,
  { now, random }: { readonly now: number; readonly random: Random },
): Result<Uint8Array, string> {
  const { place, signer, signatures } = issuer;
  const authority = authorityOf(place, signatures);
  if (authority === undefined || authority.certificate.notAfter <= now) {
    return err("this node cannot issue certificates");
  }
  const { certificate: old } = member;
  if (!isDue(old, now)) return err("the certificate need not be renewed yet");
  const life = Math.max(0, old.notAfter - old.notBefore - CLOCK_SLACK_MS);
  const certificate: Certificate = {
    ...old,
    issuer: signer.publicKey,
    serial: random.bytes(8),
    notBefore: Math.max(0, now - CLOCK_SLACK_MS),
    notAfter: Math.min(
      now +
        (equalBytes(member.publicKey, signer.publicKey)
          ? life
          : Math.min(life, MEMBER_LIFETIME_MS)),
      authority.certificate.notAfter,
    ),
  };
  const chain = issueCertificate(certificate, signer, authority.chain);
  const made = verifyChain(chain, place.root, signatures);
  return made.ok ? ok(chain) : made;
}

/**
 * Checks a chain that was given for renewal.
 *
 * @param chain What an authority sent.
 * @param own The node as its present chain shows it.
 * @param context The root key and the signature scheme.
 * @returns The node as the new chain shows it; undefined if it is not this node's, or no later.
 */
export function checkRenewed(
  chain: Uint8Array,
  own: Membership,
  { root, signatures }: Replica["verify"],
): Membership | undefined {
  const member = verifyChain(chain, root, signatures);
  const isOwn = member.ok &&
    equalBytes(member.value.publicKey, own.publicKey) &&
    member.value.certificate.kind === "member" &&
    member.value.certificate.notAfter > own.certificate.notAfter;
  return isOwn ? member.value : undefined;
}

/**
 * Writes observations again that this node had to set aside, with the same ids and contents, now that its certificate
 * covers them.
 *
 * @param replica The replica, with the new certificate.
 * @returns How many were written.
 */
export async function writeAgain(replica: Replica): Promise<number> {
  let count = 0;
  const logs = [...replica.register.all()].filter(({ own, cut }) =>
    own && cut === undefined
  );
  for (const log of logs) {
    const facts = asideOf(replica, log);
    for (let i = 0; i < facts.length; i += AGAIN_MAX) {
      const part = facts.slice(i, i + AGAIN_MAX);
      await replica.decide((context) => {
        for (const { fact } of part) {
          const known = context.rows.get(FACTS, [idBytes(fact.id), log.number]);
          if (known !== undefined) continue;
          context.record(log.space, fact);
          count++;
        }
        return ok(null);
      });
    }
  }
  return count;
}

/** The observations of an own log that its certificate did not cover, and that the present one would. */
function asideOf(replica: Replica, log: LogEntry): LogFact[] {
  const { reader, archive, verify } = replica;
  const seqs = new Set(
    reader.scan(SET_ASIDE, { prefix: [log.number] }).filter(({ reason }) =>
      reason === "certificate_expired" || reason === "verb_missing"
    ).map(({ seq }) => Number(seq)),
  );
  const seen = new Set<string>();
  return [...seqs].flatMap((seq): LogFact[] => {
    const encoded = archive.commit(log.number, seq);
    if (encoded === undefined) return [];
    const { stamp } = encoded.commit;
    return archive.contentsOf(log, encoded).facts.filter(({ fact }) => {
      const place = {
        space: log.space,
        writer: log.publicKey,
        chain: replica.certificate,
        stamp,
      };
      const isNew = !seen.has(fact.id) &&
        reader.get(FACTS, [idBytes(fact.id), log.number]) === undefined;
      if (!isNew || !isObservation(fact)) return false;
      seen.add(fact.id);
      return judgeFact(fact, place, verify) === undefined;
    }).map(({ fact }) => ({
      fact,
      stamp,
      log: log.name,
      logNumber: log.number,
      seq,
    }));
  });
}
