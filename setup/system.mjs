/**
 * Whether whisper-bot can run on this system at all; the sentence that says why not, or null.
 * @param {{ platform: string, arch: string, glibc: string | null }} [system]
 */
export const whyNotThisSystem = (system = thisSystem()) => {
  const { platform, arch, glibc } = system;
  const runsOn =
    'whisper-bot runs on Linux with glibc (Debian, Ubuntu, Fedora, Arch, openSUSE and others), on x86-64 and ARM64';
  const instead = 'elsewhere it runs in Docker: docs/docker.md';
  if (platform !== 'linux') return `${runsOn}; this is ${platformNames.get(platform) ?? platform}; ${instead}.`;
  if (glibc === null) return `${runsOn}; this system has another C library (musl); ${instead}.`;
  if (arch !== 'x64' && arch !== 'arm64') return `${runsOn}; this processor is ${arch}.`;
  return null;
};

const platformNames = new Map([
  ['darwin', 'macOS'],
  ['win32', 'Windows'],
]);

const thisSystem = () => {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    /** @type {unknown} */ (process.report?.getReport() ?? { header: {} })
  );
  return { platform: process.platform, arch: process.arch, glibc: header.glibcVersionRuntime ?? null };
};
