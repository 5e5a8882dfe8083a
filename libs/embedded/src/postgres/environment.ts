/** Nothing of ours leaks into the server: PGDATA, PGPORT or a foreign locale would change what it does. */
export const postgresEnvironment: NodeJS.ProcessEnv = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
