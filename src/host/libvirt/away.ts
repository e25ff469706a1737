/** A host that can't be reached over the network: its name, the cause, what to do. */
import { connect } from 'node:net';
import { parseLibvirtUri, sshWords, VenError } from '../../model/index.js';

/** Nothing was done there, and nothing of it is known. */
export class HostAway extends VenError {}

interface Cause {
  pattern: RegExp;
  why: (host: string, port: string) => string;
  hint: (uri: string) => string;
}

/** In ssh's words, and in libvirt's where it connects by itself. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /HOST IDENTIFICATION HAS CHANGED/i,
    why: (host) => `${host} has another host key than before`,
    hint: (uri) =>
      'If the host was installed anew, forget the old key: ssh-keygen -R ' +
      `${knownAs(uri)}; then log in once: ${login(uri)}. Else do not: another machine answers in ` +
      'its place',
  },
  {
    pattern: /Host key verification failed/i,
    why: (host) => `The host key of ${host} is not known here`,
    hint: (uri) => `Log in once, and compare the key: ${login(uri)}`,
  },
  {
    pattern: /Permission denied \(/i,
    why: (host) => `${host} does not let this user log in`,
    hint: (uri) => `It must log in without a question: ${login(uri)}`,
  },
  {
    pattern: /Could not resolve hostname|Unable to resolve address/i,
    why: (host) => `The name ${host} leads to no address`,
    hint: () => 'Correct the URI (--connect, or host.uri in the fleet file), or the name server',
  },
  {
    pattern: /No route to host|Network is unreachable/i,
    why: (host) => `There is no way to ${host}: it is off, or a cable or route is missing`,
    hint: (uri) => `See whether it runs: ping ${hostNameOf(uri)}`,
  },
  {
    pattern: /Connection refused/i,
    why: (host, port) => `${host} runs, and refuses connections to its port ${port}`,
    hint: (uri) =>
      isTls(uri)
        ? 'Start libvirtd on it with TLS: sudo systemctl start libvirtd-tls.socket'
        : 'Start sshd on it, or correct the port in the URI',
  },
  {
    pattern: /timed out|Timeout, server/i,
    why: (host) => `${host} does not answer: no packet came back`,
    hint: (uri) =>
      `See whether it runs, and whether a firewall is in between: ping ${hostNameOf(uri)}`,
  },
];

/** The cause in the words of ssh or libvirt; null: they name none. */
export function causeOf(uri: string, words: string): { summary: string; hint: string } | null {
  const cause = CAUSES.find(({ pattern }) => pattern.test(words));
  if (cause === undefined) return null;
  return { summary: cause.why(hostNameOf(uri), String(portOf(uri))), hint: cause.hint(uri) };
}

/** For a look at the host's port. */
const LOOK_MS = 1500;

/** Why no connection came to be in time: what hangs may be the network, or libvirt behind it. */
export async function silentHost(uri: string, seconds: number): Promise<HostAway> {
  const host = hostNameOf(uri);
  const words = await portSays(host, portOf(uri));
  const status = 'sudo systemctl status libvirtd';
  const answers = {
    summary: `libvirt of ${host} does not answer: it hangs (${seconds} s)`,
    hint: isTls(uri)
      ? `Its port answers, so look at libvirt on it: ${status}`
      : `sshd answers, so look at libvirt on it: ${login(uri, status)}`,
  };
  const unknown = {
    summary: `${host} does not answer (${seconds} s)`,
    hint: `See whether it runs: ping ${host}`,
  };
  const { summary, hint } = words === null ? answers : (causeOf(uri, words) ?? unknown);
  return new HostAway('host-not-ready', { summary, detail: `virsh -c ${uri} list`, hint });
}

/** null: it answers. Of a name that only ssh's configuration knows, nothing is known. */
function portSays(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LOOK_MS });
    const settle = (words: string | null): void => {
      socket.destroy();
      resolve(words);
    };
    socket.once('connect', () => {
      settle(null);
    });
    socket.once('timeout', () => {
      settle('timed out');
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      settle(WORDS[code ?? ''] ?? '');
    });
  });
}

const WORDS: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ECONNREFUSED: 'Connection refused',
};

/** For people. */
export function hostNameOf(uri: string): string {
  return parseLibvirtUri(uri)?.host || uri;
}

function portOf(uri: string): number {
  return parseLibvirtUri(uri)?.port ?? (isTls(uri) ? 16514 : 22);
}

function isTls(uri: string): boolean {
  return [null, 'tls'].includes(parseLibvirtUri(uri)?.transport ?? null);
}

function login(uri: string, command = 'true'): string {
  return `ssh ${sshWords(uri) ?? 'HOST'} ${command}`;
}

/** As known_hosts has it, for a shell. */
function knownAs(uri: string): string {
  const { host = 'HOST', port = null } = parseLibvirtUri(uri) ?? {};
  return port === null || port === 22 ? host : `'[${host}]:${port}'`;
}
