/** Sent to the supervising process over Node's IPC channel. */
export interface Announcement {
  ready: true;
  /** URL of its server, if it has one. */
  url?: string;
  /** The one-time set-up link, while no account exists: shown, never stored. */
  setupUrl?: string;
}

/** Reports to the supervisor that this process is ready; does nothing without a supervisor. */
export const announceReady = (details: Omit<Announcement, 'ready'> = {}): void => {
  process.send?.({ ready: true, ...details } satisfies Announcement);
  // The channel alone must not keep the process alive once all else is closed.
  process.channel?.unref();
};

/** Exit code (sysexits' EX_CONFIG): a restart would not help, the operator has to change something. */
export const exitNeedsOperator = 78;
