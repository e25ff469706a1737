/** What the client asks for, and what it makes of the answers. */
import { describe, expect, it } from 'vitest';
import { checkAnswers } from '../../../src/orchestrator/index.js';
import {
  CREDENTIALS,
  PROJECT,
  answerWith,
  apiCalls,
  client,
  errorOf,
  other,
  serveTheClient,
  service,
  tokenCalls,
  trusted,
} from './client.ts';
import { ADDRESSES, API } from './service.ts';

serveTheClient();

describe('what is asked, and understood', () => {
  it('is a project, checked with a token of the password grant', async () => {
    answerWith(() => ({ status: 200, json: { spec: { description: 'ours' } } }));
    await client().checkProject();
    const [login] = tokenCalls();
    expect(login).toMatchObject({
      method: 'POST',
      path: '/realms/master/protocol/openid-connect/token',
    });
    expect(login?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(login?.body))).toEqual({
      grant_type: 'password',
      client_id: 'system-client',
      scope: 'openid profile email groups',
      ...CREDENTIALS,
    });
    expect(apiCalls()).toMatchObject([
      {
        method: 'GET',
        path: PROJECT,
        headers: { 'user-agent': 'ven/test', accept: 'application/json' },
      },
    ]);
  });

  it('is the list of hosts, page after page, with what may be missing left empty', async () => {
    const all = Array.from({ length: 230 }, (_, index) => ({
      resourceId: `host-${String(index)}`,
      name: `n${String(index)}`,
    }));
    answerWith(({ path }) => {
      const query = new URLSearchParams(path.split('?')[1]);
      const [from, size] = [Number(query.get('offset') ?? 0), Number(query.get('pageSize') ?? 20)];
      return {
        status: 200,
        json: {
          hosts: all.slice(from, from + size),
          hasNext: from + size < all.length,
          totalElements: all.length,
        },
      };
    });
    const hosts = await client().hosts();
    expect(hosts.map(({ id }) => id)).toEqual(all.map(({ resourceId }) => resourceId));
    expect(hosts[0]).toEqual({
      id: 'host-0',
      name: 'n0',
      serialNumber: '',
      uuid: '',
      hostStatus: '',
      instance: null,
    });
    expect(apiCalls()).toHaveLength(4);
  });

  it('is a host’s instance', async () => {
    const instance = {
      instanceID: 'inst-1',
      os: { name: 'Ubuntu', imageId: '22.04.5' },
      provisioningStatus: 'Provisioned',
    };
    const host = {
      resourceId: 'host-1',
      name: 'a',
      serialNumber: 'VH1',
      uuid: 'AA-BB',
      hostStatus: 'Running',
      instance,
      more: { of: 'it' },
    };
    answerWith(() => ({ status: 200, json: { hosts: [host] } }));
    expect(await client().hosts()).toEqual([
      {
        id: 'host-1',
        name: 'a',
        serialNumber: 'VH1',
        uuid: 'aa-bb',
        hostStatus: 'Running',
        instance: {
          id: 'inst-1',
          os: 'Ubuntu',
          image: '22.04.5',
          provisioningStatus: 'Provisioned',
        },
      },
    ]);
  });

  it('ends where a server says for ever that there is more', async () => {
    answerWith(() => ({ status: 200, json: { hosts: [{ resourceId: 'host-1' }], hasNext: true } }));
    expect(await client().hosts()).toHaveLength(1);
    expect(apiCalls()).toHaveLength(2);
  });

  it('is never more than a list can have, whoever answers', async () => {
    let page = 0;
    answerWith(() => ({
      status: 200,
      json: {
        hosts: [{ resourceId: `host-${++page}`, hostStatus: 'x'.repeat(20 * 1024 * 1024) }],
        hasNext: true,
      },
    }));
    expect(await errorOf(client().hosts())).toMatchObject({
      code: 'orchestrator-unreachable',
      summary: expect.stringContaining('the answer is too large') as string,
    });
    expect(page).toBe(4);
  });

  it('is the beginning of what is too long, and its length', async () => {
    const hostStatus = 'x'.repeat(5_000_000);
    answerWith(() => ({ status: 200, json: { hosts: [{ resourceId: 'host-1', hostStatus }] } }));
    const [host] = await client().hosts();
    expect(host?.hostStatus).toBe(`${'x'.repeat(1000)}… (5000000 characters)`);
    answerWith(() => ({ status: 200, json: { hosts: [{ resourceId: hostStatus }] } }));
    expect((await errorOf(client().hosts())).summary).toContain('an entry has no `resourceId`');
  });

  it('takes a list that is left out for an empty one, and nothing else', async () => {
    answerWith(() => ({ status: 200, json: { totalElements: 0 } }));
    expect(await client().hosts()).toEqual([]);
    answerWith(() => ({ status: 200, json: { message: 'hello' } }));
    expect((await errorOf(client().hosts())).summary).toContain('it has no list `hosts`');
  });

  it('is the operating systems', async () => {
    answerWith(() => ({
      status: 200,
      json: {
        OperatingSystemResources: [{ profileName: 'microvisor-nonrt', osResourceID: 'os-1' }],
      },
    }));
    expect(await client().osProfiles()).toEqual([{ name: 'microvisor-nonrt', id: 'os-1' }]);
  });
});

describe('a look whether anything answers', () => {
  const reach = () => ({
    caCertificates: [trusted.der],
    addresses: ADDRESSES,
    env: {},
    userAgent: 'ven/test',
  });
  const at = (path: string) => new URL(`https://${API}:${String(service.port)}${path}`);

  it('takes any answer', async () => {
    service.answer = () => ({ status: 404 });
    await checkAnswers(at('/a.efi'), reach(), 1);
    expect(service.asked).toMatchObject([{ method: 'HEAD', path: '/a.efi' }]);
  });

  it('looks once, and for so long', async () => {
    service.answer = () => 'silence';
    expect((await errorOf(checkAnswers(at('/a.efi?x=1'), reach(), 0.2))).summary).toContain(
      'within 0.2 s',
    );
    expect(service.asked).toHaveLength(1);
    expect(
      (await errorOf(checkAnswers(at('/'), { ...reach(), caCertificates: [other.der] }, 1)))
        .summary,
    ).toContain('signed by no authority');
  });
});
