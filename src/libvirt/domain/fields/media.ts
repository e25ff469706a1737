/**
 * The drive that a VM's BMC inserts images into. What is in it is the BMC's affair, and no
 * difference. A SATA drive can't be plugged in while the VM runs: so it is there from the start,
 * empty.
 */
import {
  isMediaVolume,
  type DomainFacts,
  type FieldChange,
  type ObservedDisk,
} from '../../../model/index.js';
import { attribute, child, childrenNamed, type XmlElement } from '../../../xml/index.js';
import { insertAfter, remove } from '../../edit.js';
import { absent, devicesOf, stateField, type Comparison, type Difference } from './field.js';

/** The last port of the SATA controller, which no disk of such a VM has. */
export const MEDIA_TARGET = 'sdf';

const SHOWN = `CD-ROM ${MEDIA_TARGET}`;

export const media = {
  ...stateField(compareMedia),
  patches: {
    media(patch: { domain: XmlElement; fresh: XmlElement; vm: Comparison['vm'] }): void {
      const devices = devicesOf(patch.domain);
      const drive = driveIn(patch.domain);
      if (patch.vm.media === undefined) {
        if (drive) remove(devices, drive);
      } else if (!drive) {
        insertAfter(
          devices,
          ['emulator', 'disk'],
          [driveIn(patch.fresh) ?? absent(patch.vm, SHOWN)],
        );
      }
    },
  },
};

function compareMedia({ vm, domain }: Comparison): Difference {
  const { config, live } = domain;
  const isOurs = domain.mark.volumes.some(isMediaVolume);
  const there = driveOf(config);
  const running = live === null ? there : driveOf(live);
  if (vm.media === undefined && !isOurs) return {};
  const wanted = vm.media !== undefined;
  if (there !== undefined && there.device !== 'cdrom') return wanted ? inTheWay(there) : {};
  const isDefined = (there !== undefined) === wanted;
  const isRunning = (running !== undefined) === wanted;
  if (isDefined && isRunning) return {};
  const field: FieldChange = {
    path: 'media',
    before: wanted ? null : SHOWN,
    after: wanted ? SHOWN : null,
    effect: isRunning || live === null ? 'live' : 'restart',
    why: wanted ? 'for the images that its BMC inserts' : 'it has no BMC any more',
  };
  return { fields: [field], define: isDefined ? [] : ['media'] };

  function inTheWay({ path }: ObservedDisk): Difference {
    return {
      inTheWay: [
        {
          address: vm.address,
          what: `${path ?? 'a disk'} hangs on ${MEDIA_TARGET}, where its BMC needs a CD-ROM drive`,
          shownBy: { virsh: `domblklist --details ${domain.uuid}` },
          hint: `Move it to another target: virsh edit ${domain.uuid}`,
        },
      ],
    };
  }
}

function driveOf({ disks }: DomainFacts): ObservedDisk | undefined {
  return disks.find(({ target }) => target === MEDIA_TARGET);
}

function driveIn(domain: XmlElement): XmlElement | undefined {
  return childrenNamed(devicesOf(domain), 'disk').find(
    (disk) => attribute(child(disk, 'target'), 'dev') === MEDIA_TARGET,
  );
}
