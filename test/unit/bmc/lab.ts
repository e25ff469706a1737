/** Two machines of one account and one of another, behind one service, without a network. */
import type { Account } from '../../../src/bmc/index.js';
import { openBmcs } from '../../../src/bmc/index.js';
import type { BmcMachine } from '../../../src/model/index.js';
import type { Answer } from '../../redfish/client.js';
import { FakeMachines, machine } from './fake-machines.js';

export const ADMIN = { username: 'admin', password: 'correct horse' };
export const OTHER = { username: 'admin', password: 'battery staple' };

const UUIDS = { a: '1', b: '2', c: '3', gone: '4' };
type Name = keyof typeof UUIDS;

export interface Ask {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  /** null: nobody. Default: ADMIN. */
  as?: { username: string; password: string } | null;
  client?: string;
}

export function lab(more: Partial<BmcMachine> = {}) {
  let now = 1_000_000;
  const uuid = (digit: string): string => `00000000-0000-5000-8000-00000000000${digit}`;
  const port = new FakeMachines(
    ['1', '2', '3'].map((digit) => machine(uuid(digit), digit === '1' ? more : {})),
  );
  const log: string[] = [];
  const bmcs = openBmcs({
    fleet: 'lab',
    version: '1.2.3',
    port,
    now: () => now,
    log: ({ vm, what, user, client, error }) =>
      log.push([vm, what, user, client, error].filter(Boolean).join(' | ')),
  });
  bmcs.replace(
    (Object.keys(UUIDS) as Name[]).map((name) => ({
      name,
      uuid: uuid(UUIDS[name]),
      title: 'One for all',
      description: '',
      shutdownTimeoutSeconds: 60,
      disks: [{ target: 'sda', sizeBytes: 10 * 1024 ** 3 }],
    })),
  );
  const accounts: Account[] = [
    { ...ADMIN, vms: ['a', 'b', 'gone'] },
    { ...OTHER, vms: ['c'] },
  ];
  const service = bmcs.openService({ accounts, tls: null });
  const ask = async (path: string, options: Ask = {}): Promise<Answer> => {
    const { method = 'GET', body, headers = {}, as = ADMIN, client = '192.0.2.1' } = options;
    const login = as && { authorization: `Basic ${btoa(`${as.username}:${as.password}`)}` };
    const response = await service.inject({
      method,
      url: path,
      remoteAddress: client,
      headers: {
        ...login,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const text = response.body;
    let read: unknown;
    try {
      read = JSON.parse(text);
    } catch {
      read = undefined;
    }
    const all = Object.entries(response.headers).map(([key, value]): [string, string] => [
      key,
      String(value),
    ]);
    return { method, path, status: response.statusCode, headers: new Map(all), text, body: read };
  };
  return {
    ask,
    port,
    log,
    bmcs,
    service,
    /** Milliseconds. */
    pass: (time: number) => {
      now += time;
    },
    of: (name: Name) => port.all.get(uuid(UUIDS[name])),
    uuid: (name: Name) => uuid(UUIDS[name]),
  };
}

/** The names of the messages of an error. */
export function messages({ body }: Answer): string[] {
  const { error } = body as { error: { '@Message.ExtendedInfo': { MessageId: string }[] } };
  return error['@Message.ExtendedInfo'].map(({ MessageId }) => MessageId.replace(/.*\./, ''));
}
