// Loaded into npm. It takes its own Node for the one that packages will run with, and leaves out,
// without a word, optional ones (native code) that need a newer one. Ours runs them, which is
// installed with them.
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
const [version] = Object.values(JSON.parse(text).optionalDependencies);
Object.defineProperty(process, 'version', { value: `v${version}` });
