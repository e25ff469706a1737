import { child, childrenNamed } from '../../../xml/index.js';
import { setNamed } from '../../edit.js';
import { devicesOf, valueField, yesOrNo } from './field.js';

export const tpm = valueField({
  path: 'tpm',
  read: ({ devices }) => ({ tpm: child(devices, 'tpm') !== undefined }),
  patch({ domain, fresh }) {
    const wanted = childrenNamed(devicesOf(fresh), 'tpm');
    setNamed(devicesOf(domain), 'tpm', wanted, ['serial', 'console', 'input']);
  },
  wanted: (vm) => yesOrNo(vm.tpm),
  found: (facts) => yesOrNo(facts.tpm),
  effect: 'restart',
  shown: true,
  digest: (facts) => [facts.tpm],
  covers: { presence: ['devices/tpm'] },
});
