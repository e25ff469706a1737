/** A whole Redfish service, held to the standard: each resource, and each way of being refused. */
import type { Answer, Ask, Client } from './client.js';
import { PublishedSchemas } from './published.js';
import { shapeFindings } from './resources.js';
import { errorFindings, resourceFindings } from './rules.js';
import { walk } from './walk.js';

const folder = process.env['VEN_REDFISH_SCHEMAS'];
const published = folder === undefined ? null : new PublishedSchemas(folder);

/** What is wrong with a resource, a line each, with its path. */
async function findingsOf(answer: Answer): Promise<string[]> {
  const findings = [
    ...resourceFindings(answer),
    ...shapeFindings(answer.body),
    ...((await published?.findings(answer.body)) ?? []),
  ];
  return findings.map((finding) => `${answer.path}: ${finding}`);
}

/** All that is there, as who asks. `paths`: what was seen; `findings`: what is wrong with it. */
export async function walkFindings(
  client: Client,
): Promise<{ paths: string[]; findings: string[] }> {
  const answers = await walk((path) => client.ask(path));
  return {
    paths: answers.map(({ path }) => path),
    findings: (await Promise.all(answers.map(findingsOf))).flat(),
  };
}

/** What a service refuses: path, what is asked, the status. `System`: the path of one. */
const REFUSED: readonly (readonly [string, Ask, number])[] = [
  ['/redfish/v1/Nothing', {}, 404],
  ['/redfish/v1/Systems/nobody', {}, 404],
  ['/redfish/v1/Systems/%2e%2e%2f', {}, 404],
  ['/redfish/v1/Managers/nobody', {}, 404],
  ['/redfish/v1/SessionService/Sessions/nobody', {}, 404],
  ['System/EthernetInterfaces/nobody', {}, 404],
  ['System/Actions/ComputerSystem.Nothing', { method: 'POST', body: {} }, 404],
  ['System', { method: 'DELETE' }, 405],
  ['System', { method: 'PUT', body: {} }, 405],
  ['/redfish/v1/Systems', { method: 'POST', body: {} }, 405],
  ['System/Actions/ComputerSystem.Reset', {}, 405],
  ['System', { method: 'PATCH', body: '{"Boot":' }, 400],
  ['System', { method: 'PATCH', body: [] }, 400],
  ['System', { method: 'PATCH', body: { Nothing: 1 } }, 400],
  ['System', { method: 'PATCH', body: { SerialNumber: 'X' } }, 400],
  ['System', { method: 'PATCH', body: { Boot: 'Pxe' } }, 400],
  ['System', { method: 'PATCH', body: { Boot: { Nothing: 1 } } }, 400],
  ['System', { method: 'PATCH', body: { Boot: { BootSourceOverrideTarget: 'Tape' } } }, 400],
  ['System', { method: 'PATCH', body: { Boot: { BootSourceOverrideTarget: 7 } } }, 400],
  ['System', { method: 'PATCH', body: {}, headers: { 'if-match': '"another"' } }, 412],
  ['System/Actions/ComputerSystem.Reset', { method: 'POST', body: { ResetType: 'Off' } }, 400],
  ['System/Actions/ComputerSystem.Reset', { method: 'POST', body: { ResetType: null } }, 400],
  ['System/Actions/ComputerSystem.Reset', { method: 'POST', body: { Nothing: 1 } }, 400],
  ['System/Actions/ComputerSystem.Reset', { method: 'POST', body: 'On' }, 400],
  ['System', { method: 'PATCH', body: 'Boot=Pxe', headers: { 'content-type': 'text/plain' } }, 415],
  ['System', { headers: { 'odata-version': '3.0' } }, 412],
  ['System?$expand=*', {}, 501],
];

/** Of all that it should refuse; nothing changes by it. `system`: the path of one. */
export async function refusalFindings(client: Client, system: string): Promise<string[]> {
  const findings: string[] = [];
  for (const [path, ask, status] of REFUSED) {
    const answer = await client.ask(path.replace(/^System/, system), ask);
    const said = `${answer.method} ${path} ${JSON.stringify(ask.body ?? '')}`;
    findings.push(...(await refused(answer, status)).map((finding) => `${said}: ${finding}`));
  }
  return findings;
}

/** What is wrong with a refusal. */
export async function refused(answer: Answer, status: number): Promise<string[]> {
  const type = published ? `${published.newest('redfish-error')}.RedfishError` : '';
  const asPublished = (await published?.findings(answer.body, type)) ?? [];
  return [...errorFindings(answer, status), ...asPublished];
}
