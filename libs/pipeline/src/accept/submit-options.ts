export interface SubmitOptions {
  /** Length of the recording, where its sender gave it; seconds. */
  seconds?: number | null;
  /**
   * The sender was notified earlier that this task was not accepted: what may have become of it all the same, unseen, and has ended,
   * counts for nothing, and it starts over. Default false.
   */
  reopen?: boolean;
}
