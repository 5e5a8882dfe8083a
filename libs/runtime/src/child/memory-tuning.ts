/**
 * glibc's allocator for engine processes (mallopt(3)); other C libraries ignore it. By itself it raises its thresholds with each
 * large block that is freed and keeps an arena for each thread, so that a child holds what its longest recording took for as
 * long as it lives. From 1 MiB on, what is freed goes back to the system: a worker holds a quarter less after five minutes
 * of audio, and the engines take no more processor time. Below that, finding speech takes twice as long.
 */
export const allocatorTuning = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 20),
} as const;

/**
 * The same for an app's own process. V8 lets the space for young objects grow to three times 16 MiB and keeps it; with 4 MiB
 * each app holds 20 to 25 MiB less, and an hour of audio takes a worker as long. docker/*.Dockerfile says the same.
 */
export const nodeTuning = { ...allocatorTuning, NODE_OPTIONS: '--max-semi-space-size=4' } as const;
