/**
 * config: from a fleet file's text to a `ResolvedFleet`. It parses YAML with positions, checks it
 * against the schema and against the rules that a schema can't express, fills in defaults, fixes
 * units and derives identities.
 * It is pure and synchronous: it reads no file, clock, environment or host (the caller passes the
 * bytes and the environment), and knows neither libvirt's XML nor what exists on a host.
 */
export type { Surroundings } from './resolve/certificates.js';
export { onNamedHost, type NamedHosts } from './connect.js';
export { loadFleet, mistakeAt, parseFleet, type LoadOptions } from './load.js';
export { shareOf } from './resolve/share.js';
export { loadProfile } from './profile/profile.js';
export { didYouMean } from './schema/suggest.js';
export { withoutLiteralSecrets } from './source/yaml.js';
