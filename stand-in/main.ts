/**
 * The stand-in orchestrator as a program, until it is told to end (SIGINT, SIGTERM):
 *   node stand-in/main.ts --domain edge.test --dir DIR [--address 10.231.0.1] [--device orch0]
 *     [--flow io|nio --user NAME --password-file FILE [--project NAME]]
 *     [--os-user NAME --os-password-file FILE]
 * With `--flow` each node goes through all its stages, and NAME may log in, at nodes and at the
 * API; FILE's first line is the password. `--os-…`: who may log in to the system that is installed.
 * Once it listens it writes one line of JSON to stdout: pid, address, names, bootUrl,
 * caCertificate, accessLog.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildPayload, startOrchestrator } from './index.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    domain: text,
    dir: text,
    address: text,
    device: text,
    flow: text,
    user: text,
    'password-file': text,
    'os-user': text,
    'os-password-file': text,
    project: text,
  },
});
const { domain, dir, address, device, flow, project } = values;
const { user, 'os-user': systemUser } = values;
const { 'password-file': passwordFile, 'os-password-file': systemPasswordFile } = values;
const flows = { io: 'interactive', nio: 'non-interactive' } as const;
const isFlow = flow === 'io' || flow === 'nio';
if (
  domain === undefined ||
  dir === undefined ||
  (flow !== undefined && !isFlow) ||
  (user === undefined) !== (passwordFile === undefined) ||
  (systemUser === undefined) !== (systemPasswordFile === undefined)
) {
  console.error('usage: main.ts --domain DOMAIN --dir DIR [--address ADDRESS] [--device NAME]');
  console.error(
    '               [--flow io|nio] [--user NAME --password-file FILE] [--project NAME]',
  );
  console.error('               [--os-user NAME --os-password-file FILE]');
  process.exit(2);
}
const passwordIn = (file: string | undefined): string =>
  file === undefined ? '' : (readFileSync(file, 'utf8').split('\n')[0] ?? '');

const { efi, onboarding, installed } = await buildPayload({ domain });
const orchestrator = await startOrchestrator({
  domain,
  dir,
  bootFile: isFlow ? onboarding : efi,
  installed,
  accounts: user === undefined ? {} : { [user]: { password: passwordIn(passwordFile) } },
  ...(systemUser === undefined
    ? {}
    : { systemUser: { username: systemUser, password: passwordIn(systemPasswordFile) } }),
  projects: project === undefined ? [] : [project],
  ...(isFlow ? { everyNode: { flow: flows[flow] } } : {}),
  ...(address === undefined ? {} : { address }),
  ...(device === undefined ? {} : { device }),
});
const { names, bootUrl, caCertificate, accessLog } = orchestrator;
console.log(
  JSON.stringify({
    pid: process.pid,
    address: orchestrator.address,
    names,
    bootUrl,
    caCertificate,
    accessLog,
  }),
);

const end = (): void => void orchestrator.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
