import {
  isNoFile,
  VenError,
  type Change,
  type DomainMark,
  type PlanOptions,
  type ResolvedFleet,
} from '../../model/index.js';
import { formatSome } from '../format.js';

/** A VM that is the fleet's, wherever it runs. */
export interface OwnedVm {
  mark: Pick<DomainMark, 'vm' | 'file'>;
}

/** Of fewer VMs than this, only all are too many. */
const A_FLEET = 4;

/**
 * Throws `delete-all` where a plan looks like the wrong file: all VMs of the fleet would be deleted
 * for good, or more than half of four or more. What counts are names, not paths: a clone of the
 * repository in another place names the same VMs. An apply deletes VMs that the file does not name.
 * A destroy deletes those that it names, too, and may delete others with the file that they were
 * last applied from. A VM that `--target` spells out is meant.
 */
export function refuseDeletingAll(
  fleet: ResolvedFleet,
  there: readonly OwnedVm[],
  changes: readonly Change[],
  { mode, targets, allowDeleteAll }: PlanOptions,
): void {
  if (allowDeleteAll === true) return;
  const named = new Set(fleet.vms.map(({ address }) => address));
  const deleted = new Set(
    changes.flatMap(({ action, address }) =>
      action === 'delete' && !targets.some((named) => [named, `vm.${named}`].includes(address))
        ? [address]
        : [],
    ),
  );
  const going = there.filter(({ mark }) => deleted.has(`vm.${mark.vm}`));
  const unnamed = going.filter(({ mark }) => !named.has(`vm.${mark.vm}`));
  const all = mode === 'apply' ? there.length : going.length;
  const isMost = unnamed.length === all || (all >= A_FLEET && unnamed.length * 2 > all);
  if (unnamed.length === 0 || !isMost) return;
  const isTheirFile = ({ mark }: OwnedVm): boolean =>
    mark.file !== undefined && mark.file === fleet.file && !isNoFile(mark.file);
  if (mode === 'destroy' && unnamed.every(isTheirFile)) return;
  throw refusal(fleet, unnamed, all, mode);
}

function refusal(
  fleet: ResolvedFleet,
  unnamed: readonly OwnedVm[],
  all: number,
  mode: PlanOptions['mode'],
): VenError {
  const count = unnamed.length === all ? `all ${all}` : `${unnamed.length} of the ${all}`;
  const vms = all === 1 ? 'the only VM' : `${count} VMs`;
  const byFile = Map.groupBy(unnamed, ({ mark }) => mark.file ?? null);
  const lines = [...byFile].map(([file, domains]) => {
    const who = formatSome(domains.map(({ mark }) => `vm.${mark.vm}`));
    return `${who}: ${file === null ? 'it is not known from which file' : `from ${file}`}`;
  });
  const files = [...byFile.keys()].filter(
    (file) => file !== null && file !== fleet.file && !isNoFile(file),
  );
  const destroy =
    files.length > 0 ? `Destroy them with ${files.join(' or ')}` : 'Destroy them with their file';
  const hint =
    mode === 'destroy'
      ? `${destroy}. To delete them with this one: --allow-delete-all.`
      : 'If this is another fleet, give it another name (fleet: …). ' +
        'To delete the VMs all the same: --allow-delete-all.';
  return new VenError('delete-all', {
    summary:
      `This would delete ${vms} that fleet ${fleet.name} has on ${fleet.host.uri}, ` +
      'which the fleet file does not name',
    detail: ['Last applied:', ...lines, `Given now: ${fleet.file ?? 'this file'}`].join('\n'),
    hint: `Nothing was changed. ${hint}`,
  });
}
