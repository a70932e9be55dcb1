/**
 * Every size, count and time limit of a node beside those of the network, with units.
 *
 * @module
 */

/** Most decisions that wait for the disk at once; more are refused as `overloaded`. */
export const DECISIONS_WAITING_MAX = 20_000;
/** Most decisions in one group. */
export const GROUP_DECISIONS_MAX = 256;
/** A group of so many decisions stays open for those that are arriving already. */
export const GROUP_BUSY = 8;
/** Most turns of the event loop for which it stays open. */
export const GROUP_TURNS_MAX = 4;
/** Most bytes of facts in one commit, so that it stays below the longest commit. */
export const GROUP_BYTES_MAX = 600_000;
/** Most of others' commits that one transaction takes in: it bounds how long a sale may wait behind them. */
export const INTAKE_COMMITS_MAX = 256;
/** A run of commits ends at a multiple of this, where the head's signature is kept. */
export const RUN_COMMITS = 256;
/** Most bytes of commits in one frame. */
export const RUN_BYTES_MAX = 512 * 1024;
/** Most entries of a vector in one message. */
export const ENTRIES_PER_MESSAGE = 4096;
/** A branch that is no journal page is saved every so many changes. */
export const BRANCH_CHANGES_KEPT = 128;
/** A log writes a checkpoint after so many commits. */
export const CHECKPOINT_COMMITS = 4096;
/** Wait between two steps of maintenance, in milliseconds. */
export const MAINTENANCE_PAUSE_MS = 25;
/** Most incidents that only this node saw; the oldest are dropped beyond. */
export const INCIDENTS_MAX = 10_000;
/** Bodies of commits are kept for so many days after a checkpoint covers them, unless set otherwise. */
export const RETENTION_DAYS = 90;
/** Members whose countersignatures of one log are kept. */
export const COUNTERSIGNERS_MAX = 4;
/** A node looks this often for heads to sign too, and passes on what came, in milliseconds. */
export const COUNTERSIGN_MS = 15_000;
/** A node signs heads of one log, checkpoints aside, at most this often, in milliseconds. */
export const COUNTERSIGN_LOG_MS = 60_000;
/** Most countersignatures that a node sends to one peer, or takes of one, in `COUNTERSIGN_MS`. */
export const COUNTERSIGNATURES_MAX = 128;
/** Longest file of an audit bundle, in bytes. */
export const BUNDLE_BYTES_MAX = 1024 * 1024 * 1024;
/** Longest record of an audit bundle, in bytes: a commit may have one alone. */
export const BUNDLE_RECORD_BYTES_MAX = 4 * 1024 * 1024;
/** Most logs of an audit bundle. */
export const BUNDLE_LOGS_MAX = 10_000;
/** Rights are seen to at least this often, in milliseconds; at once when others' commits come in. */
export const RIGHTS_PASS_MS = 1000;
/** Most rows of rights whose books are checked in one pass. */
export const RIGHTS_CHECKED_MAX = 256;
/** Longest a decision waits for other peers' rights, in milliseconds. */
export const RIGHTS_ASK_MS = 2000;
/** Most times that one decision asks for rights. */
export const RIGHTS_ROUNDS_MAX = 4;
/** How long one peer may take to answer before the next is asked, in milliseconds. */
export const RIGHTS_PATIENCE_MS = 500;
/** The same where the peer may have to ask others first: this node does not read the space. */
export const RIGHTS_PATIENCE_APART_MS = 1500;
/** Who asks others for somebody has its answer so long before that one goes on, in milliseconds. */
export const RIGHTS_HOP_MS = 150;
/** Most peers that are asked for one need, one after another. */
export const RIGHTS_ASK_PEERS_MAX = 8;
/** Most bounds for which this node asks at once. */
export const RIGHTS_ASKING_MAX = 256;
/** Most bounds of which a node remembers that there is not so much as it asked for. */
export const RIGHTS_SHORT_MAX = 4096;
/** Most requests for rights that are answered at once; more are refused. */
export const RIGHTS_ANSWERING_MAX = 256;
/** A grant that is in transit to a member that does not read the space is sent again after this long, in milliseconds. */
export const RIGHTS_RESEND_MS = 5000;
/** Later ever more rarely, but at least this often, in milliseconds. */
export const RIGHTS_RESEND_MS_MAX = 60_000;
/** Most runs with such grants that one peer is sent in one pass. */
export const RIGHTS_RESENT_MAX = 32;
/** Most grants in transit that one pass looks at; more are looked at in the passes after it. */
export const RIGHTS_RESENT_LOOKED_MAX = 1024;
/** Rights are moved ahead of need this often, in milliseconds. */
export const RIGHTS_BALANCE_MS = 1000;
/** Most rows of rights that one pass looks at; more are looked at in the passes after it. */
export const RIGHTS_BALANCED_MAX = 1024;
/** What was spent so long ago weighs half, in milliseconds. */
export const RIGHTS_DEMAND_HALF_MS = 20_000;
/** Most logs and bounds whose rates are remembered; beyond, all are forgotten. */
export const RIGHTS_RATES_MAX = 100_000;

/** Most rights of a bound that a log takes over in all its life: a tenth of what sums hold exactly. */
export const RIGHTS_ACCEPTED_MAX = 1_000_000_000_000_000;
/** What a log owes is asked for at first each second, later at least this often, in milliseconds. */
export const RIGHTS_DEBT_MS = 60_000;
/** Most bounds that a log owes of and that are asked for at once. */
export const RIGHTS_DEBTS_MAX = 64;

/** Most changed rows that the journal of sinks keeps for one that is away; beyond, it is loaded anew. */
export const SINK_CHANGES_MAX = 5_000_000;
/** Most changes that are forgotten in one transaction. */
export const SINK_TRIMMED_MAX = 1000;
/** Most changed rows that a sink is given in one transaction. */
export const SINK_BATCH_MAX = 2000;
/** Most rows that a sink is given in one transaction while it is loaded. */
export const SINK_LOAD_MAX = 10_000;
/** A sink that has everything is looked at this often, in milliseconds. */
export const SINK_IDLE_MS = 100;
/** Longest wait for a sink's answer, in milliseconds. */
export const SINK_ANSWER_MS_MAX = 60_000;
/** Longest wait for a link to a sink, in milliseconds. */
export const SINK_CONNECT_MS_MAX = 10_000;
/** First wait after a sink failed, in milliseconds; each later one is twice as long. */
export const SINK_RETRY_MS = 500;
/** Longest wait after a sink failed, in milliseconds. */
export const SINK_RETRY_MS_MAX = 60_000;
/** A sink that has failed for so long is an incident, in milliseconds. */
export const SINK_INCIDENT_MS = 300_000;
/** Most facts by which a sink's lag is told exactly. */
export const SINK_LAG_MAX = 10_000;
/** Most sinks of one node. */
export const SINKS_MAX = 8;
/** Most facts that Kafka is given at once. */
export const SINK_KAFKA_BATCH_MAX = 1000;
/** Most facts of this node that are read back of a topic before it is written to. */
export const SINK_READ_BACK_MAX = 100_000;
/** Most differing rows of a table that a comparison lists. */
export const SINK_DIFFERENCES_MAX = 100;
/** How long a comparison waits for what is on its way, in milliseconds. */
export const SINK_CHECK_WAIT_MS = 3000;
