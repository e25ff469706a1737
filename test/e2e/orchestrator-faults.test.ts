/**
 * An orchestrator that refuses, fails or is not there, through the real command: told as what it
 * is, with the right exit code, after a number of requests that the stand-in counts; nothing is
 * made or started, and no secret is told, though it comes back in the answer.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProvisionResult } from '../../src/model/index.js';
import {
  startOrchestrator,
  type Fault,
  type Orchestrator,
  type RunningFault,
} from '../../stand-in/index.ts';
import { Lab, type Ran } from './lab.js';

const PASSWORD = `canary-faults-${process.pid}`;
const lab = new Lab('faults');
/** Whose VMs are there, and whose orchestrator is away. */
const away = new Lab('away');
const dir = mkdtempSync(join(tmpdir(), 'ven-faults-'));
let orchestrator: Orchestrator;
let absent: Orchestrator;

const fleet = (
  third: number,
  at: Orchestrator,
  { project = 'ours', authority = 'ca.pem', onboarding = 'non-interactive' } = {},
): string =>
  `orchestrator: { domain: ${at.domain}, caCertificate: ${authority},
  onboarding: ${onboarding}, project: ${project} }
networks: { lab: { subnet: 10.${third}.${process.pid % 250}.0/24,
  dns: { hosts: { ${at.address}: [${at.names.join(', ')}] } } } }
${Lab.SMALL}vms: [{ name: node, count: 3, nics: [{ network: lab }] }]
`;

beforeAll(async () => {
  const bootFile = join(dir, 'boot.efi');
  writeFileSync(bootFile, '');
  const accounts = {
    'api-user': { password: PASSWORD },
    stranger: { password: PASSWORD, projects: ['theirs'] },
  };
  const common = { bootFile, accounts, projects: ['ours', 'theirs'] };
  orchestrator = await startOrchestrator({
    ...common,
    domain: 'faults.test',
    dir: join(dir, 'there'),
  });
  absent = await startOrchestrator({
    ...common,
    domain: 'absent.test',
    dir: join(dir, 'absent'),
    device: `orcx${process.pid}`,
  });
  copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
  copyFileSync(absent.caCertificate, join(lab.dir, 'other.pem'));
  copyFileSync(absent.caCertificate, join(away.dir, 'ca.pem'));
  away.env = {
    PROJECT_API_USER: 'api-user',
    PROJECT_API_PASSWORD: PASSWORD,
    no_proxy: absent.address,
  };
});

afterAll(async () => {
  for (const each of [lab, away]) await each.close();
  for (const each of [orchestrator, absent]) await each.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Refusal {
  file?: Parameters<typeof fleet>[2];
  env?: NodeJS.ProcessEnv;
  fault?: Fault;
  code: 'orchestrator-refused' | 'orchestrator-unreachable';
  says: RegExp;
  /** Of the whole command, beside the look at the boot file's server: never asked again. */
  requests: number;
}

const REFUSALS: Record<string, Refusal> = {
  'a wrong password': {
    env: { PROJECT_API_PASSWORD: 'guess' },
    code: 'orchestrator-refused',
    says: /401, the user name or the password is wrong/,
    requests: 1,
  },
  'a user without rights': {
    env: { PROJECT_API_USER: 'stranger' },
    code: 'orchestrator-refused',
    says: /403, the user does not have the right to do this/,
    requests: 2,
  },
  // With the token, and with a new one.
  'tokens that never count': {
    fault: { op: 'project', how: 401 },
    code: 'orchestrator-refused',
    says: /401, neither the token nor a new one is accepted/,
    requests: 4,
  },
  'a wrong project': {
    file: { project: 'our' },
    code: 'orchestrator-refused',
    says: /there is no project "our"/,
    requests: 2,
  },
  'another authority': {
    file: { authority: 'other.pem' },
    code: 'orchestrator-unreachable',
    says: /signed by no authority that ven trusts/,
    // One is the look at the boot file's server: it, too, ends in the handshake.
    requests: 2,
  },
  'a 500 that says all it was sent, at the token': {
    fault: { op: 'token', how: 'echo' },
    code: 'orchestrator-unreachable',
    says: /500, the orchestrator failed/,
    requests: 1,
  },
  'a 500 that says all it was sent, in the project': {
    fault: { op: 'project', how: 'echo' },
    code: 'orchestrator-unreachable',
    says: /500, the orchestrator failed/,
    requests: 2,
  },
  "a proxy's page": {
    fault: { op: 'project', how: 'html' },
    code: 'orchestrator-unreachable',
    says: /the answer is not JSON/,
    requests: 2,
  },
};

describe('an outage that does not end', () => {
  // Two minutes, in which the others go on.
  let provision: Promise<Ran>;
  let defaultOs: Promise<Ran>;
  let cuts: RunningFault;
  let refusals: RunningFault;

  it('is waited for', async () => {
    away.write(fleet(245, absent, { onboarding: 'none' }));
    await away.apply();
    away.write(fleet(245, absent));
    cuts = absent.fail({ op: 'register', how: 'reset' });
    refusals = absent.fail({ op: 'os', how: 503 });
    provision = away.ven('provision', '--json');
    defaultOs = away.ven('orchestrator', 'default-os', 'ubuntu-24.04-lts-generic');
    await expect
      .poll(() => [cuts.hits > 0, refusals.hits > 0], { timeout: 20_000 })
      .toEqual([true, true]);
  });

  describe('meanwhile a fleet is not begun with, for', () => {
    it.each(Object.entries(REFUSALS))(
      '%s',
      async (_what, { file, env, fault, code, says, requests }) => {
        lab.write(fleet(244, orchestrator, file));
        lab.env = {
          PROJECT_API_USER: 'api-user',
          PROJECT_API_PASSWORD: PASSWORD,
          no_proxy: orchestrator.address,
          ...env,
        };
        const asked = (): number =>
          orchestrator.entries().filter(({ method }) => method !== 'HEAD').length;
        const before = asked();
        const running = fault && orchestrator.fail(fault);
        const ran = await lab.ven('apply', '--yes', '--wait', 'ready', '--json');
        running?.stop();
        expect({ code: ran.code, requests: asked() - before }, ran.stderr).toEqual({
          code: 1,
          requests,
        });
        expect(ran.stderr).toMatch(says);
        expect(ran.stderr).toContain('Nothing was changed.');
        const last = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as {
          error?: { code: string };
        };
        expect(last.error?.code).toBe(code);
        expect(ran.stdout + ran.stderr).not.toContain(PASSWORD);
        expect(await lab.leftovers()).toEqual([]);
        expect(orchestrator.seen.registrations).toEqual([]);
      },
    );
  });

  it('ends a command after two minutes and some ten attempts: exit 1', async () => {
    const { code, stderr } = await defaultOs;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('503, the orchestrator is not available') as string,
    });
    expect(stderr).toContain(`Tried ${refusals.hits} times in 1`);
    expect(refusals.hits).toBeGreaterThanOrEqual(7);
    expect(refusals.hits).toBeLessThanOrEqual(14);
  });

  it('ends nodes that it kept from being registered, in class network: exit 4', async () => {
    const { code, stdout } = await provision;
    expect(code).toBe(4);
    expect(resultOf(stdout)).toMatchObject({ ready: [], left: [], byClass: { network: 3 } });
    expect(resultOf(stdout)?.failed[0]?.message).toContain('was cut off');
    expect(cuts.hits).toBeGreaterThanOrEqual(3 * 7);
    expect(cuts.hits).toBeLessThanOrEqual(3 * 14);
    cuts.stop();
    expect(absent.seen.registrations).toEqual([]);
  });

  it('is not what a refusal is: that ends each node at once, in class workflow', async () => {
    const forbidden = absent.fail({ op: 'register', how: 403 });
    const { code, stdout } = await away.ven('provision', '--json');
    expect(code).toBe(4);
    expect(resultOf(stdout)).toMatchObject({ ready: [], left: [], byClass: { workflow: 3 } });
    expect(forbidden.hits).toBe(3);
  });
});

/** The last event of a run. */
const resultOf = (stdout: string): ProvisionResult | undefined =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ProvisionResult;
