/** CPUs, memory, and what runs them. */
import type { DomainFacts } from '../../../model/index.js';
import { attribute, child, textAt } from '../../../xml/index.js';
import { remove, removeNamed } from '../../edit.js';
import { bytesIn, formatKiB } from '../../units.js';
import {
  changeOf,
  transplant,
  valueField,
  wholeNumber,
  type Comparison,
  type Difference,
  type Field,
  type Patch,
} from './field.js';

export const cpus: Field<Pick<DomainFacts, 'cpus' | 'maxCpus'>> = {
  read({ domain }) {
    const maxCpus = wholeNumber(textAt(domain, 'vcpu')) ?? 1;
    return {
      cpus: wholeNumber(attribute(child(domain, 'vcpu'), 'current')) ?? maxCpus,
      maxCpus,
    };
  },
  patches: { cpus: patchCpus },
  compare: ({ vm, domain }) =>
    compareAmount(domain, {
      path: 'cpus',
      wanted: vm.cpus,
      found: ({ cpus, maxCpus }) => ({ current: cpus, maximum: maxCpus }),
      shown: String,
    }),
  shown: {
    name: 'cpus',
    wanted: (vm) => String(vm.cpus),
    observed: ({ config }) => String(config.cpus),
  },
  digest: ({ cpus, maxCpus }) => (cpus === maxCpus ? [cpus] : [cpus, maxCpus]),
  covers: { places: ['vcpu'] },
};

/** What pins the CPUs to those of the host stays. */
function patchCpus(patch: Patch): void {
  const count = child(patch.domain, 'vcpu');
  if (!count) transplant(patch, 'vcpu', ['memory', 'currentMemory']);
  else {
    delete count.attrs['current'];
    count.children = [String(patch.vm.cpus)];
  }
  // Both name a number of CPUs of their own, and libvirt refuses a definition where they disagree.
  removeNamed(patch.domain, 'vcpus');
  const cpu = child(patch.domain, 'cpu');
  const topology = child(cpu, 'topology');
  if (cpu && topology) {
    const product = ['sockets', 'dies', 'clusters', 'cores', 'threads'].reduce(
      (n, key) => n * Number(attribute(topology, key) ?? 1),
      1,
    );
    if (product !== patch.vm.cpus) remove(cpu, topology);
  }
}

export const memory: Field<Pick<DomainFacts, 'memoryKiB' | 'currentMemoryKiB'>> = {
  read({ domain }) {
    const kiB = (name: string): number => Math.round(bytesIn(child(domain, name), 'KiB') / 1024);
    const memoryKiB = kiB('memory');
    // libvirt takes more than the maximum for the maximum.
    const current = child(domain, 'currentMemory') ? kiB('currentMemory') : memoryKiB;
    return { memoryKiB, currentMemoryKiB: Math.min(current, memoryKiB) };
  },
  patches: {
    memory(patch) {
      const before = ['name', 'uuid', 'title', 'description', 'metadata', 'maxMemory'];
      transplant(patch, 'memory', before);
      transplant(patch, 'currentMemory', ['memory']);
    },
  },
  compare: ({ vm, domain }) =>
    compareAmount(domain, {
      path: 'memory',
      wanted: vm.memoryKiB,
      found: ({ memoryKiB, currentMemoryKiB }) => ({
        current: currentMemoryKiB,
        maximum: memoryKiB,
      }),
      shown: formatKiB,
    }),
  shown: {
    name: 'memory',
    wanted: (vm) => formatKiB(vm.memoryKiB),
    observed: ({ config }) => formatKiB(config.memoryKiB),
  },
  digest: ({ memoryKiB, currentMemoryKiB }) =>
    memoryKiB === currentMemoryKiB ? [memoryKiB] : [memoryKiB, currentMemoryKiB],
  covers: { places: ['memory', 'currentMemory'] },
};

/** libvirt has two numbers for it: what a VM has now, and the most it can be given. */
interface Amount {
  current: number;
  maximum: number;
}

/** Both are to be what the fleet file says. Shown is the one that is not. */
function compareAmount(
  domain: Comparison['domain'],
  {
    path,
    wanted,
    found,
    shown,
  }: {
    path: string;
    wanted: number;
    found: (facts: DomainFacts) => Amount;
    shown: (amount: number) => string;
  },
): Difference {
  const told = ({ current, maximum }: Amount): string =>
    current === wanted && maximum !== wanted
      ? `${shown(current)} (maximum ${shown(maximum)})`
      : shown(current);
  const change = changeOf(domain, {
    path,
    wanted: shown(wanted),
    found: (facts) => told(found(facts)),
    effect: 'restart',
  });
  if (change === null) return {};
  return change.define ? { fields: [change.field], define: [path] } : { fields: [change.field] };
}

const decided = valueField<Pick<DomainFacts, 'accelerator'>>({
  path: 'accelerator',
  read({ domain }) {
    const type = attribute(domain, 'type');
    return { accelerator: type === 'kvm' || type === 'qemu' ? type : 'other' };
  },
  patch(patch) {
    if (patch.vm.accelerator === 'auto')
      throw new Error(`${patch.vm.address}: the accelerator is not decided`);
    patch.domain.attrs['type'] = patch.vm.accelerator;
    transplant(patch, 'cpu', ['features', 'os']);
  },
  wanted: (vm) => vm.accelerator,
  found: (facts) => facts.accelerator,
  effect: 'restart',
  digest: (facts) => [facts.accelerator],
  covers: { places: ['@type'] },
});

export const accelerator: Field<Pick<DomainFacts, 'accelerator'>> = {
  ...decided,
  // `auto` is decided once, when the VM is made.
  compare: (comparison) =>
    comparison.vm.accelerator === 'auto' ? {} : decided.compare(comparison),
};
