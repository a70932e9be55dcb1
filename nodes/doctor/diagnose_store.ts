/**
 * What the rows of a node tell about it: its certificate and clock, forks, what is set aside, who was refused, and
 * whether every commit verifies. It only reads.
 *
 * @module
 */
import type { Reader, Row, VerifyContext } from "../../crdt/mod.ts";
import { auditStore } from "../audit_folder.ts";
import {
  certificateProblems,
  clockProblems,
  type FoundProblem,
} from "../health.ts";
import { LogRegister } from "../log_register.ts";
import { INCIDENTS, SET_ASIDE } from "../tables.ts";
import { bad, type Finding, warn, well } from "./finding.ts";

/** What the rows are judged by. */
export interface StoreCase {
  /** The node's certificate chain. */
  readonly chain: Uint8Array;
  /** Wall time in milliseconds. */
  readonly now: number;
  /** The root key and the signature scheme. */
  readonly verify: VerifyContext;
  /** True to leave out verifying every commit. */
  readonly quick: boolean;
  /** Told how far it is. */
  readonly progress: (text: string) => void;
}

const INCIDENTS_PAGE = "the page /incidents of the node shows each";
/** What helps against what a node saw, by the kind of the incident. */
const REMEDIES: Readonly<Record<string, string>> = {
  "not_admitted":
    "If it should be a member, invite it; if its certificate has ended, let it link with the node that let it in",
  "join_refused":
    "Make another invitation: each lets one node in, once, in time",
  "port_taken": "Name another port with --surface, or stop what listens there",
  "clock_far_off": "Set that member's clock, and keep it by NTP",
  "fork":
    "Nothing is lost: both continuations count. Find out which copy of a folder is not to run",
  "amnesia":
    "Nothing is lost: others had more. Look why the folder was set back",
  "folder_moved": "Nothing, if you copied or restored the folder on purpose",
  "data_folder_changed": "Look who or what writes to the node's files",
};

/** Wrong commits that are named; `audit verify` names all. */
const FAULTS_SHOWN = 5;

/**
 * Looks at a node's rows.
 *
 * @param reader The rows of one instant.
 * @param about What they are judged by.
 * @returns What was found.
 */
export function diagnoseStore(reader: Reader, about: StoreCase): Finding[] {
  const register = new LogRegister();
  register.load(reader);
  return [
    ...ofCertificate(about),
    ...ofClock(register, about),
    ...ofForks(register),
    ...ofSetAside(reader),
    ...ofIncidents(reader),
    ...(about.quick ? [] : ofCommits(reader, about)),
  ];
}

function ofProblem({ code, text, remedy }: FoundProblem): Finding {
  return code === "certificate_ended" ? bad(text, remedy) : warn(text, remedy);
}

function ofCertificate({ chain, now }: StoreCase): Finding[] {
  const found = certificateProblems(chain, now).map(ofProblem);
  return found.length > 0 ? found : [well("the certificate is in force")];
}

function ofClock(register: LogRegister, { now }: StoreCase): Finding[] {
  const stamps = [...register.all()].filter(({ own }) => own)
    .map(({ stamp }) => stamp).sort();
  const found = clockProblems(stamps.at(-1), now).map(ofProblem);
  return found.length > 0
    ? found
    : [well("the clock is not behind what was written")];
}

function ofForks(register: LogRegister): Finding[] {
  const forks = [...register.all()].filter(({ parent }) =>
    parent !== undefined
  );
  const trunks = new Set(forks.map(({ parent }) => parent));
  if (trunks.size === 0) return [];
  return [warn(
    `${trunks.size} of ${[...register.all()].length} logs were forked`,
    REMEDIES["fork"] ?? "",
  )];
}

function ofSetAside(reader: Reader): Finding[] {
  const count = reader.count(SET_ASIDE);
  if (count === 0) return [well("nothing is set aside")];
  return [warn(
    `${count} things in commits are set aside: they do not count`,
    INCIDENTS_PAGE,
  )];
}

function ofIncidents(reader: Reader): Finding[] {
  const byKind = Map.groupBy(
    reader.scan(INCIDENTS),
    (row) => String(row["kind"]),
  );
  return [...byKind].map(([kind, rows]) => {
    const sum = rows.reduce((all, row) => all + Number(row["count"]), 0);
    const latest = rows.toSorted((a, b) => since(b) - since(a))[0];
    const text = `the node saw ${kind} ${sum} times: ${
      String(latest?.["message"] ?? "")
    }`;
    return warn(text, REMEDIES[kind] ?? INCIDENTS_PAGE);
  });
}

function since(row: Row): number {
  return Number(row["since"]);
}

function ofCommits(
  reader: Reader,
  { verify, progress }: StoreCase,
): Finding[] {
  const { faults, logs, commits } = auditStore(reader, verify, {
    log: (log, i, count) =>
      progress(`verifying log ${i + 1} of ${count}: ${log}`),
  });
  if (faults.length === 0) {
    return [well(`every one of ${commits} commits in ${logs} logs verifies`)];
  }
  return faults.slice(0, FAULTS_SHOWN).map(({ log, seq, reason }) =>
    bad(
      `commit ${seq} of log ${log} is wrong: ${reason}`,
      "Stop the node, restore its newest backup to a new folder, and let it link: others give back what came since",
    )
  );
}
