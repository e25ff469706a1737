/** What `ignore` names has to be something that a plan can show of that VM. */
import { genericPath, IGNORABLE, nearest } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { diskTargets, nicList } from '../resolve/devices.js';
import { quote } from '../source/source.js';
import type { Report } from './report.js';

export function checkIgnored(vm: ExpandedVm, report: Report): void {
  vm.spec.ignore?.forEach((written, index) => {
    const path = [...vm.pathOf('ignore'), index];
    const { path: word, key } = genericPath(written);
    if (!IGNORABLE.includes(word)) {
      const guess = nearest(word, IGNORABLE)?.replace('*', key ?? '0');
      report({
        rule: 'unknown-path',
        path,
        message: `No plan shows ${quote(written)}`,
        hint:
          guess === undefined
            ? 'Write a path as plans show it: memory, cpu.model, disks.sda.size, nics.0.network.'
            : `Did you mean ${quote(guess)}?`,
      });
      return;
    }
    if (key === null || names(vm, word, key)) return;
    report({
      rule: 'unknown-path',
      path,
      message: `The VM ${vm.name} has no ${word.startsWith('disks') ? 'disk' : 'NIC'} ${key}`,
      hint:
        'Write its place in the list, from 0, ' +
        (word.startsWith('disks') ? 'or its target: disks.sda.' : 'or its MAC address.'),
    });
  });
}

/** A MAC is only known when all of the fleet's are. */
function names(vm: ExpandedVm, word: string, key: string): boolean {
  const count = word.startsWith('disks') ? diskTargets(vm.spec.disks).length : nicList(vm).length;
  if (/^\d{1,3}$/.test(key)) return Number(key) < count;
  if (word.startsWith('disks')) return diskTargets(vm.spec.disks).includes(key);
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(key);
}
