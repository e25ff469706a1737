import type {
  Address,
  NewProvisionReport,
  ProvisionEvent,
  ProvisionReport,
  VenError,
} from '../../model/index.js';
import { answered } from './answered.js';
import { serializeXml, type XmlElement, type XmlNode } from '../../xml/index.js';

type Finished = Extract<ProvisionEvent, { type: 'node-finished' }>;

/**
 * JUnit XML of a run of provisioning, as GitLab, Jenkins and GitHub's viewers read it: the suite is
 * the fleet, a case is a node, a failure's type is its class. In a run that has not come to its
 * end, each node that has not ended is an error.
 */
export const junitReport: NewProvisionReport = (fleet, vms) => {
  let nodes = vms.map(({ name }) => ({ address: `vm.${name}`, before: false }));
  const finished = new Map<Address, Finished>();
  const said = new Map<Address | null, string[]>();
  const last = new Map<Address, string>();
  let begun: string | null = null;

  const tell = (address: Address | null, line: string): void => {
    const lines = said.get(address) ?? [];
    lines.push(line);
    said.set(address, lines);
  };
  const emit = (event: ProvisionEvent): void => {
    switch (event.type) {
      case 'provision-started':
        begun = event.time;
        nodes = event.nodes.map(({ address, outcome }) => ({
          address,
          before: outcome === 'ready',
        }));
        for (const { address, stage, title } of event.nodes)
          if (stage !== null) tell(address, `${event.time}  since before: ${title ?? stage}`);
        return;
      case 'node-started':
        tell(event.address, `${event.time}  started`);
        return;
      case 'node-registered':
        tell(
          event.address,
          `${event.time}  ${event.already ? 'known to the orchestrator' : 'registered'} ` +
            `as ${event.id}`,
        );
        return;
      case 'stage-reached':
        tell(
          event.address,
          `${event.time}  ${event.title}${event.late ? ' (then or before)' : ''}` +
            (event.line === null ? '' : `: ${event.line}`),
        );
        return;
      case 'node-answered':
        tell(event.address, `${event.time}  ${answered(event)}`);
        return;
      case 'node-recovering':
        tell(
          event.address,
          `${event.time}  recovering from ${event.trouble}, ${event.attempt} of ` +
            `${event.atMost}: ${event.line}`,
        );
        return;
      case 'provision-warning':
        tell(event.address, `${event.time}  warning: ${event.message}`);
        return;
      case 'node-output':
        last.set(event.address, event.line);
        return;
      case 'node-finished':
        finished.set(event.address, event);
        return;
      case 'provision-finished':
        return;
    }
  };

  const text: ProvisionReport['text'] = ({ result, error, seconds }) => {
    // Without a node, a run that did not come to its end must not look like one that did.
    const unknown =
      nodes.length === 0 && result === null ? [{ address: 'ven provision', before: false }] : nodes;
    const cases = unknown.map(({ address, before }) => {
      const end = finished.get(address);
      const lastLine = last.get(address);
      const out = [
        ...(said.get(address) ?? []),
        ...(end?.stages.map(({ title, seconds: spent }) => `${title}: ${spent.toFixed(1)} s`) ??
          []),
        ...(lastLine === undefined || end?.outcome === 'ready'
          ? []
          : [`the last line: ${lastLine}`]),
      ];
      const children: XmlNode[] = [...verdict(end, before, error)];
      if (out.length > 0) children.push(element('system-out', {}, [`${out.join('\n')}\n`]));
      return element(
        'testcase',
        {
          classname: fleet,
          name: address.replace(/^vm\./, ''),
          time: (end?.durationSeconds ?? 0).toFixed(3),
        },
        children,
      );
    });
    const amount = (name: string): string =>
      String(
        cases.filter(({ children }) =>
          children.some((child) => typeof child !== 'string' && child.name === name),
        ).length,
      );
    const totals = {
      tests: String(cases.length),
      failures: amount('failure'),
      errors: amount('error'),
      skipped: amount('skipped'),
      time: seconds.toFixed(3),
    };
    const notes = [
      ...(said.get(null) ?? []),
      ...(error === undefined
        ? []
        : [`${error.summary}${error.hint === undefined ? '' : `\n${error.hint}`}`]),
    ];
    const suite = element(
      'testsuite',
      {
        name: fleet,
        ...totals,
        ...(begun === null ? {} : { timestamp: begun.replace(/(\.\d+)?Z$/, '') }),
      },
      [
        ...cases,
        ...(notes.length === 0 ? [] : [element('system-err', {}, [`${notes.join('\n')}\n`])]),
      ],
    );
    const root = element('testsuites', { name: 'ven provision', ...totals }, [suite]);
    return `<?xml version="1.0" encoding="UTF-8"?>\n${serializeXml(root)}\n`;
  };
  return { emit, text };
};

/** What a case has in it when its node is not ready. */
function verdict(
  end: Finished | undefined,
  before: boolean,
  error: VenError | undefined,
): XmlElement[] {
  if (end === undefined) {
    if (before) return [];
    const message = error?.summary ?? 'the run ended before this node did';
    return [
      element('error', { type: error?.code ?? 'interrupted', message }, [error?.detail ?? '']),
    ];
  }
  switch (end.outcome) {
    case 'ready':
    case 'reached':
      return [];
    case 'left': {
      const where = `in ${end.stages.at(-1)?.title ?? 'no stage yet'}`;
      const message =
        end.failure === null
          ? `not ended when the run was: ${where}`
          : `${end.failure.message}: ${where}`;
      return [element('error', { type: end.failure?.class ?? 'left', message }, [])];
    }
    case 'failed': {
      const { failure } = end;
      if (failure === null) return [element('failure', { type: 'unknown', message: 'failed' }, [])];
      const { class: kind, stage, message, line, hint } = failure;
      const title = end.stages.findLast((visit) => visit.stage === stage)?.title ?? stage;
      const where = end.stages.length === 0 ? '' : `, in ${title}`;
      return [
        element('failure', { type: kind, message: `${kind}${where}: ${message}` }, [
          line ?? hint ?? '',
        ]),
      ];
    }
  }
}

/** What XML 1.0 can't carry becomes U+FFFD; a line break in an attribute a blank. */
function element(
  name: string,
  attrs: Record<string, string>,
  children: readonly XmlNode[],
): XmlElement {
  return {
    name,
    attrs: Object.fromEntries(
      Object.entries(attrs).map(([key, value]) => [key, fit(value).replaceAll(/[\t\n\r]/g, ' ')]),
    ),
    children: children
      .filter((child) => child !== '')
      .map((child) => (typeof child === 'string' ? fit(child) : child)),
  };
}

function fit(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
