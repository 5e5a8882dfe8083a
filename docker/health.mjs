// node docker/health.mjs PORT_VARIABLE: ends well while the process of this container can do its work, that is while its
// own /readyz answers 200 (Redis and PostgreSQL answer it). What it lacks is printed for `docker inspect`.
const port = process.env[process.argv[2] ?? ''];
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4000) });
  console.log((await answer.text()).trim());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  console.log(`port ${port}: ${cause}`);
  process.exitCode = 1;
}
