import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Lab, virsh } from './lab.js';

/** The vagrant that ven runs meets nothing of the user's other projects. */
describe("a user's own vagrant", () => {
  const lab = new Lab('hex');
  // The first three names are the beginnings of ids in the index; all in one vagrant process.
  lab.write(
    `${Lab.SMALL}vms:\n` +
      ['db', 'cafe', '1a', 'node']
        .map((name) => `  - { name: ${name}, nics: [], power: off }\n`)
        .join(''),
  );
  afterAll(() => lab.close());

  it('keeps its machines, and its Vagrantfile is not run', async () => {
    const home = join(lab.dir, 'vagrant.d');
    const project = join(lab.dir, 'project');
    const data = join(project, '.vagrant/machines/node/libvirt');
    mkdirSync(join(home, 'data/machine-index'), { recursive: true });
    mkdirSync(data, { recursive: true });
    const machine = {
      local_data_path: join(project, '.vagrant'),
      name: 'node',
      provider: 'libvirt',
      state: 'shutoff',
      vagrantfile_name: ['Vagrantfile'],
      vagrantfile_path: project,
      updated_at: null,
      extra_data: {},
    };
    const ids = ['db', 'cafe', '1a'].map((start) => start.padEnd(32, '0'));
    const index = JSON.stringify({
      version: 1,
      machines: Object.fromEntries(ids.map((id) => [id, machine])),
    });
    writeFileSync(join(home, 'data/machine-index/index'), index);
    const foreign = randomUUID();
    writeFileSync(join(data, 'id'), foreign);
    const ran = (name: string) =>
      `File.write(${JSON.stringify(join(lab.dir, 'ran'))}, '${name}')\n`;
    writeFileSync(
      join(project, 'Vagrantfile'),
      `${ran('project')}Vagrant.configure('2') { |config| config.vm.define('node') }\n`,
    );
    writeFileSync(
      join(home, 'Vagrantfile'),
      `${ran('home')}Vagrant.configure('2') do |config|
        config.trigger.before(:up) { |trigger| trigger.abort = 1 }
      end\n`,
    );
    lab.env = { VAGRANT_HOME: home };

    await lab.apply(0, '--parallelism', '1');
    expect(await lab.domains('--all')).toEqual(['1a', 'cafe', 'db', 'node']);
    expect(readFileSync(join(data, 'id'), 'utf8')).toBe(foreign);
    expect(readFileSync(join(home, 'data/machine-index/index'), 'utf8')).toBe(index);
    expect(() => readFileSync(join(lab.dir, 'ran'), 'utf8')).toThrow('ENOENT');
    expect(await virsh('domstate', lab.domain('db'))).toBe('shut off');
    expect((await lab.ven('doctor')).code).toBe(0);
    expect(() => readFileSync(join(lab.dir, 'ran'), 'utf8')).toThrow('ENOENT');
  });
});
