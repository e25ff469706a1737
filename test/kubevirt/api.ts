/**
 * An API server on a loopback address: it passes on what it is asked and takes it down, or answers
 * from what was taken down.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { request as askUpstream } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  body: unknown;
  code: number;
  answer: unknown;
}

export interface FakeApi {
  /** Of a kubeconfig file, in JSON, which is YAML. */
  kubeconfig: string;
  close: () => Promise<void>;
}

export interface Upstream {
  /** `https://127.0.0.1:36443`. */
  server: string;
  token: string;
  /** PEM. */
  ca: string;
}

/** Passes on. `taken` gets each exchange. */
export async function recordingApi(
  upstream: Upstream,
  taken: (exchange: Exchange) => void,
): Promise<FakeApi> {
  return serve(async ({ method, path, body }) => {
    const { code, answer } = await ask(upstream, { method, path, body });
    taken({ method, path, body, code, answer });
    return { code, answer };
  });
}

/**
 * Answers as it was answered: the same requests get their answers in the order in which they were
 * given. What nobody has asked before gets 599.
 */
export async function replayingApi(exchanges: readonly Exchange[]): Promise<FakeApi> {
  const left = Map.groupBy(exchanges, keyOf);
  return serve((asked) => {
    const found = left.get(keyOf(asked))?.shift();
    const nobody = { code: 599, answer: { message: `not recorded: ${keyOf(asked)}` } };
    return Promise.resolve(found ?? nobody);
  });
}

function keyOf({ method, path, body }: Pick<Exchange, 'method' | 'path' | 'body'>): string {
  return `${method} ${path} ${JSON.stringify(body)}`;
}

const FILE = join(import.meta.dirname, 'recording.json');

export function readRecording(): Exchange[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Exchange[];
}

export function writeRecording(exchanges: readonly Exchange[]): void {
  // Who set which field is nothing that ven reads, and most of an answer.
  const read = (key: string, value: unknown): unknown =>
    key === 'managedFields' ? undefined : value;
  const lines = exchanges.map((exchange) => JSON.stringify(exchange, read));
  writeFileSync(FILE, `[\n${lines.join(',\n')}\n]\n`);
}

export function ask(
  { server, token, ca }: Upstream,
  { method, path, body }: Pick<Exchange, 'method' | 'path' | 'body'>,
  type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json',
): Promise<{ code: number; answer: unknown }> {
  const text = body === null ? '' : JSON.stringify(body);
  const length = { 'content-length': String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const request = askUpstream(
      `${server}${path}`,
      {
        method,
        ca,
        headers: { authorization: `Bearer ${token}`, 'content-type': type, ...length },
      },
      (response) => {
        textOf(response).then((text) => {
          const answer: unknown = text === '' ? null : jsonOf(text);
          resolve({ code: response.statusCode ?? 0, answer });
        }, reject);
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

type Asked = Pick<Exchange, 'method' | 'path' | 'body'>;

async function serve(
  answerTo: (asked: Asked) => Promise<Pick<Exchange, 'code' | 'answer'>>,
): Promise<FakeApi> {
  const server = createServer((request, response) => {
    void textOf(request)
      .then((text) =>
        answerTo({
          method: request.method ?? '',
          path: request.url ?? '',
          body: text === '' ? null : jsonOf(text),
        }),
      )
      .then(({ code, answer }) => {
        response.writeHead(code, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { kubeconfig: kubeconfigOf(`http://127.0.0.1:${port}`), close: () => closed(server) };
}

export function kubeconfigOf(server: string, user: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    // The client takes plain HTTP from nobody else.
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  message.setEncoding('utf8');
  for await (const part of message) text += part as string;
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
