import { vagrantBackend } from './vagrant/backend.js';

/**
 * The backends that bring VMs up, each in its own folder. All get the same options.
 */
export const BACKENDS = {
  vagrant: vagrantBackend,
};
