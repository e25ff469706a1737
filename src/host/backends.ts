import type { Backend, BackendName } from '../model/index.js';
import type { BackendOptions } from './bring-ups/options.js';
import { libvirtBackend } from './libvirt-backend/backend.js';
import { vagrantBackend } from './vagrant/backend.js';

/** What brings VMs up, each in its own folder. */
export const BACKENDS: Readonly<Record<BackendName, (options: BackendOptions) => Backend>> = {
  vagrant: vagrantBackend,
  libvirt: libvirtBackend,
};
