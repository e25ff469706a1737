/** What a person should know of an export; for standard error. */
import type { ExportedVm, ExportOptions, FleetExport } from '../../model/index.js';
import { listed } from '../text/words.js';
import { isReachable, whyUnreachable } from './reach.js';
import { EXPORT_VIEWS, type ExportFormat } from './views.js';

/** Lines; empty: there is nothing to say. */
export function exportNotes(
  { vms }: FleetExport,
  format: ExportFormat,
  { insecure }: ExportOptions,
): string {
  const { tool, addresses, bmcs, powers, takes } = EXPORT_VIEWS[format];
  const managed = bmcs === 'none' ? [] : vms.filter(({ bmc }) => bmc !== null);
  const notes: string[] = [];
  const note = (about: readonly ExportedVm[], text: (names: string) => string): void => {
    if (about.length > 0) notes.push(`${text(listed(about.map(({ vm }) => vm.name)))}\n`);
  };
  if (addresses)
    for (const [why, some] of Map.groupBy(
      vms.filter((vm) => !isReachable(vm)),
      whyUnreachable,
    ))
      note(some, (names) => `No address of ${names}: ${why}.`);
  if (bmcs === 'all')
    note(
      vms.filter(({ bmc }) => bmc === null),
      (names) => `Left out, for they have no BMC: ${names}.`,
    );
  if (takes.includes('with-secrets'))
    note(
      managed.filter(({ bmc }) => bmc?.credentials === null),
      () => "The BMCs' credentials are left out; --with-secrets writes them.",
    );
  if (takes.includes('insecure') && !insecure)
    note(
      managed.filter(({ bmc }) => bmc?.isOwnCertificate),
      (names) =>
        `The certificate of the BMC of ${names} is one that ven has made: have ${tool} trust it, ` +
        'or export with --insecure.',
    );
  note(
    managed.filter(({ bmc }) => bmc?.isLoopback),
    (names) =>
      `The BMC of ${names} listens on this machine's loopback: no other reaches it. Write ` +
      'bmc: { listen: ADDRESS }.',
  );
  if (powers)
    note(
      managed.filter(({ vm }) => vm.power !== 'external'),
      (names) =>
        `ven switches ${names} on and off, and so will ${tool}. Write power: external, and ven ` +
        'leaves that to others.',
    );
  return notes.join('');
}
