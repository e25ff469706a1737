import {
  openStatus,
  type FleetStatus,
  type StatusRequest,
} from '../../../src/operations/status/status.js';

/** What `status` says now. */
export async function statusOnce(request: StatusRequest): Promise<FleetStatus> {
  const look = openStatus(request);
  try {
    return await look.again();
  } finally {
    await look.close();
  }
}
