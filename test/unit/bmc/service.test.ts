/** A Redfish service: who sees what, and the form of answers. */
import { Accounts } from '../../../src/bmc/credentials.js';
import { describe, expect, it, test } from 'vitest';
import { linksOf, walk } from '../../redfish/walk.js';
import { errorFindings, resourceFindings } from '../../redfish/rules.js';
import { shapeFindings } from '../../redfish/resources.js';
import { ADMIN, lab, messages, OTHER } from './lab.js';

const SYSTEM = '/redfish/v1/Systems/a';

describe('all resources', () => {
  it.each([
    ['UEFI', {}],
    [
      'a BIOS, off, with a disc',
      { firmware: 'bios', targets: ['pxe', 'hdd', 'cd'], media: { image: 'http://x.lab/a.iso' } },
    ],
    [
      'an override',
      { override: { target: 'uefi-http', enabled: 'once', uri: 'https://x/y' }, power: 'crashed' },
    ],
    [
      'no drive',
      {
        hasDrive: false,
        targets: ['pxe', 'hdd'],
        serialNumber: null,
        manufacturer: null,
        product: null,
      },
    ],
  ] as const)(
    'have the form of the standard, with links that lead somewhere: %s',
    async (_, more) => {
      const { ask } = lab(more as Parameters<typeof lab>[0]);
      const answers = await walk(ask);
      expect(answers.length).toBeGreaterThan(30);
      for (const answer of answers) {
        expect(resourceFindings(answer), answer.path).toEqual([]);
        expect(shapeFindings(answer.body), answer.path).toEqual([]);
      }
    },
  );

  it('say whose schema they follow, and that they must not be kept', async () => {
    const { headers } = await lab().ask(SYSTEM);
    expect(headers.get('link')).toMatch(
      /^<http.*ComputerSystem\.v[0-9_]+\.json>; rel=describedby$/,
    );
    expect(headers.get('cache-control')).toContain('no-store');
  });
});

test('a System is named after its VM: clients know it by that, and titles may repeat', async () => {
  const { ask } = lab();
  for (const name of ['a', 'b'])
    expect((await ask(`/redfish/v1/Systems/${name}`)).body).toMatchObject({
      ...{ Id: name, Name: name, Description: 'One for all' },
    });
});

describe('who asks', () => {
  it('gets the root, versions and metadata without credentials, and nothing else', async () => {
    const { ask } = lab();
    for (const path of [
      '/redfish',
      '/redfish/v1',
      '/redfish/v1/',
      '/redfish/v1/odata',
      '/redfish/v1/$metadata',
    ])
      expect((await ask(path, { as: null })).status, path).toBe(200);
    for (const path of [
      SYSTEM,
      '/redfish/v1/Systems',
      '/redfish/v1/Nothing',
      '/',
      '/redfish/v1/SessionService',
    ])
      expect(errorFindings(await ask(path, { as: null }), 401), path).toEqual([]);
  });

  it('sees the machines of these credentials only', async () => {
    const { ask } = lab();
    const seen = async (as: typeof ADMIN): Promise<string[]> =>
      linksOf((await ask('/redfish/v1/Systems', { as })).body).slice(1);
    expect(await seen(ADMIN)).toEqual([SYSTEM, '/redfish/v1/Systems/b']);
    expect(await seen(OTHER)).toEqual(['/redfish/v1/Systems/c']);
    for (const path of [
      'Systems/c',
      'Managers/c',
      'Chassis/c',
      'Systems/c/Bios',
      'Systems/gone',
      'Systems/none',
    ])
      expect(errorFindings(await ask(`/redfish/v1/${path}`), 404), path).toEqual([]);
    const reset = { method: 'POST', body: { ResetType: 'On' } } as const;
    const act = '/redfish/v1/Systems/c/Actions/ComputerSystem.Reset';
    expect((await ask(act, reset)).status).toBe(404);
  });

  it('is refused with wrong credentials of every form', async () => {
    const { ask } = lab();
    for (const as of [
      { ...ADMIN, password: '' },
      { ...ADMIN, password: `${ADMIN.password}x` },
      { username: 'Admin', password: ADMIN.password },
    ])
      expect(errorFindings(await ask(SYSTEM, { as }), 401)).toEqual([]);
    for (const authorization of ['Basic', 'Basic !!', `Basic ${btoa('admin')}`, 'Bearer x'])
      expect((await ask(SYSTEM, { as: null, headers: { authorization } })).status).toBe(401);
    const token = { 'x-auth-token': 'nonsense' };
    // A token that is wrong is not made good by credentials beside it.
    expect(messages(await ask(SYSTEM, { headers: token }))).toEqual(['NoValidSession']);
  });

  it('waits a minute after ten wrong ones, and nobody else does', async () => {
    const { ask, pass, log } = lab();
    const wrong = { as: { ...ADMIN, password: 'guess' } };
    for (let count = 0; count < 10; count++) expect((await ask(SYSTEM, wrong)).status).toBe(401);
    const limited = await ask(SYSTEM);
    expect(errorFindings(limited, 503)).toEqual([]);
    expect(limited.headers.get('retry-after')).toBe('60');
    expect((await ask(SYSTEM, { client: '192.0.2.2' })).status).toBe(200);
    pass(60_000);
    expect((await ask(SYSTEM)).status).toBe(200);
    expect(log).toHaveLength(10);
    expect(log.join()).not.toContain('guess');
  });

  it('counts guesses by address and user, and a login takes none back', () => {
    const accounts = new Accounts([{ ...ADMIN, vms: [] }], () => 0);
    const guess = (from: string, user: string): void => {
      expect(accounts.check(from, user, 'guess')).toBeNull();
    };
    for (let count = 0; count < 9; count++) guess(`2001:db8:0:1::${count + 1}`, 'operator');
    expect(accounts.check('2001:db8:0:1::1', ADMIN.username, ADMIN.password)).not.toBeNull();
    expect(accounts.waitOf('2001:db8:0:1::a', 'operator')).toBe(0);
    guess('2001:0db8::1:9:8:7:6', 'operator');
    expect(accounts.waitOf('2001:db8:0:1:ffff::', 'operator')).toBe(60);
    expect(accounts.waitOf('2001:db8:0:2::1', 'operator')).toBe(0);
    expect(accounts.waitOf('2001:db8:0:1::1', ADMIN.username)).toBe(0);
    for (let count = 0; count < 10; count++) guess('::ffff:192.0.2.9', 'operator');
    expect(accounts.waitOf('192.0.2.9', 'operator')).toBe(60);
  });

  it('may be wrong now and then', async () => {
    const { ask, pass } = lab();
    const wrong = { as: { ...ADMIN, password: 'guess' } };
    for (let count = 0; count < 30; count++) {
      pass(10_000);
      expect((await ask(SYSTEM, wrong)).status).toBe(401);
      expect((await ask(SYSTEM)).status).toBe(200);
    }
  });
});

describe('a session', () => {
  const SESSIONS = '/redfish/v1/SessionService/Sessions';
  const login = ({ username, password }: typeof ADMIN) =>
    ({ method: 'POST', as: null, body: { UserName: username, Password: password } }) as const;

  it('is opened, used, seen by its account alone, and ended', async () => {
    const { ask } = lab();
    const opened = await ask(SESSIONS, login(ADMIN));
    expect(opened.status).toBe(201);
    expect(shapeFindings(opened.body)).toEqual([]);
    expect(opened.text).not.toContain(ADMIN.password);
    const path = opened.headers.get('location') ?? '';
    const headers = { 'x-auth-token': opened.headers.get('x-auth-token') ?? '' };
    expect((await ask(SYSTEM, { as: null, headers })).status).toBe(200);
    expect((await ask('/redfish/v1/Systems/c', { as: null, headers })).status).toBe(404);
    expect((await ask(path, { as: OTHER })).status).toBe(404);
    expect((await ask(path, { as: OTHER, method: 'DELETE' })).status).toBe(404);
    expect(linksOf((await ask(SESSIONS, { as: OTHER })).body)).toEqual([SESSIONS]);
    expect((await ask(path, { as: null, headers, method: 'DELETE' })).status).toBe(204);
    expect((await ask(SYSTEM, { as: null, headers })).status).toBe(401);
  });

  it('ends after half an hour without a request', async () => {
    const { ask, pass } = lab();
    const token = (await ask(SESSIONS, login(ADMIN))).headers.get('x-auth-token') ?? '';
    const use = async (): Promise<number> =>
      (await ask(SYSTEM, { as: null, headers: { 'x-auth-token': token } })).status;
    pass(29 * 60_000);
    expect(await use()).toBe(200);
    pass(29 * 60_000);
    expect(await use()).toBe(200);
    pass(30 * 60_000);
    expect(await use()).toBe(401);
  });

  it('ends with its credentials, and sees what they are for now', async () => {
    const { ask, service } = lab();
    const token = (await ask(SESSIONS, login(ADMIN))).headers.get('x-auth-token') ?? '';
    const use = (path: string) => ask(path, { as: null, headers: { 'x-auth-token': token } });
    service.replace([{ ...ADMIN, vms: ['c'] }]);
    expect((await use(SYSTEM)).status).toBe(404);
    expect((await use('/redfish/v1/Systems/c')).status).toBe(200);
    service.replace([{ ...OTHER, vms: ['c'] }]);
    expect((await use('/redfish/v1/Systems/c')).status).toBe(401);
  });

  it('of a client that never logs out ends the oldest one', async () => {
    const { ask, pass } = lab();
    const tokens: string[] = [];
    for (let count = 0; count < 65; count++) {
      tokens.push((await ask(SESSIONS, login(ADMIN))).headers.get('x-auth-token') ?? '');
      pass(1000);
    }
    const use = async (token = ''): Promise<number> =>
      (await ask(SYSTEM, { as: null, headers: { 'x-auth-token': token } })).status;
    expect(await use(tokens[0])).toBe(401);
    expect(await use(tokens[1])).toBe(200);
    expect(await use(tokens[64])).toBe(200);
  });

  it('needs a name and a password, as texts', async () => {
    const { ask } = lab();
    const post = (body: unknown) => ask(SESSIONS, { method: 'POST', as: null, body });
    expect(messages(await post({ UserName: 'admin' }))).toEqual([
      'CreateFailedMissingReqProperties',
    ]);
    const number = await post({ UserName: 'admin', Password: 12_345_678 });
    expect(errorFindings(number, 400)).toEqual([]);
    expect(number.text).not.toContain('12345678');
    expect((await post({ UserName: 'admin', Password: 'guess' })).status).toBe(401);
  });
});

describe('a request', () => {
  it('is answered with the error of the standard for every way to be wrong', async () => {
    const { ask } = lab();
    const wrong: [number, string, Parameters<typeof ask>[1], string][] = [
      [404, '/redfish/v1/Nothing', {}, 'ResourceMissingAtURI'],
      [405, SYSTEM, { method: 'DELETE' }, 'OperationNotAllowed'],
      [405, SYSTEM, { method: 'PUT', body: {} }, 'OperationNotAllowed'],
      [405, `${SYSTEM}/Actions/ComputerSystem.Reset`, {}, 'OperationNotAllowed'],
      [400, SYSTEM, { method: 'PATCH', body: '{ "Boot": ' }, 'MalformedJSON'],
      [400, SYSTEM, { method: 'PATCH', body: '[]' }, 'UnrecognizedRequestBody'],
      [400, SYSTEM, { method: 'PATCH', body: {} }, 'NoOperation'],
      [413, SYSTEM, { method: 'PATCH', body: { Boot: 'x'.repeat(70_000) } }, 'PayloadTooLarge'],
      [412, SYSTEM, { headers: { 'odata-version': '3.0' } }, 'HeaderInvalid'],
      [501, `${SYSTEM}?$expand=.`, {}, 'QueryNotSupported'],
      [
        415,
        SYSTEM,
        { method: 'PATCH', body: 'x', headers: { 'content-type': 'text/plain' } },
        'GeneralError',
      ],
    ];
    for (const [status, path, options, name] of wrong) {
      const answer = await ask(path, options);
      expect(errorFindings(answer, status), `${options?.method ?? 'GET'} ${path}`).toEqual([]);
      expect(messages(answer)).toEqual([name]);
    }
    expect((await ask(SYSTEM, { headers: { 'odata-version': '4.0' } })).status).toBe(200);
    expect((await ask(`${SYSTEM}?anything=1`)).status).toBe(200);
  });

  it('learns from Allow what there is', async () => {
    const { ask } = lab();
    expect((await ask(SYSTEM, { method: 'PUT', body: {} })).headers.get('allow')).toBe(
      'GET, PATCH, HEAD',
    );
    const head = await ask(SYSTEM, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('is not answered again when nothing has changed', async () => {
    const { ask, port, uuid } = lab();
    const tag = (await ask(SYSTEM)).headers.get('etag') ?? '';
    const again = { headers: { 'if-none-match': tag } };
    expect((await ask(SYSTEM, again)).status).toBe(304);
    await port.powerOn(uuid('a'));
    expect((await ask(SYSTEM, again)).status).toBe(304); // it was read within this second
  });

  it('tells what the host says of a failure, and nothing of a bug', async () => {
    const { ask, port, log } = lab();
    const on = { method: 'POST', body: { ResetType: 'On' } } as const;
    const { VenError } = await import('../../../src/model/index.js');
    port.fault = new VenError('tool-failed', { summary: 'libvirt: no memory', hint: 'Free some' });
    const answer = await ask(`${SYSTEM}/Actions/ComputerSystem.Reset`, on);
    expect(errorFindings(answer, 500)).toEqual([]);
    expect(answer.text).toContain('libvirt: no memory. Free some');
    port.fault = new Error('a bug at /secret/path');
    const bug = await ask(`${SYSTEM}/Actions/ComputerSystem.Reset`, on);
    expect(messages(bug)).toEqual(['InternalError']);
    expect(bug.text).not.toContain('secret');
    expect(log.at(-1)).toContain('a bug');
  });

  it('asks the machines once a second at most, however many clients there are', async () => {
    const { ask, port, pass } = lab();
    await Promise.all(Array.from({ length: 50 }, () => ask(SYSTEM)));
    await ask('/redfish/v1/Systems/b');
    expect(port.reads).toBe(1);
    pass(1000);
    await Promise.all(Array.from({ length: 50 }, () => ask(SYSTEM)));
    expect(port.reads).toBe(2);
  });
});
