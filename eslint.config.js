// Lint, and the rule of the house: who may import whom. ARCHITECTURE.md says why.
import js from '@eslint/js';
import ts from 'typescript-eslint';
import house from './scripts/house-rules.js';

/** Each room and the rooms it may import from, beside `model`, which is everybody's. */
const ROOMS = {
  model: [],
  xml: [],
  efi: [],
  'terminal-text': [],
  secrets: [],
  stages: ['terminal-text', 'secrets'],
  config: ['efi', 'secrets'],
  libvirt: ['xml', 'efi'],
  plan: ['libvirt'],
  placement: [],
  kubevirt: ['plan', 'libvirt'],
  graph: ['secrets'],
  apply: ['secrets'],
  host: ['libvirt', 'xml', 'secrets'],
  onboarding: ['stages', 'terminal-text', 'secrets'],
  orchestrator: ['secrets'],
  bmc: ['secrets'],
  view: ['xml'],
  operations: [
    'config',
    'libvirt',
    'plan',
    'placement',
    'kubevirt',
    'graph',
    'apply',
    'host',
    'onboarding',
    'orchestrator',
    'bmc',
    'stages',
    'terminal-text',
    'secrets',
  ],
  library: ['operations'],
  cli: ['operations', 'view', 'secrets'],
  commands: ['cli', 'operations', 'view'],
};
const ALLOWED = Object.fromEntries(
  Object.entries(ROOMS).map(([room, others]) => [
    room,
    room === 'model' ? [] : ['model', ...others],
  ]),
);

/** Packages that have one home: a room, or the scripts. */
const HOMES = {
  execa: ['host'],
  listr2: ['apply', 'view'],
  diff: ['view'],
  '@dagrejs/dagre': ['view'],
  nunjucks: ['libvirt'],
  '@oclif/core': ['cli', 'commands'],
  saxes: ['xml'],
  yaml: ['config', 'view'],
  'csv-stringify': ['view'],
  ajv: ['scripts'],
  undici: ['orchestrator'],
  '@kubernetes/client-node': ['host'],
  ws: ['host'],
  fastify: ['bmc'],
  '@peculiar/x509': ['bmc'],
  'reflect-metadata': ['bmc'],
  'fastest-levenshtein': ['model'],
  'parse-duration': ['model'],
  'modern-tar': ['host'],
  'string-width': ['view'],
  'cli-truncate': ['view'],
  'pretty-ms': ['view'],
};

/** What a room reaches through a port only, and does not name. */
const UNNAMED = { apply: ['vagrant', 'virsh'] };

/** Rooms without a clock, randomness, environment or files. */
const PURE = [
  'model',
  'xml',
  'efi',
  'terminal-text',
  'secrets',
  'stages',
  'config',
  'libvirt',
  'plan',
  'placement',
  'kubevirt',
  'graph',
];
/** The only room that reads and writes files. */
const FILES = 'host';

/** Tests whose titles and texts are longer than a line of the house. At the end: none. */
const LONG_LINES = ['test/unit/{apply,commands,host,onboarding,operations,view}/**/*.ts'];

const roomRules = Object.keys(ROOMS).map((room) => {
  const packages = Object.entries(HOMES).filter(([, homes]) => !homes.includes(room));
  const pure = {
    regex: '^node:(?!crypto$|path$|zlib$)',
    message: `${room} is pure: no files, clock, environment or programs.`,
  };
  const files = {
    regex: '^node:fs(/|$)',
    message: `Files are read and written in src/${FILES} only.`,
  };
  const nodes = PURE.includes(room) ? [pure] : [files].filter(() => room !== FILES);
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'house/rooms': ['error', ALLOWED],
      ...(UNNAMED[room] && { 'house/unnamed': ['error', ...UNNAMED[room]] }),
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...packages.map(([name, homes]) => ({
              group: [name, `${name}/*`],
              message: `${name} is used in ${homes.join(' and ')} only.`,
            })),
            ...nodes,
          ],
        },
      ],
      ...(PURE.includes(room) && {
        'no-restricted-globals': ['error', 'process', 'setTimeout', 'fetch'],
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now' },
          { object: 'Math', property: 'random' },
        ],
      }),
    },
  };
});

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/**/generated/', 'src/model/*.schema.ts'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  {
    plugins: { house },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.js', 'ci/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
      'no-nested-ternary': 'error',
      // Control characters are what much of this is about.
      'no-control-regex': 'off',
    },
  },
  { files: ['src/commands/**/*.ts'], rules: { 'max-lines': ['error', 80] } },
  { files: ['src/**/*.ts'], rules: { 'no-process-exit': 'off' } },
  {
    files: ['**/*.js'],
    ...ts.configs.disableTypeChecked,
    languageOptions: {
      globals: { URL: 'readonly', process: 'readonly', fetch: 'readonly', AbortSignal: 'readonly' },
    },
  },
  { files: ['scripts/**', 'test/**', 'bench/**', 'stand-in/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.property.name="toMatchObject"] Property > Literal[regex]',
          message: 'It matches any value here: expect.stringMatching(…).',
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'vi', property: 'mock', message: 'No test replaces a module: hand in a port.' },
      ],
    },
  },
  { files: ['**/*.{ts,js}'], ignores: LONG_LINES, rules: { 'house/columns': 'error' } },
  ...roomRules,
  {
    // Standard output may be a file, and only a descriptor tells how much of it was written.
    files: ['src/cli/output.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
