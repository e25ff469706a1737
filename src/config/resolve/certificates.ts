/** The certificate files that a fleet file names. The caller reads them; this checks them. */
import {
  checkCaCertificates,
  checkSigners,
  tooLargeForFirmware,
  type CertificateProblem,
} from '../../efi/index.js';
import {
  VenError,
  type Fleet,
  type FleetSecureBoot,
  type ReadSecret,
  type SecretReference,
  type SecureBootKeys,
} from '../../model/index.js';
import { label, type Path } from '../source/source.js';

/** The files beside the fleet file, and the time. */
export interface Surroundings {
  /**
   * The text of a file; its path is as in the fleet file. Throws VenError when it can't be read.
   */
  readFile: (path: string) => string;
  /** For commands that need the secrets. Throws VenError with the reason when one can't be read. */
  readSecret?: ReadSecret;
  /**
   * About the secrets of BMCs. `read`: for who serves them; what can't be read is a mistake.
   * `check`: for all others, who need none; what is seen without reading is a warning. Both throw
   * VenError with the reason.
   */
  bmcSecrets?: { read: ReadSecret } | { check: (reference: SecretReference) => void };
  now: Date;
  /** For those who fetch `orchestrator.caCertificate`: its file is not read. */
  withoutAuthority?: boolean;
}

export interface Certificates {
  /** DER in base64, of `orchestrator.caCertificate`; null when the fleet file names none. */
  caCertificates: string[] | null;
  /** By `secureBootKey` of the fleet file's `secureBoot`. */
  secureBoot: ReadonlyMap<string, SecureBootKeys>;
  problems: (CertificateProblem & { path: Path })[];
}

type Problems = Certificates['problems'];
type Signer = keyof SecureBootKeys;

/** The key of `Certificates.secureBoot`. */
export const secureBootKey = (secureBoot: FleetSecureBoot): string => JSON.stringify(secureBoot);

export function readCertificates(fleet: Fleet, surroundings: Surroundings): Certificates {
  const problems: Problems = [];
  const caCertificates = readAuthorities(fleet, surroundings, problems);
  const secureBoot = new Map<string, SecureBootKeys>();
  for (const { path, written } of secureBootsOf(fleet)) {
    const key = secureBootKey(written);
    if (!secureBoot.has(key)) secureBoot.set(key, readKeys(written, path, surroundings, problems));
  }
  return { caCertificates, secureBoot, problems };
}

function readAuthorities(
  fleet: Fleet,
  surroundings: Surroundings,
  problems: Problems,
): string[] | null {
  const file = fleet.orchestrator?.caCertificate;
  if (file === undefined || surroundings.withoutAuthority === true) return null;
  const path = ['orchestrator', 'caCertificate'];
  const text = textOf(file, path, surroundings, problems);
  if (text === null) return [];
  const checked = checkCaCertificates(text, surroundings.now);
  problems.push(...at(path, file, checked.problems));
  return fitting(
    checked.authorities.map(({ der }) => der),
    path,
    file,
    problems,
  );
}

/** Each where it is written: one in `defaults` counts once, however many VMs use it. */
function secureBootsOf(fleet: Fleet): { path: Path; written: FleetSecureBoot }[] {
  const places = [
    { path: ['defaults'], firmware: fleet.defaults?.firmware },
    ...fleet.vms.map(({ firmware }, index) => ({ path: ['vms', index], firmware })),
  ];
  return places.flatMap(({ path, firmware }) =>
    typeof firmware === 'object' && typeof firmware.secureBoot === 'object'
      ? [{ path: [...path, 'firmware', 'secureBoot'], written: firmware.secureBoot }]
      : [],
  );
}

function readKeys(
  written: FleetSecureBoot,
  path: Path,
  surroundings: Surroundings,
  problems: Problems,
): SecureBootKeys {
  const known = new Map<string, string[]>();
  const signers = (file: string, place: Path): string[] => {
    const before = known.get(file);
    if (before) return before;
    const text = textOf(file, place, surroundings, problems);
    if (text === null) return [];
    const checked = checkSigners(text, surroundings.now);
    problems.push(...at(place, file, checked.problems));
    const certificates = fitting(checked.certificates, place, file, problems);
    known.set(file, certificates);
    return certificates;
  };
  const all = (key: Signer | 'keys', files: string | string[] = []): string[] =>
    Array.isArray(files)
      ? files.flatMap((file, index) => signers(file, [...path, key, index]))
      : signers(files, [...path, key]);
  const owner = written.keys === undefined ? 'PK' : 'keys';
  const owners = all(owner, written[owner]);
  if (owners.length > 1) {
    const [file = '', place] = [written[owner], [...path, owner]];
    const hint = "Keep the owner's; name the others under `KEK` and `db`.";
    const count = owners.length;
    const message = `A machine has one platform key, and the file has ${count} certificates`;
    problems.push(
      ...at(place, file, [{ severity: 'error', rule: 'certificate-count', message, hint }]),
    );
  }
  const [PK = ''] = owners;
  if (owner === 'keys') return { PK, KEK: [PK], db: [PK] };
  return {
    PK,
    KEK: written.KEK === undefined ? [PK] : all('KEK', written.KEK),
    db: all('db', written.db),
  };
}

function textOf(
  file: string,
  path: Path,
  { readFile }: Surroundings,
  problems: Problems,
): string | null {
  try {
    return readFile(file);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const hint = error.hint ?? `Paths are relative to the fleet file; correct ${label(path)}.`;
    problems.push({
      severity: 'error',
      rule: 'certificate-file',
      message: error.summary,
      hint,
      path,
    });
    return null;
  }
}

/** In base64. */
function fitting(
  certificates: readonly Uint8Array[],
  path: Path,
  file: string,
  problems: Problems,
): string[] {
  if (tooLargeForFirmware(certificates)) {
    const message = `${file} has more certificates than firmware has room for`;
    const hint =
      'Keep those that firmware needs: the root and the issuing authority, or the signers.';
    problems.push({ severity: 'error', rule: 'certificate-too-large', message, hint, path });
  }
  return certificates.map((der) => Buffer.from(der).toString('base64'));
}

function at(path: Path, file: string, problems: readonly CertificateProblem[]): Problems {
  return problems.map((problem) => ({ ...problem, message: `${problem.message} (${file})`, path }));
}
