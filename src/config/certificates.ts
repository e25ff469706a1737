/** The file that `orchestrator.caCertificate` names: read by whoever calls, checked here. */
import { checkCaCertificates, tooLargeForFirmware, type CertificateProblem } from '../efi/index.js';
import { VenError, type Fleet } from '../model/index.js';
import { label } from './source.js';

/** What is beside the fleet file, and when. */
export interface Surroundings {
  /** The text of a file, by its path as the fleet file gives it. Throws VenError when it can't be read. */
  readFile: (path: string) => string;
  now: Date;
}

export interface Certificates {
  /** DER in base64. */
  caCertificates: string[];
  problems: CertificateProblem[];
}

export const CERTIFICATE_PATH = ['orchestrator', 'caCertificate'] as const;

/** null when the fleet file names none. */
export function readCertificates(fleet: Fleet, { readFile, now }: Surroundings): Certificates | null {
  const file = fleet.orchestrator?.caCertificate;
  if (file === undefined) return null;
  const failed = (rule: string, message: string, hint: string): Certificates => ({
    caCertificates: [],
    problems: [{ severity: 'error', rule, message, hint }],
  });
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return failed(
      'certificate-file',
      error.summary,
      error.hint ?? `Paths are relative to the fleet file; correct ${label(CERTIFICATE_PATH)}.`,
    );
  }
  const { authorities, problems } = checkCaCertificates(text, now);
  if (tooLargeForFirmware(authorities.map(({ der }) => der)))
    return failed(
      'certificate-too-large',
      `${file} holds more certificates than firmware can take`,
      'Leave the root and the issuing authority in it.',
    );
  const named = problems.map((problem) => ({ ...problem, message: `${problem.message} (${file})` }));
  return { caCertificates: authorities.map(({ der }) => Buffer.from(der).toString('base64')), problems: named };
}
