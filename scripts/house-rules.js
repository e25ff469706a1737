/** Lint rules of our own, which hold the house that ARCHITECTURE.md describes. */
import { dirname, join, relative, sep } from 'node:path';

const SRC = join(import.meta.dirname, '..', 'src');

/** The way of a file from src, as its parts: the first is its room. */
const partsOf = (file) => relative(SRC, file).split(sep);

/**
 * A room imports from the rooms that `allowed` names for it, each through its face (`index.ts`).
 * Files beside the rooms (the entry) may import what they want.
 */
const rooms = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },
  create(context) {
    const [allowed] = context.options;
    const [room, ...inner] = partsOf(context.filename);
    if (inner.length === 0) return {};
    const check = ({ source }) => {
      if (!source || typeof source.value !== 'string' || !source.value.startsWith('.')) return;
      const [other, ...rest] = partsOf(join(dirname(context.filename), source.value));
      if (other === '..' || other === room || rest.length === 0) return;
      if (!allowed[room]?.includes(other))
        context.report({ node: source, message: `${room} may not import from ${other}.` });
      else if (rest.join('/') !== 'index.js')
        context.report({ node: source, message: `${other} is entered by its index.js.` });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

/** Text that is printed or read beside code: 100 columns, but for URLs, which can't be broken. */
const columns = {
  meta: { type: 'layout', schema: [] },
  create: (context) => ({
    Program() {
      context.sourceCode.lines.forEach((line, index) => {
        if (line.length <= 100 || /https?:\/\//.test(line)) return;
        const loc = { line: index + 1, column: 100 };
        context.report({ loc, message: `${line.length} columns; 100 are the most.` });
      });
    },
  }),
};

/** A room that works through a port does not name what is behind it: in code, texts, comments. */
const unnamed = {
  meta: { type: 'problem', schema: { type: 'array', items: { type: 'string' } } },
  create: (context) => ({
    Program() {
      const words = new RegExp(context.options.join('|'), 'i');
      context.sourceCode.lines.forEach((line, index) => {
        const found = words.exec(line);
        if (found === null) return;
        const loc = { line: index + 1, column: found.index };
        context.report({ loc, message: `${found[0]} is behind a port, and not named here.` });
      });
    },
  }),
};

export default { rules: { rooms, columns, unnamed } };
