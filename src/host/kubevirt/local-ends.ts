/** The near ends of a VM's streams: this terminal, or an address of this machine. */
import { createServer, type AddressInfo } from 'node:net';
import type { KubeStream } from '../../model/index.js';
import { startViewer } from '../consoles/viewer.js';
import type { Env } from '../exec.js';

type Open = (receive: (bytes: Uint8Array) => void) => Promise<KubeStream>;

/**
 * Until the escape character is typed (`left`), `signal` is aborted, or the other end stops. The
 * terminal is then as it was. `ready`: called when the stream is open.
 */
export async function attachTerminal({
  open,
  ready,
  escape,
  signal,
}: {
  open: Open;
  ready: () => void;
  /** As `^]`. */
  escape: string;
  signal: AbortSignal;
}): Promise<'left' | 'stopped'> {
  const { stdin, stdout } = process;
  const stream = await open((bytes) => stdout.write(bytes));
  ready();
  const key = (escape.toUpperCase().charCodeAt(1) ^ 0x40) & 0xff;
  let left = false;
  const leave = (): void => {
    left = true;
    stream.close();
  };
  const type = (bytes: Buffer): void => {
    const at = bytes.indexOf(key);
    const typed = at === -1 ? bytes : bytes.subarray(0, at);
    if (typed.length > 0) stream.send(typed);
    if (at !== -1) leave();
  };
  stdin.setRawMode(true);
  stdin.on('data', type);
  stdin.resume();
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  await stream.ended;
  signal.removeEventListener('abort', leave);
  stdin.off('data', type);
  stdin.setRawMode(false);
  stdin.pause();
  return left ? 'left' : 'stopped';
}

/**
 * Listens on the loopback address, and gives each who connects a stream of its own; as long as the
 * process lives. Starts a viewer, if one is installed and there is a display.
 */
export async function serveLocally({
  open,
  view,
  env,
}: {
  open: Open;
  view: boolean;
  env: Env;
}): Promise<{ listen: string; port: number; viewer: string | null }> {
  // Told now, and not by a viewer that shows nothing.
  const first = await open(() => undefined);
  first.close();
  const server = createServer((socket) => {
    const opening = open((bytes) => socket.write(bytes));
    socket.pause();
    opening.then(
      (stream) => {
        socket.on('data', (bytes) => {
          stream.send(bytes);
        });
        socket.on('close', () => {
          stream.close();
        });
        socket.resume();
        void stream.ended.then(() => socket.end());
      },
      () => socket.destroy(),
    );
    socket.on('error', () => socket.destroy());
  });
  const listen = '127.0.0.1';
  await new Promise<void>((resolve) => server.listen(0, listen, resolve));
  const { port } = server.address() as AddressInfo;
  const screen = { uri: null, uuid: '', listen, port };
  return { listen, port, viewer: view ? await startViewer(screen, env) : null };
}
