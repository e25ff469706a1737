/**
 * The bytes of a serial console as readable text: lines without anything that a terminal would
 * obey, the last lines, the beginning of the last boot, and the places of a text. Pure, and fed
 * piece by piece: a stream may be cut anywhere. It opens no file and knows no VM.
 */
export { ConsoleText, type ConsoleState } from './clean.js';
export { LastBoot } from './last-boot.js';
export { LastLines } from './last-lines.js';
export { LastText } from './last-text.js';
export { Spelling, type Spelled } from './spelled.js';
