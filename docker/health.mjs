// node docker/health.mjs PORT_VARIABLE: ends well while the process of this container can do its work, that is while its
// own /readyz answers 200. What it lacks is printed for `docker inspect`. node:http alone, and an end at once: on a busy
// machine most of a check's time is Node's start.
import { get } from 'node:http';

const port = process.env[process.argv[2] ?? ''];

/** @param {string} said @param {number} code */
const end = (said, code) => process.stdout.write(`${said}\n`, () => process.exit(code));

const request = get(`http://127.0.0.1:${port}/readyz`, { timeout: 15_000, agent: false }, (response) => {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk) => {
    text += chunk;
  });
  response.on('end', () => end(text.trim(), response.statusCode === 200 ? 0 : 1));
});
request.on('timeout', () => request.destroy(new Error('no answer within 15 seconds')));
request.on('error', (error) => end(`port ${port}: ${error.message}`, 1));
