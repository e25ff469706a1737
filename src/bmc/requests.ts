/** What clients ask for in the bodies of their requests, checked. */
import {
  shownUrl,
  type BmcMachine,
  type BootOverride,
  type BootTarget,
  type NewMedia,
} from '../model/index.js';
import { message, RedfishError, refused } from './messages.js';
import { bootMode, RESET_TYPES, TARGETS, type ResetType } from './resources/system.js';

export type Body = Readonly<Record<string, unknown>>;

/** @throws RedfishError 400 unless it is an object with something in it */
export function patchOf(body: Body, writable: readonly string[], known: readonly string[]): Body {
  const names = Object.keys(body).filter((name) => !name.startsWith('@'));
  if (names.length === 0) throw refused(400, 'NoOperation');
  const wrong = names.filter((name) => !writable.includes(name));
  if (wrong.length === 0) return body;
  throw new RedfishError(
    400,
    wrong.map((name) =>
      message(known.includes(name) ? 'PropertyNotWritable' : 'PropertyUnknown', {
        args: [name],
        related: [`#/${name}`],
      }),
    ),
  );
}

const OVERRIDE = [
  'BootSourceOverrideEnabled',
  'BootSourceOverrideTarget',
  'BootSourceOverrideMode',
  'HttpBootUri',
] as const;
type OverrideKey = (typeof OVERRIDE)[number];

/** The override that the machine is to have after a PATCH of `Boot`. @throws RedfishError 400 */
export function bootOf(value: unknown, machine: BmcMachine): BootOverride | null {
  if (!isObject(value)) throw badType('Boot', value, '#/Boot');
  const given = patchOf(value, OVERRIDE, [
    'BootOrder',
    'BootNext',
    'BootOptions',
    'AliasBootOrder',
  ]);
  const word = (key: OverrideKey): string | undefined => {
    const one = given[key];
    if (one === undefined) return undefined;
    if (key === 'HttpBootUri' && one === null) return '';
    if (typeof one !== 'string') throw badType(key, one, `#/Boot/${key}`);
    return one;
  };
  const listed = (key: OverrideKey, allowed: readonly string[]): string | undefined => {
    const one = word(key);
    if (one !== undefined && !allowed.includes(one)) {
      const parts = { args: [one, key], related: [`#/Boot/${key}`] };
      throw refused(400, 'PropertyValueNotInList', {
        ...parts,
        resolution: `One of: ${allowed.join(', ')}.`,
      });
    }
    return one;
  };
  listed('BootSourceOverrideMode', [bootMode(machine)]);
  const targets = machine.targets.map((target) => TARGETS[target]);
  const target = listed('BootSourceOverrideTarget', ['None', ...targets]);
  const enabled = listed('BootSourceOverrideEnabled', ['Disabled', 'Once', 'Continuous']);
  const uri = word('HttpBootUri');
  const before = machine.override;

  if (enabled === 'Disabled' || target === 'None') {
    if (uri) throw conflict('HttpBootUri', 'BootSourceOverrideTarget');
    return null;
  }
  const wanted = target === undefined ? before?.target : targetOf(target);
  if (wanted === undefined) {
    if (enabled !== undefined) {
      throw refused(400, 'PropertyMissing', {
        args: ['BootSourceOverrideTarget'],
        related: ['#/Boot/BootSourceOverrideTarget'],
      });
    }
    if (uri) throw conflict('HttpBootUri', 'BootSourceOverrideTarget');
    return null;
  }
  if (uri && wanted !== 'uefi-http') throw conflict('HttpBootUri', 'BootSourceOverrideTarget');
  if (uri) checkUrl(uri);
  // A target alone is meant for the next boot.
  const how = enabled === 'Continuous' ? 'continuous' : 'once';
  const kept = before?.target === wanted ? before.uri : null;
  return {
    target: wanted,
    enabled: enabled === undefined ? (before?.enabled ?? 'once') : how,
    uri: wanted === 'uefi-http' ? chosenUri(uri, kept) : null,
  };
}

function chosenUri(given: string | undefined, kept: string | null): string | null {
  if (given === undefined) return kept;
  return given === '' ? null : given;
}

function targetOf(word: string): BootTarget | undefined {
  return (Object.keys(TARGETS) as BootTarget[]).find((target) => TARGETS[target] === word);
}

function checkUrl(uri: string): void {
  if (isHttpUrl(uri) && !hasUser(uri)) return;
  throw refused(400, 'PropertyValueFormatError', {
    args: [shownUrl(uri), 'HttpBootUri'],
    related: ['#/Boot/HttpBootUri'],
    resolution:
      'An http:// or https:// URL of at most 2000 printable ASCII characters, without user name ' +
      'and password.',
  });
}

/** Firmware logs in nowhere, and whoever reads the VM would read it. */
function hasUser(uri: string): boolean {
  const { username, password } = new URL(uri);
  return username !== '' || password !== '';
}

/** As firmware takes it: no spaces, no other script. */
function isHttpUrl(text: string): boolean {
  return text.length <= 2000 && /^https?:\/\/[!-~]+$/i.test(text) && URL.canParse(text);
}

const RESET = 'ComputerSystem.Reset';

/** @throws RedfishError 400 */
export function resetOf(body: Body): ResetType {
  checkParameters(body, RESET, ['ResetType']);
  const { ResetType: wanted = 'On' } = body;
  if (!('ResetType' in body))
    throw refused(400, 'ActionParameterMissing', { args: [RESET, 'ResetType'] });
  const found = RESET_TYPES.find((type) => type === wanted);
  if (found) return found;
  throw refused(400, 'ActionParameterValueNotInList', {
    args: [shown(wanted), 'ResetType', RESET],
    related: ['#/ResetType'],
    resolution: `One of: ${RESET_TYPES.join(', ')}.`,
  });
}

const INSERT = 'VirtualMedia.InsertMedia';

/** @throws RedfishError 400 */
export function mediaOf(body: Body): NewMedia {
  const known = ['Image', 'Inserted', 'WriteProtected', 'UserName', 'Password'];
  checkParameters(body, INSERT, [...known, 'TransferMethod', 'TransferProtocolType']);
  const { Image: image } = body;
  if (image === undefined)
    throw refused(400, 'ActionParameterMissing', { args: [INSERT, 'Image'] });
  const text = textParameter(body, 'Image') ?? '';
  if (!isHttpUrl(text)) {
    throw refused(400, 'ActionParameterValueFormatError', {
      args: [shownUrl(text), 'Image', INSERT],
      related: ['#/Image'],
      resolution: 'An http:// or https:// URL.',
    });
  }
  onlyValue(body, 'Inserted', true);
  onlyValue(body, 'WriteProtected', true);
  onlyOneOf(body, 'TransferMethod', ['Upload', 'Stream']);
  onlyOneOf(body, 'TransferProtocolType', ['HTTP', 'HTTPS']);
  const [username, password] = [textParameter(body, 'UserName'), textParameter(body, 'Password')];
  return {
    image: text,
    ...(username !== undefined && { credentials: { username, password: password ?? '' } }),
  };
}

/** null means that it is not given. */
function textParameter(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw refused(400, 'ActionParameterValueTypeError', {
    args: [shown(value), name, INSERT],
    related: [`#/${name}`],
  });
}

function onlyOneOf(body: Body, name: string, allowed: readonly string[]): void {
  const text = textParameter(body, name);
  if (text === undefined || allowed.includes(text)) return;
  throw refused(400, 'ActionParameterValueNotInList', {
    args: [text, name, INSERT],
    related: [`#/${name}`],
    resolution: `One of: ${allowed.join(', ')}.`,
  });
}

/** Media are inserted at once, and never written to. */
function onlyValue(body: Body, name: string, allowed: boolean): void {
  const value = body[name];
  if (value === undefined || value === null || value === allowed) return;
  const parts = { args: [shown(value), name, INSERT], related: [`#/${name}`] };
  if (typeof value !== 'boolean') throw refused(400, 'ActionParameterValueTypeError', parts);
  throw refused(400, 'ActionParameterValueNotInList', {
    ...parts,
    resolution: `${String(allowed)} is the only one.`,
  });
}

/** An action without parameters. @throws RedfishError 400 */
export function noParameters(body: Body, action: string): void {
  checkParameters(body, action, []);
}

function checkParameters(body: Body, action: string, known: readonly string[]): void {
  const wrong = Object.keys(body).filter((name) => !known.includes(name) && !name.includes('@'));
  if (wrong.length === 0) return;
  throw new RedfishError(
    400,
    wrong.map((name) => message('ActionParameterUnknown', { args: [action, name] })),
  );
}

/** @throws RedfishError 400 */
export function loginOf(body: Body): { username: string; password: string } {
  const read = (name: 'UserName' | 'Password'): string => {
    const value = body[name];
    const related = [`#/${name}`];
    if (value === undefined)
      throw refused(400, 'CreateFailedMissingReqProperties', { args: [name], related });
    if (typeof value === 'string') return value;
    // What it is may be the password.
    throw refused(400, 'PropertyValueTypeError', { args: ['(not shown)', name], related });
  };
  return { username: read('UserName'), password: read('Password') };
}

export function isObject(value: unknown): value is Body {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function conflict(name: string, other: string): RedfishError {
  return refused(400, 'PropertyValueConflict', {
    args: [name, other],
    related: [`#/Boot/${name}`],
  });
}

function badType(name: string, value: unknown, related: string): RedfishError {
  return refused(400, 'PropertyValueTypeError', {
    args: [shown(value), name],
    related: [related],
  });
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
