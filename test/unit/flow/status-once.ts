import type { Request } from '../../../src/flow/load.js';
import { openStatus, type FleetStatus } from '../../../src/flow/status.js';

/** What `status` says now. */
export async function statusOnce(request: Request): Promise<FleetStatus> {
  const look = openStatus(request);
  try {
    return await look.again();
  } finally {
    await look.close();
  }
}
