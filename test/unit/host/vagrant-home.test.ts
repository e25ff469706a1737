/** What ven takes over of a user's home for vagrant. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeVagrantHome } from '../../../src/host/vagrant/home.js';
import { localRuntime } from '../../../src/host/vagrant/runtime.js';
import { vagrantName } from '../../../src/host/vagrant/machines.js';

let dir: string;
let users: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ven-vagrant-'));
  users = join(dir, 'users');
  mkdirSync(join(users, 'data/machine-index'), { recursive: true });
  writeFileSync(join(users, 'Vagrantfile'), 'raise "not for ven"');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const list = (names: string[]): void => {
  const installed = Object.fromEntries(names.map((name) => [name, { gem_version: '1' }]));
  writeFileSync(join(users, 'plugins.json'), JSON.stringify({ version: '1', installed }));
};

it('is empty where the plugin is not one of the user', () => {
  list(['vagrant-hostsupdater']);
  const home = makeVagrantHome(dir, { VAGRANT_HOME: users });
  for (const name of ['Vagrantfile', 'data', 'plugins.json', 'gems'])
    expect(existsSync(join(home, name)), name).toBe(false);
});

it("has the user's vagrant-libvirt and no other plugin", () => {
  list(['vagrant-hostsupdater', 'vagrant-libvirt']);
  const home = makeVagrantHome(dir, { VAGRANT_HOME: users });
  expect(JSON.parse(readFileSync(join(home, 'plugins.json'), 'utf8'))).toEqual({
    version: '1',
    installed: { 'vagrant-libvirt': { gem_version: '1' } },
  });
  expect(readlinkSync(join(home, 'gems'))).toBe(join(users, 'gems'));
});

it('is made for each program', () => {
  const { extraEnv } = localRuntime({ VAGRANT_HOME: users }).program(dir, ['up'], {});
  expect(extraEnv['VAGRANT_HOME']).toBe(join(dir, 'home'));
});

it('can be without a list, or with one that is not JSON', () => {
  rmSync(users, { recursive: true });
  expect(existsSync(makeVagrantHome(dir, { HOME: dir }))).toBe(true);
});

it.each(['a', 'db', 'cafe', '1a', 'deadbeef', 'libvirt', 'up'])(
  'a VM %s has no id for a name',
  (vm) => {
    expect(vagrantName({ domain: `fade_${vm}` })).not.toMatch(/^[0-9a-f]+$/);
    expect(() => vagrantName({ domain: vm })).toThrow('for an id');
  },
);
