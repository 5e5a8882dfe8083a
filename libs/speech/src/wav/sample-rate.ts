/** Hz: what every engine here hears. */
export const sampleRate = 16_000;
