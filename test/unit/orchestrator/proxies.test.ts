/** Through a proxy, and past it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PATIENCE, client, errorOf, inventory, other, serveTheClient, service } from './client.ts';
import { API, KEYCLOAK, openProxy, type Proxy } from './service.ts';

serveTheClient();

describe('a proxy', () => {
  let proxy: Proxy;
  beforeEach(async () => {
    proxy = await openProxy();
    inventory();
  });
  afterEach(() => proxy.close());

  it.each(['https_proxy', 'HTTPS_PROXY'])(
    'of %s is gone through, with TLS verified to the end',
    async (name) => {
      const env = { [name]: proxy.url.replace('http://', 'http://me:pw%20canary@') };
      expect(await client({ env }).hosts()).toEqual([]);
      expect(proxy.asked).toEqual([
        `${KEYCLOAK}:${String(service.port)}`,
        `${API}:${String(service.port)}`,
      ]);
      expect(proxy.authorization).toBe(`Basic ${Buffer.from('me:pw canary').toString('base64')}`);
      expect(
        (await errorOf(client({ env, caCertificates: [other.der] }).hosts())).summary,
      ).toContain('signed by no authority');
    },
  );

  it.each([
    'orch.test',
    '.orch.test',
    '*.orch.test',
    '127.0.0.1',
    '127.0.0.0/8',
    '*',
    `x.test, ${API},${KEYCLOAK}`,
    'API.orch.test keycloak.ORCH.test.',
  ])('is gone around for no_proxy=%s', async (exempt) => {
    for (const name of ['no_proxy', 'NO_PROXY'])
      await client({ env: { https_proxy: proxy.url, [name]: exempt } }).hosts();
    expect(proxy.asked).toEqual([]);
  });

  it.each(['orch.tes', 'h.test', '128.0.0.0/8', 'orch.test:1', '127.0.0.1/33', ''])(
    'is not gone around for no_proxy=%j',
    async (exempt) => {
      await client({ env: { https_proxy: proxy.url, no_proxy: exempt } }).hosts();
      expect(proxy.asked).toHaveLength(2);
    },
  );

  it('for http is none for https', async () => {
    await client({ env: { http_proxy: proxy.url, https_proxy: '' } }).hosts();
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [407, 1],
    [403, 1],
  ])('that answers %i is told, with the way around it', async (status, times) => {
    proxy.refuseWith = status;
    const error = await errorOf(
      client({ env: { https_proxy: proxy.url.replace('http://', 'http://me:canary@') } }).hosts(),
    );
    expect(error.code).toBe('orchestrator-unreachable');
    expect(error.summary).toContain(
      `the proxy ${proxy.url} refuses to connect to ${KEYCLOAK}:${String(service.port)} ` +
        `(${String(status)})`,
    );
    expect(error.hint).toContain(`add ${KEYCLOAK} to no_proxy`);
    expect(proxy.asked).toHaveLength(times);
  });

  it.each(['http://:::', 'ftp://proxy.test'])('that is none (%s) is told', async (url) => {
    const error = await errorOf(client({ env: { https_proxy: url } }).hosts());
    expect(error.summary).toContain('is not the address of a proxy');
  });

  it('that is not there is told, not the orchestrator', async () => {
    const { url } = proxy;
    await proxy.close();
    const error = await errorOf(
      client({ env: { https_proxy: url }, patience: { ...PATIENCE, call: 0.1 } }).hosts(),
    );
    expect(error.summary).toContain(`the proxy ${url} can't be reached`);
    proxy = await openProxy();
  });
});
