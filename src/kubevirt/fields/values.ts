/** The fields with one value each. */
import { formatBytes } from '../../libvirt/index.js';
import type { ResolvedVm } from '../../model/index.js';
import { at, textAt } from '../json.js';
import { bytesOf, quantityOf } from '../quantity.js';
import {
  different,
  DOMAIN,
  inDomain,
  SPEC,
  under,
  valueField,
  type Field,
  type VmObjects,
} from './field.js';

const TITLE = 'ven/title';
/** Kubernetes' own word for it, which its dashboards show. */
const DESCRIPTION = 'kubernetes.io/description';

export const title = note('title', TITLE, ({ title }) => title);
export const description = note('description', DESCRIPTION, ({ description }) => description);

function note(path: string, key: string, text: (vm: ResolvedVm) => string): Field {
  return valueField({
    path,
    write: ({ vm }): ReturnType<Field['write']> =>
      text(vm) === '' ? {} : { metadata: { annotations: { [key]: text(vm) } } },
    read: ({ vm }) => vm.metadata.annotations?.[key] ?? '',
    effect: 'live',
    covers: [],
  });
}

export const cpus = valueField({
  path: 'cpus',
  write: ({ vm }) => inDomain({ cpu: { cores: vm.cpus } }),
  // What else there may be multiplies.
  read: ({ vm }) =>
    String(
      ['cores', 'sockets', 'threads']
        .map((part) => Number(textAt(vm, ...DOMAIN, 'cpu', part) ?? 1))
        .reduce((product, each) => product * each, 1),
    ),
  effect: 'restart',
  shown: true,
  covers: [under('domain.cpu.cores')],
});

export const memory = valueField({
  path: 'memory',
  write: ({ vm }) => inDomain({ memory: { guest: quantityOf(vm.memoryKiB * 1024) } }),
  read({ vm }) {
    const written = textAt(vm, ...DOMAIN, 'memory', 'guest');
    const bytes = bytesOf(written);
    return bytes === null ? (written ?? 'none') : formatBytes(bytes);
  },
  effect: 'restart',
  shown: true,
  covers: [under('domain.memory.guest')],
});

const kind = valueField({
  path: 'firmware',
  write: ({ vm: { firmware } }) =>
    inDomain(
      firmware === 'bios'
        ? { firmware: { bootloader: { bios: {} } } }
        : {
            firmware: {
              bootloader: { efi: { secureBoot: firmware === 'uefi-secure', persistent: true } },
            },
            // The firmware protects its variables by it.
            ...(firmware === 'uefi-secure' && { features: { smm: { enabled: true } } }),
          },
    ),
  read: ({ vm }) => firmwareOf(vm),
  effect: 'restart',
  shown: true,
  covers: [under('domain.firmware.bootloader'), under('domain.features.smm')],
});

export const firmware: Field = {
  ...kind,
  compare(comparison) {
    const difference = kind.compare(comparison);
    const [field] = difference.fields;
    const { mark, vm } = comparison;
    if (!field || mark.firmware === null || mark.firmware === vm.firmware) return difference;
    const why = 'what is installed boots with the other firmware only';
    return different({ ...field, effect: 'replace', why });
  },
};

function firmwareOf(vm: VmObjects['vm']): string {
  const bootloader = [...DOMAIN, 'firmware', 'bootloader'];
  if (at(vm, ...bootloader, 'efi') === undefined) return 'bios';
  // As KubeVirt takes what is not said.
  if (at(vm, ...bootloader, 'efi', 'secureBoot') !== false) return 'uefi-secure';
  return at(vm, ...bootloader, 'efi', 'persistent') === true ? 'uefi' : 'uefi, variables not kept';
}

export const tpm = valueField({
  path: 'tpm',
  write: ({ vm }) => (vm.tpm ? inDomain({ devices: { tpm: { persistent: true } } }) : {}),
  read({ vm }) {
    const device = at(vm, ...DOMAIN, 'devices', 'tpm');
    if (device === undefined || at(device, 'enabled') === false) return 'no';
    return at(device, 'persistent') === true ? 'yes' : 'yes, its state not kept';
  },
  effect: 'restart',
  shown: true,
  covers: [under('domain.devices.tpm')],
});

export const serialNumber = valueField({
  path: 'serialNumber',
  write: ({ vm }) => inDomain({ firmware: { serial: vm.serialNumber } }),
  read: ({ vm }) => textAt(vm, ...DOMAIN, 'firmware', 'serial') ?? 'none',
  effect: 'restart',
  shown: true,
  covers: [under('domain.firmware.serial')],
});

/** One UUID for the domain and for SMBIOS. */
export const uuid = valueField({
  path: 'smbios.uuid',
  write: ({ vm }) => inDomain({ firmware: { uuid: vm.smbios?.uuid ?? vm.uuid } }),
  read: ({ vm }) => textAt(vm, ...DOMAIN, 'firmware', 'uuid')?.toLowerCase() ?? 'none',
  effect: 'restart',
  covers: [under('domain.firmware.uuid')],
});

export const assetTag = valueField({
  path: 'smbios.assetTag',
  write: ({ vm }): ReturnType<Field['write']> =>
    vm.smbios?.assetTag === undefined ? {} : inDomain({ chassis: { asset: vm.smbios.assetTag } }),
  read: ({ vm }) => textAt(vm, ...DOMAIN, 'chassis', 'asset') ?? 'none',
  effect: 'restart',
  covers: [under('domain.chassis.asset')],
});

export const graphics = valueField({
  path: 'graphics',
  write: ({ vm }) =>
    inDomain({ devices: { autoattachGraphicsDevice: vm.graphics.type === 'vnc' } }),
  read: ({ vm }) =>
    at(vm, ...DOMAIN, 'devices', 'autoattachGraphicsDevice') === false ? 'none' : 'vnc',
  effect: 'restart',
  covers: [under('domain.devices.autoattachGraphicsDevice')],
});

export const shutdownTimeout = valueField({
  path: 'shutdownTimeout',
  write: ({ vm }) => ({
    spec: {
      template: { spec: { terminationGracePeriodSeconds: vm.shutdownTimeoutSeconds } },
    },
  }),
  read: ({ vm }) => `${textAt(vm, ...SPEC, 'terminationGracePeriodSeconds') ?? 'unknown '}s`,
  effect: 'live',
  covers: [under('terminationGracePeriodSeconds')],
});

const STRATEGIES = { running: 'Always', off: 'Halted', external: 'Manual' } as const;

/** KubeVirt itself does what its strategy says; whether it is there yet, `ven status` shows. */
export const power: Field = valueField({
  path: 'power',
  write: ({ vm }) => ({ spec: { runStrategy: STRATEGIES[vm.power] } }),
  read({ vm }) {
    const strategy = textAt(vm, 'spec', 'runStrategy');
    const [known] = Object.entries(STRATEGIES).find(([, name]) => name === strategy) ?? [];
    if (known !== undefined) return known;
    if (strategy !== null) return strategy;
    return at(vm, 'spec', 'running') === true ? 'running' : 'off';
  },
  effect: 'live',
  shown: true,
  covers: [/^spec\.runStrategy$/],
});
