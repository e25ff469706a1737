import { VenError, type ErrorCode } from '../model/index.js';
import type { Answer } from './connection.js';
import { snippetOf } from './snippet.js';

/** A request, for error messages. */
export interface Asked {
  method: string;
  url: URL;
  /** null: no proxy. May have a password in it. */
  proxy: string | null;
  /** null: the request is not about a project. */
  project: string | null;
  /** Texts that no error may contain. */
  secrets: readonly string[];
  /** The request is about one host: a refusal does not concern other hosts. */
  oneHost?: boolean | undefined;
}

/** Why an attempt failed. `again`: a retry may succeed. */
export interface Failure {
  again: boolean;
  error: VenError;
}

const nameOf = ({ method, url }: Asked): string => `${method} ${url.origin}${url.pathname}`;

function unreachable(asked: Asked, what: string, hint: string, detail?: string | null): VenError {
  return new VenError('orchestrator-unreachable', {
    summary: `${nameOf(asked)}: ${what}`,
    detail: detail ?? undefined,
    hint,
  });
}

function refused(
  asked: Asked,
  what: string,
  hint: string,
  detail?: string,
  code: ErrorCode = 'orchestrator-refused',
): VenError {
  return new VenError(code, { summary: `${nameOf(asked)}: ${what}`, detail, hint });
}

/** The failure of an answer whose status is no success. */
export function failureOfAnswer(asked: Asked, answer: Answer): Failure {
  const { status } = answer;
  const said = snippetOf(answer.text, asked.secrets);
  const detail = said === '' ? undefined : `It said: ${said}`;
  const wrong = (what: string, hint: string, code?: ErrorCode): Failure => ({
    again: false,
    error: refused(asked, `${String(status)}, ${what}`, hint, detail, code),
  });
  const own = asked.oneHost === true ? 'host-refused' : undefined;
  const project = asked.project === null ? null : JSON.stringify(asked.project);
  if (status >= 500 || status === 429) {
    const again = [429, 502, 503, 504].includes(status);
    const what =
      status === 429
        ? 'there are too many requests'
        : `the orchestrator ${again ? 'is not available' : 'failed'}`;
    const hint = again
      ? 'Wait until it is available, then run the command again.'
      : "This is an error of the orchestrator; see the orchestrator's logs.";
    return { again, error: unreachable(asked, `${String(status)}, ${what}`, hint, detail) };
  }
  if (status >= 300 && status < 400) {
    const to = answer.location === null ? '' : ` to ${originOf(answer.location, asked.url)}`;
    return wrong(
      `it redirects${to}, which ven does not follow`,
      'Check `orchestrator.domain`; the API may be behind a login page.',
    );
  }
  switch (status) {
    case 401:
      return project === null
        ? wrong(
            'the user name or the password is wrong',
            'Check `orchestrator.credentials`, or the environment variables in its place.',
          )
        : wrong(
            'neither the token nor a new one is accepted',
            `Check that the user belongs to project ${project} and that the clocks agree.`,
          );
    case 403:
      return wrong(
        'the user does not have the right to do this',
        project === null
          ? 'Check the rights of the user.'
          : `Check the user's rights in project ${project}.`,
      );
    case 404:
      return project === null
        ? wrong('it does not exist', 'Check `orchestrator.domain`.')
        : wrong(
            `there is no project ${project}, or nothing of this name in it`,
            'Check `orchestrator.project`, letter by letter.',
          );
    case 409:
      return wrong(
        'it conflicts with what exists',
        'To see what exists: ven orchestrator hosts --all',
        own,
      );
    default:
      return wrong(
        'the orchestrator does not accept the request',
        'The answer says why; check the fleet file.',
        own,
      );
  }
}

/** An answer with a success status that can't be read. null: nothing of it may be shown. */
export function unreadable(asked: Asked, answer: Answer | null, what: string): VenError {
  const said = answer && snippetOf(answer.text, asked.secrets);
  return unreachable(
    asked,
    what,
    'Check `orchestrator.domain`: something other than the API may answer there, ' +
      'such as a proxy or a login page.',
    said === '' ? 'The answer is empty.' : said && `It said: ${said}`,
  );
}

export function tooLarge(asked: Asked): VenError {
  return unreachable(
    asked,
    'the answer is too large',
    'Check `orchestrator.domain`: something other than the API may answer there.',
  );
}

const CERTIFICATE = new RegExp(
  '^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|' +
    'PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_CERT_)',
);

/** The failure of a request without an answer. */
export function failureOfThrown(asked: Asked, thrown: unknown, seconds: number): Failure {
  const { host, hostname } = asked.url;
  const { code, message } = codeOf(thrown);
  const proxy = asked.proxy === null ? null : originOf(asked.proxy, asked.url);
  const name = proxy === null ? host : `${host} through the proxy ${proxy}`;
  const exempt = `Check the proxy (https_proxy), or bypass it: add ${hostname} to no_proxy.`;
  const fail = (again: boolean, what: string, hint: string): Failure => ({
    again,
    error: unreachable(
      asked,
      what,
      hint,
      code === ''
        ? undefined
        : `${code}${message === '' ? '' : `: ${snippetOf(message, asked.secrets)}`}`,
    ),
  });
  const limit = code === 'TimeoutError' ? `within ${String(seconds)} s` : 'in time';
  const up =
    proxy === null
      ? 'Check that the orchestrator is up, and that this machine reaches it.'
      : exempt;

  if (CERTIFICATE.test(code)) {
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
      return fail(
        false,
        `the certificate there is not for ${hostname}`,
        'Check `orchestrator.domain`, and its DNS entries.',
      );
    if (code === 'CERT_HAS_EXPIRED')
      return fail(
        false,
        'the certificate there has expired',
        "Have the orchestrator's certificate renewed.",
      );
    if (code === 'CERT_NOT_YET_VALID')
      return fail(false, 'the certificate there is not valid yet', "Check this machine's clock.");
    return fail(
      false,
      'the certificate there is signed by no authority that ven trusts',
      'Check `orchestrator.caCertificate`: it must contain the authority ' +
        "of the orchestrator's certificate.",
    );
  }
  const tunnel = /^Proxy response \((\d+)\)/.exec(message)?.[1];
  if (tunnel !== undefined || /Proxy Authentication Required/.test(message)) {
    const again = ['429', '502', '503', '504'].includes(tunnel ?? '');
    return fail(
      again,
      `the proxy ${proxy ?? ''} refuses to connect to ${host} (${tunnel ?? '407'})`,
      exempt,
    );
  }
  switch (code) {
    case '':
      throw thrown; // a bug
    case 'ERR_INVALID_URL':
    case 'UND_ERR_INVALID_ARG':
      if (proxy === null) return fail(false, "the request can't be sent", up);
      return fail(
        false,
        'https_proxy (or http_proxy) is not the address of a proxy',
        'Write it as http://proxy.example.com:3128.',
      );
    case 'TimeoutError':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
    case 'ETIMEDOUT':
      return fail(true, `no answer from ${name} ${limit}`, up);
    case 'ECONNREFUSED':
      return fail(
        true,
        proxy === null
          ? `nothing listens at ${host}`
          : `the proxy ${proxy} can't be reached, or nothing listens there`,
        up,
      );
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return fail(true, `the connection to ${name} was cut off`, up);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
      return fail(true, `there is no route to ${name}`, up);
    case 'EAI_AGAIN':
      return fail(
        true,
        `the name ${proxy === null ? hostname : proxy} can't be resolved at the moment`,
        "Check this machine's DNS.",
      );
    case 'ENOTFOUND':
      return fail(
        false,
        proxy === null ? `there is no host ${hostname}` : `there is no proxy ${proxy}`,
        proxy === null
          ? 'Check `orchestrator.domain`; a name that is in no DNS can be in a network of the ' +
              'fleet: `dns: { hosts: … }`.'
          : exempt,
      );
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return { again: false, error: tooLarge(asked) };
    case 'EPROTO':
      return fail(
        false,
        `${host} does not speak TLS as ven expects`,
        'Check `orchestrator.domain`, and what listens there.',
      );
    default:
      if (code.startsWith('ERR_SSL_'))
        return fail(
          false,
          `${host} does not speak TLS as ven expects`,
          'Check `orchestrator.domain`, and what listens there.',
        );
      return fail(false, `no answer from ${name}`, up);
  }
}

/** The code of an error, or of its first cause. */
function codeOf(thrown: unknown): { code: string; message: string } {
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) };
  if (thrown.name === 'TimeoutError') return { code: 'TimeoutError', message: '' };
  const own = (thrown as NodeJS.ErrnoException).code;
  if (typeof own === 'string' && own !== '') {
    const inner =
      own === 'UND_ERR_PRX_TLS' && thrown.cause !== undefined ? codeOf(thrown.cause) : null;
    return inner ?? { code: own, message: thrown.message };
  }
  const [first] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [thrown.cause];
  return first === undefined ? { code: '', message: thrown.message } : codeOf(first);
}

/** Without user, password, path and query. */
function originOf(text: string, base: URL): string {
  return URL.canParse(text, base.href) ? new URL(text, base.href).origin : 'an invalid address';
}
