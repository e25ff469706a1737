import type {
  DomainFacts,
  FieldChange,
  GraphicsPassword,
  ObservedDomain,
  ResolvedVm,
  SecretReference,
} from '../../model/index.js';

export interface PasswordDiff {
  fields: FieldChange[];
  /** Whether one is asked for is part of the definition, and of how QEMU is started. */
  define: boolean;
  /** The password itself is to be set. */
  set: boolean;
}

const WORDS: Record<GraphicsPassword, string | null> = {
  none: null,
  closed: 'nobody is let in',
  wanted: null,
  another: 'another',
};

/** The password of a VM's screen: the host has compared it, and nothing of it is known here. */
export function diffPassword(
  { graphics }: ResolvedVm,
  { config, live }: ObservedDomain,
): PasswordDiff {
  const nothing: PasswordDiff = { fields: [], define: false, set: false };
  const [kept, running] = [stateOf(config), live && stateOf(live)];
  // Without a screen that was looked at there is nothing to compare; what makes one is a change of `graphics`.
  const wanted = graphics.type === 'vnc' ? (graphics.password ?? null) : null;
  if (kept === null)
    return wanted !== null && config.graphics.type !== 'vnc' ? { ...nothing, set: true } : nothing;
  if (graphics.type !== 'vnc') return nothing;
  const fits = (state: GraphicsPassword | null): boolean =>
    state === null || state === (wanted === null ? 'none' : 'wanted');
  if (fits(kept) && fits(running)) return nothing;
  const found = fits(kept) ? (running ?? kept) : kept;
  // QEMU has to be told at its start that it is to ask.
  const restart = running !== null && (running === 'none') !== (wanted === null);
  const field: FieldChange = {
    path: 'graphics.password',
    before: wanted === null ? 'asked for' : WORDS[found],
    after: wanted === null ? null : shownReference(wanted),
    effect: restart ? 'restart' : 'live',
  };
  return { fields: [field], define: (kept === 'none') !== (wanted === null), set: wanted !== null };
}

function stateOf({ graphics }: DomainFacts): GraphicsPassword | null {
  return 'password' in graphics ? (graphics.password ?? null) : null;
}

/** Where it is, never what it is. */
function shownReference(reference: SecretReference): string {
  return 'env' in reference ? `that of $${reference.env}` : `that in ${reference.file}`;
}
