import {
  hostOfVm,
  type Address,
  type NewProvisionReport,
  type ProvisionEvent,
} from '../../model/index.js';

/**
 * A run's nodes as `KEY=value` for a shell, a line each: whom they are, how they ended, and what
 * the orchestrator says that they installed. What is not known is empty.
 */
export const envFileReport: NewProvisionReport = (fleet, vms) => {
  const statuses = new Map<Address, string>();
  const emit = (event: ProvisionEvent): void => {
    if (event.type === 'node-finished') statuses.set(event.address, event.outcome);
    if (event.type !== 'provision-started') return;
    for (const { address, outcome } of event.nodes)
      if (outcome === 'ready') statuses.set(address, outcome);
  };
  return {
    emit,
    text: ({ result, hosts = [] }) => {
      const nodes = vms.flatMap((vm) => {
        const { os = '', image = '' } = hostOfVm(hosts, vm)?.instance ?? {};
        const key = `VEN_${vm.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
        return [
          [`${key}_SERIAL`, vm.serialNumber],
          [`${key}_UUID`, vm.uuid],
          [`${key}_STATUS`, statuses.get(`vm.${vm.name}`) ?? 'left'],
          [`${key}_OS`, os],
          [`${key}_IMAGE`, image],
        ] as const;
      });
      const lines = [
        ['VEN_FLEET', fleet],
        ['VEN_RESULT', result?.outcome ?? 'unfinished'],
        ['VEN_NODES', vms.map(({ name }) => name).join(' ')],
        ...nodes,
      ] as const;
      return lines.map(([key, value]) => `${key}=${forShell(value)}\n`).join('');
    },
  };
};

/** Texts come from the orchestrator: nothing in them means anything to a shell. */
function forShell(value: string): string {
  const line = value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return /^[\w./:@%+,-]*$/.test(line) ? line : `'${line.replaceAll("'", "'\\''")}'`;
}
