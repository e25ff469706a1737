export * from './backend.js';
export * from './backing.js';
export * from './bmc-service.js';
export * from './bmc.js';
export * from './boot.js';
export * from './clock.js';
export * from './cluster.js';
export * from './consoles.js';
export * from './domain-files.js';
export * from './duration.js';
export * from './errors.js';
export * from './export.js';
export * from './finding-rules.js';
export * from './events.js';
export * from './firmware.js';
export * from './fleet-file.js';
export * from './fleet-state.js';
export * from './fleet.js';
export type {
  Fleet,
  FleetBmc,
  FleetCredentials,
  FleetDefaults,
  FleetDhcp,
  FleetDisk,
  FleetFirmware,
  FleetHost,
  FleetHostOfMany,
  FleetLink,
  FleetNetwork,
  FleetNic,
  FleetOrchestrator,
  FleetProvider,
  FleetSecret,
  FleetSecureBoot,
  FleetSmbios,
  FleetVm,
  FleetVnc,
} from './fleet.schema.js';
export * from './glob.js';
export * from './graph.js';
export * from './host-state.js';
export * from './host.js';
export * from './hosts.js';
export * from './identity.js';
export * from './ignore.js';
export * from './ipv4.js';
export * from './libvirt-uri.js';
export * from './link.js';
export * from './mark.js';
export * from './nearest.js';
export * from './orchestrator.js';
export * from './own-entry.js';
export * from './placement.js';
export * from './plan.js';
export * from './pool.js';
export type { ProfileFile } from './profile.schema.js';
export * from './provision.js';
export * from './refusal.js';
export * from './render.js';
export * from './report.js';
export * from './secret.js';
export * from './timeline.js';
export * from './unsafe-text.js';
