import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import { junitReport } from '../../../src/view/provision/junit.js';
import {
  attribute,
  child,
  childrenNamed,
  parseXml,
  textAt,
  textOf,
  type XmlElement,
} from '../../../src/xml/index.js';
import {
  failure,
  nodeFinished,
  nodeStarted,
  output,
  provisionResult,
  provisionStarted,
  reached,
  time,
} from './nodes.js';

const nodes = (...names: string[]) =>
  names.map((name) => ({ name, serialNumber: `SN${name}`, uuid: name }));

/** The one suite, and its cases by name. */
function read(xml: string): { suite: XmlElement; cases: Map<string, XmlElement> } {
  const root = parseXml(xml);
  expect(root.name).toBe('testsuites');
  const [suite, ...others] = childrenNamed(root, 'testsuite');
  expect(others).toEqual([]);
  if (suite === undefined) throw new Error('no suite');
  for (const key of ['tests', 'failures', 'errors', 'skipped', 'time'])
    expect(attribute(root, key)).toBe(attribute(suite, key));
  return {
    suite,
    cases: new Map(
      childrenNamed(suite, 'testcase').map((one) => [attribute(one, 'name') ?? '', one]),
    ),
  };
}

describe('JUnit XML', () => {
  it('has a case for each node, with its stages; a failure has class, message and line', () => {
    const report = junitReport('edge-lab', nodes('a', 'b', 'c', 'd'));
    for (const event of [
      provisionStarted([
        'a',
        'b',
        'c',
        { address: 'vm.d', outcome: 'ready', stage: 'ready', title: 'Ready' },
      ]),
      nodeStarted('a', 1),
      reached('a', 'power-on', 1, { line: null }),
      reached('a', 'http-boot', 13, { late: true, line: '>>Start HTTP Boot' }),
      nodeFinished('a', 'ready', [['power-on', 12], ['http-boot', 24.5]], 40), // prettier-ignore
      reached('b', 'workflow', 20),
      output('b', 'tar: x'),
      nodeFinished('b', 'failed', [['power-on', 12], ['workflow', 30]], 50, failure('storage', 'workflow', 50)), // prettier-ignore
      nodeFinished('c', 'left', [['hook', 3]], 60),
    ])
      report.emit(event);
    const { suite, cases } = read(
      report.text({ result: provisionResult({ durationSeconds: 60.25 }), seconds: 99 }),
    );
    expect(suite.attrs).toEqual({
      name: 'edge-lab',
      tests: '4',
      failures: '1',
      errors: '1',
      skipped: '0',
      time: '99.000',
      timestamp: '2026-01-01T00:00:00',
    });
    expect([...cases.keys()]).toEqual(['a', 'b', 'c', 'd']);
    const a = cases.get('a');
    expect(a?.attrs).toEqual({ classname: 'edge-lab', name: 'a', time: '36.500' });
    expect(textAt(a, 'system-out')).toBe(`${time(1)}  started
${time(1)}  Power on
${time(13)}  HTTP boot (then or before): >>Start HTTP Boot
Power on: 12.0 s
HTTP boot: 24.5 s
`);
    const failed = child(cases.get('b'), 'failure');
    expect(failed?.attrs).toEqual({
      type: 'storage',
      message: 'storage, in Workflow: the disk is full',
    });
    expect(textOf(failed)).toBe('tar: write error: No space left on device');
    expect(textAt(cases.get('b'), 'system-out')).toContain('the last line: tar: x\n');
    expect(attribute(child(cases.get('c'), 'error'), 'message')).toBe(
      'not ended when the run was: in HookOS',
    );
    expect(childrenNamed(cases.get('d'), 'error')).toEqual([]);
  });

  it('of a run that ended early has every node still', () => {
    const report = junitReport('edge-lab', nodes('a', 'b'));
    const error = new VenError('orchestrator-refused', {
      summary: 'no such project',
      detail: 'HTTP 404',
      hint: 'look at project',
    });
    const { suite, cases } = read(report.text({ result: null, error, seconds: 1.5 }));
    expect(suite.attrs).toMatchObject({ tests: '2', failures: '0', errors: '2', time: '1.500' });
    expect(child(cases.get('b'), 'error')).toMatchObject({
      attrs: { type: 'orchestrator-refused', message: 'no such project' },
    });
    expect(textAt(suite, 'system-err')).toBe('no such project\nlook at project\n');
  });

  it('is well-formed whatever a node says', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.constantFrom(
        ']]>',
        '<!--',
        '&#0;',
        '\ud800',
        '\u0000\u001b[31m',
        '\ufffe\uffff',
        '"\'<>&\r\n\t',
      ),
    );
    fc.assert(
      fc.property(anything, anything, (said, name) => {
        const report = junitReport(name, nodes('a'));
        report.emit(provisionStarted(['a']));
        report.emit(reached('a', 'hook', 1, { title: said, line: said }));
        report.emit(output('a', said));
        report.emit({ type: 'provision-warning', time: time(1), address: null, message: said });
        report.emit(
          nodeFinished('a', 'failed', [], 3, failure('os', said, 3, { message: said, line: said })),
        );
        const { suite, cases } = read(
          report.text({
            result: null,
            error: new VenError('usage', { summary: said }),
            seconds: 0,
          }),
        );
        expect(cases.size).toBe(1);
        expect(suite.children).toHaveLength(2);
      }),
    );
  });
});
