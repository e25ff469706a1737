/** CPUs, memory, and what runs them. */
import type { DomainFacts } from '../../../model/index.js';
import { attribute, child, textAt } from '../../../xml/index.js';
import { remove, removeNamed } from '../../edit.js';
import { bytesIn, formatKiB } from '../../units.js';
import { transplant, valueField, wholeNumber, type Field, type Patch } from './field.js';

export const cpus = valueField({
  path: 'cpus',
  read: ({ domain }) => ({
    cpus: wholeNumber(attribute(child(domain, 'vcpu'), 'current') ?? textAt(domain, 'vcpu')) ?? 1,
  }),
  patch: patchCpus,
  wanted: (vm) => String(vm.cpus),
  found: (facts) => String(facts.cpus),
  effect: 'restart',
  shown: true,
  digest: (facts) => [facts.cpus],
});

function patchCpus(patch: Patch): void {
  transplant(patch, 'vcpu', ['memory', 'currentMemory']);
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

export const memory = valueField({
  path: 'memory',
  read: ({ domain }) => ({
    memoryKiB: Math.round(bytesIn(child(domain, 'memory'), 'KiB') / 1024),
  }),
  patch: (patch) => {
    const before = ['name', 'uuid', 'title', 'description', 'metadata', 'maxMemory'];
    transplant(patch, 'memory', before);
    transplant(patch, 'currentMemory', ['memory']);
  },
  wanted: (vm) => formatKiB(vm.memoryKiB),
  found: (facts) => formatKiB(facts.memoryKiB),
  effect: 'restart',
  shown: true,
  digest: (facts) => [facts.memoryKiB],
});

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
});

export const accelerator: Field<Pick<DomainFacts, 'accelerator'>> = {
  ...decided,
  // `auto` is decided once, when the VM is made.
  compare: (comparison) =>
    comparison.vm.accelerator === 'auto' ? {} : decided.compare(comparison),
};
