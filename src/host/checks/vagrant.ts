/** Checks of what brings VMs up: vagrant, here or in a container. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  VenError,
  type HostChecks,
  type HostFinding,
  type ResolvedFleet,
} from '../../model/index.js';
import { run, type Env } from '../exec.js';
import { engineState } from '../vagrant/container.js';
import { INSTALL_ENGINE } from '../vagrant/engine.js';
import { makeVagrantHome } from '../vagrant/home.js';
import { explain } from '../libvirt/explain.js';
import { inTemporaryFolder } from '../state/temporary.js';
import { finding } from './finding.js';
import { isInPath } from './programs.js';

interface VagrantChecks extends Pick<HostChecks, 'probe'> {
  env: Env;
}

export function vagrantFindings(
  { host: { runner } }: ResolvedFleet,
  options: VagrantChecks,
): Promise<HostFinding[]> {
  return runner.kind === 'local'
    ? vagrantFinding(options)
    : containerFinding(runner.image, options);
}

/** The image contains vagrant, so that needs no check. */
async function containerFinding(image: string, { env }: VagrantChecks): Promise<HostFinding[]> {
  const state = await engineState(image, env);
  if ('problem' in state) {
    return [
      finding(
        'container',
        'missing',
        state.problem,
        `${INSTALL_ENGINE}; or write runner: local, and install vagrant`,
      ),
    ];
  }
  const { program, version } = state.engine;
  return [
    finding('container', 'ok', `${program} ${version} runs containers`),
    state.image
      ? finding('image', 'ok', `The image ${image} is there`)
      : finding(
          'image',
          'warning',
          `The image ${image} is not there yet; apply fetches it`,
          `${program} pull ${image}`,
        ),
  ];
}

/** Running vagrant costs a second; without `probe` only its executable is checked. */
async function vagrantFinding({ env, probe }: VagrantChecks): Promise<HostFinding[]> {
  const install = 'sudo apt-get install vagrant vagrant-libvirt';
  if (!isInPath('vagrant', env))
    return [
      finding(
        'vagrant',
        'missing',
        'vagrant is not installed, or not in PATH',
        `${install}; or bring VMs up without it: host: { backend: libvirt } in the fleet file`,
      ),
    ];
  if (!probe) return [finding('vagrant', 'ok', 'vagrant is there')];
  let folder: string | null = null;
  try {
    // With a home as a run has it. No Vagrantfile is above the root.
    folder = inTemporaryFolder(env, (parent) => mkdtempSync(join(parent, 'ven-vagrant-')));
    const extraEnv = {
      VAGRANT_CHECKPOINT_DISABLE: '1',
      LC_ALL: 'C.UTF-8',
      VAGRANT_HOME: makeVagrantHome(folder, env),
    };
    const [version, plugins] = await Promise.all(
      [['--version'], ['plugin', 'list']].map((args) =>
        run('vagrant', args, { env, timeoutSeconds: 60, cwd: '/', extraEnv }),
      ),
    );
    const plugin = /^vagrant-libvirt \(([\d.]+)/m.exec(plugins?.stdout ?? '')?.[1];
    const own = /\d[\w.]*/.exec(version?.stdout ?? '')?.[0] ?? '(unknown version)';
    return plugin === undefined
      ? [
          finding(
            'vagrant',
            'missing',
            `vagrant ${own} is there, its plugin vagrant-libvirt is not`,
            `${install}, or: vagrant plugin install vagrant-libvirt`,
          ),
        ]
      : [finding('vagrant', 'ok', `vagrant ${own} with vagrant-libvirt ${plugin}`)];
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { summary, hint } = meaningOf(error);
    return [finding('vagrant', 'missing', `vagrant does not work: ${summary}`, hint ?? install)];
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** What vagrant's own words mean, where they are known. */
function meaningOf(error: VenError): VenError {
  if (error.detail === undefined || error.hint !== undefined) return error;
  const [command = '', ...words] = error.detail.split('\n').reverse();
  return explain({
    command,
    words: words.reverse().join('\n'),
    program: 'vagrant',
    act: { kind: 'domain', verb: 'up', object: null },
    uri: '',
  });
}
