/** What is told at once, and in which words. */
import { describe, expect, it } from 'vitest';
import {
  A,
  PASSWORD,
  PATIENCE,
  answerWith,
  apiCalls,
  client,
  errorOf,
  inventory,
  other,
  serveAgain,
  serveTheClient,
  service,
  trusted,
} from './client.ts';
import { KEYCLOAK, openProxy, type Answer, type Asked } from './service.ts';

serveTheClient();

describe('trouble that stays', () => {
  it.each([
    [400, 'orchestrator-refused', 'does not accept the request'],
    [403, 'orchestrator-refused', 'the user does not have the right to do this'],
    [404, 'orchestrator-refused', 'there is no project "infra-1"'],
    [409, 'orchestrator-refused', 'conflicts with what exists'],
    [500, 'orchestrator-unreachable', 'the orchestrator failed'],
    [302, 'orchestrator-refused', 'redirects to https://login.test, which'],
  ])('%i is told at once', async (status, code, what) => {
    answerWith(() => ({
      status,
      json: { message: 'no' },
      headers: { location: 'https://u:p@login.test/path?token=canary' },
    }));
    const error = await errorOf(client().checkProject());
    expect(error.code).toBe(code);
    expect(error.summary).toContain(`: ${String(status)}, `);
    expect(error.summary).toContain(what);
    expect(error.detail).toBe('It said: {"message":"no"}');
    expect(apiCalls()).toHaveLength(1);
  });

  it.each(['canary\r\nx-evil: 1', 'canary\n', 'canary€', 'can ary', 'canary\u0000'])(
    'a token that no header can carry is told as such: %j',
    async (token) => {
      service.answer = () => ({ status: 200, json: { access_token: token } });
      const error = await errorOf(client().checkProject());
      expect(error.summary).toContain('its `access_token` has a line break or other characters');
      const told = JSON.stringify({ ...error, summary: error.summary });
      expect(told).not.toMatch(/https_proxy|can ?ary/);
      expect(apiCalls()).toHaveLength(0);
    },
  );

  it('a project that is answered with nothing in it is none', async () => {
    answerWith(() => ({ status: 200, json: {} }));
    const error = await errorOf(client().checkProject());
    expect(error.code).toBe('orchestrator-refused');
    expect(error.summary).toContain('there is no project "infra-1"');
  });

  it('an answer that is no JSON is told with its beginning', async () => {
    answerWith(() => ({
      status: 200,
      text: `<!doctype html><title>Sign in</title>${'x'.repeat(5000)}`,
    }));
    const error = await errorOf(client().hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain('the answer is not JSON');
    expect(error.detail).toMatch(/^It said: <!doctype html><title>Sign in<\/title>x+…$/);
    expect(error.detail?.length).toBeLessThan(400);
  });

  it.each(['a list', 'an entry without an id'])('%s of another form is told', async (what) => {
    answerWith(() => ({
      status: 200,
      json: what === 'a list' ? { hosts: 'none' } : { hosts: [{ name: 'a' }] },
    }));
    expect((await errorOf(client().hosts())).summary).toContain('has the wrong form');
  });

  it('a server that echoes everything in a 500 gives no secret away', async () => {
    const echo = ({ headers, body }: Asked): Answer => ({
      status: 500,
      json: {
        request: { headers, body, parsed: Object.fromEntries(new URLSearchParams(body)) },
        again: JSON.stringify(body),
      },
    });
    service.answer = echo;
    expect((await errorOf(client().hosts())).detail).toContain('grant_type=password');
    answerWith((asked) => echo(asked));
    expect((await errorOf(client().hosts())).detail).toContain('authorization');
    answerWith((asked) => ({
      status: 500,
      text: `${asked.headers.authorization ?? ''} ${decodeURIComponent(PASSWORD)}`,
    }));
    await errorOf(client().register(A));
  });

  it('an authority that is not the fleet’s is refused, at once', async () => {
    inventory();
    const error = await errorOf(client({ caCertificates: [other.der] }).hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain('signed by no authority that ven trusts');
    expect(error.hint).toContain('caCertificate');
    expect((await errorOf(client({ caCertificates: null }).hosts())).summary).toContain(
      'signed by no authority',
    );
    expect(service.asked).toEqual([]);
  });

  it('verification can’t be turned off from outside', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await errorOf(client({ caCertificates: [other.der] }).hosts())).summary).toContain(
        'signed by no authority',
      );
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect(service.asked).toEqual([]);
  });

  it('a certificate for another name is refused', async () => {
    await service.close();
    await serveAgain(await trusted.authority.issue(['elsewhere.test', '127.0.0.1']));
    expect((await errorOf(client().hosts())).summary).toContain(
      `the certificate there is not for ${KEYCLOAK}`,
    );
  });

  it('a name that nobody knows is told', async () => {
    const error = await errorOf(client({ addresses: {}, domain: 'orch.invalid' }).hosts());
    expect(error.summary).toMatch(
      /there is no host keycloak\.orch\.invalid|can't be resolved at the moment/,
    );
  });

  it('what does not listen is told', async () => {
    await service.close();
    const error = await errorOf(client({ patience: { ...PATIENCE, call: 0.1 } }).hosts());
    expect(error.summary).toContain(`nothing listens at ${KEYCLOAK}:`);
    await serveAgain();
  });

  it('what does not speak TLS is told', async () => {
    const proxy = await openProxy();
    const domain = `orch.test:${new URL(proxy.url).port}`;
    const error = await errorOf(client({ domain, patience: { ...PATIENCE, call: 0.1 } }).hosts());
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain('does not speak TLS');
    await proxy.close();
  });
});
