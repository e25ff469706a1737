/** All generated pages of docs; `npm run docs` writes them, and a unit test compares them. */
import type { GeneratedPage } from './page.ts';
import { commands } from './commands.ts';
import { decisions } from './decisions.ts';
import { fleetFile } from './fleet-file.ts';
import { troubleshooting } from './troubleshooting.ts';

export const PAGES: readonly GeneratedPage[] = [commands, decisions, fleetFile, troubleshooting];
