/** A VM's screen, and its password: the host has compared that, and nothing of it is known here. */
import {
  isIgnored,
  type DomainFacts,
  type FieldChange,
  type GraphicsPassword,
  type ResolvedGraphics,
  type SecretReference,
} from '../../../model/index.js';
import { attribute, child, childrenNamed } from '../../../xml/index.js';
import { insertAfter, removeNamed, setNamed } from '../../edit.js';
import {
  devicesOf,
  stateField,
  valueField,
  wholeNumber,
  type Comparison,
  type Definition,
  type Difference,
  type Patch,
} from './field.js';

export const graphics = valueField({
  path: 'graphics',
  read: (definition) => ({ graphics: readGraphics(definition) }),
  patch: patchGraphics,
  wanted: (vm) => shown(vm.graphics),
  found: (facts) => shown(facts.graphics),
  effect: 'restart',
  digest: ({ graphics: { type, ...vnc } }) =>
    'listen' in vnc ? [type, vnc.listen, vnc.autoport ? null : vnc.port] : [type],
  covers: { places: ['devices/graphics'], presence: ['devices/video'] },
});

function readGraphics({ devices }: Definition): DomainFacts['graphics'] {
  const element = child(devices, 'graphics');
  if (!element) return { type: 'none' };
  return {
    type: attribute(element, 'type') ?? 'other',
    listen:
      attribute(element, 'listen') ?? attribute(child(element, 'listen'), 'address') ?? '127.0.0.1',
    port: wholeNumber(attribute(element, 'port')) ?? -1,
    autoport: attribute(element, 'autoport') === 'yes',
  };
}

function patchGraphics(patch: Patch): void {
  const devices = devicesOf(patch.domain);
  const fresh = devicesOf(patch.fresh);
  const wanted = childrenNamed(fresh, 'graphics');
  // The password stays, where there still is to be one: it is never in what is rendered.
  const password = attribute(child(devices, 'graphics'), 'passwd');
  for (const { attrs } of wanted)
    if (attrs['passwd'] !== undefined && password !== null) attrs['passwd'] = password;
  setNamed(devices, 'graphics', wanted, ['tpm', 'console', 'serial']);
  // A graphics card that is there will do; without graphics, nobody looks at it.
  if (child(fresh, 'video') === undefined) removeNamed(devices, 'video');
  else if (child(devices, 'video') === undefined)
    insertAfter(devices, ['graphics'], childrenNamed(fresh, 'video'));
}

function shown(screen: ResolvedGraphics | DomainFacts['graphics']): string {
  if (!('listen' in screen)) return 'none';
  const automatic = 'autoport' in screen ? screen.autoport : screen.port === 'auto';
  return `${screen.type} on ${screen.listen}, port ${automatic ? 'auto' : screen.port}`;
}

export const password = stateField(comparePassword);

const WORDS: Record<GraphicsPassword, string | null> = {
  none: null,
  closed: 'nobody is let in',
  wanted: null,
  another: 'another',
};

function comparePassword({ vm, domain: { config, live } }: Comparison): Difference {
  const [defined, running] = [stateOf(config), live && stateOf(live)];
  // Without a screen that was read there is nothing to compare; `graphics` tells of a new one.
  const wanted = vm.graphics.type === 'vnc' ? (vm.graphics.password ?? null) : null;
  if (defined === null)
    return wanted !== null && config.graphics.type !== 'vnc' && !isIgnored(vm, 'graphics')
      ? { actions: { password: true } }
      : {};
  if (vm.graphics.type !== 'vnc') return {};
  const fits = (state: GraphicsPassword | null): boolean =>
    state === null || state === (wanted === null ? 'none' : 'wanted');
  if (fits(defined) && fits(running)) return {};
  const state = fits(defined) ? (running ?? defined) : defined;
  // QEMU has to be told at its start that it is to ask.
  const restart = running !== null && (running === 'none') !== (wanted === null);
  const field: FieldChange = {
    path: 'graphics.password',
    before: wanted === null ? 'asked for' : WORDS[state],
    after: wanted === null ? null : shownReference(wanted),
    effect: restart ? 'restart' : 'live',
  };
  return {
    fields: [field],
    // Whether one is asked for is part of the definition, and of how QEMU is started.
    define: (defined === 'none') !== (wanted === null) ? ['graphics'] : [],
    actions: { password: wanted !== null },
  };
}

function stateOf({ graphics: screen }: DomainFacts): GraphicsPassword | null {
  return 'password' in screen ? (screen.password ?? null) : null;
}

/** Where it is, never what it is. */
function shownReference(reference: SecretReference): string {
  return 'env' in reference ? `that of $${reference.env}` : `that in ${reference.file}`;
}
