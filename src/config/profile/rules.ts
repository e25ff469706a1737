/**
 * The rules of a profile that a schema can't express. They check whatever is there, and skip what
 * is not a map, list or text.
 */
import { patternProblem } from './pattern.js';
import type { Report, RuleFinding } from '../rules/report.js';
import { label, quote, type Path } from '../source/source.js';
import { didYouMean } from '../schema/suggest.js';

interface Written {
  value: Record<string, unknown>;
  path: Path;
}

const FLOWS = ['interactive', 'non-interactive', 'none'];
const SIGN = "`console: 'EFI stub'`";

/**
 * @param sound the profile has no other mistake; then the rules about the whole profile are
 * checked, too.
 */
export function checkProfile(value: unknown, sound: boolean): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const report: Report = (finding) => void findings.push(finding);
  const file: Written = { value: isMap(value) ? value : {}, path: [] };
  const stages = mapsIn(file, 'stages');
  const troubles = mapsIn(file, 'trouble');
  const names = stages
    .map(({ value: stage }) => stage['name'])
    .filter((name) => typeof name === 'string');
  checkTwice(stages, 'stage', report);
  checkTwice(troubles, 'trouble', report);
  for (const [index, stage] of stages.entries())
    checkStage(
      stage,
      { first: index === 0, last: index > 0 && index === stages.length - 1, names },
      report,
    );
  for (const trouble of troubles) {
    checkOneOf(trouble, ['console', 'orchestrator', 'powerOff'], SIGN, report);
    checkPattern(trouble, 'console', report);
    checkPattern(trouble, 'orchestrator', report);
    checkNames(trouble, 'stages', names, report);
    checkRecovery(trouble, report);
  }
  if (sound && findings.length === 0) {
    checkReachable(stages, report);
    checkCommands(stages, troubles, report);
  }
  return findings;
}

interface Place {
  first: boolean;
  last: boolean;
  /** The names of all stages. */
  names: readonly string[];
}

function checkStage(stage: Written, { first, last, names }: Place, report: Report): void {
  const { value, path } = stage;
  const name = label(path);
  const refuse = (key: string, message: string, hint: string): void => {
    if (value[key] !== undefined)
      report({ rule: 'not-allowed', path: [...path, key], onKey: true, message, hint });
  };
  if (first) {
    const hint = 'Delete it; the first stage begins when the VM is powered on.';
    refuse('enter', `${name} is the first stage, and has \`enter\``, hint);
    refuse('from', `${name} is the first stage, and has \`from\``, hint);
  } else if (value['enter'] === undefined) {
    const hint = "Add `enter: [{ console: '…' }]`: the sign that the stage has begun.";
    report({ rule: 'missing-key', path, message: `${name} has no \`enter\``, hint });
  }
  if (last) {
    refuse(
      'timeout',
      `${name} is the last stage, and has a timeout`,
      'Delete `timeout`; a node that gets here is ready.',
    );
    refuse(
      'wake',
      `${name} is the last stage, and has \`wake\``,
      'Delete `wake`; a node that gets here is ready.',
    );
    refuse(
      'answers',
      `${name} is the last stage, and has answers`,
      'Delete `answers`, or move them to the stage before; a node that gets here is ready.',
    );
  } else if (value['timeout'] === undefined) {
    report({
      rule: 'missing-key',
      path,
      message: `${name} has no \`timeout\``,
      hint: 'Add `timeout: 700s`: how long a node may be in it.',
    });
  }
  if ((first || last) && Array.isArray(value['flows'])) {
    const lacking = FLOWS.filter((flow) => !(value['flows'] as unknown[]).includes(flow));
    const hint = 'Delete `flows`; every flow begins with the first stage and ends with the last.';
    if (lacking.length > 0)
      refuse(
        'flows',
        `${name} is the ${first ? 'first' : 'last'} stage, and not every flow has it`,
        hint,
      );
  }
  checkNames(stage, 'from', names, report);
  const own = value['from'];
  if (Array.isArray(own) && own.includes(value['name'])) {
    const hint = 'Delete it there; a stage that begins again simply goes on.';
    report({
      rule: 'not-allowed',
      path: [...path, 'from', own.indexOf(value['name'])],
      message: `${name} names itself in \`from\``,
      hint,
    });
  }
  if (!mapsIn(stage, 'answers').some(({ value: answer }) => isOfOsLogin(answer)))
    refuse(
      'wake',
      `${name} has \`wake\` without a login to the installed system`,
      'Add an answer with `send: os-username`, or delete `wake`.',
    );
  checkPredecessor(stage, report);
  for (const trigger of mapsIn(stage, 'enter')) checkTrigger(trigger, names, report);
  for (const answer of mapsIn(stage, 'answers')) {
    checkOneOf(answer, ['send', 'run'], '`send: username`', report);
    checkPattern(answer, 'prompt', report);
    checkCredential(answer, stage, report);
  }
}

const isOfOsLogin = ({ send, run }: Record<string, unknown>): boolean =>
  run !== undefined || send === 'os-username' || send === 'os-password';

/** A password is typed only where ven's own user name has led to. */
function checkPredecessor(stage: Written, report: Report): void {
  const answers = mapsIn(stage, 'answers');
  const sends = (what: string): Written | undefined =>
    answers.find(({ value }) => value['send'] === what);
  const password = sends('os-password');
  if (!password || sends('os-username')) return;
  report({
    rule: 'not-allowed',
    path: [...password.path, 'send'],
    message: `${label(stage.path)} sends os-password without os-username`,
    hint: 'Add an answer with `send: os-username` to this stage: only its prompt leads there.',
  });
}

function checkTrigger(trigger: Written, names: readonly string[], report: Report): void {
  const { value, path } = trigger;
  checkOneOf(trigger, ['console', 'quiet', 'orchestrator'], SIGN, report);
  checkPattern(trigger, 'console', report);
  checkPattern(trigger, 'orchestrator', report);
  checkNames(trigger, 'in', names, report);
  if (value['quiet'] !== undefined && value['in'] === undefined) {
    const hint = 'Add `in: [STAGE]`: the stages in which silence has this meaning.';
    report({
      rule: 'missing-key',
      path,
      message: `${label(path)} has \`quiet\` without \`in\``,
      hint,
    });
  } else if (value['quiet'] === undefined && value['in'] !== undefined) {
    const hint = 'Delete it; `from` of the stage says which stages a node may come from.';
    report({
      rule: 'not-allowed',
      path: [...path, 'in'],
      onKey: true,
      message: `${label(path)} has \`in\` without \`quiet\``,
      hint,
    });
  }
}

/**
 * Only the interactive flow has the credentials of a node; in the other flows they are the
 * orchestrator's.
 */
function checkCredential({ value, path }: Written, stage: Written, report: Report): void {
  const { send } = value;
  if (send !== 'username' && send !== 'password') return;
  const flows = Array.isArray(stage.value['flows']) ? (stage.value['flows'] as unknown[]) : FLOWS;
  if (flows.every((flow) => flow === 'interactive')) return;
  report({
    rule: 'no-credentials',
    path: [...path, 'send'],
    message: `${label(path)} types the ${send}, which only the interactive flow has`,
    hint: 'Add `flows: [interactive]` to the stage.',
  });
}

function checkRecovery(trouble: Written, report: Report): void {
  const { recover, console } = trouble.value;
  if (!isMap(recover)) return;
  const path = [...trouble.path, 'recover'];
  checkPattern({ value: recover, path }, 'prompt', report);
  if (console !== undefined) return;
  const hint = 'Delete it; typing helps only against trouble that the console shows.';
  report({
    rule: 'not-allowed',
    path,
    onKey: true,
    message: `${label(trouble.path)} has \`recover\` but not \`console\``,
    hint,
  });
}

/** Every flow can reach each of its stages. */
function checkReachable(stages: readonly Written[], report: Report): void {
  for (const flow of FLOWS) {
    const there = stages.filter(
      ({ value }) => value['flows'] === undefined || (value['flows'] as unknown[]).includes(flow),
    );
    const reached = new Set<unknown>([there[0]?.value['name']]);
    const missing = (): Written[] => there.filter(({ value }) => !reached.has(value['name']));
    for (let before = 0; before < reached.size;) {
      before = reached.size;
      for (const one of missing())
        if (sources(one, there).some((name) => reached.has(name))) reached.add(one.value['name']);
    }
    for (const { value, path } of missing()) {
      const message = `In the ${flow} flow no node reaches ${quote(value['name'])}`;
      const hint =
        'Correct `from` (or `in`): this flow does not have or reach the stages that they name.';
      report({ rule: 'unreachable-stage', path, message, hint });
    }
  }
}

/** The shell echoes a command: that must not look like news of the node. */
function checkCommands(
  stages: readonly Written[],
  troubles: readonly Written[],
  report: Report,
): void {
  const signs = [...stages.flatMap((stage) => mapsIn(stage, 'enter')), ...troubles].filter(
    ({ value }) => typeof value['console'] === 'string',
  );
  for (const { value, path } of stages.flatMap((stage) => mapsIn(stage, 'answers'))) {
    const { run } = value;
    if (typeof run !== 'string') continue;
    const sign = signs.find((one) => new RegExp(String(one.value['console']), 'u').test(run));
    if (!sign) continue;
    report({
      rule: 'not-allowed',
      path: [...path, 'run'],
      message: `${label([...path, 'run'])} matches ${label([...sign.path, 'console'])}`,
      hint:
        "Write it so that its own text does not match: `grep 'all.done'` for a sign " +
        "`console: 'all done'`.",
    });
  }
}

/** The stages from which a node can reach this one. */
function sources(stage: Written, there: readonly Written[]): unknown[] {
  const from =
    (stage.value['from'] as unknown[] | undefined) ??
    there.slice(0, there.indexOf(stage)).map(({ value }) => value['name']);
  return mapsIn(stage, 'enter').flatMap(({ value }) =>
    value['in'] === undefined
      ? from
      : from.filter((name) => (value['in'] as unknown[]).includes(name)),
  );
}

/** @param example of one of them, for the hint. */
function checkOneOf(
  { value, path }: Written,
  keys: readonly string[],
  example: string,
  report: Report,
): void {
  const there = keys.filter((key) => value[key] !== undefined);
  if (there.length === 1) return;
  const all = keys.map((key) => `\`${key}\``).join(', ');
  if (there.length === 0)
    report({
      rule: 'missing-key',
      path,
      message: `${label(path)} has none of ${all}`,
      hint: `Add one, such as ${example}.`,
    });
  for (const key of there.slice(1)) {
    const message = `${label(path)} has both \`${there[0]}\` and \`${key}\``;
    report({
      rule: 'not-allowed',
      path: [...path, key],
      onKey: true,
      message,
      hint: 'Write two entries: any of them counts.',
    });
  }
}

function checkPattern({ value, path }: Written, key: string, report: Report): void {
  const pattern = value[key];
  if (typeof pattern !== 'string' || pattern === '' || pattern.length > 500) return;
  const problem = patternProblem(pattern);
  if (!problem) return;
  const at = [...path, key];
  report({
    rule: 'bad-pattern',
    path: at,
    message: `${label(at)} can't be ${quote(pattern)}: ${problem.message}`,
    hint: problem.hint,
  });
}

function checkTwice(written: readonly Written[], what: string, report: Report): void {
  const seen = new Set<unknown>();
  for (const { value, path } of written) {
    const { name } = value;
    if (typeof name === 'string' && seen.has(name)) {
      const message = `There is more than one ${what} ${quote(name)}`;
      report({
        rule: 'duplicate-name',
        path: [...path, 'name'],
        message,
        hint: 'Rename one of them.',
      });
    }
    seen.add(name);
  }
}

function checkNames(
  { value, path }: Written,
  key: string,
  names: readonly string[],
  report: Report,
): void {
  const list: unknown = value[key];
  if (!Array.isArray(list)) return;
  for (const [index, name] of list.entries()) {
    if (typeof name !== 'string' || names.includes(name)) continue;
    report({
      rule: 'unknown-stage',
      path: [...path, key, index],
      message: `There is no stage ${quote(name)}`,
      hint: didYouMean(name, names),
    });
  }
}

function mapsIn({ value, path }: Written, key: string): Written[] {
  const list = value[key];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown, index) =>
    isMap(one) ? [{ value: one, path: [...path, key, index] }] : [],
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
