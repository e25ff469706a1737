/** A VM's serial console or screen through the API: a websocket of plain bytes. */
import type { ClientOptions } from 'ws';
import { VenError, type KubeStream } from '../../model/index.js';
import type { Access } from './kubeconfig.js';
import { refused } from './api.js';
import { subresource } from './paths.js';

/** KubeVirt's name for bytes without channels. */
const PROTOCOL = 'plain.kubevirt.io';
const CONNECT_MS = 10_000;

export async function openStream(
  { config, server, namespace }: Access,
  what: 'console' | 'vnc',
  vm: string,
  receive: (bytes: Uint8Array) => void,
): Promise<KubeStream> {
  const { WebSocket } = await import('ws');
  const options: ClientOptions = {};
  await config.applyToHTTPSOptions(options);
  const path = subresource('virtualmachineinstances', namespace, vm, what);
  const url = `${server.replace(/^http/, 'ws').replace(/\/$/, '')}${path}`;
  const socket = new WebSocket(url, PROTOCOL, { ...options, handshakeTimeout: CONNECT_MS });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  socket.on('message', (data: Buffer) => {
    receive(data);
  });
  socket.on('close', () => {
    end();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('unexpected-response', (_, response) => {
      response.resume();
      reject(answered(response.statusCode ?? 0, what, vm));
    });
    socket.on('error', (error) => {
      reject(
        new VenError('host-not-ready', {
          summary: `The ${what} of ${vm} can't be opened`,
          detail: error.message,
          hint: 'ven doctor shows whether the API answers.',
        }),
      );
      end();
    });
  });
  return {
    send: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    },
    close: () => {
      socket.close();
    },
    ended,
  };
}

function answered(code: number, what: string, vm: string): VenError {
  if (code === 404 || code === 409 || code === 400)
    return new VenError('not-running', {
      summary: what === 'vnc' ? `${vm} does not run, or has no screen` : `${vm} does not run`,
      hint: 'ven status shows whether it runs.',
    });
  return refused(code, '', `open the ${what} of ${vm}`);
}
