/** The VMs of others as in linked-clone. */
export { default } from '../linked-clone/host.js';
