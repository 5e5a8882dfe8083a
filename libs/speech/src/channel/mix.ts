import { type ChannelLevels, decibels } from './level.js';

/** dB that a mix may lose against voices that have nothing to do with each other: beyond it they cancel each other. */
const most = 6;
/** dB below the loudest frames: what is quieter is not what the recording is about. */
const range = 30;
/** Share of the loud frames in which the mix loses that much. */
const share = 0.5;

/**
 * The channel to recognize instead of the mix, where the channels cancel each other in it: one is wired the wrong way round. Null where
 * the mix is good.
 */
export const channelInsteadOfMix = ({ energy, mixed }: ChannelLevels): number | null => {
  const sums = energy.map((frames) => frames.reduce((sum, value) => sum + value, 0));
  const all = mixed.map(
    (_, frame) => energy.reduce((sum, frames) => sum + (frames[frame] ?? 0), 0) / energy.length ** 2,
  );
  const least = Math.max(-90, decibels(all.reduce((top, value) => Math.max(top, value), 0)) - range);
  let loud = 0;
  let lost = 0;
  for (const [frame, value] of all.entries()) {
    const level = decibels(value);
    if (level < least) continue;
    loud += 1;
    if (level - decibels(mixed[frame] ?? 0) > most) lost += 1;
  }
  return lost > share * loud ? sums.indexOf(Math.max(...sums)) : null;
};
