/** Writes the generated pages of docs. */
import { existsSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The program's modules name each other as they are called once they are compiled.
registerHooks({
  resolve(specifier, context, next) {
    const source = specifier.replace(/\.js$/, '.ts');
    const here = specifier.startsWith('.') && context.parentURL?.startsWith('file:');
    const isSource = here && existsSync(fileURLToPath(new URL(source, context.parentURL)));
    return next(isSource ? source : specifier, context);
  },
});

const { PAGES } = await import('./pages.ts');
for (const { path, render } of PAGES) {
  writeFileSync(join(import.meta.dirname, '../..', path), await render());
  console.log(`wrote ${path}`);
}
