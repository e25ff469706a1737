import { availableParallelism, release, totalmem, type } from 'node:os';
import { withoutLiteralSecrets } from '../../config/index.js';
import { ConsoleText, LastText } from '../../terminal-text/index.js';
import { openArchive, readFleetFile, readPackageFile, readTextFile } from '../../host/index.js';
import type { OutgoingMask } from '../../secrets/index.js';
import { createRender } from '../../libvirt/index.js';
import { VenError, type Consoles, type ResolvedFleet } from '../../model/index.js';
import { makePlan } from '../../plan/index.js';
import { bundleReadme, type BundleContents } from './readme.js';
import { doctor } from '../doctor.js';
import { loadOnHost, type Request } from '../load.js';
import { openHost } from '../open.js';
import { maskFor, reason } from './mask.js';

export interface BundleRequest extends Request {
  /**
   * The archive; null: a name with fleet and time, in the current folder. Never overwrites.
   */
  output: string | null;
  signal: AbortSignal;
}

export interface Bundle extends BundleContents {
  file: string;
  bytes: number;
}

const CONSOLE_CHARACTERS = 8 * 1024 * 1024;
const LOG_BYTES = 8 * 1024 * 1024;
const RUNS = 20;

/**
 * Collects what is needed to diagnose a fleet into one archive, without secrets. The archive lists
 * what could not be collected. Needs no lock, changes nothing. Rejects with `not-found` without a
 * fleet file, `usage` when it can't be written, `interrupted`.
 */
export async function bundle({ output, signal, ...request }: BundleRequest): Promise<Bundle> {
  const written = new TextDecoder().decode(readFleetFile(request.file));
  const made = new Date();
  let fleet: ResolvedFleet | VenError;
  try {
    fleet = loadOnHost(request);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    fleet = error;
  }
  const { mask, warnings } = maskFor(fleet, written, request);
  const time = made.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const name = `ven-bundle-${fleet instanceof VenError ? 'fleet' : fleet.name}-${time}`;
  const file = output ?? `${name}.tar.gz`;
  const archive = await openArchive(file, made);
  const result: Bundle = { file, bytes: 0, parts: [], missing: [], warnings };

  const add = async (path: string, what: string, text: string): Promise<void> => {
    signal.throwIfAborted();
    await archive.add(`${name}/${path}`, text);
    result.parts.push({ path, what, bytes: Buffer.byteLength(text) });
  };
  /** A part that can't be collected does not stop the others. */
  const part = async (
    path: string,
    what: string,
    content: () => string | Promise<string>,
  ): Promise<void> => {
    signal.throwIfAborted();
    let text: string;
    try {
      text = await content();
    } catch (error) {
      result.missing.push({
        path,
        what,
        why: mask.text(reason(error)).replaceAll(/\s+/g, ' '),
      });
      return;
    }
    await add(path, what, text);
  };

  try {
    await part('fleet.yaml', 'the fleet file', () => mask.file(withoutLiteralSecrets(written)));
    await part('host.json', 'versions of ven and of this machine', () => json(aboutHere(), mask));
    if (fleet instanceof VenError) {
      const { summary, findings } = fleet;
      await part('findings.json', 'what is wrong with the fleet file', () =>
        json({ summary, findings }, mask),
      );
      const why = `${summary}: correct it and run this again`;
      result.missing.push({
        path: 'all else',
        what: 'the plan, events, nodes and consoles',
        why: mask.text(why),
      });
    } else await fleetParts(fleet, request, { part, mask });
    await add(
      'README.md',
      'this list',
      bundleReadme(result, { made, fleet: fleet instanceof VenError ? null : fleet.name }),
    );
    result.bytes = await archive.close();
    return result;
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}

interface PartWriter {
  part: (path: string, what: string, content: () => string | Promise<string>) => Promise<void>;
  mask: OutgoingMask;
}

async function fleetParts(
  fleet: ResolvedFleet,
  request: Omit<BundleRequest, 'output' | 'signal'>,
  { part, mask }: PartWriter,
): Promise<void> {
  const host = openHost(fleet, request);
  const { state } = host;
  await part('resolved.json', 'what the fleet file means, with every default', () =>
    json(fleet, mask),
  );
  await part('doctor.json', 'whether this host is ready (ven doctor)', async () =>
    json(await doctor(request), mask),
  );
  await part('plan.json', 'what an apply would do now (ven plan)', async () => {
    const options = {
      mode: 'apply' as const,
      targets: [],
      excludes: [],
      replace: [],
      keepDisks: false,
    };
    return json(makePlan(fleet, await host.observe(fleet), options, createRender()), mask);
  });
  for (const { vm, record, damage } of state.records.read(fleet.vms.map((one) => one.name))) {
    if (record === null && damage === null) continue;
    await part(`nodes/${vm}.json`, 'how far a node has come, and when (ven timeline)', () => {
      if (damage !== null) throw new VenError('tool-failed', { summary: damage });
      return json(record, mask);
    });
  }
  const runs = state.files(['runs']).filter(({ path }) => path.endsWith('.jsonl'));
  for (const { path } of runs.slice(0, RUNS)) {
    await part(path, 'the events of a run, the newest 20 of them', () =>
      mask.jsonLines(whole(state.readEnd(path, LOG_BYTES))),
    );
  }
  for (const { path } of state.files(['logs'])) {
    await part(path, 'what vagrant said of a VM', () =>
      mask.text(whole(state.readEnd(path, LOG_BYTES))),
    );
  }
  for (const { name, domain } of fleet.vms) {
    await part(
      `consoles/${name}.log`,
      'what a VM said on its serial console, cleaned (ven logs)',
      async () => mask.text(await consoleText(host.consoles, domain)),
    );
  }
}

/**
 * As text only: in the raw bytes, colours and cursor movements could split a secret.
 */
async function consoleText(consoles: Consoles, domain: string): Promise<string> {
  const text = new ConsoleText();
  const last = new LastText(CONSOLE_CHARACTERS);
  for await (const bytes of consoles.read(domain, { follow: false }))
    if (bytes !== null) last.push(text.push(bytes));
  last.push(text.end());
  return last.text();
}

function aboutHere(): object {
  const { version } = JSON.parse(readPackageFile('package.json')) as { version: string };
  const { version: node, platform, arch } = process;
  let system = type();
  try {
    system = /^PRETTY_NAME="?([^"\n]*)/m.exec(readTextFile('/etc/os-release'))?.[1] ?? system;
  } catch {
    // fall back to the kernel's name
  }
  return {
    ven: version,
    node,
    platform,
    arch,
    system,
    kernel: release(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

function json(value: unknown, mask: OutgoingMask): string {
  return mask.json(JSON.stringify(value));
}

function whole({ text, cut }: { text: string; cut: boolean }): string {
  return cut ? text.slice(text.indexOf('\n') + 1) : text;
}
