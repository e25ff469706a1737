import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { BACKENDS, HERE, Lab, lines, sleep, type Running } from './lab.js';

/** Each VM once, each disk once, one network: nothing doubled, nothing left over. */
async function isWhole(lab: Lab, vms: number): Promise<void> {
  expect(await lab.domains()).toHaveLength(vms);
  expect(await lab.domains('--all')).toHaveLength(vms);
  expect(
    (await lines('vol-list', 'default')).filter((line) => line.startsWith(`${lab.fleet}_`)),
  ).toHaveLength(vms);
  expect(
    (await lines('net-list', '--all', '--name')).filter((name) => name.startsWith(`${lab.fleet}_`)),
  ).toHaveLength(1);
  expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
}

/** After which moments the destroy is killed as well, and when, in ms. */
const CUT: Record<number, number> = { 4: 250, 11: 400, 16: 600, 19: 250 };

const MOMENTS = 20;

const fleet = (third: number): string =>
  `${Lab.SMALL}networks: { lab: { subnet: 192.168.${third}.0/24 } }\n` +
  'vms:\n' +
  '  - { name: n, count: 4, nics: [{ network: lab }] }\n';

describe('kill -9', () => {
  // The moments are shared out to a fleet for each backend, for the time's sake.
  const labs = BACKENDS.map((backend) => new Lab('kill', HERE, backend));
  labs.forEach((lab, index) => {
    lab.write(fleet(239 + index));
  });
  afterAll(async () => {
    for (const lab of labs) await lab.close();
  });

  /** How long it takes undisturbed. */
  async function whole(lab: Lab): Promise<number> {
    const began = performance.now();
    await lab.apply();
    const took = performance.now() - began;
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    return took;
  }

  async function killedAt(lab: Lab, moment: number, after: number): Promise<void> {
    const run = lab.start('apply', '--yes');
    await sleep(after);
    run.child.kill('SIGKILL');
    await run.ended;
    if (moment % 3 === 2) rmSync(lab.stateDir, { recursive: true, force: true });
    const told = `moment ${moment}, killed after ${Math.round(after)} ms`;
    const next = await lab.ven('apply', '--yes', '--lock-timeout', '60s');
    expect(next.code, `${told}\n${next.stdout}\n${next.stderr}`).toBe(0);
    await isWhole(lab, 4);
    const cut = CUT[moment];
    if (cut !== undefined) {
      const destroying = lab.start('destroy', '--yes');
      await sleep(cut);
      destroying.child.kill('SIGKILL');
      await destroying.ended;
    }
    expect((await lab.ven('destroy', '--yes', '--lock-timeout', '60s')).code, told).toBe(0);
    expect(await lab.leftovers(), told).toEqual([]);
  }

  it('at 20 moments of an apply and in a destroy: the next one converges', async () => {
    const times = await Promise.all(labs.map(whole));
    const work = labs.map(async (lab, index) => {
      for (let moment = index; moment < MOMENTS; moment += labs.length) {
        // Spread over the run, with a random part in each, so that repeated runs see other moments.
        await killedAt(
          lab,
          moment,
          ((times[index] as number) * (moment + Math.random())) / MOMENTS,
        );
      }
    });
    await Promise.all(work);
  }, 900_000);
});

describe.each(BACKENDS)('interruption and locking, with the backend %s', (backend) => {
  const lab = new Lab('stop', HERE, backend);
  lab.write(fleet(239));
  afterAll(() => lab.close());

  /** Waits until the run says that a VM's step has begun. */
  const untilUp = async (run: Running): Promise<void> => {
    let seen = '';
    await new Promise<void>((resolve, reject) => {
      run.child.stdout?.on('data', (text: string) => {
        seen += text;
        if (seen.includes(':up"')) resolve();
      });
      void run.ended.then(() => reject(new Error(`ended before: ${seen}`)));
    });
  };

  it('one Ctrl-C lets running steps finish, reports, exits 130, and destroys no VM', async () => {
    const run = lab.start('apply', '--yes', '--json', '--parallelism', '1');
    await untilUp(run);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).toBe(130);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; outcome?: string; done?: string[] });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'interrupted' });
    expect(await lab.domains()).toEqual(['n-1', 'n-2', 'n-3', 'n-4']);
    await lab.apply();
    await isWhole(lab, 4);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
  });

  it('two Ctrl-C stop the children soon; the next apply converges', async () => {
    const run = lab.start('apply', '--yes', '--json');
    await untilUp(run);
    await sleep(backend === 'vagrant' ? 300 : 100);
    const began = performance.now();
    run.child.kill('SIGINT');
    await sleep(backend === 'vagrant' ? 200 : 100);
    run.child.kill('SIGINT');
    const { code } = await run.ended;
    expect(code).toBe(130);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(vagrantsOf(lab)).toEqual([]);
    const next = await lab.ven('apply', '--yes', '--lock-timeout', '30s');
    expect(next.code, next.stderr).toBe(0);
    await isWhole(lab, 4);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
  });

  it('two applies at once: one exits 5, names the holder; plan needs no lock', async () => {
    const first = lab.start('apply', '--yes', '--json');
    await untilUp(first);
    // It is not done before the others have met it.
    first.child.kill('SIGSTOP');
    const second = await lab.ven('apply', '--yes');
    expect(second.code).toBe(5);
    expect(second.stderr).toContain(String(first.child.pid));
    expect((await lab.ven('plan')).code).toBe(0);
    expect((await lab.ven('status')).code).toBe(0);
    first.child.kill('SIGCONT');
    expect((await first.ended).code).toBe(0);
    await isWhole(lab, 4);
  });

  it('apply --json | head -1 does no harm', async () => {
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    const venPath = `${import.meta.dirname}/../../bin/ven`;
    const out = execFileSync('sh', ['-c', '"$0" apply --yes --json | head -1', venPath], {
      cwd: lab.dir,
      env: { ...process.env, XDG_STATE_HOME: lab.stateDir },
      encoding: 'utf8',
    });
    expect(JSON.parse(out)).toMatchObject({ type: 'run-started', formatVersion: '1' });
    // The pipeline ends when both ends have: ven has done its whole work.
    await isWhole(lab, 4);
  });
});

/** The command lines of vagrant processes that work for this lab. */
function vagrantsOf(lab: Lab): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('vagrant') && line.includes(lab.stateDir));
}
