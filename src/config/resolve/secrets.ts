/**
 * The secrets that a fleet file refers to: where they are, and, when the caller can read them,
 * whether they are usable.
 */
import {
  VenError,
  type Fleet,
  type FleetSecret,
  type ReadSecret,
  type SecretReference,
} from '../../model/index.js';
import { expandVms } from './expand.js';
import { writtenBmc } from './bmc.js';
import type { RuleFinding } from '../rules/report.js';
import type { Path } from '../source/source.js';

/** VNC's authentication and libvirt use no more; in bytes of UTF-8. */
const LONGEST_VNC_PASSWORD = 8;

/** `written` has passed the schema: it has exactly one of its keys. */
export function secretReference({ env, file = '' }: FleetSecret): SecretReference {
  return env === undefined ? { file } : { env };
}

/**
 * Reads each VNC password once, and reports those that can't be used. The secrets themselves are
 * not passed on.
 */
export function checkVncPasswords(fleet: Fleet, readSecret: ReadSecret): RuleFinding[] {
  const findings: RuleFinding[] = [];
  for (const vm of expandVms(fleet)) {
    const { graphics } = vm.spec;
    if (vm.copy !== 0 || typeof graphics !== 'object' || graphics.password === undefined) continue;
    const path: Path = [...vm.pathOf('graphics'), 'password'];
    try {
      if (Buffer.byteLength(readSecret(secretReference(graphics.password))) <= LONGEST_VNC_PASSWORD)
        continue;
      const most = LONGEST_VNC_PASSWORD;
      const message = `The password is longer than the ${most} characters that VNC uses`;
      const hint =
        'Take one of at most 8. VNC is weak: keep `listen: 127.0.0.1`, and connect through SSH.';
      findings.push({ rule: 'secret-length', path, message, hint });
    } catch (error) {
      findings.push(unusable(path, error));
    }
  }
  return findings;
}

/** What `look` throws for the credentials of BMCs, where they stand. */
export function checkBmcSecrets(
  fleet: Fleet,
  look: (reference: SecretReference) => unknown,
): RuleFinding[] {
  return expandVms(fleet).flatMap((vm) => {
    const { credentials } = writtenBmc(vm) ?? {};
    if (vm.copy !== 0 || credentials === undefined) return [];
    return (['username', 'password'] as const).flatMap((key) => {
      try {
        look(secretReference(credentials[key]));
        return [];
      } catch (error) {
        return [unusable([...vm.pathOf('bmc'), 'credentials', key], error)];
      }
    });
  });
}

function unusable(path: Path, error: unknown): RuleFinding {
  if (!(error instanceof VenError)) throw error;
  const { hint: said = 'Check the reference' } = error;
  // A command is for pasting.
  const hint = said.includes(': ') ? said : `${said}.`;
  return { rule: 'secret', path, message: error.summary, hint };
}
