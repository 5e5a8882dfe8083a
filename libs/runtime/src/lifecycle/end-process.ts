/** Programs that do nothing but end with the code. */
const stand: Readonly<Record<number, string>> = { 0: '/bin/true', 1: '/bin/false' };

/** What Node's thread pool may still be busy with, as `process.getActiveResourcesInfo` names it. */
const pooled = /^(GetAddrInfo|GetNameInfo|FSReq)/;

/**
 * Ends this process with the code, now. `process.exit` alone waits for the thread pool (libuv joins its threads): while a name
 * server is silent, a name that is being resolved would hold the process for up to a minute. There the process turns into a
 * program that ends at once with the same code, where Node can do that (22.15 or newer); an older Node waits.
 */
export const endProcess = (code: number): never => {
  process.once('exit', (last) => {
    const program = stand[last];
    if (program === undefined || !process.getActiveResourcesInfo().some((name) => pooled.test(name))) return;
    try {
      (process as Replaceable).execve?.(program, [program], {});
    } catch {
      // No such program here: the end comes a little later.
    }
  });
  return process.exit(code);
};

/** Node's types know `execve` from version 22 on. */
type Replaceable = Pick<typeof process, 'exit'> & {
  execve?: (file: string, args: readonly string[], env: Readonly<Record<string, string>>) => never;
};
