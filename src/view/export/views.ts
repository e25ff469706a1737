import type { ExportOptions, FleetExport } from '../../model/index.js';

/** A whole export as text, which ends in a newline. */
export type ExportText = (fleet: FleetExport, options: ExportOptions) => string;

/** Flags that mean something in some formats only. */
export type ExportFlag = 'namespace' | 'insecure' | 'with-secrets' | 'bmc-host' | 'user';

interface ExportView {
  /** The tool that reads it. */
  tool: string;
  /** It has the VMs' addresses, so the host is asked for DHCP leases. */
  addresses: boolean;
  /** `all`: it lists only VMs with a BMC. */
  bmcs: 'none' | 'some' | 'all';
  /** The tool switches the VMs on and off. */
  powers: boolean;
  takes: readonly ExportFlag[];
  load: () => Promise<ExportText>;
}

/** The formats of `ven export`. */
export const EXPORT_VIEWS: Readonly<Record<ExportFormat, ExportView>> = {
  metal3: {
    ...{ tool: 'Metal3', addresses: false, bmcs: 'all', powers: true },
    takes: ['namespace', 'insecure', 'with-secrets', 'bmc-host'],
    load: async () => (await import('./metal3.js')).metal3Text,
  },
  tinkerbell: {
    ...{ tool: 'Tinkerbell', addresses: false, bmcs: 'some', powers: true },
    takes: ['namespace', 'insecure', 'with-secrets', 'bmc-host'],
    load: async () => (await import('./tinkerbell.js')).tinkerbellText,
  },
  maas: {
    ...{ tool: 'MAAS', addresses: false, bmcs: 'some', powers: true },
    takes: ['with-secrets', 'bmc-host'],
    load: async () => (await import('./maas.js')).maasText,
  },
  ansible: {
    ...{ tool: 'Ansible', addresses: true, bmcs: 'some', powers: false },
    takes: ['bmc-host', 'user'],
    load: async () => (await import('./ansible.js')).ansibleText,
  },
  'ssh-config': {
    ...{ tool: 'ssh', addresses: true, bmcs: 'none', powers: false },
    takes: ['user'],
    load: async () => (await import('./ssh-config.js')).sshConfigText,
  },
  csv: {
    ...{ tool: 'a spreadsheet', addresses: true, bmcs: 'some', powers: false },
    takes: ['bmc-host'],
    load: async () => (await import('./csv.js')).csvText,
  },
};

export type ExportFormat = 'metal3' | 'tinkerbell' | 'maas' | 'ansible' | 'ssh-config' | 'csv';
