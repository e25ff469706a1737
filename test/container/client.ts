/**
 * `docker`, for tests: as the real one it only carries a command line, those of its variables that
 * the command line names, and signals to an engine behind a socket (see engine.ts), and brings back
 * what the program said. Called as: node client.ts SOCKET ARGUMENTS…
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [socket = '', ...argv] = process.argv.slice(2);
const named = argv.flatMap((argument, index) =>
  argv[index - 1] === '--env' && !argument.includes('=') ? [argument] : [],
);
const env = Object.fromEntries(
  named.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
);

const engine = connect(socket);
engine.write(`${JSON.stringify({ argv, env, pid: process.pid })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => engine.write(`${JSON.stringify({ signal })}\n`));
}
createInterface(engine).on('line', (line) => {
  const { out, err, exit } = JSON.parse(line) as { out?: string; err?: string; exit?: number };
  if (out !== undefined) process.stdout.write(out);
  if (err !== undefined) process.stderr.write(err);
  if (exit !== undefined) {
    process.exitCode = exit;
    engine.destroy();
  }
});
engine.on('error', () => {
  process.stderr.write(
    'Cannot connect to the Docker daemon at this socket. Is the docker daemon running?\n',
  );
  process.exitCode = 1;
});
