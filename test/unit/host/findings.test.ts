import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ResolvedFleet } from '../../../src/model/index.js';
import { findingsOf } from '../../../src/host/checks/findings.js';
import { firmwareFiles } from '../../../src/host/checks/firmware.js';
import { kvmFindings } from '../../../src/host/checks/guest.js';
import { libvirtVersion, probeAccelerator } from '../../../src/host/checks/probe.js';
import { resourceFindings } from '../../../src/host/checks/resources.js';
import { Virsh } from '../../../src/host/libvirt/virsh.js';

const GIB = 1024 ** 3;

function fleetOf(uri: string, pool = 'default-pool'): ResolvedFleet {
  const vm = {
    name: 'a',
    uuid: 'u',
    accelerator: 'auto',
    firmware: 'uefi',
    tpm: true,
    power: 'running',
    memoryKiB: 4 * 1024 ** 2,
    disks: [{ pool, sizeBytes: 110 * GIB }],
    nvram: null,
    nics: [],
  };
  return {
    name: 'f',
    host: { uri, accelerator: 'auto', storagePool: pool },
    networks: [
      { kind: 'existing', address: 'network.a', name: 'a', libvirtName: 'default' },
      { kind: 'existing', address: 'network.b', name: 'b', libvirtName: 'nowhere' },
    ],
    vms: [vm],
    digest: '',
  } as unknown as ResolvedFleet;
}

/** libvirt's test driver: a newer one says that it has QEMU and KVM, and can start nothing. */
const KNOWS_QEMU =
  spawnSync('virsh', ['-c', 'test:///default', 'domcapabilities', '--virttype', 'kvm']).status ===
  0;

describe('hostFindings', () => {
  it('finds what is there and what is missing, each with what mends it', async () => {
    const findings = await findingsOf(fleetOf('test:///default', 'nowhere'), {
      env: { ...process.env, PATH: '/usr/bin' },
      probe: false,
      bringUp: false,
      firmware: firmwareFiles(null),
      files: null,
    });
    const of = (check: string) =>
      findings.filter((finding) => finding.check === check).map(({ level }) => level);
    expect(of('libvirt')).toEqual(['ok']);
    expect(of('qemu')).toEqual(KNOWS_QEMU ? [] : ['missing']);
    expect(of('pool')).toEqual(['missing']);
    expect(of('network')).toEqual(['ok', 'missing']);
    for (const { level, fix } of findings) expect(fix === '').toBe(level === 'ok');
  });

  it('says what to install when virsh is not there', async () => {
    const env = { HOME: '/', PATH: '/nonexistent' };
    const findings = await findingsOf(fleetOf('qemu:///system'), {
      env,
      probe: true,
      bringUp: false,
      firmware: firmwareFiles(null),
      files: null,
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ check: 'libvirt', level: 'missing' });
    expect(findings[0]?.fix).toContain('apt-get install');
  });
});

describe('resourceFindings', () => {
  const memory =
    'total  :             24684096 KiB\nfree   :              1048576 KiB\nbuffers:              1048576 KiB\ncached :               524288 KiB';
  const pools = [{ name: 'default-pool', active: true, availableBytes: 100 * GIB }];

  it('warns of too little memory and disk', () => {
    expect(resourceFindings(fleetOf(''), { memory, running: new Set(), pools })).toMatchObject([
      {
        check: 'memory',
        level: 'warning',
        message: 'The VMs to start want 4.0 GiB of memory, and 2.5 GiB are free',
      },
      {
        check: 'disk',
        level: 'warning',
        message: 'The disks in pool default-pool may grow to 110.0 GiB, and 100.0 GiB are free',
      },
    ]);
  });

  it('does not count what runs already', () => {
    expect(resourceFindings(fleetOf(''), { memory, running: new Set(['u']), pools })).toEqual([]);
  });

  it('says nothing of what it can not know', () => {
    expect(
      resourceFindings(fleetOf(''), {
        memory: 'error',
        running: new Set(),
        pools: [{ name: 'default-pool', active: false, availableBytes: 0 }],
      }),
    ).toEqual([]);
  });

  it('knows a pool that is full', () => {
    const full = [{ name: 'default-pool', active: true, availableBytes: 0 }];
    const found = resourceFindings(fleetOf(''), { memory: '', running: new Set(), pools: full });
    expect(found).toMatchObject([{ check: 'disk', level: 'warning' }]);
  });
});

describe('kvmFindings', () => {
  it('tries nothing, and warns of nothing, where the fleet file asks for emulation', async () => {
    const fleet = fleetOf('');
    const emulated = { ...fleet, vms: fleet.vms.map((vm) => ({ ...vm, accelerator: 'qemu' })) };
    const found = await kvmFindings(emulated as ResolvedFleet, firmwareFiles(null), {
      ask: () => Promise.reject(new Error('virsh was asked')),
    } as unknown as Virsh);
    expect(found).toMatchObject([{ check: 'kvm', level: 'ok' }]);
  });
});

const BIOS = { firmware: 'bios', nvram: null } as const;

describe('probeAccelerator', () => {
  it('says so where libvirt offers no KVM', async () => {
    const found = await probeAccelerator(
      new Virsh({ uri: 'test:///default', env: process.env }),
      firmwareFiles(null),
      BIOS,
    );
    expect(found.accelerator).toBe('qemu');
    expect(found.why).toMatch(
      KNOWS_QEMU ? /a VM with KVM does not start \(.+\)/ : /libvirt offers no KVM here \(.+\)/,
    );
  });

  it.each([
    ['error: failed to set MSR 0x10a to 0x69', /^KVM is there and does not work/],
    ['error: Could not access KVM kernel module: Permission denied', /^Let QEMU's user open/],
  ])('advises what is true of a KVM that is there: %s', async (said, advice) => {
    const replies = [
      [
        { ok: true, text: '' },
        { ok: true, text: 'Using library: libvirt 7.0.0' },
      ],
      [{ ok: false, text: '', answer: 'other', error: { detail: `qemu: ${said}` } }],
    ];
    const virsh = { uri: 'qemu:///system', ask: () => Promise.resolve(replies.shift() ?? []) };
    const found = await probeAccelerator(virsh as unknown as Virsh, firmwareFiles(null), BIOS);
    expect(found).toMatchObject({
      accelerator: 'qemu',
      fix: expect.stringMatching(advice) as string,
    });
  });

  it('reads versions', () => {
    expect(
      libvirtVersion('Compiled against library: libvirt 8.0.0\nUsing library: libvirt 9.10.2\n'),
    ).toBe(9_010_002);
    expect(libvirtVersion('')).toBe(0);
  });
});
