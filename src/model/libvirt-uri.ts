/** libvirt's connection URIs: `driver[+transport]://[user@][host][:port]/path[?parameters]`. */

export interface LibvirtUri {
  driver: string;
  /** null: not said. libvirt takes a socket without a host, and TLS with one. */
  transport: string | null;
  /** null: not said. */
  user: string | null;
  /** Lower case, without brackets and a last dot; empty: not said. */
  host: string;
  port: number | null;
  path: string;
  /** Without the `?`; empty: none. */
  parameters: string;
}

const SHAPE = new RegExp(
  String.raw`^([a-z][a-z0-9]*)(?:\+([a-z0-9]+))?://` +
    String.raw`(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?`,
);

/** null: it is none. */
export function parseLibvirtUri(uri: string): LibvirtUri | null {
  const found = SHAPE.exec(uri);
  if (found === null) return null;
  const [, driver = '', transport, user, host = '', port, path = '', parameters = ''] = found;
  return {
    driver,
    transport: transport ?? null,
    user: user ?? null,
    host: host.replace(/^\[|\]$|\.$/g, '').toLowerCase(),
    port: port === undefined || port === '' ? null : Number(port),
    path,
    parameters,
  };
}

/**
 * `user@machine:22`, as `ssh` takes it for a jump host, where libvirt is reached over SSH; else
 * null.
 */
export function sshMachine(uri: string): string | null {
  const { transport, user, host, port } = parseLibvirtUri(uri) ?? {};
  const isSsh = ['ssh', 'libssh', 'libssh2'].includes(transport ?? '');
  if (!isSsh || !host || /[^\w.-]/.test(user ?? '') || /[^\w.:-]/.test(host)) return null;
  const machine = host.includes(':') ? `[${host}]` : host;
  return `${user ? `${user}@` : ''}${machine}${port ? `:${port}` : ''}`;
}

/**
 * What `ssh` takes to log in on the machine of a URI, whatever its transport: `-p 2222 me@lab`;
 * null: it names none.
 */
export function sshWords(uri: string): string | null {
  const { transport, user, host, port } = parseLibvirtUri(uri) ?? {};
  if (!host || /[^\w.-]/.test(user ?? '') || /[^\w.:-]/.test(host)) return null;
  const isSsh = transport?.includes('ssh') === true;
  return `${isSsh && port ? `-p ${port} ` : ''}${user ? `${user}@` : ''}${host}`;
}
