import type { Change, FieldChange, Plan, Reason } from '../../model/index.js';
import type { Tone } from '../text/style.js';
import { oneLine, quoted } from '../text/words.js';

export const SYMBOLS: Record<Change['action'], { symbol: string; tone: Tone }> = {
  create: { symbol: '+', tone: 'green' },
  update: { symbol: '~', tone: 'yellow' },
  replace: { symbol: '-/+', tone: 'red' },
  delete: { symbol: '-', tone: 'red' },
};

const WHY: Record<Reason, string> = {
  missing: 'missing on the host',
  changed: 'changed in the fleet file',
  drift: 'the host has drifted',
  removed: 'no longer in the fleet file',
  'half-made': 'half-made by a run that did not finish',
  requested: 'asked for with --replace',
  destroy: 'the fleet is taken away',
  rebuilt: 'its network is restarted',
  differs: 'the orchestrator says otherwise',
};

/** Why, for people; empty where the action says it all. */
export function why(change: Change): string {
  if (change.action === 'create' && change.reason === 'missing') return '';
  if (change.action === 'delete' && change.reason === 'destroy') return '';
  return WHY[change.reason];
}

/** One line under a change: a fact of what comes or goes, or a field with old and new. */
export interface Row {
  key: string;
  text: string;
  tone?: Tone;
}

const EFFECTS: Record<FieldChange['effect'], string> = {
  live: 'live',
  restart: 'restart',
  'next-start': 'at its next start',
  replace: 'replace',
};

const TONES: Record<FieldChange['effect'], { tone?: Tone }> = {
  live: {},
  restart: { tone: 'yellow' },
  'next-start': {},
  replace: { tone: 'red' },
};

/** All that is to say under a change's heading, but its notes. */
export function rows(change: Change): Row[] {
  switch (change.action) {
    case 'create':
      return facts(change.after);
    case 'delete':
      return facts(change.before);
    case 'update':
    case 'replace':
      return change.fields.map((field) => ({
        key: oneLine(field.path),
        text: `${fromTo(field)}  (${effectOf(field)})`,
        ...TONES[field.effect],
      }));
  }
}

/** What a mark says is a digest, in which nobody reads anything. */
function fromTo({ path, before, after }: FieldChange): string {
  return path === 'mark' ? 'an earlier apply -> this one' : `${quoted(before)} -> ${quoted(after)}`;
}

function effectOf({ effect, only, why: because }: FieldChange): string {
  const said = only === 'definition' ? only : EFFECTS[effect];
  return because === undefined ? said : `${said}: ${oneLine(because)}`;
}

function facts(of: Record<string, string>): Row[] {
  return Object.entries(of).map(([key, value]) => ({ key: oneLine(key), text: oneLine(value) }));
}

/** What differs and is left, a line each: `vm.edge-1 memory: "4GiB" -> "8GiB"`. */
export function ignoredLines({ ignored = [] }: Plan): string[] {
  return ignored.map(
    ({ address, path, before, after }) =>
      `Ignored: ${address} ${oneLine(path)}: ${quoted(before)} -> ${quoted(after)}`,
  );
}

/** Before the targets. What they need is created with them, and is not deleted with them. */
export function askedFor({ mode }: Plan['options']): string {
  return `Only what was asked for${mode === 'destroy' ? '' : ', and what it needs'}`;
}
