/**
 * What the specification (DSP0266) asks of answers, whatever they are about. Each function gives
 * what is wrong, a line each.
 */
import type { Answer } from './client.js';

type Body = Record<string, unknown>;

/** Of an answer to GET. */
export function resourceFindings(answer: Answer): string[] {
  const { path, status, headers } = answer;
  const body = bodyOf(answer);
  const id = body['@odata.id'];
  const members = body['Members'];
  const etag = body['@odata.etag'];
  return [
    status !== 200 && `status ${status}`,
    ...headerFindings(answer),
    !/\bGET\b/.test(headers.get('allow') ?? '') && `Allow: ${headers.get('allow') ?? 'none'}`,
    !/no-(cache|store)/.test(headers.get('cache-control') ?? '') && 'may be cached',
    !sameResource(id, path) && `@odata.id is ${String(id)}`,
    typeof body['@odata.type'] !== 'string' && 'no @odata.type',
    typeof body['Name'] !== 'string' && 'no Name',
    members === undefined && typeof body['Id'] !== 'string' && 'no Id',
    Array.isArray(members) &&
      body['Members@odata.count'] !== members.length &&
      `${String(body['Members@odata.count'])} members, of which ${members.length} are here`,
    etag !== undefined && etag !== headers.get('etag') && `ETag: ${headers.get('etag') ?? 'none'}`,
    ...actionFindings(body, path),
    ...annotationFindings(body),
  ].filter((finding) => finding !== false);
}

/** Of an answer that refuses; `status` is what is expected. */
export function errorFindings(answer: Answer, status: number): string[] {
  const error = (bodyOf(answer)['error'] ?? {}) as Body;
  const messages = (error['@Message.ExtendedInfo'] ?? []) as Body[];
  return [
    answer.status !== status && `status ${answer.status}, not ${status}`,
    ...headerFindings(answer),
    typeof error['code'] !== 'string' && 'no error.code',
    typeof error['message'] !== 'string' && 'no error.message',
    messages.length === 0 && 'no @Message.ExtendedInfo',
    ...messages.map(
      ({ MessageId }) =>
        !/^[A-Za-z]+\.\d+\.\d+\.[A-Za-z]+$/.test(String(MessageId)) &&
        `MessageId ${String(MessageId)}`,
    ),
    status === 401 && !answer.headers.has('www-authenticate') && 'no WWW-Authenticate',
    status === 405 && !answer.headers.has('allow') && 'no Allow',
  ].filter((finding) => finding !== false);
}

function headerFindings({ headers }: Answer): (string | false)[] {
  const type = headers.get('content-type') ?? 'none';
  return [
    headers.get('odata-version') !== '4.0' && `OData-Version: ${headers.get('odata-version')}`,
    !/^application\/json(; ?charset=utf-8)?$/i.test(type) && `Content-Type: ${type}`,
  ];
}

/** Actions are below their resource. */
function actionFindings(body: Body, path: string): string[] {
  const actions = Object.entries((body['Actions'] ?? {}) as Record<string, Body>);
  return actions.flatMap(([name, { target }]) => {
    const wanted = `${path.replace(/\/$/, '')}/Actions/${name.replace('#', '')}`;
    return name === 'Oem' || target === wanted ? [] : `${name} is at ${String(target)}`;
  });
}

/** What a property is, it may also become. */
function annotationFindings(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const all = value as Body;
  return Object.entries(all).flatMap(([key, inner]) => {
    const property = key.replace('@Redfish.AllowableValues', '');
    const now = all[property];
    if (property === key || now === undefined || now === null) return annotationFindings(inner);
    return (inner as unknown[]).includes(now)
      ? []
      : `${property} ${JSON.stringify(now)} is not allowable`;
  });
}

function sameResource(id: unknown, path: string): boolean {
  return typeof id === 'string' && id.replace(/\/$/, '') === path.replace(/\/$/, '');
}

function bodyOf({ body }: Answer): Body {
  return typeof body === 'object' && body !== null ? (body as Body) : {};
}
