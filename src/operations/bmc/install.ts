/** `ven bmc serve` as a service of systemd. */
import { resolve } from 'node:path';
import { STDIN, VenError, type ResolvedFleet, type SecretReference } from '../../model/index.js';
import { installUnit, packagePath, readSecretFile, removeUnit, unitsOf } from '../../host/index.js';
import { loadOnHost, type Request } from '../load.js';
import { withBmc } from './services.js';

export interface BmcUnitRequest extends Request {
  /** Who it runs as, of a service of the machine; undefined: who installs it. */
  user?: string | undefined;
  /** A file with NAME=value lines for the fleet file's variables; mode 0600. */
  envFile?: string | undefined;
  /** Nothing is changed. */
  dryRun?: boolean | undefined;
}

export interface BmcUnit {
  unit: string;
  path: string;
  text: string;
  /** What installs it by hand. */
  commands: string[];
  /** `none`: systemd does not run here, or it was asked only what would be done. */
  done: 'installed' | 'none';
  isRunning: boolean;
  /** It starts with this user's login, not with the machine. */
  untilLogin: boolean;
}

/** @throws VenError `usage`, `foreign-object`, `tool-failed` */
export async function installBmcs(request: BmcUnitRequest): Promise<BmcUnit> {
  const { env, dryRun = false } = request;
  const fleet = loadOnHost(request);
  if (withBmc(fleet).length === 0) {
    throw new VenError('usage', {
      summary: `No VM of ${fleet.name} has a BMC`,
      hint: 'Give them one: `bmc: { type: redfish, credentials: … }` in `defaults` or in a VM',
    });
  }
  const units = unitsOf(env);
  const unit = unitName(fleet.name);
  const text = unitText(request, fleet, units.isSystem);
  const path = units.pathOf(unit);
  const goes = units.isRunning && !dryRun;
  if (goes) await installUnit(unit, text, env);
  return {
    ...{ unit, path, text, isRunning: units.isRunning },
    commands: [units.systemctl('daemon-reload'), units.systemctl('enable', '--now', unit)],
    done: goes ? 'installed' : 'none',
    untilLogin: !units.isSystem,
  };
}

/** Idempotent. @throws VenError `foreign-object`, `tool-failed` */
export async function uninstallBmcs(
  request: Request,
): Promise<{ unit: string; path: string; removed: boolean }> {
  const unit = unitName(loadOnHost(request).name);
  const path = unitsOf(request.env).pathOf(unit);
  return { unit, path, removed: await removeUnit(unit, request.env) };
}

function unitName(fleet: string): string {
  return `ven-bmc-${fleet}.service`;
}

function unitText(request: BmcUnitRequest, fleet: ResolvedFleet, isSystem: boolean): string {
  const { file, connect, env, user = env['SUDO_USER'], envFile } = request;
  if (file === STDIN)
    throw new VenError('usage', {
      summary: "A service can't read the fleet file from standard input",
      hint: 'Name a file',
    });
  checkVariables(fleet, envFile);
  // What the shell says of the host is not there for a service.
  const words = ['bmc', 'serve', resolve(file), '--connect', connect ?? fleet.host.uri];
  const start = [packagePath('bin/ven'), ...words].map(unitWord).join(' ');
  const state = env['XDG_STATE_HOME'];
  const lines = [
    '[Unit]',
    `Description=BMCs of the fleet ${fleet.name} (ven)`,
    'After=network-online.target libvirtd.service libvirtd.socket virtqemud.socket',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${start}`,
    // That of an interruption, which is how it is stopped.
    'SuccessExitStatus=130',
    'Restart=on-failure',
    'RestartSec=5',
    // An act that is under way ends by itself.
    'KillMode=mixed',
    'TimeoutStopSec=11min',
    ...(envFile === undefined ? [] : [`EnvironmentFile=${resolve(envFile)}`]),
    'NoNewPrivileges=yes',
    ...(isSystem ? confined(user, unitName(fleet.name).replace('.service', '')) : []),
    ...(isSystem || state === undefined
      ? []
      : [`Environment=${unitWord(`XDG_STATE_HOME=${state}`)}`]),
    '',
    '[Install]',
    `WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}`,
    '',
  ];
  return lines.join('\n');
}

/**
 * A service of the machine may write a folder of its own, which systemd makes for its user, and
 * nothing else. The certificate is there.
 */
function confined(user: string | undefined, folder: string): string[] {
  return [
    ...(user === undefined ? [] : [`User=${user}`]),
    `StateDirectory=${folder}`,
    'StateDirectoryMode=0700',
    `Environment=XDG_STATE_HOME=%S/${folder}`,
    'ProtectSystem=strict',
    // Images on their way are there.
    'PrivateTmp=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
  ];
}

/** As systemd reads a word: `%` and `$` mean something. */
function unitWord(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$').replaceAll('\\', '\\\\');
  return /[\s"']/.test(escaped) ? `"${escaped.replaceAll('"', '\\"')}"` : escaped;
}

/** A service has no shell's environment. @throws VenError `usage` */
function checkVariables(fleet: ResolvedFleet, envFile: string | undefined): void {
  const references: SecretReference[] = withBmc(fleet).flatMap(({ bmc }) => [
    bmc.credentials.username,
    bmc.credentials.password,
  ]);
  const names = new Set(references.flatMap((one) => ('env' in one ? [one.env] : [])));
  if (names.size === 0) return;
  const list = [...names].join(', ');
  if (envFile === undefined) {
    throw new VenError('usage', {
      summary: `The credentials are in variables (${list}), which a service does not have`,
      hint:
        'Refer to files in the fleet file ({ file: … }), or give --env-file with a file of lines ' +
        'NAME=value',
    });
  }
  const text = new TextDecoder().decode(readSecretFile(resolve(envFile)));
  const missing = [...names].filter((name) => !new RegExp(`^\\s*${name}=`, 'm').test(text));
  if (missing.length === 0) return;
  throw new VenError('usage', {
    summary: `${envFile} has no line for ${missing.join(', ')}`,
    hint: `Add one: ${missing[0] ?? ''}=…`,
  });
}
