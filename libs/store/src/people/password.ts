import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's password storage cheat sheet: N = 2^17, r = 8, p = 1 (128 MiB and about a third of a second). */
const cost = { N: 2 ** 17, r: 8, p: 1 } as const;
const keyBytes = 32;

const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const bounded = { ...options, maxmem: 256 * 1024 * 1024 };
    scrypt(password.normalize('NFKC'), salt, keyBytes, bounded, (error, key) => (error ? reject(error) : resolve(key)));
  });

/** `scrypt$N$r$p$salt$key`, so that a later cost still reads earlier passwords. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), key.toString('base64')].join('$');
};

/** Whether a password fits; takes as long for a name no one has (`stored` null), so that names cannot be guessed by time. */
export const isPassword = async (password: string, stored: string | null): Promise<boolean> => {
  const [kind, N, r, p, salt = '', key = ''] = (stored ?? '').split('$');
  if (kind !== 'scrypt') {
    await derive(password, randomBytes(16), cost);
    return false;
  }
  const wanted = Buffer.from(key, 'base64');
  const given = await derive(password, Buffer.from(salt, 'base64'), { N: Number(N), r: Number(r), p: Number(p) });
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};
