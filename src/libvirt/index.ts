/**
 * libvirt's XML of domains, networks and volumes: written from what a fleet file means, read back,
 * patched, compared. Pure and synchronous: the caller reads the templates and talks to libvirt. It
 * never puts a string of the user's where it could become markup.
 */
import type { Render } from '../model/index.js';
import { overrideWaits } from './bmc/override.js';
import { bootNetwork } from './network/boot.js';
import { renderDomain, renderNic, renderWritten } from './domain/write.js';
import { patchNetwork } from './network/patch.js';
import { renderNetwork } from './network/write.js';
import { patchDomain } from './domain/patch.js';
import { TEMPLATES } from './templates.js';
import { renderNvram, renderVolume } from './storage/write.js';

export {
  BMC_KEY,
  BMC_NAMESPACE,
  bmcMark,
  bmcMarkForMetadata,
  isSameOverride,
  setBmcMark,
} from './bmc/mark.js';
export { bootIndexes, type BootIndex } from './bmc/boot-indexes.js';
export {
  machineOf,
  needsOrder,
  needsVariables,
  readMachine,
  type BmcReading,
  type SeenMachine,
} from './bmc/machine.js';
export {
  awaitsStart,
  driveXml,
  orderFor,
  orderOf,
  redefined,
  variablesWith,
} from './bmc/override.js';
export { withFirstNvram } from './domain/first-nvram.js';
export { savedImage, tpmFolder, variablesFile } from './domain/own-files.js';
export { lostDisks, snapshotsAbove } from './domain/fields/disks.js';
export type { MarkedDomain, Surroundings } from './domain/fields/field.js';
export {
  COMMON_PARTS,
  commonFacts,
  compareVm,
  digestParts,
  domainFacts,
  observedVmFacts,
  vmFacts,
  type VmDifference,
} from './domain/fields/index.js';
export { attached, detachedNics, updatedNic, type NicPart } from './domain/fields/nics.js';
export { impairmentsIn } from './domain/impairments.js';
export { domainName, domainUuid, nvramPath } from './domain/read.js';
export { graphicsPassword, withPassword } from './domain/password.js';
export { poolsByVolume, volumesByPath } from './domain/volume-paths.js';
export {
  domainMark,
  domainMarkElement,
  markForMetadata,
  networkMark,
  temporaryMark,
  VEN_NAMESPACE,
  type MovedNic,
  type TemporaryMark,
} from './marks.js';
export { entryXml, hasEntry, ipIndex, updatableParts } from './network/entries.js';
export {
  compareNetwork,
  networkDigestParts,
  networkFieldFacts,
  type NetworkDifferences,
} from './network/fields/index.js';
export { shownRanges } from './network/fields/lists.js';
export { shownGateway } from './network/fields/place.js';
export { networkFacts, type NetworkReading } from './network/read.js';
export {
  attachedTo,
  onReattachNetwork,
  macOf,
  movedAside,
  reattachNetworkOf,
  runningNics,
  temporaryNetworkOf,
  temporaryNetworkXml,
  type TemporaryNetwork,
} from './network/temporary.js';
export { backingOfVolume, poolFacts, safeVolume, volumeFacts, volumeStat } from './storage/read.js';
export { imageVolumeXml } from './storage/write.js';
export { formatBytes } from './units.js';

/** Writes libvirt's XML. */
export function createRender(): Render {
  return {
    domain: (vm, on, mark) => renderDomain(TEMPLATES, vm, on, mark),
    patchDomain: (current, vm, fields, firmware) =>
      patchDomain(TEMPLATES, current, vm, fields, firmware ?? null),
    written: (vm, accelerator) => renderWritten(TEMPLATES, vm, accelerator),
    nic: (vm, mac) => renderNic(TEMPLATES, vm, mac),
    network: (network, fleet) => renderNetwork(TEMPLATES, network, fleet),
    patchNetwork: (current, network, fleet, fields) =>
      patchNetwork(TEMPLATES, current, network, fleet, fields),
    bootNetwork,
    volume: (disk) => renderVolume(TEMPLATES, disk),
    overrideWaits,
    nvram: (ref, template, contents) => renderNvram(TEMPLATES, ref, template, contents),
  };
}
