/** A run of provisioning as variables for a shell. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { envFileReport } from '../../../src/view/provision/env-file.js';
import type { OrchestratorHost, ProvisionEvent } from '../../../src/model/index.js';

const NODES = ['edge-1', '2nd-edge', 'c'].map((name, at) => ({
  name,
  serialNumber: `VEN0000${at}`,
  uuid: `1f42d6de-e49d-5dd3-b8af-0c3356b2b15${at}`,
}));
const finished = (address: string, outcome: 'ready' | 'failed'): ProvisionEvent => ({
  ...{ type: 'node-finished', time: '', address, outcome },
  ...{ failure: null, durationSeconds: 1, stages: [] },
});
const known = (at: number, os: string, image: string): OrchestratorHost => ({
  ...{ id: `host-${at}`, name: '', hostStatus: '' },
  ...{ serialNumber: NODES[at]?.serialNumber ?? '', uuid: NODES[at]?.uuid ?? '' },
  instance: { id: 'inst', os, image, provisioningStatus: 'Provisioned' },
});

it('names each node, and a shell reads it as it is, whatever the orchestrator says', () => {
  const report = envFileReport('edge-lab', NODES);
  report.emit(finished('vm.edge-1', 'ready'));
  report.emit(finished('vm.2nd-edge', 'failed'));
  const evil = `it's $(touch x) \`id\` "q" \\ #\nVEN_FLEET=other`;
  const text = report.text({
    result: { outcome: 'failed' } as never,
    seconds: 1,
    hosts: [known(0, 'Edge Microvisor Toolkit', '3.0.2025'), known(1, evil, '')],
  });
  expect(text.split('\n').slice(0, 8)).toEqual([
    'VEN_FLEET=edge-lab',
    'VEN_RESULT=failed',
    "VEN_NODES='edge-1 2nd-edge c'",
    'VEN_EDGE_1_SERIAL=VEN00000',
    'VEN_EDGE_1_UUID=1f42d6de-e49d-5dd3-b8af-0c3356b2b150',
    'VEN_EDGE_1_STATUS=ready',
    "VEN_EDGE_1_OS='Edge Microvisor Toolkit'",
    'VEN_EDGE_1_IMAGE=3.0.2025',
  ]);
  const dir = mkdtempSync(join(tmpdir(), 'ven-env-'));
  writeFileSync(join(dir, 'nodes.env'), text);
  const script =
    'set -eu; . ./nodes.env; ls; printf "%s\n" "$VEN_FLEET" "$VEN_2ND_EDGE_STATUS" ' +
    '"$VEN_2ND_EDGE_OS" "$VEN_C_STATUS" "$VEN_C_OS"';
  const { stdout } = spawnSync('sh', ['-c', script], { cwd: dir, encoding: 'utf8' });
  rmSync(dir, { recursive: true });
  expect(stdout.split('\n')).toEqual([
    'nodes.env',
    'edge-lab',
    'failed',
    evil.replace('\n', ' '),
    'left',
    '',
    '',
  ]);
});

it('says that a run has not come to its end', () => {
  const text = envFileReport('lab', NODES).text({ result: null, seconds: 0 });
  expect(text).toContain('VEN_RESULT=unfinished\n');
  expect(text).toContain('VEN_C_STATUS=left\nVEN_C_OS=\nVEN_C_IMAGE=\n');
});
