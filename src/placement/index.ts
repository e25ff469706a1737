/**
 * placement: which of a fleet's hosts each VM is on, or is to be on. Pure: it is told what was seen
 * of the hosts, and decides. A VM stays where it is; only a VM that is nowhere is placed.
 */
export { settled, type VmCopy } from './copies.js';
export { firmwareKey, mayBeOn, place } from './place.js';
export { roomOf, type Room } from './room.js';
