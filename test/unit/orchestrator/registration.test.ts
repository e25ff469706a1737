/** A host is registered once, whatever goes wrong meanwhile. */
import { describe, expect, it } from 'vitest';
import {
  A,
  HOSTS,
  IMPATIENT,
  answerWith,
  apiCalls,
  client,
  errorOf,
  inventory,
  serveTheClient,
  tokenCalls,
} from './client.ts';

serveTheClient();

describe('registering', () => {
  it('sends a host once, and knows it again', async () => {
    const { hosts } = inventory();
    expect(await client().register(A)).toEqual({ id: 'host-1', already: false });
    expect(hosts).toEqual([
      { resourceId: 'host-1', hostStatus: '', name: 'a', serialNumber: 'VH001', autoOnboard: true },
    ]);
    expect(apiCalls().find(({ method }) => method === 'POST')?.path).toBe(`${HOSTS}/register`);
    expect(await client().register(A)).toEqual({ id: 'host-1', already: true });
    expect(hosts).toHaveLength(1);
  });

  it('asks for the list once for many that register together, and not again', async () => {
    const { hosts } = inventory();
    const one = client();
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...A,
      name: `n${String(index)}`,
      serialNumber: `VN${String(index).padStart(3, '0')}`,
    }));
    await Promise.all(many.map((host) => one.register(host)));
    expect(hosts).toHaveLength(40);
    expect(apiCalls().filter(({ method }) => method === 'GET')).toHaveLength(1);
    expect(tokenCalls()).toHaveLength(1);
    expect(await one.register(A)).toMatchObject({ already: false });
    expect(await one.register(A)).toMatchObject({ already: true });
  });

  it.each([
    ['was cut off after it was done', 'reset', true, 1],
    ['was cut off before', 'reset', false, 2],
    ['ended in a 504 after it was done', { status: 504 }, true, 1],
    ['ended in a 503 before', { status: 503 }, false, 2],
    ['was never answered, though done', 'silence', true, 1],
  ] as const)(
    'looks first whether it is there when a registration %s',
    async (_, answer, done, posts) => {
      const { hosts } = inventory((registration) => (registration === 1 ? { answer, done } : null));
      expect(await client({ patience: IMPATIENT }).register(A)).toEqual({
        id: 'host-1',
        already: false,
      });
      expect(hosts).toHaveLength(1);
      expect(apiCalls().filter(({ method }) => method === 'POST')).toHaveLength(posts);
    },
  );

  it('is done where a newer list of hosts fails; only its caller gets the error', async () => {
    let now = Date.now();
    let lists = 0;
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const one = client({ now: () => now, patience: { ...IMPATIENT, call: 0 } });
    let second: Promise<unknown> = Promise.resolve();
    answerWith(({ method }) => {
      if (method === 'GET')
        return lists++ === 0
          ? { status: 200, json: { hosts: [], hasNext: false, totalElements: 0 } }
          : 'silence';
      now += 11_000;
      second = errorOf(one.register({ name: 'b', serialNumber: 'SB', uuid: 'b' }));
      return { status: 200, json: { resourceId: 'host-1' } };
    });
    expect(await one.register(A)).toEqual({ id: 'host-1', already: false });
    expect(await second).toMatchObject({ code: 'orchestrator-unreachable' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('takes a conflict with itself for the same host', async () => {
    const { hosts } = inventory(() => ({
      answer: { status: 409, json: { message: 'exists' } },
      done: true,
    }));
    expect(await client().register(A)).toEqual({ id: 'host-1', already: true });
    expect(hosts).toHaveLength(1);
  });

  it('refuses another host’s serial number before it sends, and an unseen conflict', async () => {
    const { hosts } = inventory(() => ({ answer: { status: 409 }, done: false }));
    hosts.push({ resourceId: 'host-7', name: 'somebody', serialNumber: A.serialNumber });
    const error = await errorOf(client().register(A));
    expect(error.code).toBe('foreign-object');
    expect(error.summary).toMatch(/registered already, as "somebody"$/);
    expect(error.hint).toContain('or give it the name of this VM there');
    expect(apiCalls().some(({ method }) => method === 'POST')).toBe(false);
    hosts.length = 0;
    expect(await errorOf(client().register(A))).toMatchObject({
      code: 'host-refused',
      summary: expect.stringContaining('409') as string,
    });
  });

  it('knows a host by its UUID, whatever its name, and refuses the same name', async () => {
    const { hosts } = inventory();
    hosts.push({
      resourceId: 'host-7',
      name: 'renamed',
      serialNumber: A.serialNumber,
      uuid: A.uuid.toUpperCase(),
    });
    expect(await client().register(A)).toEqual({ id: 'host-7', already: true });
    const [other] = hosts.splice(0, 1, {
      ...hosts[0],
      name: A.name,
      uuid: '00000000-0000-4000-8000-000000000000',
    });
    expect(other?.['name']).toBe('renamed');
    const error = await errorOf(client().register(A));
    expect(error.code).toBe('foreign-object');
    expect(error.summary).toContain(
      `as "a", which has booted with the UUID 00000000-0000-4000-8000-000000000000, not ${A.uuid}`,
    );
    expect(error.hint).toContain(
      'delete it in the orchestrator. If not, give this VM another serial number',
    );
    await expect(client().unregister(A)).rejects.toMatchObject({
      code: 'foreign-object',
      summary: expect.stringContaining(
        `is not a, but "a", which has booted with the UUID 00000000`,
      ) as string,
    });
    expect(apiCalls().every(({ method }) => method === 'GET')).toBe(true);
  });

  it.each([
    [400, 'host-refused'],
    [422, 'host-refused'],
    [401, 'orchestrator-refused'],
    [403, 'orchestrator-refused'],
    [404, 'orchestrator-refused'],
    [500, 'orchestrator-unreachable'],
  ])('tells by its code whether %i is about this host alone', async (status, code) => {
    inventory(() => ({ answer: { status, json: { message: 'no' } }, done: false }));
    expect((await errorOf(client().register(A))).code).toBe(code);
  });

  it('says what is wrong with a host whose status is not empty', async () => {
    inventory(() => ({
      answer: { status: 200, json: { resourceId: 'host-1', hostStatus: 'Error: no licence' } },
      done: false,
    }));
    expect((await errorOf(client().register(A))).summary).toContain(
      'its status is "Error: no licence"',
    );
  });

  it('is undone, twice if need be', async () => {
    const { hosts } = inventory();
    const [one, other] = [client(), client()];
    await one.register(A);
    await other.register(A);
    expect(await one.unregister(A)).toEqual({ removed: true });
    // It has read of the host a moment ago, and does not ask again.
    expect(await other.unregister(A)).toEqual({ removed: true });
    expect(hosts).toEqual([]);
    expect(await one.register(A)).toEqual({ id: 'host-1', already: false });
  });
});
