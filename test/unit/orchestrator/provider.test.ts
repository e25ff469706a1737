/** The default operating system is set without losing what the provider had. */
import { describe, expect, it } from 'vitest';
import {
  PASSWORD,
  PATIENCE,
  answerWith,
  apiCalls,
  client,
  errorOf,
  serveTheClient,
} from './client.ts';
import type { Answer, Asked } from './service.ts';

serveTheClient();

describe('the default operating system', () => {
  function providers(
    refused: (config: string) => boolean = () => false,
    trouble: (asked: Asked) => Answer | null = () => null,
  ): { all: Record<string, unknown>[] } {
    const all: Record<string, unknown>[] = [];
    answerWith((asked) => {
      const { method, path, body } = asked;
      const planned = trouble(asked);
      if (planned !== null) return planned;
      if (method === 'GET') return { status: 200, json: { providers: all } };
      if (method === 'DELETE') {
        all.splice(
          all.findIndex(({ providerID }) => path.endsWith(`/providers/${String(providerID)}`)),
          1,
        );
        return { status: 204 };
      }
      const sent = JSON.parse(body) as Record<string, unknown>;
      if (refused(String(sent['config']))) return { status: 400, json: { message: 'no such OS' } };
      all.push({ ...sent, providerID: `provider-${String(apiCalls().length)}` });
      return { status: 201, json: sent };
    });
    return { all };
  }
  const config = ({ all }: { all: Record<string, unknown>[] }): unknown =>
    JSON.parse(String(all[0]?.['config']));

  it('is set where there is no provider, and once', async () => {
    const known = providers();
    expect(await client().setProvider({ defaultOs: 'os-1', autoProvision: true })).toEqual({
      changed: true,
    });
    expect(known.all).toMatchObject([
      { providerKind: 'PROVIDER_KIND_BAREMETAL', name: 'infra_onboarding' },
    ]);
    expect(config(known)).toEqual({ defaultOs: 'os-1', autoProvision: true });
    expect(await client().setProvider({ defaultOs: 'os-1', autoProvision: true })).toEqual({
      changed: false,
    });
  });

  it('keeps what else the provider says', async () => {
    const known = providers();
    const old = { defaultOs: 'os-1', autoProvision: true, osSecurityFeatureEnable: true };
    known.all.push({
      providerID: 'provider-0',
      name: 'infra_onboarding',
      apiEndpoint: 'mine',
      providerVendor: 'V',
      config: JSON.stringify(old),
    });
    expect(await client().setProvider({ defaultOs: 'os-2', autoProvision: true })).toEqual({
      changed: true,
    });
    expect(known.all).toHaveLength(1);
    expect(known.all[0]).toMatchObject({ apiEndpoint: 'mine', providerVendor: 'V' });
    expect(config(known)).toEqual({ ...old, defaultOs: 'os-2' });
  });

  it('puts the old one back when the new one is refused', async () => {
    const known = providers((text) => text.includes('os-9'));
    await client().setProvider({ defaultOs: 'os-1', autoProvision: true });
    const error = await errorOf(client().setProvider({ defaultOs: 'os-9', autoProvision: true }));
    expect(error.code).toBe('orchestrator-refused');
    expect(error.detail).toContain('It said: {"message":"no such OS"}\nThe provider is unchanged.');
    expect(config(known)).toEqual({ defaultOs: 'os-1', autoProvision: true });
  });

  const OLD = { defaultOs: 'os-1', autoProvision: true, osSecurityFeatureEnable: true };
  const old = () => ({
    providerID: 'provider-0',
    name: 'infra_onboarding',
    providerVendor: 'V',
    config: JSON.stringify(OLD),
  });

  it('is set all the same when it is interrupted once the provider is deleted', async () => {
    const stop = new AbortController();
    const known = providers(undefined, ({ method }) => {
      if (method === 'DELETE') stop.abort();
      return null;
    });
    known.all.push(old());
    expect(
      await client().setProvider({ defaultOs: 'os-2', autoProvision: true }, stop.signal),
    ).toEqual({ changed: true });
    expect(config(known)).toEqual({ ...OLD, defaultOs: 'os-2' });
    await expect(
      client().setProvider({ defaultOs: 'os-1', autoProvision: true }, stop.signal),
    ).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(config(known)).toMatchObject({ defaultOs: 'os-2' });
  });

  it('is put back, too, after an outage that took all of the new one’s time', async () => {
    let until = Infinity;
    const known = providers(undefined, ({ method }) => {
      if (method === 'POST' && until === Infinity) until = performance.now() + 1300;
      return until !== Infinity && performance.now() < until ? { status: 503 } : null;
    });
    known.all.push(old());
    const began = performance.now();
    const patience = { ...PATIENCE, call: 1 };
    const error = await errorOf(
      client({ patience }).setProvider({ defaultOs: 'os-2', autoProvision: true }),
    );
    expect(error.detail).toContain('The provider is unchanged.');
    expect(performance.now() - began).toBeGreaterThan(1000);
    expect(known.all).toMatchObject([{ providerVendor: 'V', config: JSON.stringify(OLD) }]);
  });

  it('was set where only the answer was lost, and stays where deleting is refused', async () => {
    let lost = false;
    const known = providers(undefined, ({ method, body }) => {
      if (method !== 'POST' || lost) return null;
      lost = true;
      known.all.push({ ...(JSON.parse(body) as object), providerID: 'provider-1' });
      return { status: 500 };
    });
    known.all.push(old());
    expect(await client().setProvider({ defaultOs: 'os-2', autoProvision: true })).toEqual({
      changed: true,
    });
    providers(undefined, ({ method }) => (method === 'DELETE' ? { status: 403 } : null)).all.push(
      old(),
    );
    expect(
      (await errorOf(client().setProvider({ defaultOs: 'os-3', autoProvision: true }))).detail,
    ).toBe('The provider is unchanged.');
  });

  it('is told with what the provider said, where it can’t be put back', async () => {
    const known = providers(() => true);
    known.all.push({ ...old(), apiEndpoint: 'mine', apiCredentials: ['canary'] });
    const error = await errorOf(client().setProvider({ defaultOs: 'os-2', autoProvision: true }));
    expect(error.detail).toContain("is, or may be, deleted, and can't be restored: POST https://");
    expect(error.detail).toMatch(
      // eslint-disable-next-line house/columns -- a regular expression, readable only whole
      /\nIt had providerVendor: V, config: \{"defaultOs":"os-1","autoProvision":true,"osSecurityFeatureEnable":true\}$/,
    );
    expect(error.hint).toMatch(
      // eslint-disable-next-line house/columns -- a regular expression, readable only whole
      /create it with that \(POST https:\S+\/providers, name infra_onboarding, providerKind PROVIDER_KIND_BAREMETAL\)/,
    );
  });

  it.each([
    ['ven', PASSWORD, '{"defaultOs":"os-ubuntu-22","of":"********"}'],
    ['ubuntu', PASSWORD, '{"defaultOs":"os-ubuntu-22","of":"********"}'],
    ['ubuntu', 'zzz', JSON.stringify({ defaultOs: 'os-ubuntu-22', of: PASSWORD })],
    ['ubuntu', 'UNT', '********'],
  ])(
    'is told whole, whatever the user name, but for the password: %s, %s',
    async (username, password, shown) => {
      const known = providers(() => true);
      known.all.push({
        ...old(),
        providerVendor: 'V-ven',
        config: JSON.stringify({ defaultOs: 'os-ubuntu-22', of: PASSWORD }),
      });
      const error = await client({ credentials: { username, password } })
        .setProvider({ defaultOs: 'os-2', autoProvision: true })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        detail: expect.stringContaining(
          `\nIt had providerVendor: V-ven, config: ${shown}`,
        ) as string,
      });
    },
  );
});
