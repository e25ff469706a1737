import { VenError, type ProviderSettings } from '../model/index.js';
import { configOf, type Json, type Provider } from './answers.js';
import type { Call } from './exchange.js';

/** The provider that the orchestrator asks when a host is new. */
const KIND = 'PROVIDER_KIND_BAREMETAL';
const NAME = 'infra_onboarding';
/** The API requires these, and does not use them. */
const UNUSED = { apiEndpoint: 'unused', apiCredentials: ['unused'] };
const KEPT = ['providerVendor', 'apiEndpoint', 'apiCredentials'];

/** A call within a project: `path` is the part below the project's. */
export type ProjectCall<T> = Pick<
  Call<T>,
  'method' | 'signal' | 'read' | 'accept' | 'findResult' | 'oneHost'
> & {
  path: string;
  json?: Json;
};

export interface ProviderPorts {
  /**
   * Without a signal, as all calls after the first list: if they ended early, the project would
   * have no provider.
   */
  call<T>(call: Omit<ProjectCall<T>, 'signal'>): Promise<T>;
  providers(signal?: AbortSignal): Promise<Provider[]>;
  /** Forgets the outage so far. */
  forgetOutage(): void;
  /** Without secrets. */
  shown(text: string): string;
  /** The URL of providers, for messages. */
  url: string;
  signal: AbortSignal | undefined;
}

/** The provider among all of a project; null: it has none. */
export function ownOf(providers: readonly Provider[]): Provider | null {
  return providers.find(({ fields }) => fields['name'] === NAME) ?? null;
}

/** A setting that is missing is off. */
export function settingsOf(provider: Provider): ProviderSettings {
  const config = configOf(provider);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    defaultOs: text(config['defaultOs']),
    autoProvision: config['autoProvision'] === true,
    osSecurityFeatureEnable: config['osSecurityFeatureEnable'] === true,
    defaultLocalAccount: text(config['defaultLocalAccount']),
  };
}

/**
 * A provider can't be changed. So it is deleted and created again with its old content and the new
 * settings. If the new one can't be created, the old one is restored; if that fails too,
 * the error has the old content.
 */
export async function setProvider(
  settings: Partial<ProviderSettings>,
  ports: ProviderPorts,
): Promise<{ changed: boolean }> {
  const find = async (signal?: AbortSignal): Promise<Provider | null> =>
    ownOf(await ports.providers(signal));
  const make = async (fields: Json): Promise<void> => {
    await ports.call({
      method: 'POST',
      path: '/providers',
      json: fields,
      read: () => true,
      findResult: async () => ((await find()) === null ? null : true),
    });
  };
  const isSet = (provider: Provider): boolean => {
    const now: Json = { ...settingsOf(provider) };
    return Object.entries(settings).every(([key, value]) => now[key] === value);
  };
  const old = await find(ports.signal);
  if (old !== null && isSet(old)) return { changed: false };
  const kept =
    old === null
      ? {}
      : Object.fromEntries(
          KEPT.filter((key) => key in old.fields).map((key) => [key, old.fields[key]]),
        );
  const fields = { ...UNUSED, ...kept, providerKind: KIND, name: NAME };
  const wanted = {
    ...fields,
    config: JSON.stringify({ ...(old === null ? {} : configOf(old)), ...settings }),
  };
  try {
    if (old !== null)
      await ports.call({
        method: 'DELETE',
        path: `/providers/${encodeURIComponent(old.id)}`,
        read: () => null,
        accept: [404],
      });
    await make(wanted);
    return { changed: true };
  } catch (error) {
    if (old === null || !(error instanceof VenError)) throw error;
    const { code, summary, detail } = error;
    const failed = (then: string, hint = error.hint): VenError =>
      new VenError(code, { summary, detail: [detail, then].filter(Boolean).join('\n'), hint });
    try {
      ports.forgetOutage();
      // The call may have succeeded although its answer was lost.
      const left = await find();
      if (left !== null && isSet(left)) return { changed: true };
      if (left === null) await make({ ...fields, config: old.fields['config'] });
    } catch (second) {
      if (!(second instanceof VenError)) throw second;
      // Without the endpoint, which the API does not use, and the credentials.
      const had = ['providerVendor', 'config']
        .filter((key) => key in old.fields)
        .map((key) => `${key}: ${ports.shown(String(old.fields[key]))}`);
      throw failed(
        `The provider ${NAME} is, or may be, deleted, and can't be restored: ${second.summary}\n` +
          `It had ${had.join(', ')}`,
        `When the orchestrator answers again, create it with that (POST ${ports.url}, ` +
          `name ${NAME}, providerKind ${KIND}), then run the command again. ` +
          'The command alone would create one without that.',
      );
    }
    throw failed('The provider is unchanged.');
  }
}
