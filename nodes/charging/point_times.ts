/**
 * How long things take on the connections of installed monitors.
 *
 * @module
 */

/** Times of connections, in milliseconds. */
export interface PointTimes {
  /** Until when a connection's first byte, and in frames its first message, must have come. */
  readonly handshakeMs: number;
  /** A plain message ends when nothing more came for so long. */
  readonly quietMs: number;
  /** A frame whose rest does not come for so long is given up. */
  readonly frameMs: number;
  /** No frame follows a control byte within this. */
  readonly gapMs: number;
  /** How long the next word waits for the answer to the one before. */
  readonly answerMs: number;
  /** How long the next word waits after a frame that only breaks a row of control bytes. */
  readonly resetMs: number;
  /** A monitor that registered less than this ago may not be reading yet … */
  readonly youngMs: number;
  /** … so its answer is waited for as long as this. */
  readonly youngAnswerMs: number;
  /** A word that could not be written for so long has failed. */
  readonly lapseMs: number;
  /** A query is answered within this. */
  readonly queryMs: number;
  /** A framed monitor whose registration could not be stored is registered again after this. */
  readonly retryMs: number;
}

/** The times of the protocol. */
export const POINT_TIMES: PointTimes = {
  handshakeMs: 5_000,
  quietMs: 50,
  frameMs: 5_000,
  gapMs: 100,
  answerMs: 3_000,
  resetMs: 1_000,
  youngMs: 10_000,
  youngAnswerMs: 10_000,
  lapseMs: 15_000,
  queryMs: 950,
  retryMs: 5_000,
};
