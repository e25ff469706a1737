import type { Request } from '../../../src/operations/load.js';
import { openStatus, type FleetStatus } from '../../../src/operations/status/status.js';

/** What `status` says now. */
export async function statusOnce(request: Request): Promise<FleetStatus> {
  const look = openStatus(request);
  try {
    return await look.again();
  } finally {
    await look.close();
  }
}
