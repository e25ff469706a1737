/** Firmware as a map: which of its keys belong together. */
import type { FleetFirmware, FleetSecureBoot } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import type { Path } from '../source/source.js';
import type { Report } from './report.js';

export function checkFirmware(vms: readonly ExpandedVm[], report: Report): void {
  for (const vm of vms) {
    const { firmware } = vm.spec;
    if (vm.copy !== 0 || typeof firmware !== 'object') continue;
    const path = vm.pathOf('firmware');
    checkFiles(firmware, path, report);
    if (typeof firmware.secureBoot === 'object')
      checkKeys(firmware.secureBoot, [...path, 'secureBoot'], report);
  }
}

function checkFiles(
  { loader, nvramTemplate, secureBoot }: FleetFirmware,
  path: Path,
  report: Report,
): void {
  if (loader === undefined && nvramTemplate === undefined && typeof secureBoot === 'object') return;
  const missing = (key: string, hint: string): void =>
    report({
      rule: 'missing-key',
      path,
      onKey: true,
      message: `\`firmware\` has no \`${key}\``,
      hint,
      because: [[...path, key]],
    });
  if (loader === undefined && nvramTemplate === undefined) {
    const hint =
      secureBoot === true
        ? "Write `firmware: uefi-secure` for the vendor's keys, or name your own: " +
          '`secureBoot: { keys: FILE.pem }`.'
        : 'Write `firmware: uefi`, or name your own files: `loader` and `nvramTemplate`.';
    missing('loader', hint);
  } else if (nvramTemplate === undefined)
    missing('nvramTemplate', 'Add `nvramTemplate: /usr/share/OVMF/OVMF_VARS_4M.fd`.');
  else if (loader === undefined)
    missing('loader', 'Add `loader: /usr/share/OVMF/OVMF_CODE_4M.secboot.fd`.');
}

function checkKeys(written: FleetSecureBoot, path: Path, report: Report): void {
  const { keys, PK, KEK, db } = written;
  const others = [
    ...(PK === undefined ? [] : ['PK']),
    ...(KEK === undefined ? [] : ['KEK']),
    ...(db === undefined ? [] : ['db']),
  ];
  if (keys !== undefined && others.length > 0) {
    const more = `\`${others.join('` and `')}\``;
    const message = `\`keys\` is PK, KEK and db at once, and there is ${more} as well`;
    report({
      rule: 'not-allowed',
      path: [...path, 'keys'],
      onKey: true,
      message,
      hint: 'Keep `keys`, or the others.',
    });
  }
  if (keys !== undefined) return;
  for (const [key, file] of Object.entries({ PK, db })) {
    if (file !== undefined) continue;
    const forAll =
      others.length === 0 ? ', or one certificate for all: `keys: certs/secure-boot.pem`' : '';
    const hint = `Add \`${key}: certs/${key}.pem\`${forAll}.`;
    report({
      rule: 'missing-key',
      path,
      onKey: true,
      message: `\`secureBoot\` has no \`${key}\``,
      hint,
      because: [[...path, key]],
    });
  }
}
