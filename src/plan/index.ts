/**
 * The plan: what differs between the fleet that a file means and what is on the host, why, what it
 * costs, and the steps that would end it. Pure and synchronous: it asks no host, reads no clock,
 * changes nothing; and renders no text or XML. It compares only what ven owns, so that what libvirt
 * adds by itself, or a person hangs on, is never a difference. What a person did to a host by hand
 * never costs a disk's content: only a change of the fleet file (or a request) does.
 */
export { refuseDeletingAll } from './guards/delete-all.js';
export { checkSomethingIsLeft } from './guards/refuse.js';
export { compareNaturally, formatSome } from './format.js';
export { addressOrder, countsOf, makePlan } from './make-plan.js';
export { spelled } from './many/join.js';
export { makePlanOfMany, type PlanOfMany, type Share, type WholeFleet } from './many/plan.js';
export { unfinishedNetworks, unfinishedNotices } from './network/borrowed/unfinished.js';
export { decideSubnets } from './network/subnets.js';
export { isSelected, matcher, select, type Selection } from './select.js';
