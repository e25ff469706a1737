import { vagrantBackend } from './vagrant/backend.js';

/**
 * What can bring VMs up, each in a folder of its own. Each takes what it needs of the same options.
 */
export const BACKENDS = {
  vagrant: vagrantBackend,
};
