import { VenError } from '../../model/index.js';
import { loadWithoutAuthority, type Request } from '../load.js';
import { PORTS } from '../ports.js';
import { savePublic } from '../save.js';

export interface AuthorityRequest extends Request {
  /** SHA-256 of a certificate that the server shows: hex, with or without colons. */
  fingerprint: string;
  /** Where to write it; absent: nowhere. */
  out?: string | undefined;
}

/** Where an orchestrator serves its authority's certificate, beside the boot file. */
const PATH = '/tink-stack/keys/Full_server.crt';

/**
 * The certificate of the authority that the fleet's nodes are to trust, PEM. Rejects with `usage`
 * (no fingerprint, no orchestrator over HTTPS), and as `fetchAuthority` does.
 */
export async function orchestratorAuthority(request: AuthorityRequest): Promise<string> {
  const { env, ports = PORTS, out } = request;
  const fingerprint = fingerprintOf(request.fingerprint);
  // The certificate that the file names is what is asked for.
  const { orchestrator } = loadWithoutAuthority(request);
  const url = orchestrator && new URL(PATH, orchestrator.bootUrl);
  if (url?.protocol !== 'https:')
    throw new VenError('usage', {
      summary: 'The fleet file names no orchestrator that is reached over HTTPS',
      hint: 'Write orchestrator: { domain: orchestrator.example.com }',
    });
  const { addresses } = orchestrator ?? { addresses: {} };
  const { pem } = await ports.fetchAuthority(url, fingerprint, {
    ...{ env, addresses, userAgent: 'ven' },
  });
  const text = pem.map((each) => `${each.trim()}\n`).join('');
  if (out !== undefined) savePublic(out, text);
  return text;
}

function fingerprintOf(text: string): string {
  const hex = text
    .replace(/^sha-?256[:= ]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw new VenError('usage', {
    summary: '--fingerprint is not a SHA-256: it has 64 hex digits, with or without colons',
    hint: 'openssl x509 -in FILE -noout -fingerprint -sha256 prints it.',
  });
}
