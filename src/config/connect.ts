import { VenError, type ResolvedFleet } from '../model/index.js';
import { loadFleet } from './load.js';

/** URIs from outside the fleet file. */
export interface NamedHosts {
  /** Of --connect: goes before the file's. */
  flag?: string | undefined;
  /** Of LIBVIRT_DEFAULT_URI: for a file that names no host. Empty: not set, as libvirt takes it. */
  environment?: string | undefined;
}

/** The fleet on the host that it is really for. @throws VenError `usage` for a URI that is wrong */
export function onNamedHost(
  fleet: ResolvedFleet,
  { flag, environment }: NamedHosts,
): ResolvedFleet {
  if (flag !== undefined && fleet.hosts)
    throw new VenError('usage', {
      summary: '--connect names one host, and the fleet file has several',
      hint: 'Leave it out. For some of the fleet: --target.',
    });
  if (fleet.engine && flag !== undefined)
    throw new VenError('usage', {
      summary: '--connect names a libvirt host, and the fleet file has an `engine` in its place',
      hint: 'Leave out --connect. The cluster is named by `engine` in the fleet file.',
    });
  if (flag !== undefined) return onHost(fleet, flag, 'flag', '--connect');
  if (fleet.hostFrom !== 'default' || environment === undefined || environment === '') return fleet;
  return onHost(fleet, environment, 'environment', 'LIBVIRT_DEFAULT_URI');
}

const OTHERWISE =
  ' The fleet file names no host (host: { uri: … }), so this variable does; --connect goes first.';

/** Checked as if a fleet file said it: all rules about hosts hold. */
function onHost(
  fleet: ResolvedFleet,
  uri: string,
  hostFrom: 'flag' | 'environment',
  name: string,
): ResolvedFleet {
  const { backend, runner } = fleet.host;
  const host = { uri, backend, vagrant: { runner: runner.kind } };
  const file = JSON.stringify({
    ...{ apiVersion: 'ven/v1', fleet: 'any' },
    host,
    vms: [{ name: 'any' }],
  });
  try {
    loadFleet(
      file.replaceAll('${', () => '$${'),
      { file: name },
    );
  } catch (error) {
    const [finding] = error instanceof VenError ? error.findings : [];
    if (!finding) throw error;
    throw new VenError('usage', {
      summary: `${name}: ${finding.message.replace('`host.uri`', 'it')}`,
      hint: `${finding.hint}${hostFrom === 'environment' ? OTHERWISE : ''}`,
      cause: error,
    });
  }
  return { ...fleet, host: { ...fleet.host, uri }, hostFrom };
}
