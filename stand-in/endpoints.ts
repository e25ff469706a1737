/**
 * The requests to the stand-in orchestrator: the boot file, the API, injected faults, and the
 * nodes' own requests.
 */
import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, operation } from './api.ts';
import type { Faults } from './faults.ts';
import { now, type Inventory } from './inventory.ts';
import type { Nodes } from './nodes.ts';

export const BOOT_PATH = '/tink-stack/signed_ipxe.efi';
/** Of the authority's certificate, for those who are to trust it. */
export const CA_PATH = '/tink-stack/keys/Full_server.crt';
const MOST = 1024 * 1024;

export interface Parts {
  domain: string;
  bootFile: string;
  caCertificate: string;
  /** Served in its place to a node that shall not get further than iPXE. */
  installed: string | undefined;
  inventory: Inventory;
  faults: Faults;
  nodes: Nodes;
}

export interface Endpoints {
  /**
   * Answers a request over TLS, and returns the status; undefined: the connection was cut instead.
   */
  secured(request: IncomingMessage, response: ServerResponse): Promise<number | undefined>;
  /** Answers what nodes ask without TLS. */
  plain(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function endpoints({
  domain,
  bootFile,
  caCertificate,
  installed,
  inventory,
  faults,
  nodes,
}: Parts): Endpoints {
  return {
    async secured(request, response) {
      const { method = '', headers, socket } = request;
      const [url, remoteAddress] = [urlOf(request), socket.remoteAddress ?? ''];
      const asked = {
        method,
        service: url.hostname.endsWith(`.${domain}`)
          ? url.hostname.slice(0, -domain.length - 1)
          : '',
        url,
        authorization: headers.authorization ?? '',
        contentType: headers['content-type'] ?? '',
        body: await text(request),
      };
      const isBootFile = url.pathname === BOOT_PATH;
      if (isBootFile)
        inventory.seen.boots.push({
          time: now(),
          method,
          remoteAddress,
          serialNumber: nodes.at(remoteAddress),
        });

      const file = (): string =>
        installed !== undefined && nodes.stopsAtIpxe(remoteAddress, method === 'GET')
          ? installed
          : bootFile;
      const files = { [BOOT_PATH]: 'boot-file', [CA_PATH]: 'ca-file' } as const;
      const op = files[url.pathname as keyof typeof files] ?? operation(asked);
      const fault = faults.take(op, url.pathname);
      if (fault?.delay !== undefined)
        await new Promise((resolve) => setTimeout(resolve, fault.delay));
      const how = fault?.how ?? 'slow';
      switch (how) {
        case 'slow':
          if (isBootFile) return sendFile(request, response, file());
          if (op === 'ca-file') return sendFile(request, response, caCertificate);
          return send(response, answer(inventory, asked));
        case 'lost':
          answer(inventory, asked);
          return reset(response);
        case 'reset':
          return reset(response);
        case 'html':
          response
            .writeHead(200, { 'content-type': 'text/html' })
            .end('<!doctype html><title>Sign in</title><h1>Proxy</h1>\n');
          return 200;
        case 'echo':
          return send(response, {
            status: 500,
            body: { message: 'internal error', request: { ...asked, headers } },
          });
        default:
          if (fault?.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
          return send(response, {
            status: how,
            body: { code: 'FAULT', message: `made to fail with ${how}` },
          });
      }
    },
    async plain(request, response) {
      const { status, body } = nodes.answer(
        request.method ?? '',
        urlOf(request),
        await text(request),
        request.socket.remoteAddress ?? '',
      );
      response.writeHead(status, { 'content-length': body?.length ?? 0 }).end(body);
    },
  };
}

/** The request's body; rejects when it is cut off or longer than a megabyte. */
async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST) throw new Error('The request is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function urlOf({ url = '/', headers }: IncomingMessage): URL {
  try {
    return new URL(url, `https://${headers.host ?? ''}`);
  } catch {
    return new URL('https://invalid/');
  }
}

function send(
  response: ServerResponse,
  { status, body }: { status: number; body?: unknown },
): number {
  if (body === undefined) response.writeHead(status).end();
  else
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(`${JSON.stringify(body)}\n`);
  return status;
}

function reset(response: ServerResponse): undefined {
  response.destroy();
}

/** Answers GET and HEAD with the file, everything else with what is wrong; gives the status. */
function sendFile(request: IncomingMessage, response: ServerResponse, file: string): number {
  const head = request.method === 'HEAD';
  if (!head && request.method !== 'GET') return send(response, { status: 405 });
  response.writeHead(200, {
    'content-type': 'application/efi',
    'content-length': statSync(file).size,
  });
  if (head) response.end();
  else
    createReadStream(file)
      .on('error', (error) => response.destroy(error))
      .pipe(response);
  return 200;
}
