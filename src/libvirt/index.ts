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
import { compileTemplates, type TemplateTexts } from './templates.js';
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
export { domainName, domainUuid } from './domain/read.js';
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
export { backingOfVolume, poolFacts, safeVolume, volumeFacts } from './storage/read.js';
export { imageVolumeXml } from './storage/write.js';
export { TEMPLATE_FILES, type TemplateTexts } from './templates.js';

/**
 * Compiles the templates, once.
 * @throws Error when a template has a mistake (on first use of that template).
 */
export function createRender(texts: TemplateTexts): Render {
  const templates = compileTemplates(texts);
  return {
    domain: (vm, on, mark) => renderDomain(templates, vm, on, mark),
    patchDomain: (current, vm, fields, firmware) =>
      patchDomain(templates, current, vm, fields, firmware ?? null),
    written: (vm, accelerator) => renderWritten(templates, vm, accelerator),
    nic: (vm, mac) => renderNic(templates, vm, mac),
    network: (network, fleet) => renderNetwork(templates, network, fleet),
    patchNetwork: (current, network, fleet, fields) =>
      patchNetwork(templates, current, network, fleet, fields),
    bootNetwork,
    volume: (disk) => renderVolume(templates, disk),
    overrideWaits,
    nvram: (ref, template, contents) => renderNvram(templates, ref, template, contents),
  };
}
