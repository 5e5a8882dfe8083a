/** Hz: the input of every engine here. */
export const sampleRate = 16_000;
