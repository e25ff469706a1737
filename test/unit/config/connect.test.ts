/** Which host a fleet is for: flag, file, environment, default; the same rules for each. */
import { describe, expect, it } from 'vitest';
import { loadFleet, onNamedHost, type NamedHosts } from '../../../src/config/index.js';
import { VenError, type ResolvedFleet } from '../../../src/model/index.js';

const FILE = 'qemu+ssh://file/system';
const FLAG = 'qemu+ssh://flag/system';
const ENVIRONMENT = 'qemu+ssh://environment/system';

function fleet(host: object = {}): ResolvedFleet {
  const text = JSON.stringify({ apiVersion: 'ven/v1', fleet: 'lab', host, vms: [{ name: 'a' }] });
  return loadFleet(text, { file: 'fleet.yaml' });
}

function refusal(named: NamedHosts, host: object = {}): VenError {
  try {
    onNamedHost(fleet(host), named);
  } catch (error) {
    if (error instanceof VenError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the host of a fleet', () => {
  it.each([
    ['flag', FLAG, { uri: FILE }, { flag: FLAG, environment: ENVIRONMENT }],
    ['file', FILE, { uri: FILE }, { environment: ENVIRONMENT }],
    ['environment', ENVIRONMENT, {}, { environment: ENVIRONMENT }],
    ['default', 'qemu:///system', {}, {}],
    ['default', 'qemu:///system', {}, { environment: '' }],
    ['file', 'qemu:///system', { uri: 'qemu:///system' }, { environment: ENVIRONMENT }],
  ])('is from the %s: %s', (hostFrom, uri, host, named) => {
    expect(onNamedHost(fleet(host), named)).toMatchObject({ hostFrom, host: { uri } });
  });

  it('changes nothing that the file means, so no digest', () => {
    const { host, hostFrom, ...rest } = onNamedHost(fleet(), { flag: FLAG });
    expect([host.uri, hostFrom]).toEqual([FLAG, 'flag']);
    expect(fleet()).toMatchObject(rest);
  });

  it.each([
    ['qemu:/system', /it can't be "qemu:\/system": a libvirt URI looks like/],
    ['', /it can't be "": a libvirt URI looks like/],
    ['--yes', /it can't be "--yes"/],
    ['qemu:///session', /No VM of ven's can run at this libvirt: a session is one user's own/],
    ['xen:///', /the driver is xen/],
    ['qemu:///system?name=xen:///', /the parameter `name` leads to another libvirt/],
  ])('can not be %s', (uri, why) => {
    const error = refusal({ flag: uri });
    expect([error.code, error.exitCode]).toEqual(['usage', 1]);
    expect(error.summary).toMatch(why);
    expect(error.summary).toMatch(/^--connect: /);
    expect(error.hint).toContain('qemu:///system');
  });

  it('has a length, and no variables in it', () => {
    const long = `qemu+ssh://${'h'.repeat(1100)}/system`;
    expect(refusal({ flag: long }).hint).toContain('1024 characters');
    const uri = 'qemu+ssh://${HOME}$${x}/system';
    expect(onNamedHost(fleet(), { flag: uri }).host.uri).toBe(uri);
  });

  it('never shows a password of a URI', () => {
    const { summary, hint } = refusal({ flag: 'qemu+ssh://ann:hunter2@box/system' });
    expect(summary).toBe('--connect: The libvirt URI holds a password');
    expect(`${summary}${hint}`).not.toContain('hunter2');
  });

  it('is the one of this machine where vagrant runs in a container', () => {
    const container = { vagrant: { runner: 'container' } };
    expect(refusal({ flag: FLAG }, container).summary).toMatch(/^--connect: `runner: container`/);
    const there = onNamedHost(fleet(container), { flag: 'qemu:///system' });
    expect(there.host.runner).toMatchObject({ kind: 'container' });
  });

  it('names the variable that is wrong, and what goes before it', () => {
    const { summary, hint } = refusal({ environment: 'lxc:///' });
    expect(summary).toMatch(/^LIBVIRT_DEFAULT_URI: .*the driver is lxc/);
    expect(hint).toContain('--connect goes first');
    // A wrong variable does not matter where it is not asked.
    for (const [host, flag] of [
      [{ uri: FILE }, undefined],
      [{}, FLAG],
    ] as const)
      expect(() => onNamedHost(fleet(host), { flag, environment: 'lxc:///' })).not.toThrow();
  });
});
