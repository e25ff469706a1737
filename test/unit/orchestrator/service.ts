/**
 * An HTTPS server on 127.0.0.1 that answers as a test says, and a proxy; both keep what they were
 * asked.
 */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { makeAuthority, type Authority } from '../../../stand-in/authority.ts';

export interface Asked {
  method: string;
  /** Without the port. */
  host: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  at: number;
}

export type Answer =
  | { status: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | 'reset'
  | 'silence';

export interface Service {
  port: number;
  asked: Asked[];
  answer: (asked: Asked) => Answer;
  close(): Promise<void>;
}

export const API = 'api.orch.test';
export const KEYCLOAK = 'keycloak.orch.test';
export const ADDRESSES = { [API]: '127.0.0.1', [KEYCLOAK]: '127.0.0.1' };

/** A new authority; `der` is its certificate as a resolved fleet has it. */
export async function anAuthority(): Promise<{
  authority: Authority;
  der: string;
  remove: () => void;
}> {
  const dir = mkdtempSync(join(tmpdir(), 'ven-authority-'));
  const authority = await makeAuthority(dir);
  const der = new X509Certificate(readFileSync(authority.caCertificate)).raw.toString('base64');
  return { authority, der, remove: () => rmSync(dir, { recursive: true }) };
}

export async function openService(tls: { key: string; cert: string }): Promise<Service> {
  const server = createHttps(tls, (request, response) => {
    void textOf(request).then((body) => {
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      const asked = {
        method: request.method ?? '',
        host,
        path: request.url ?? '',
        headers: request.headers,
        body,
        at: performance.now(),
      };
      service.asked.push(asked);
      const answer = service.answer(asked);
      if (answer === 'silence') return;
      if (answer === 'reset') return void request.socket.destroy();
      const json = answer.json === undefined ? null : JSON.stringify(answer.json);
      response.writeHead(answer.status, {
        'content-type': json === null ? 'text/html' : 'application/json',
        ...answer.headers,
      });
      response.end(json ?? answer.text ?? '');
    });
  });
  const port = await listen(server);
  const service: Service = {
    port,
    asked: [],
    answer: () => ({ status: 500 }),
    close: () => close(server),
  };
  return service;
}

export interface Proxy {
  url: string;
  /** What was asked for, `api.orch.test:443`. */
  asked: string[];
  /** Of the last one. */
  authorization: string | undefined;
  /** Instead of a connection. */
  refuseWith: number | null;
  close(): Promise<void>;
}

/** Leads wherever it is asked to 127.0.0.1, on the port asked for. */
export async function openProxy(): Promise<Proxy> {
  const server = createHttp();
  const tunnels = new Set<Duplex>();
  const proxy: Proxy = {
    url: '',
    asked: [],
    authorization: undefined,
    refuseWith: null,
    close: () => {
      for (const tunnel of tunnels) tunnel.destroy();
      return close(server);
    },
  };
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const target = request.url ?? '';
    proxy.asked.push(target);
    proxy.authorization = request.headers['proxy-authorization'];
    tunnels.add(socket);
    socket.on('error', () => undefined);
    if (proxy.refuseWith !== null)
      return void socket.end(
        `HTTP/1.1 ${String(proxy.refuseWith)} No\r\ncontent-length: 0\r\n\r\n`,
      );
    const far: Socket = connect(Number(target.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    socket.on('close', () => tunnels.delete(socket) && far.destroy());
  });
  proxy.url = `http://127.0.0.1:${String(await listen(server))}`;
  return proxy;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) text += part;
  return text;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
