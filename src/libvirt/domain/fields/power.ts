/**
 * What a domain has beside its definition: whether it keeps that, starts with the host, and runs.
 */
import type { ObservedDomain, ResolvedVm } from '../../../model/index.js';
import { stateField, yesOrNo, type Actions } from './field.js';

export const persistent = stateField(({ domain }) =>
  domain.persistent
    ? {}
    : {
        fields: [
          {
            path: 'persistent',
            before: 'no',
            after: 'yes',
            effect: 'live',
            why: 'it would be gone with its power',
          },
        ],
        actions: { persist: true },
      },
);

export const autostart = stateField(({ vm, domain }) =>
  domain.autostart === vm.autostart
    ? {}
    : {
        fields: [
          {
            path: 'autostart',
            before: yesOrNo(domain.autostart),
            after: yesOrNo(vm.autostart),
            effect: 'live',
          },
        ],
        settings: ['autostart'],
      },
);

export const power = stateField(
  ({ vm, domain }) => {
    const change = vm.power === 'external' ? 'none' : powerChange(domain, vm.power);
    if (change === 'none') return {};
    const effect = change === 'cut' ? ('restart' as const) : ('live' as const);
    const before = domain.saved === undefined ? domain.power : 'saved';
    const field = { path: 'power', before, after: vm.power, effect };
    return { fields: [field], actions: { power: change } };
  },
  { name: 'power', wanted: (vm) => vm.power, observed: (domain) => domain.power },
);

function powerChange(
  domain: ObservedDomain,
  wanted: Exclude<ResolvedVm['power'], 'external'>,
): Actions['power'] {
  const runs = domain.live !== null && domain.saved === undefined;
  const on = domain.power === 'running' || domain.power === 'paused' || runs;
  if (wanted === 'off') return on ? 'stop' : 'none';
  if (domain.power === 'running') return 'none';
  return domain.power === 'crashed' && on ? 'cut' : 'start';
}
