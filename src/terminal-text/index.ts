/**
 * What a serial console said, as bytes, made fit to be read: lines of text without what a terminal would obey, the last lines,
 * where the last boot begins, and where a text is spelled. Pure, and fed piece by piece: it makes no difference where a stream is cut. It opens no file and
 * knows no VM.
 */
export { ConsoleText, type ConsoleState } from './clean.js';
export { LastBoot } from './last-boot.js';
export { LastLines } from './last-lines.js';
export { LastText } from './last-text.js';
export { Spelling, type Spelled } from './spelled.js';
