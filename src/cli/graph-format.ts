import { extname } from 'node:path';
import type { GraphFormat } from '../view/index.js';
import { CommandLineError } from './usage-errors.js';

const ENDINGS: Readonly<Record<string, GraphFormat>> = {
  '': 'svg',
  '.svg': 'svg',
  '.mmd': 'mermaid',
  '.dot': 'dot',
  '.gv': 'dot',
  '.json': 'json',
};

/** From the file that is written. @throws CommandLineError for one of another kind: `fleet.png` */
export function graphFormatOf(output = ''): GraphFormat {
  const ending = extname(output).toLowerCase();
  const format = ENDINGS[ending];
  if (format !== undefined) return format;
  throw new CommandLineError({
    summary: `ven writes no ${ending} file`,
    hint:
      'Name a .svg, .mmd, .dot or .json file, or say what to write with --format. ' +
      'Graphviz makes other pictures: ven graph --format dot | dot -Tpng > fleet.png',
  });
}
