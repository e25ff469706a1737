// Lint, and the rule of the house: who may import whom. ARCHITECTURE.md says why.
import js from '@eslint/js';
import ts from 'typescript-eslint';

/** Each room and the rooms it may import from; every room may import `model`. */
const ROOMS = {
  model: [],
  xml: [],
  efi: [],
  console: [],
  provision: ['console'],
  config: ['efi'],
  render: ['xml', 'efi'],
  plan: [],
  apply: [],
  host: ['xml'],
  orchestrator: [],
  view: [],
  flow: ['config', 'render', 'plan', 'apply', 'host', 'console', 'provision', 'orchestrator'],
  commands: ['flow', 'view'],
};

/** Packages that have one home: a room, or the scripts. */
const HOMES = {
  execa: 'host',
  listr2: 'view',
  diff: 'view',
  nunjucks: 'render',
  '@oclif/core': 'commands',
  saxes: 'xml',
  yaml: 'config',
  ajv: 'scripts',
  undici: 'orchestrator',
  'fastest-levenshtein': 'model',
};

/** Rooms without a clock, randomness, environment or files. */
const PURE = ['model', 'xml', 'efi', 'console', 'provision', 'config', 'render', 'plan'];

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => {
  const forbidden = Object.keys(ROOMS).filter(
    (other) => other !== room && other !== 'model' && !allowed.includes(other),
  );
  if (room === 'model')
    forbidden.push(
      ...Object.keys(ROOMS).filter((other) => other !== 'model' && !forbidden.includes(other)),
    );
  const packages = Object.entries(HOMES).filter(([, home]) => home !== room);
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...forbidden.map((other) => ({
              group: [`**/${other}/**`],
              message: `${room} may not import from ${other}; see ARCHITECTURE.md.`,
            })),
            ...packages.map(([name, home]) => ({
              group: [name, `${name}/*`],
              message: `${name} is used in ${home} only.`,
            })),
            ...(PURE.includes(room)
              ? [
                  {
                    regex: '^node:(?!crypto$|path$|zlib$)',
                    message: `${room} is pure: no files, clock, environment or programs.`,
                  },
                ]
              : room === 'host'
                ? []
                : [
                    {
                      regex: '^node:fs(/|$)',
                      message: 'Files are read and written in src/host only.',
                    },
                  ]),
          ],
        },
      ],
      ...(PURE.includes(room)
        ? {
            'no-restricted-globals': ['error', 'process', 'setTimeout', 'fetch'],
            'no-restricted-properties': [
              'error',
              { object: 'Date', property: 'now' },
              { object: 'Math', property: 'random' },
            ],
          }
        : {}),
    },
  };
});

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/config/generated/', 'src/model/*.schema.ts'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
      // Control characters are what much of this is about.
      'no-control-regex': 'off',
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-process-exit': 'off' } },
  { files: ['**/*.js'], ...ts.configs.disableTypeChecked },
  { files: ['scripts/**', 'test/**', 'bench/**'], rules: { 'no-console': 'off' } },
  ...roomRules,
);
