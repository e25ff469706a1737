/** How commands take a fleet file, its host, and its VMs. */
import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { isFleetWord, VenError } from '../model/index.js';
import { openFleetFile } from '../operations/index.js';
import { CommandLineError } from './usage-errors.js';

const FORMS = 'a path, a folder with a fleet.yaml in it, or - for standard input';

/** The argument of almost every command. Read by `fleetOf`, with the flags. */
export const fleetFile = {
  fleet: Args.string({
    description: `the fleet file: ${FORMS} [default: ./fleet.yaml]`,
    // Or oclif takes what stands in a pipe for the path.
    ignoreStdin: true,
  }),
};

const file = { helpGroup: 'Fleet', helpValue: 'FILE', summary: `The fleet file: ${FORMS}.` };
const connect = Flags.string({
  helpGroup: 'Fleet',
  char: 'c',
  helpValue: 'URI',
  summary:
    'The host, as libvirt names it: qemu:///system, qemu+ssh://user@machine/system. ' +
    "Default: the fleet file's, else LIBVIRT_DEFAULT_URI, else qemu:///system.",
});

/** The same as a flag. */
export const fleetFlags = { file: Flags.string({ char: 'f', ...file }) };

/** Of commands for which the host counts. */
export const hostFlags = { ...fleetFlags, connect };

/** Of `logs`, where -f is --follow. */
export const logFlags = {
  file: Flags.string({
    ...file,
    summary: `${file.summary} Without the letter -f, which is --follow here.`,
  }),
  connect,
};

/** The arguments of commands that are about one VM; their usage is `ONE_VM_USAGE`. */
export const oneVm = {
  vm: Args.string({
    required: true,
    description: 'a VM of the fleet: edge-1, vm.edge-1',
    ignoreStdin: true,
  }),
  ...fleetFile,
};
export const ONE_VM_USAGE = '<%= command.id %> VM [FLEET] [FLAGS]';

/**
 * The arguments of commands that are about some VMs, or all; with `strict = false`, their usage
 * `SOME_VMS_USAGE`, and read by `someVmsOf`.
 */
export const someVms = {
  vm: Args.string({
    description: 'VMs of the fleet: edge-1, vm.edge-2; without any, all',
    ignoreStdin: true,
  }),
  fleet: Args.string({
    description:
      'the fleet file: an argument with a slash, or one that ends in .yaml or .yml, or - for ' +
      'standard input; at most one [default: ./fleet.yaml]',
    ignoreStdin: true,
  }),
};
/** The same, where none of them does not mean all. */
export const namedVms = {
  ...someVms,
  vm: Args.string({
    description: 'VMs of the fleet: edge-1, vm.edge-2; at least one',
    ignoreStdin: true,
  }),
};
export const SOME_VMS_USAGE = '<%= command.id %> [VM...] [FLEET] [FLAGS]';

/** What a request needs to know of it. */
export interface NamedFleet {
  file: string;
  connect?: string | undefined;
}

interface Chosen {
  file?: string | undefined;
  connect?: string | undefined;
}

/**
 * Rejects with `usage` where the argument and --file differ, and as `openFleetFile` does.
 */
export async function fleetOf(
  { file: flag, connect }: Chosen,
  given: string | undefined,
): Promise<NamedFleet> {
  const file = await openFleetFile(given ?? flag);
  if (flag !== undefined && given !== undefined) {
    const other = await openFleetFile(flag);
    if (resolve(other) !== resolve(file))
      throw new CommandLineError({
        summary: `Two fleet files are named: ${given}, and --file ${flag}`,
        hint: 'Name one',
      });
  }
  return { file, connect };
}

/** Several fleet files, as they were given. */
export function fleetsOf(argv: readonly unknown[], { file }: Chosen): string[] {
  return [...argv, file].filter((word) => typeof word === 'string');
}

/** The same; without any file in the current folder it is null. */
export async function fleetOrNone(
  flags: Chosen,
  given: string | undefined,
): Promise<Omit<NamedFleet, 'file'> & { file: string | null }> {
  try {
    return await fleetOf(flags, given);
  } catch (error) {
    const isNamed = given !== undefined || flags.file !== undefined;
    if (isNamed || !(error instanceof VenError) || error.code !== 'not-found') throw error;
    return { ...flags, file: null };
  }
}

/** Rejects with `usage` for more than one fleet file. */
export async function someVmsOf(
  argv: readonly unknown[],
  flags: Chosen,
): Promise<NamedFleet & { vms: string[] }> {
  const given = argv.filter((word) => typeof word === 'string');
  const files = given.filter((word) => isFleetWord(word));
  const [file, ...others] = files;
  if (others.length > 0)
    throw new CommandLineError({
      summary: `There is more than one fleet file: ${files.join(', ')}`,
      hint:
        'Name one. An argument with a slash, or one that ends in .yaml or .yml, is a fleet ' +
        'file; all others are VMs',
    });
  const vms = given.filter((word) => !files.includes(word));
  try {
    return { ...(await fleetOf(flags, file)), vms };
  } catch (error) {
    const isNamed = vms.length === 0 || file !== undefined || flags.file !== undefined;
    if (isNamed || !(error instanceof VenError) || error.code !== 'not-found') throw error;
    throw new VenError('not-found', {
      summary: error.summary,
      hint: `Make one with: ven init. A folder needs a slash beside VMs: ${vms[0]}/`,
    });
  }
}
