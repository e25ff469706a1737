/** Tokens, and what is tried again. */
import { describe, expect, it } from 'vitest';
import {
  HOSTS,
  IMPATIENT,
  PATIENCE,
  answerWith,
  apiCalls,
  client,
  errorOf,
  inventory,
  serveTheClient,
  service,
  token,
  tokenCalls,
} from './client.ts';
import { API, KEYCLOAK, type Answer } from './service.ts';

serveTheClient();

describe('the token', () => {
  it('is fetched once for all who ask', async () => {
    inventory();
    const one = client();
    await Promise.all(Array.from({ length: 30 }, () => one.hosts()));
    expect(tokenCalls()).toHaveLength(1);
  });

  it('is fetched anew before it ends, however long the run', async () => {
    inventory();
    let now = 0;
    const one = client({ now: () => now });
    for (let call = 0; call < 100; call++, now += 180_000) await one.hosts();
    // Each lasts 300 s, of which the last 30 are not used: enough for two calls.
    expect(tokenCalls()).toHaveLength(50);
    expect(apiCalls()).toHaveLength(100);
  });

  it('that is refused midway is fetched once more, by all together', async () => {
    let good = 1;
    answerWith(
      () => ({ status: 200, json: { hosts: [] } }),
      () => good,
    );
    const one = client();
    await one.hosts();
    good = 2;
    await Promise.all(Array.from({ length: 20 }, () => one.hosts()));
    expect(tokenCalls()).toHaveLength(2);
  });

  it('that is refused again and again is not tried for ever', async () => {
    answerWith(
      () => ({ status: 200 }),
      () => 0,
    );
    const error = await errorOf(client().hosts());
    expect(error.code).toBe('orchestrator-refused');
    expect(error.summary).toContain('401');
    expect([tokenCalls().length, apiCalls().length]).toEqual([2, 2]);
  });

  it('is not there for a wrong password, which is tried once', async () => {
    service.answer = ({ body }) => ({
      status: 401,
      json: { error: 'invalid_grant', error_description: 'Invalid user credentials', echo: body },
    });
    const error = await errorOf(client().hosts());
    expect(error.code).toBe('orchestrator-refused');
    expect(error.summary).toContain('401, the user name or the password is wrong');
    expect(error.detail).toContain('Invalid user credentials');
    expect(service.asked).toHaveLength(1);
  });

  it.each([
    ['no token', { status: 200, json: { access: 'x' } }],
    ['HTML', { status: 200, text: '<h1>Sign in</h1>' }],
  ] as const)('is none when the answer is %s', async (_, answer) => {
    service.answer = () => answer;
    expect((await errorOf(client().hosts())).code).toBe('orchestrator-unreachable');
    expect(service.asked).toHaveLength(1);
  });
});

describe('trouble that passes', () => {
  /** Fails `times` calls of the API. */
  function failing(times: number, answer: Answer): void {
    let left = times;
    answerWith(() => (left-- > 0 ? answer : { status: 200, json: { hosts: [] } }));
  }

  it.each([
    ['503', { status: 503 }],
    ['502', { status: 502 }],
    ['504', { status: 504 }],
    ['429', { status: 429 }],
    ['a connection that is cut off', 'reset'],
  ] as const)('%s is tried again', async (_, answer) => {
    failing(3, answer);
    expect(await client().hosts()).toEqual([]);
    expect(apiCalls()).toHaveLength(4);
  });

  it('an answer that does not come is tried again', async () => {
    failing(1, 'silence');
    expect(await client({ patience: IMPATIENT }).hosts()).toEqual([]);
    expect(apiCalls()).toHaveLength(2);
  });

  it('half of a call’s time is survived, with few attempts and growing pauses', async () => {
    const until = performance.now() + 1000;
    answerWith(() =>
      performance.now() < until ? { status: 503 } : { status: 200, json: { hosts: [] } },
    );
    expect(await client().hosts()).toEqual([]);
    const times = apiCalls().map(({ at }) => at);
    expect(times.length).toBeLessThan(16);
    expect(times.length).toBeGreaterThan(5);
    expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBeGreaterThan(
      2 * ((times[1] ?? 0) - (times[0] ?? 0)),
    );
  });

  it('Retry-After is followed, up to a limit', async () => {
    const pauseAfter = async (header: string, patience = PATIENCE): Promise<number> => {
      service.asked.length = 0;
      failing(1, { status: 503, headers: { 'retry-after': header } });
      await client({ patience }).hosts();
      const [first, second] = apiCalls();
      return (second?.at ?? 0) - (first?.at ?? 0);
    };
    // One that is longer than the whole call may take would end it.
    expect(await pauseAfter('3600')).toBeGreaterThanOrEqual(400);
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    expect(await pauseAfter(inAnHour)).toBeGreaterThanOrEqual(400);
    await pauseAfter('soon', { ...PATIENCE, longestRetryAfter: 3600 });
  });

  it('a token that can’t be had for a while is waited for', async () => {
    let left = 3;
    service.answer = ({ host }) => {
      if (left-- > 0) return { status: 503 };
      return { status: 200, json: host === KEYCLOAK ? { access_token: token(1) } : { hosts: [] } };
    };
    expect(await client().hosts()).toEqual([]);
    expect(tokenCalls()).toHaveLength(4);
  });

  it('that does not pass ends, and says how often it was tried', async () => {
    answerWith(() => ({ status: 503, text: '<html>\n<b>upstream down</b></html>' }));
    const error = await errorOf(client({ patience: { ...PATIENCE, call: 1 } }).hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toBe(
      `GET https://${API}:${String(service.port)}${HOSTS}: 503, the orchestrator is not available`,
    );
    expect(error.detail).toMatch(
      /^It said: <html> <b>upstream down<\/b><\/html>\nTried \d+ times in 1 s\.$/,
    );
    expect(apiCalls().length).toBeLessThan(20);
  });

  it('that has lasted is not waited for by each call anew', async () => {
    answerWith(() => ({ status: 503 }));
    const one = client({ patience: { ...PATIENCE, call: 1 } });
    await errorOf(one.hosts());
    service.asked.length = 0;
    for (let call = 0; call < 10; call++) await errorOf(one.hosts());
    expect(apiCalls().length).toBeLessThan(20);
    answerWith(() => ({ status: 200, json: { hosts: [] } }));
    expect(await one.hosts()).toEqual([]);
  });

  it('ends at once when it is interrupted, and others go on', async () => {
    const stop = new AbortController();
    answerWith(() =>
      stop.signal.aborted ? { status: 200, json: { hosts: [] } } : { status: 503 },
    );
    const one = client();
    const both = Promise.allSettled([one.hosts(stop.signal), one.hosts()]);
    setTimeout(() => {
      stop.abort();
    }, 50);
    expect(await both).toMatchObject([
      { status: 'rejected', reason: { code: 'interrupted' } },
      { status: 'fulfilled', value: [] },
    ]);
    await expect(one.hosts(stop.signal)).rejects.toMatchObject({ code: 'interrupted' });
  });
});
