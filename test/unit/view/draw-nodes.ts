/**
 * Draws the terminal view of imagined provisioning, to be looked at: how many nodes, and every how manieth fails.
 *   esbuild test/unit/view/draw-nodes.ts --bundle --platform=node --format=esm --outfile=/tmp/draw.mjs && node /tmp/draw.mjs 200 7
 */
import { gatherNodes, provisionText, styleOf } from '../../../src/view/index.js';
import { provisionLines } from '../../../src/view/provision/lines.js';
import { provisionTerminal } from '../../../src/view/provision/terminal.js';
import type { ProvisionEvent } from '../../../src/model/index.js';
import {
  failure,
  nodeFinished,
  nodeStarted,
  output,
  provisionResult,
  provisionStarted,
  reached,
  STAGES,
} from './nodes.js';

const [amount = 6, failing = 0] = process.argv.slice(2).map(Number);
const { emit: gather, told } = gatherNodes();
const plain = process.argv.includes('--plain');
const style = styleOf(process.stderr, process.env);
const view = plain
  ? provisionLines((text) => process.stderr.write(text), style)
  : provisionTerminal(process.stderr, style);
const emit = (event: ProvisionEvent): void => {
  const now = { ...event, time: new Date().toISOString() };
  gather(now);
  view.emit(now);
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const names = Array.from({ length: amount }, (_, at) => `edge-${at + 1}`);
emit(provisionStarted(names));
const began = Date.now();
const failed: string[] = [];
const node = async (name: string, at: number): Promise<void> => {
  await pause((at * 3000) / amount);
  const stages: [string, number][] = [];
  emit(nodeStarted(name, 0));
  for (const [stage] of STAGES) {
    const entered = Date.now();
    emit(reached(name, stage, 0));
    if (stage === 'ready') break;
    for (let turn = 0; turn < 4; turn++) {
      await pause(30 + Math.random() * 120);
      emit(
        output(
          name,
          `[   ${turn}.0123] systemd[1]: Started ${stage}.service - \u001b[31mSomething${'…'.repeat(turn * 30)}`,
        ),
      );
    }
    stages.push([stage, (Date.now() - entered) / 1000]);
    if (failing > 0 && (at + 1) % failing === 0 && stage === 'workflow') {
      failed.push(name);
      emit(nodeFinished(name, 'failed', stages, 0, failure('storage', stage, 0)));
      return;
    }
  }
  emit(nodeFinished(name, 'ready', stages, 0));
};
await Promise.all(names.map(node));
await view.close();
const text = provisionText(
  told,
  provisionResult({
    outcome: failed.length > 0 ? 'failed' : 'done',
    ready: names.filter((name) => !failed.includes(name)).map((name) => `vm.${name}`),
    failed: failed.map((name) => ({ address: `vm.${name}`, ...failure('storage', 'workflow', 0) })),
    byClass: failed.length > 0 ? { storage: failed.length } : {},
    durationSeconds: (Date.now() - began) / 1000,
  }),
  { style: styleOf(process.stdout, process.env), words: './fleet.yaml' },
);
process.stdout.write(text);
