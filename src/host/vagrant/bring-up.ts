/** Brings several VMs up with one `vagrant up --parallel`, and takes its stream apart by VM. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VenError, type BringUp } from '../../model/index.js';
import type { BringUpAct } from '../bring-ups/share.js';
import type { Act } from '../libvirt/acts.js';
import { answerOf } from '../libvirt/answers.js';
import { explain } from '../libvirt/explain.js';
import { isLocal } from '../libvirt/local.js';
import { portHolder } from '../libvirt/port-holder.js';
import { run, type Env } from '../exec.js';
import { inState, makeStateFolder } from '../state/files.js';
import { vagrantName } from './machines.js';
import type { VagrantRuntime } from './runtime.js';
import { VagrantStream } from './vagrant-stream.js';
import type { AfterStart } from '../links/links.js';
import type { Virsh } from '../libvirt/virsh.js';

export interface BringUpOptions {
  virsh: Virsh;
  /** For a VM that vagrant has started. */
  hasStarted: AfterStart;
  /** The fleet's work folder. */
  workDir: string;
  /** The text of the Vagrantfile, always the same. */
  vagrantfile: string;
  /** The text of `machines.json`, which the Vagrantfile reads beside it. */
  machinesJson: (uri: string, batch: readonly BringUp[]) => string;
  /** Where vagrant runs. */
  runtime: VagrantRuntime;
  env: Env;
  lockFd?: number | undefined;
}

/** Beyond any VM's own time limit, which is the caller's. */
const TIMEOUT_SECONDS = 24 * 3600;
/** vagrant's own words that a result may quote. */
const REMEMBERED_LINES = 20;

export function bringUpAct(options: BringUpOptions): BringUpAct {
  const { virsh, hasStarted, workDir, vagrantfile, machinesJson, runtime, env, lockFd } = options;
  let swept = false;

  /** Removes the folders of runs that were killed. The fleet's lock keeps others away. */
  const sweep = (): void => {
    const folder = join(workDir, 'vagrant');
    if (!swept)
      inState(folder, () => {
        rmSync(folder, { recursive: true, force: true });
      });
    swept = true;
    makeStateFolder(folder);
    makeStateFolder(join(workDir, 'logs'));
  };

  /** When the disk is full, the log ends; the VMs go on. */
  let keeping = true;
  const keep = (name: string, line: string): void => {
    if (!keeping) return;
    try {
      appendFileSync(
        join(workDir, 'logs', `${name}.log`),
        `${new Date().toISOString()} ${line}\n`,
        { mode: 0o600 },
      );
    } catch {
      keeping = false;
    }
  };

  return async (batch, onOutput, onSettled, signal, onStarted) => {
    if (batch.length === 0) return;
    sweep();
    // Each process has its own folder: it meets no earlier machine and no other process's lock.
    const folder = inState(join(workDir, 'vagrant'), () =>
      mkdtempSync(join(workDir, 'vagrant/batch-')),
    );
    const machines = new Map(batch.map((machine) => [vagrantName(machine), machine]));
    const open = new Set(batch);
    const heard: string[] = [];
    let fatal = '';

    const tell = ({ name }: BringUp, text: string): void => {
      for (const line of text.split('\n')) {
        keep(name, line);
        onOutput(name, line);
      }
    };
    const settle = (machine: BringUp, error: VenError | null): void => {
      const { name } = machine;
      if (open.delete(machine)) onSettled(error ? { name, ok: false, error } : { name, ok: true });
    };
    const looks: Promise<void>[] = [];
    const look = async (machine: BringUp): Promise<void> => {
      try {
        if (machine.start) await hasStarted(machine.uuid, machine.domainXml);
        settle(machine, null);
      } catch (error) {
        if (!(error instanceof VenError)) throw error;
        settle(machine, error);
      }
    };
    const stream = new VagrantStream((event) => {
      const machine = machines.get(event.machine);
      if (event.kind === 'error-exit') fatal = event.message;
      else if (event.kind === 'line' && event.machine === '') {
        heard.push(event.line);
        if (heard.length > REMEMBERED_LINES) heard.shift();
      } else if (machine === undefined) return;
      else if (event.kind === 'line') tell(machine, event.line);
      else if (event.kind === 'started') onStarted(machine.name);
      else if (event.kind === 'up') {
        tell(machine, 'up');
        looks.push(look(machine));
      } else {
        tell(machine, `failed: ${event.message}`);
        settle(machine, upFailed(virsh, machine, event.message));
      }
    });

    try {
      inState(folder, () => {
        writeFileSync(join(folder, 'Vagrantfile'), vagrantfile, { mode: 0o600 });
        writeFileSync(join(folder, 'machines.json'), machinesJson(virsh.uri, batch), {
          mode: 0o600,
        });
      });
      await runtime.prepare((line) => {
        for (const machine of open) tell(machine, line);
      }, signal);
      const { file, args, extraEnv, secrets, stop } = runtime.program(
        folder,
        [
          'up',
          ...machines.keys(),
          '--parallel',
          '--machine-readable',
          '--no-destroy-on-error',
          '--provider=libvirt',
        ],
        // Ruby reads files as the locale says; the messages stay those of C.
        {
          LC_ALL: 'C.UTF-8',
          VAGRANT_CHECKPOINT_DISABLE: '1',
          VAGRANT_NO_COLOR: '1',
          VAGRANT_CWD: folder,
        },
      );
      let words = '';
      try {
        const { stderr } = await run(file, args, {
          env,
          extraEnv,
          secrets,
          timeoutSeconds: TIMEOUT_SECONDS,
          signal,
          cwd: folder,
          fds: lockFd === undefined ? [] : [lockFd],
          accept: 'any',
          onStdout: (text) => {
            stream.write(text);
          },
        });
        words = stderr.trim();
      } catch (error) {
        await stop();
        throw error;
      } finally {
        stream.end();
      }
      await Promise.all(looks);
      if (open.size > 0)
        await settleByAsking(virsh, open, fatal || words || heard.join('\n'), { look, settle });
    } catch (error) {
      const known =
        error instanceof VenError
          ? error
          : new VenError('tool-failed', { summary: 'vagrant could not be run', cause: error });
      for (const machine of [...open]) settle(machine, known);
      if (!(error instanceof VenError)) throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** vagrant ended without a result for some VMs. One that runs is up: the start comes last. */
async function settleByAsking(
  virsh: Virsh,
  open: ReadonlySet<BringUp>,
  words: string,
  {
    look,
    settle,
  }: {
    look: (started: BringUp) => Promise<void>;
    settle: (machine: BringUp, error: VenError | null) => void;
  },
): Promise<void> {
  const machines = [...open];
  const states = await virsh.ask(machines.map(({ uuid }) => ['domstate', uuid]));
  const runs = (_: BringUp, index: number): boolean => states[index]?.text === 'running';
  const started = machines.filter((machine, index) => machine.start && runs(machine, index));
  const silent = words || 'vagrant ended without a word about this VM';
  for (const machine of machines)
    if (!started.includes(machine)) settle(machine, upFailed(virsh, machine, silent));
  await Promise.all(started.map(look));
}

function upFailed({ uri }: Virsh, machine: BringUp, words: string): VenError {
  const act: Act = { kind: 'domain', verb: 'up', object: machine.uuid };
  if (answerOf(words, act) === 'exists') {
    return new VenError('foreign-object', {
      summary: words.split('\n')[0] ?? `${machine.domain} exists already`,
      detail: words,
      hint:
        'It came since the plan was made. ' +
        'See what it is (virsh list --all), and run ven plan again',
    });
  }
  return explain({
    command: `vagrant up ${vagrantName(machine)}`,
    words,
    program: 'vagrant',
    act,
    uri,
    holder: isLocal(uri) ? portHolder : undefined,
  });
}
