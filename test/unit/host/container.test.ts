import { proxyPasswords } from '../../../src/secrets/index.js';
import { describe, expect, it } from 'vitest';
import { containerArguments, type ContainerCommand } from '../../../src/host/vagrant/container.js';
import { clientEnv, readInfo, type Engine } from '../../../src/host/vagrant/engine.js';

const DOCKER: Engine = {
  program: 'docker',
  kind: 'docker',
  version: '28',
  rootless: false,
  remapped: false,
};
const PODMAN: Engine = { ...DOCKER, program: 'podman', kind: 'podman' };
const COMMAND: ContainerCommand = {
  engine: DOCKER,
  user: { uid: 1000, gid: 1001, socketGid: 120 },
  image: 'vagrantlibvirt/vagrant-libvirt:edge-slim',
  key: 'k',
  name: 'ven-k-batch-1',
  folder: '/state/batch-1',
  args: ['up', 'a', '--parallel'],
  settings: { LC_ALL: 'C.UTF-8' },
  proxyNames: ['https_proxy'],
};
/** The values of a flag that may stand several times. */
const values = (more: Partial<ContainerCommand>, flag: string): string[] => {
  const args = containerArguments({ ...COMMAND, ...more });
  return args.flatMap((word, index) => (args[index - 1] === flag ? [word] : []));
};

describe('containerArguments', () => {
  it('mounts the sockets and the folder, and no more', () => {
    expect(values({}, '--mount')).toEqual([
      'type=bind,source=/run/libvirt,target=/run/libvirt,readonly',
      'type=bind,source=/state/batch-1,target=/state/batch-1',
    ]);
  });

  it('spells a path with commas and quotes so that an engine reads it back', () => {
    expect(values({ folder: '/a,b"c' }, '--mount')[1]).toBe(
      'type=bind,"source=/a,b""c","target=/a,b""c"',
    );
  });

  it('names a proxy and does not say what it is', () => {
    const env = values({}, '--env');
    expect(env).toContain('LC_ALL=C.UTF-8');
    expect(env).toContain('https_proxy');
    expect(env.some((word) => word.startsWith('https_proxy='))).toBe(false);
  });

  it('ends with the image and vagrant’s own arguments', () => {
    expect(containerArguments(COMMAND).slice(-6)).toEqual([
      '--entrypoint',
      'vagrant',
      COMMAND.image,
      'up',
      'a',
      '--parallel',
    ]);
  });

  it('is the user, however the engine sees users', () => {
    const who = (engine: Engine, user = COMMAND.user) =>
      ['--user', '--group-add', '--userns'].map((flag) => values({ engine, user }, flag));
    expect(who(DOCKER)).toEqual([['1000:1001'], ['120'], []]);
    expect(who({ ...DOCKER, remapped: true })).toEqual([['1000:1001'], ['120'], ['host']]);
    expect(who({ ...DOCKER, rootless: true })).toEqual([[], [], []]);
    expect(who({ ...PODMAN, rootless: true })).toEqual([
      ['1000:1001'],
      ['keep-groups'],
      ['keep-id'],
    ]);
    expect(who(PODMAN, { uid: 0, gid: 0, socketGid: 120 })).toEqual([['0:0'], [], []]);
  });

  it.each([
    ['owner/name:tag', 'docker.io/owner/name:tag'],
    ['name', 'docker.io/library/name'],
    ['registry.example:5000/name', 'registry.example:5000/name'],
    ['localhost/name', 'localhost/name'],
  ])('podman is told the registry of %s', (image, qualified) => {
    expect(containerArguments({ ...COMMAND, engine: PODMAN, image })).toContain(qualified);
    expect(containerArguments({ ...COMMAND, image })).toContain(image);
  });
});

describe('readInfo', () => {
  it('knows docker, and how it runs', () => {
    const info = (options: string[]) =>
      readInfo('docker', JSON.stringify({ ServerVersion: '28.2.2', SecurityOptions: options }));
    expect(info(['name=seccomp,profile=builtin'])).toEqual({ ...DOCKER, version: '28.2.2' });
    expect(info(['name=seccomp,profile=builtin', 'name=rootless'])).toMatchObject({
      rootless: true,
    });
    expect(info(['name=userns'])).toMatchObject({ remapped: true });
  });

  it('knows podman, also behind the name docker', () => {
    const text = JSON.stringify({
      host: { security: { rootless: true } },
      version: { Version: '4.3.1' },
    });
    expect(readInfo('docker', text)).toEqual({
      program: 'docker',
      kind: 'podman',
      version: '4.3.1',
      rootless: true,
      remapped: false,
    });
  });

  it.each(['', '[]', 'null', '{}', '{"ServerVersion":""}'])('takes no engine from %j', (text) => {
    expect(readInfo('docker', text)).toBeNull();
  });
});

describe('the environment', () => {
  it('has the proxies and the way to the engine, and the passwords are known as secrets', () => {
    const env = {
      http_proxy: 'http://me:p%40ss@proxy:3128',
      NO_PROXY: 'localhost',
      DOCKER_HOST: 'unix:///x',
      TOKEN: 'x',
      https_proxy: '',
    };
    expect(clientEnv(env)).toEqual({
      http_proxy: env.http_proxy,
      NO_PROXY: 'localhost',
      DOCKER_HOST: 'unix:///x',
    });
    expect(proxyPasswords(env)).toEqual(['p%40ss', 'p@ss']);
  });
});
