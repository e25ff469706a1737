import type { HostFinding } from '../../model/index.js';

export const finding = (
  check: string,
  level: HostFinding['level'],
  message: string,
  fix = '',
): HostFinding => ({
  check,
  level,
  message,
  fix,
});
