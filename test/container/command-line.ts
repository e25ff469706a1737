/** `docker run …` as a command line: read, flag by flag, and written again for bubblewrap. */
import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A command line as understood. */
export interface Run {
  image: string;
  command: string[];
  name: string;
  labels: string[];
  env: Record<string, string>;
  mounts: { source: string; target: string; readOnly: boolean }[];
  workdir: string;
  uid: string;
  gid: string;
  groups: string[];
  noCapabilities: boolean;
  noNewPrivileges: boolean;
  remove: boolean;
  init: boolean;
}

export class Refused extends Error {
  readonly exit: number;
  constructor(message: string, exit = 125) {
    super(message);
    this.exit = exit;
  }
}

const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The arguments of `docker run`, each flag by what it means; throws at one that it does not know.
 */
export function understood(args: string[], clientEnv: Record<string, string>): Run {
  const run: Run = {
    image: '',
    command: [],
    name: '',
    labels: [],
    // The image's own.
    env: { PATH: IMAGE_PATH },
    mounts: [],
    workdir: '/',
    uid: '0',
    gid: '0',
    groups: [],
    noCapabilities: false,
    noNewPrivileges: false,
    remove: false,
    init: false,
  };
  const rest = [...args];
  const value = (): string => rest.shift() ?? '';
  let entrypoint = '';
  let network = '';
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      run.image = word;
      run.command = [entrypoint, ...rest];
      break;
    }
    const name = word;
    switch (name) {
      case '--rm':
        run.remove = true;
        break;
      case '--init':
        run.init = true;
        break;
      case '--name':
        run.name = value();
        break;
      case '--label':
        run.labels.push(value());
        break;
      case '--network':
        network = value();
        break;
      case '--cap-drop':
        if (value() !== 'ALL') throw new Refused('--cap-drop of single capabilities');
        run.noCapabilities = true;
        break;
      case '--security-opt': {
        const option = value();
        if (option === 'no-new-privileges') run.noNewPrivileges = true;
        else if (option !== 'label=disable') throw new Refused(`unknown --security-opt ${option}`);
        break;
      }
      case '--user': {
        const [, uid, gid] = /^(\d+):(\d+)$/.exec(value()) ?? [];
        if (uid === undefined || gid === undefined) throw new Refused('--user wants UID:GID');
        Object.assign(run, { uid, gid });
        break;
      }
      case '--group-add':
        run.groups.push(value());
        break;
      case '--mount':
        run.mounts.push(mountOf(value()));
        break;
      case '--workdir':
        run.workdir = value();
        break;
      case '--env': {
        const [variable = '', ...written] = value().split('=');
        const taken = written.length > 0 ? written.join('=') : clientEnv[variable];
        if (taken !== undefined) run.env[variable] = taken;
        break;
      }
      case '--entrypoint':
        entrypoint = value();
        break;
      default:
        throw new Refused(`unknown flag: ${name}`);
    }
  }
  if (run.image === '' || entrypoint === '')
    throw new Refused('an image and an --entrypoint are needed');
  if (network !== 'host') throw new Refused(`--network ${network} is not known`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(run.name))
    throw new Refused(`Invalid container name (${run.name})`);
  return run;
}

/** `type=bind,source=…,target=…[,readonly]` */
function mountOf(text: string): Run['mounts'][number] {
  const fields = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
  const mount = { source: '', target: '', readOnly: false };
  let type = '';
  for (const field of fields) {
    if (field === 'readonly') mount.readOnly = true;
    else if (field.startsWith('type=')) type = field.slice(5);
    else if (field.startsWith('source=')) mount.source = field.slice(7);
    else if (field.startsWith('target=')) mount.target = field.slice(7);
    else throw new Refused(`unexpected key in --mount: ${field}`);
  }
  if (type !== 'bind' || !mount.source.startsWith('/') || !mount.target.startsWith('/'))
    throw new Refused(`invalid mount: ${text}`);
  if (!existsSync(mount.source))
    throw new Refused(`bind source path does not exist: ${mount.source}`);
  return mount;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === '/' ? [] : [...foldersAbove(above), above];
}

/** The arguments of bwrap that do the same on a root file system. */
export function bubblewrap(run: Run, root: string): string[] {
  const image = readdirSync(root)
    .filter((name) => !['dev', 'proc', 'sys', 'tmp', 'run'].includes(name))
    .flatMap((name) => {
      const path = join(root, name);
      return lstatSync(path).isSymbolicLink()
        ? ['--symlink', readlinkSync(path), `/${name}`]
        : ['--ro-bind', path, `/${name}`];
    });
  const drop = [
    'setpriv',
    ...['--reuid', run.uid, '--regid', run.gid],
    ...(run.groups.length > 0 ? ['--groups', run.groups.join(',')] : ['--clear-groups']),
    ...(run.noCapabilities ? ['--inh-caps=-all', '--bounding-set=-all'] : []),
    ...(run.noNewPrivileges ? ['--no-new-privs'] : []),
  ];
  return [
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    ...(run.init ? [] : ['--as-pid-1']),
    ...image,
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--tmpfs', '/tmp', '--tmpfs', '/run'],
    ...run.mounts.flatMap(({ source, target, readOnly }) => [
      // Left to itself bubblewrap closes the folders above a closed one.
      ...foldersAbove(target).flatMap((folder) => ['--perms', '0755', '--dir', folder]),
      ...[readOnly ? '--ro-bind' : '--bind', source, target],
    ]),
    ...['--chdir', run.workdir],
    '--clearenv',
    ...Object.entries(run.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--info-fd', '3'],
    '--',
    ...drop,
    ...run.command,
  ];
}
