import { VenError } from '../model/index.js';
import { configOf, type Json, type Provider } from './answers.js';
import type { Call } from './exchange.js';
import type { ProjectCall } from './open.js';

/** What gives new hosts their operating system. */
const KIND = 'PROVIDER_KIND_BAREMETAL';
const NAME = 'infra_onboarding';
/** The API wants these, and uses them for nothing. */
const UNUSED = { apiEndpoint: 'unused', apiCredentials: ['unused'] };
const KEPT = ['providerVendor', 'apiEndpoint', 'apiCredentials'];

export interface ProviderPorts {
  call<T>(call: Omit<ProjectCall<T>, 'signal'>): ReturnType<(call: Call<T>) => Promise<T>>;
  providers(): Promise<Provider[]>;
}

/**
 * A provider can't be changed: it is deleted and made again with what it said before, but for the operating system. When the new
 * one is refused, the old one is put back.
 */
export async function setDefaultOs(id: string, ports: ProviderPorts): Promise<{ changed: boolean }> {
  const find = async (): Promise<Provider | null> => (await ports.providers()).find(({ fields }) => fields['name'] === NAME) ?? null;
  const make = async (fields: Json): Promise<void> => {
    await ports.call({
      method: 'POST',
      path: '/providers',
      json: fields,
      read: () => true,
      lookFirst: async () => ((await find()) === null ? null : true),
    });
  };
  const old = await find();
  const config = old === null ? {} : configOf(old);
  if (config['defaultOs'] === id && config['autoProvision'] === true) return { changed: false };
  const kept = old === null ? {} : Object.fromEntries(KEPT.filter((key) => key in old.fields).map((key) => [key, old.fields[key]]));
  const fields = { ...UNUSED, ...kept, providerKind: KIND, name: NAME };
  const wanted = { ...fields, config: JSON.stringify({ ...config, defaultOs: id, autoProvision: true }) };
  if (old !== null)
    await ports.call({ method: 'DELETE', path: `/providers/${encodeURIComponent(old.id)}`, read: () => null, accept: [404] });
  try {
    await make(wanted);
  } catch (error) {
    if (old === null || !(error instanceof VenError)) throw error;
    const back = await make({ ...fields, config: old.fields['config'] }).then(
      () => true,
      () => false,
    );
    const then = back
      ? 'The provider is as it was.'
      : `The provider ${NAME} was deleted and could not be made again: type the command again.`;
    throw new VenError(error.code, { summary: error.summary, detail: [error.detail, then].filter(Boolean).join('\n'), hint: error.hint });
  }
  return { changed: true };
}
