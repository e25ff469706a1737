/** Certificates in PEM text, for HTTPS and for secure boot, and their problems. */
import { X509Certificate } from 'node:crypto';
import type { FindingRule } from '../model/index.js';

export interface CaCertificate {
  der: Uint8Array;
  /** Its common name; without one its whole subject on one line. */
  name: string;
  /** SHA-256 of the DER bytes, lower-case hex. */
  fingerprint: string;
  validTo: Date;
}

export interface CertificateProblem {
  severity: 'error' | 'warning';
  rule: FindingRule;
  message: string;
  hint: string;
}

/** The certificates of those who sign for secure boot. */
export interface CheckedSigners {
  /** DER, each once, in the order of the text. Not to be used when a problem is an error. */
  certificates: Uint8Array[];
  problems: CertificateProblem[];
}

export interface CheckedCertificates {
  /**
   * The authorities, each once, in the order of the text. Not to be used when a problem is an
   * error.
   */
  authorities: CaCertificate[];
  problems: CertificateProblem[];
}

interface Block {
  label: string;
  pem: string;
}

interface Parsed {
  /** For messages: `Certificate 2 of 3 (Lab Root)`. */
  named: string;
  certificate: X509Certificate;
}

const SOON_DAYS = 30;
const DAY = 86_400_000;
/** The firmware's limit is an eighth of this. */
const LARGEST_TEXT = 256 * 1024;
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** Reads PEM text, one certificate or a chain, and reports its problems at the time `now`. */
export function checkCaCertificates(text: string, now: Date): CheckedCertificates {
  const blocks = blocksOf(text);
  const wrong = wrongText(text, blocks);
  if (wrong) return { authorities: [], problems: [wrong] };

  const { parsed, problems } = parse(blocks.filter(isCertificate));
  const others = parsed.filter(({ certificate }) => !certificate.ca);
  const authorities = new Map<string, CaCertificate>();
  for (const { named, certificate } of parsed.filter((one) => !others.includes(one))) {
    const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    if (authorities.has(fingerprint)) continue;
    const name = nameOf(certificate);
    authorities.set(fingerprint, {
      der: Uint8Array.from(certificate.raw),
      name,
      fingerprint,
      validTo: certificate.validToDate,
    });
    const untimely = wrongTime(named, certificate, now);
    if (untimely) problems.push(untimely);
  }
  if (authorities.size > 0) {
    problems.push(...others.map(({ named }) => leftOut(named)));
  } else if (problems.length === 0) {
    const hint = 'Name the certificate of the authority that signed it (basicConstraints CA:TRUE).';
    problems.push(
      error(
        'certificate-not-authority',
        `${others[0]?.named ?? 'It'} is not the certificate of an authority`,
        hint,
      ),
    );
  }
  return { authorities: [...authorities.values()], problems };
}

/**
 * Reads PEM text with the certificates of those who sign for secure boot, authorities or not.
 * Firmware accepts a signature whatever the certificate's dates, so the end of a certificate is
 * only a warning.
 */
export function checkSigners(text: string, now: Date): CheckedSigners {
  const blocks = blocksOf(text);
  const wrong = wrongText(text, blocks);
  if (wrong) return { certificates: [], problems: [wrong] };
  const { parsed, problems } = parse(blocks.filter(isCertificate));
  const certificates = new Map(
    parsed.map(({ certificate }) => [certificate.fingerprint256, Uint8Array.from(certificate.raw)]),
  );
  for (const { named, certificate } of parsed) {
    if (certificate.publicKey.asymmetricKeyType !== 'rsa') {
      const message = `${named} has no RSA key, and some firmware verifies only RSA`;
      const hint =
        'If nothing boots, sign with an RSA key of 2048 bits or more, and name its certificate.';
      problems.push({ severity: 'warning', rule: 'certificate-key', message, hint });
    }
    if (certificate.validToDate <= now) {
      const message =
        `${named} expired on ${dayOf(certificate.validToDate)}; ` +
        'firmware still accepts what it has signed';
      problems.push({
        severity: 'warning',
        rule: 'certificate-expired',
        message,
        hint: 'Prepare a new one, and sign again.',
      });
    }
  }
  return { certificates: [...certificates.values()], problems };
}

const isCertificate = ({ label }: Block): boolean =>
  label === 'CERTIFICATE' || label === 'X509 CERTIFICATE';

function blocksOf(text: string): Block[] {
  return [...text.slice(0, LARGEST_TEXT).matchAll(BLOCK)].map(([pem, label]) => ({
    pem,
    label: label ?? '',
  }));
}

/** Problems with the text as a whole. */
function wrongText(text: string, blocks: readonly Block[]): CertificateProblem | undefined {
  if (text.length > LARGEST_TEXT) {
    return error(
      'certificate-too-large',
      'The file is too large for certificates',
      'Name a PEM file that has only certificates.',
    );
  }
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) {
    const hint =
      'Name a file with only the certificate; the key is not needed, and should stay where it is.';
    return error('certificate-private-key', 'The file holds a private key', hint);
  }
  if (!blocks.some(isCertificate)) {
    const other = blocks[0]?.label.toLowerCase();
    const hint =
      'It needs a "-----BEGIN CERTIFICATE-----"; for a DER file: ' +
      'openssl x509 -inform der -in FILE -out FILE.pem';
    const what = other === undefined ? 'in PEM form' : `but a ${other}`;
    return error('certificate-unreadable', `The file has no certificate ${what}`, hint);
  }
  if ((text.match(/-----BEGIN /g) ?? []).length !== blocks.length) {
    return error(
      'certificate-unreadable',
      'The file ends within a certificate',
      'Fetch the file again.',
    );
  }
  return undefined;
}

function parse(blocks: readonly Block[]): { parsed: Parsed[]; problems: CertificateProblem[] } {
  const parsed: Parsed[] = [];
  const problems: CertificateProblem[] = [];
  for (const [index, { pem }] of blocks.entries()) {
    const which =
      blocks.length === 1 ? 'The certificate' : `Certificate ${index + 1} of ${blocks.length}`;
    try {
      const certificate = new X509Certificate(pem);
      parsed.push({ certificate, named: `${which} (${nameOf(certificate)})` });
    } catch {
      const hint = 'Fetch the file again; openssl x509 -in FILE -noout -text shows its content.';
      problems.push(error('certificate-unreadable', `${which} can't be read`, hint));
    }
  }
  return { parsed, problems };
}

/** Firmware ignores the dates, so nothing else would report them. */
function wrongTime(
  named: string,
  certificate: X509Certificate,
  now: Date,
): CertificateProblem | undefined {
  const left = certificate.validToDate.getTime() - now.getTime();
  const end = dayOf(certificate.validToDate);
  if (left <= 0)
    return error(
      'certificate-expired',
      `${named} expired on ${end}`,
      'Fetch the current one from the orchestrator.',
    );
  if (certificate.validFromDate > now) {
    const message = `${named} is not valid before ${dayOf(certificate.validFromDate)}`;
    return error('certificate-not-yet-valid', message, "Check this machine's clock.");
  }
  if (left >= SOON_DAYS * DAY) return undefined;
  const days = Math.floor(left / DAY);
  let when = `in ${days} days`;
  if (days === 0) when = 'within a day';
  if (days === 1) when = 'in a day';
  return {
    severity: 'warning',
    rule: 'certificate-expires-soon',
    message: `${named} expires on ${end}, ${when}`,
    hint: 'Prepare a new one; `ven apply` puts it into the firmware.',
  };
}

function leftOut(named: string): CertificateProblem {
  const message = `${named} is not the certificate of an authority, and is ignored`;
  return {
    severity: 'warning',
    rule: 'certificate-not-authority',
    message,
    hint: 'Delete it from the file: firmware needs only the authority.',
  };
}

function error(rule: FindingRule, message: string, hint: string): CertificateProblem {
  return { severity: 'error', rule, message, hint };
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

function nameOf(certificate: X509Certificate): string {
  // Absent, in spite of its type, when the certificate has an empty subject.
  const subject = (certificate.subject as string | undefined) ?? '';
  return /^CN=(.+)$/m.exec(subject)?.[1] ?? (subject.replaceAll('\n', ', ') || 'without a name');
}
