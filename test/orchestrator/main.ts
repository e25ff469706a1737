/**
 * The stand-in orchestrator as a program, until it is told to end (SIGINT, SIGTERM):
 *   node test/orchestrator/main.ts --domain edge.test --dir DIR [--address 10.231.0.1] [--device orch0]
 * Once it listens it writes one line of JSON to stdout: pid, address, names, bootUrl, caCertificate, accessLog.
 */
import { parseArgs } from 'node:util';
import { buildPayload, startOrchestrator } from './index.ts';

const { values } = parseArgs({
  options: { domain: { type: 'string' }, dir: { type: 'string' }, address: { type: 'string' }, device: { type: 'string' } },
});
const { domain, dir, address, device } = values;
if (domain === undefined || dir === undefined) {
  console.error('usage: main.ts --domain DOMAIN --dir DIR [--address ADDRESS] [--device NAME]');
  process.exit(2);
}

const { efi } = await buildPayload();
const orchestrator = await startOrchestrator({
  domain,
  dir,
  bootFile: efi,
  ...(address === undefined ? {} : { address }),
  ...(device === undefined ? {} : { device }),
});
const { names, bootUrl, caCertificate, accessLog } = orchestrator;
console.log(JSON.stringify({ pid: process.pid, address: orchestrator.address, names, bootUrl, caCertificate, accessLog }));

const end = (): void => void orchestrator.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
