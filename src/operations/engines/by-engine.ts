/** The operations that depend on who runs a fleet's VMs: by the one table of engines. */
import { VenError, type EngineName, type HostFinding } from '../../model/index.js';
import { apply as applyOnHost } from '../apply.js';
import { attach as attachOnHost, readAlong as readAlongOnHost } from '../console.js';
import { doctor as doctorOnHost } from '../doctor.js';
import { contentOf, loadFleetFile, type Request } from '../load.js';
import { plan as planOnHost } from '../plan.js';
import { power as powerOnHost } from '../power.js';
import { render as renderOnHost } from '../render.js';
import { openStatus as openStatusOnHost } from '../status/status.js';
import { vnc as vncOnHost } from '../vnc.js';
import type { Engine } from './engine.js';

const libvirt: Engine = {
  apply: (request) => applyOnHost(request),
  plan: planOnHost,
  openStatus: openStatusOnHost,
  power: powerOnHost,
  attach: attachOnHost,
  readAlong: readAlongOnHost,
  vnc: vncOnHost,
  doctor: doctorOnHost,
  render: renderOnHost,
};

/** Each is loaded when a fleet needs it. */
const ENGINES: Record<EngineName, () => Promise<Engine>> = {
  libvirt: () => Promise.resolve(libvirt),
  kubevirt: async () => (await import('../kubevirt/engine.js')).kubevirt,
};

/** That of the fleet file; of one that can't be read libvirt's, which says so in its own order. */
async function engineOf(request: Request): Promise<Engine> {
  return ENGINES[nameIn(request)]();
}

function nameIn(request: Request): EngineName {
  try {
    const content = contentOf(request);
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    // A file without the word has none, and is not read twice.
    return (text.includes('engine') && loadFleetFile(request).engine?.kind) || 'libvirt';
  } catch (error) {
    if (error instanceof VenError) return 'libvirt';
    throw error;
  }
}

export const apply: Engine['apply'] = async (request) => (await engineOf(request)).apply(request);
export const plan: Engine['plan'] = async (request) => (await engineOf(request)).plan(request);
export const power: Engine['power'] = async (request) => (await engineOf(request)).power(request);
export const attach: Engine['attach'] = async (request) =>
  (await engineOf(request)).attach(request);
export const readAlong: Engine['readAlong'] = async (request) =>
  (await engineOf(request)).readAlong(request);
export const vnc: Engine['vnc'] = async (request) => (await engineOf(request)).vnc(request);

/** `target`: for that engine, and no other. */
export async function render(
  request: Request,
  target?: EngineName,
): Promise<ReturnType<Engine['render']>> {
  const engine = target === undefined ? await engineOf(request) : await ENGINES[target]();
  return engine.render(request);
}

/** `file` null: for one VM with all defaults, on a libvirt host. */
export async function doctor({
  file,
  ...request
}: Omit<Request, 'file'> & { file: string | null }): Promise<HostFinding[]> {
  if (file === null) return doctorOnHost({ file, ...request });
  return (await engineOf({ file, ...request })).doctor({ file, ...request });
}

export const openStatus: Engine['openStatus'] = (request) => {
  let opened: Promise<ReturnType<Engine['openStatus']>> | null = null;
  const open = (): Promise<ReturnType<Engine['openStatus']>> =>
    (opened ??= engineOf(request).then((engine) => engine.openStatus(request)));
  return {
    again: async () => (await open()).again(),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
};
