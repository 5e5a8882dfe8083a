/** What a process tells the one that started it, over Node's IPC channel. */
export interface Announcement {
  ready: true;
  /** Where it is reached, if anywhere. */
  url?: string;
  /** The one-time link with which the first person gets in, while there is none: for eyes, not for files. */
  setupUrl?: string;
}

/** Tells a supervising process that this one does its work from now on; without a supervisor nothing happens. */
export const announceReady = (details: Omit<Announcement, 'ready'> = {}): void => {
  process.send?.({ ready: true, ...details } satisfies Announcement);
  // The channel alone must not keep the process alive once all else is closed.
  process.channel?.unref();
};

/** Exit code (sysexits' EX_CONFIG) that says: starting again would not help, a person has to change something. */
export const exitNeedsPerson = 78;
