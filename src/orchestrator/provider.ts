import { VenError } from '../model/index.js';
import { configOf, type Json, type Provider } from './answers.js';
import type { Call } from './exchange.js';

/** What gives new hosts their operating system. */
const KIND = 'PROVIDER_KIND_BAREMETAL';
const NAME = 'infra_onboarding';
/** The API wants these, and uses them for nothing. */
const UNUSED = { apiEndpoint: 'unused', apiCredentials: ['unused'] };
const KEPT = ['providerVendor', 'apiEndpoint', 'apiCredentials'];

/** Within a project: the path below it. */
export type ProjectCall<T> = Pick<
  Call<T>,
  'method' | 'signal' | 'read' | 'accept' | 'lookFirst' | 'oneHost'
> & {
  path: string;
  json?: Json;
};

export interface ProviderPorts {
  /** Under nobody's signal, as all but the first look: an end in between would leave the project without its provider. */
  call<T>(call: Omit<ProjectCall<T>, 'signal'>): Promise<T>;
  providers(signal?: AbortSignal): Promise<Provider[]>;
  /** An outage so far does not count. */
  beginAnew(): void;
  /** Without what nobody may see. */
  shown(text: string): string;
  /** Where providers are made. */
  url: string;
  signal: AbortSignal | undefined;
}

/**
 * A provider can't be changed: it is deleted and made again with what it said before, but for the operating system. When the new
 * one can't be made, the old one is put back; when that can't be either, the error says what it was.
 */
export async function setDefaultOs(
  id: string,
  ports: ProviderPorts,
): Promise<{ changed: boolean }> {
  const find = async (signal?: AbortSignal): Promise<Provider | null> =>
    (await ports.providers(signal)).find(({ fields }) => fields['name'] === NAME) ?? null;
  const make = async (fields: Json): Promise<void> => {
    await ports.call({
      method: 'POST',
      path: '/providers',
      json: fields,
      read: () => true,
      lookFirst: async () => ((await find()) === null ? null : true),
    });
  };
  const isSet = (config: Json): boolean =>
    config['defaultOs'] === id && config['autoProvision'] === true;
  const old = await find(ports.signal);
  const config = old === null ? {} : configOf(old);
  if (isSet(config)) return { changed: false };
  const kept =
    old === null
      ? {}
      : Object.fromEntries(
          KEPT.filter((key) => key in old.fields).map((key) => [key, old.fields[key]]),
        );
  const fields = { ...UNUSED, ...kept, providerKind: KIND, name: NAME };
  const wanted = {
    ...fields,
    config: JSON.stringify({ ...config, defaultOs: id, autoProvision: true }),
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
      ports.beginAnew();
      // Whatever was done before its answer was lost.
      const left = await find();
      if (left !== null && isSet(configOf(left))) return { changed: true };
      if (left === null) await make({ ...fields, config: old.fields['config'] });
    } catch (second) {
      if (!(second instanceof VenError)) throw second;
      // Neither its endpoint, which the API uses for nothing, nor its credentials.
      const had = ['providerVendor', 'config']
        .filter((key) => key in old.fields)
        .map((key) => `${key}: ${ports.shown(String(old.fields[key]))}`);
      throw failed(
        `The provider ${NAME} is deleted, or may be, and can't be put back: ${second.summary}\nIt had ${had.join(', ')}`,
        `Once the orchestrator answers again, make it with that (POST ${ports.url}, name ${NAME}, providerKind ${KIND}), and type the command again: by itself it would make one without.`,
      );
    }
    throw failed('The provider is as it was.');
  }
}
