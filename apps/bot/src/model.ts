/** Names of the Whisper models in these directories (`ggml-base.bin` is `base`), sorted; missing directories hold none. */
export const installedModels = async (
  directories: readonly string[],
  list: (directory: string) => Promise<string[]>,
): Promise<string[]> => {
  const found = await Promise.all(directories.map((directory) => list(directory).catch(() => [])));
  const names = found.flat().flatMap((file) => /^ggml-(?!silero)([\w.-]+)\.bin$/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
};
