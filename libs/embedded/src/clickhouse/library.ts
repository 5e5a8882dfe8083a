import { createRequire } from 'node:module';

/** Resolves a package as chdb would, or throws. */
export type ResolveFromChdb = (name: string) => string;

const fromChdb: ResolveFromChdb = (name) =>
  createRequire(createRequire(import.meta.url).resolve('chdb/package.json')).resolve(name);

/**
 * Why the embedded ClickHouse cannot run on this system, or null where it can: chdb has binaries for few systems only, in packages that npm leaves out
 * elsewhere.
 */
export const whyNoEmbeddedClickHouse = (
  resolve: ResolveFromChdb = fromChdb,
  { platform, arch }: { platform: string; arch: string } = process,
): string | null => {
  const name = `@chdb/lib-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`;
  try {
    resolve(`${name}/package.json`);
    return null;
  } catch {
    return `chdb has no ClickHouse for ${platform} on ${arch} (npm package ${name})`;
  }
};
