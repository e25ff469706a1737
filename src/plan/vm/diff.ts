import {
  isUefi,
  type DomainFacts,
  type DomainMark,
  type FieldChange,
  type ObservedDomain,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import { diffDisks, type DiskDiff } from './disks.js';
import { isOther, readFirmware, shownFirmware } from './firmware.js';
import { formatKiB } from '../format.js';
import { marksAgree, readyMark } from './marks.js';
import { diffNics, type NicDiff } from './nics.js';
import { diffNvram, type NvramDiff } from './nvram.js';
import { diffPassword } from './password.js';
import { volumeKey, type OwnedDomain, type FleetOnHost } from '../fleet-on-host.js';

/** What has to happen to a VM that is there and whole. */
export interface VmDiff {
  /** Empty: it is as it should be. */
  fields: FieldChange[];
  notes: string[];
  warnings: string[];
  /** Some field can only be had by a replacement. */
  replace: boolean;
  /** The running VM must be powered off to take effect. */
  restart: boolean;
  power: 'start' | 'stop' | 'cut' | 'none';
  /** It runs, and has no definition to start from again. */
  persist: boolean;
  /** It is perhaps not in the orchestrator any more, and shall be. */
  register: boolean;
  /** Field paths for `vm-define`. */
  define: string[];
  settings: ('autostart' | 'title')[];
  /** The password of its screen is to be set. */
  password: boolean;
  disks: DiskDiff;
  /** Firmware variables to make, while it is off. */
  nvram: NvramDiff['fill'];
  nics: Pick<NicDiff, 'live' | 'reattach'>;
  /** Whether NICs or volumes are about to be made that the mark does not name yet. */
  markFirst: boolean;
  /** The mark when all is done. */
  mark: DomainMark;
}

/** One field with one value: as wanted, and as read from a definition, in the words of the plan. */
interface Facet {
  path: string;
  wanted: string;
  read: (facts: DomainFacts) => string;
  /** What it takes to change it in a running VM. */
  effect: 'live' | 'restart';
}

function facetsOf(vm: ResolvedVm, mark: DomainMark): Facet[] {
  const yes = (value: boolean): string => (value ? 'yes' : 'no');
  const facets: Facet[] = [
    { path: 'title', wanted: vm.title, read: ({ title }) => title, effect: 'live' },
    {
      path: 'description',
      wanted: vm.description,
      read: ({ description }) => description,
      effect: 'live',
    },
    { path: 'cpus', wanted: String(vm.cpus), read: ({ cpus }) => String(cpus), effect: 'restart' },
    {
      path: 'memory',
      wanted: formatKiB(vm.memoryKiB),
      read: ({ memoryKiB }) => formatKiB(memoryKiB),
      effect: 'restart',
    },
    {
      path: 'firmware',
      wanted: shownFirmware(vm.firmware),
      read: (facts) => readFirmware(vm.firmware, mark, facts),
      effect: 'restart',
    },
    { path: 'tpm', wanted: yes(vm.tpm), read: ({ tpm }) => yes(tpm), effect: 'restart' },
    {
      path: 'boot',
      wanted: vm.boot.join(', '),
      read: ({ boot }) => boot.join(', '),
      effect: 'restart',
    },
    { path: 'pxe', wanted: yes(vm.pxe), read: ({ pxe }) => yes(pxe), effect: 'restart' },
    {
      path: 'serialNumber',
      wanted: vm.serialNumber,
      read: ({ serialNumber }) => serialNumber ?? 'none',
      effect: 'restart',
    },
    {
      path: 'graphics',
      wanted: shownGraphics(vm.graphics),
      read: ({ graphics }) => shownGraphics(graphics),
      effect: 'restart',
    },
    {
      path: 'console',
      wanted: 'with a log',
      read: ({ console }) => (console.log === null ? 'without a log' : 'with a log'),
      effect: 'restart',
    },
  ];
  // `auto` is decided once, when the VM is made.
  if (vm.accelerator !== 'auto')
    facets.push({
      path: 'accelerator',
      wanted: vm.accelerator,
      read: ({ accelerator }) => accelerator,
      effect: 'restart',
    });
  return facets;
}

/** `registers`: the fleet's VMs are registered in the orchestrator before their first start. */
export function diffVm(
  vm: ResolvedVm,
  domain: OwnedDomain,
  onHost: FleetOnHost,
  outages: ReadonlySet<string>,
  registers: boolean,
): VmDiff {
  const { config, live } = domain;
  const otherFirmware = isOther(vm.firmware, domain.mark);
  const fields: FieldChange[] = [];
  const define: string[] = [];
  const settings = new Set<'autostart' | 'title'>();

  for (const { path, wanted, read, effect } of facetsOf(vm, domain.mark)) {
    const inConfig = read(config);
    const inLive = live === null ? wanted : read(live);
    if (inConfig === wanted && inLive === wanted) continue;
    const field = { path, before: inConfig === wanted ? inLive : inConfig, after: wanted };
    if (path === 'firmware' && otherFirmware && inConfig !== wanted) {
      fields.push({
        ...field,
        effect: 'replace',
        why: 'what is installed boots with the other firmware only',
      });
      continue;
    }
    fields.push({ ...field, effect: inLive === wanted ? 'live' : effect });
    if (path === 'title' || path === 'description') settings.add('title');
    else if (inConfig !== wanted) define.push(path);
  }
  const password = diffPassword(vm, domain);
  fields.push(...password.fields);
  if (password.define && !define.includes('graphics')) define.push('graphics');
  const persist = !domain.persistent;
  if (persist)
    fields.push({
      path: 'persistent',
      before: 'no',
      after: 'yes',
      effect: 'live',
      why: 'it would be gone with its power',
    });
  if (domain.autostart !== vm.autostart) {
    fields.push({
      path: 'autostart',
      before: domain.autostart ? 'yes' : 'no',
      after: vm.autostart ? 'yes' : 'no',
      effect: 'live',
    });
    settings.add('autostart');
  }
  const nvram = diffNvram(vm, domain, onHost);
  fields.push(...nvram.fields);
  define.push(...nvram.define);
  if (
    !nvram.ours &&
    live !== null &&
    isUefi(live.firmware) &&
    isUefi(vm.firmware) &&
    domain.nvramMissing === true
  ) {
    fields.push({
      path: 'nvram',
      before: 'missing',
      after: 'from its template',
      effect: 'restart',
      why: "the firmware's variables are gone",
    });
  }
  const disks = diffDisks(vm, domain, onHost);
  const nics = diffNics(vm, domain, onHost, outages);
  fields.push(...disks.fields, ...nics.fields);
  define.push(...disks.define, ...nics.define);

  const power = powerChange(domain, vm.power);
  if (power !== 'none')
    fields.push({
      path: 'power',
      before: domain.power,
      after: vm.power,
      effect: power === 'cut' ? 'restart' : 'live',
    });
  const { unregistered } = domain.mark;
  const register = registers && unregistered === true;
  if (register) fields.push({ ...UNREGISTERED });
  const mark = {
    ...readyMark(domain.mark.fleet, vm, disks.left),
    ...(unregistered && !register ? { unregistered } : {}),
  };
  if (fields.length === 0 && !marksAgree(domain.mark, mark)) {
    fields.push({
      path: 'mark',
      before: domain.mark.digest.slice(0, 8),
      after: vm.digest.slice(0, 8),
      effect: 'live',
      why: 'the spec it was made from',
    });
  }

  const replace = fields.some(({ effect }) => effect === 'replace');
  const restart = live !== null && fields.some(({ effect }) => effect === 'restart');
  const made = new Set(domain.mark.nics.map((mac) => mac.toLowerCase()));
  const warnings = [...disks.warnings];
  if (domain.name !== vm.domain)
    warnings.push(
      `${vm.address}: its domain was renamed to ${domain.name}; ven goes by UUID and leaves the name`,
    );
  return {
    fields,
    notes: [...(replace ? [] : [...costOf(restart, power, vm), ...nvram.notes]), ...disks.notes],
    warnings,
    replace,
    restart,
    power,
    persist,
    register,
    define,
    settings: [...settings],
    password: password.set,
    disks,
    nvram: nvram.fill,
    nics: restart || power === 'stop' ? { live: [], reattach: [] } : nics,
    mark,
    markFirst:
      disks.create.length > 0 ||
      (nvram.fill !== null && !names(domain.mark, nvram.fill.ref)) ||
      vm.nics.some(({ mac }) => !made.has(mac.toLowerCase())),
  };
}

const UNREGISTERED: FieldChange = {
  path: 'registered',
  before: 'perhaps not',
  after: 'yes',
  effect: 'live',
  why: 'a run that took it out of the orchestrator did not finish',
};

function names(mark: DomainMark, ref: VolumeRef): boolean {
  return mark.volumes.some((volume) => volumeKey(volume) === volumeKey(ref));
}

function costOf(restart: boolean, power: VmDiff['power'], vm: ResolvedVm): string[] {
  if (power === 'stop') return ['shuts the VM down'];
  if (restart) return [vm.power === 'off' ? 'shuts the VM down' : 'restarts the VM'];
  return power === 'start' ? ['starts the VM'] : [];
}

/** `cut`: it hangs, crashed, with its power on: off, then on again. */
function powerChange(domain: ObservedDomain, wanted: ResolvedVm['power']): VmDiff['power'] {
  const on = domain.power === 'running' || domain.power === 'paused' || domain.live !== null;
  if (wanted === 'off') return on ? 'stop' : 'none';
  if (domain.power === 'running') return 'none';
  return domain.power === 'crashed' && on ? 'cut' : 'start';
}

function shownGraphics(graphics: ResolvedVm['graphics'] | DomainFacts['graphics']): string {
  if (!('listen' in graphics)) return 'none';
  const automatic = 'autoport' in graphics ? graphics.autoport : graphics.port === 'auto';
  return `${graphics.type} on ${graphics.listen}, port ${automatic ? 'auto' : graphics.port}`;
}
