import type { Config } from '@oclif/core';
import { helpTexts, manPages } from '../view/index.js';
import { HELP_COLUMNS } from './columns.js';
import { venPage } from './pages.js';

export { venPage };

/** A terminal may say that it has no columns at all. */
const FEWEST = 40;

/** All help texts: by `''` (ven itself), command (`orchestrator hosts`) and topic. */
export function helpFor(config: Config, columns = HELP_COLUMNS): Map<string, string> {
  return helpTexts(venPage(config), Math.max(FEWEST, Math.min(columns, HELP_COLUMNS)));
}

/** The manual pages by file name. */
export function manFor(config: Config, date: string): Map<string, string> {
  return manPages(venPage(config), date);
}
