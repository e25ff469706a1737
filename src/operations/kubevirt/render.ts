import { manifestsOf } from '../../kubevirt/index.js';
import { VenError, type KubeObject } from '../../model/index.js';
import { loadOnHost, type Request } from '../load.js';
import type { Guess, RenderedFile } from '../render.js';

/**
 * The objects that an apply would create in an empty namespace, a file each; no cluster is asked.
 * A subnet `auto` is the first of its sequence.
 */
export function render(request: Request): { files: RenderedFile[]; guesses: Guess[] } {
  const fleet = loadOnHost(request);
  const { engine, networks } = fleet;
  if (!engine)
    throw new VenError('usage', {
      summary: 'The fleet is for a libvirt host, and not for KubeVirt',
      hint: 'Write engine: { kubevirt: {} } in the fleet file, in place of host.',
    });
  const isOpen = networks.some((network) => network.kind === 'own' && network.subnet === 'auto');
  return {
    files: manifestsOf(fleet, { namespace: engine.namespace }).map((object) => ({
      path: pathOf(object),
      text: `${JSON.stringify(object, null, 2)}\n`,
    })),
    guesses: isOpen ? ['subnet'] : [],
  };
}

const FOLDERS: Readonly<Record<string, string>> = {
  VirtualMachine: 'virtualmachines',
  PersistentVolumeClaim: 'disks',
  NetworkAttachmentDefinition: 'networks',
};

function pathOf({ kind, metadata }: KubeObject): string {
  return `${FOLDERS[kind] ?? 'others'}/${metadata.name}.json`;
}
