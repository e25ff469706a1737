/**
 * Writes dist/library/index.d.ts, the types of ven as a library in one file, from the declarations
 * that tsc makes of the sources. What is `@internal` is left out.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ROOT = join(import.meta.dirname, '..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const ENTRY = 'src/library/index';

/** Below the repository, where packages are found. */
const made = mkdtempSync(join(ROOT, 'dist.types-'));
const project = join(made, 'tsconfig.json');
try {
  declare();
  process.exitCode = bundle() ? 0 : 1;
} finally {
  rmSync(made, { recursive: true });
}

function declare(): void {
  const compilerOptions = {
    ...{ noEmit: false, emitDeclarationOnly: true, declaration: true },
    ...{ rootDir: ROOT, outDir: made, allowImportingTsExtensions: false },
  };
  // The second declares a module that comes without types.
  const files = [`${ENTRY}.ts`, 'src/libvirt/nunjucks-slim.d.ts'].map((name) => join(ROOT, name));
  const extended = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files };
  writeFileSync(project, JSON.stringify(extended));
  execFileSync(process.execPath, [TSC, '-p', project], { stdio: 'inherit' });
}

/** Whether it went well. */
function bundle(): boolean {
  const error = { logLevel: ExtractorLogLevel.Error };
  const none = { logLevel: ExtractorLogLevel.None };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: join(made, `${ENTRY}.d.ts`),
      compiler: { tsconfigFilePath: project },
      apiReport: { enabled: false },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      dtsRollup: {
        enabled: true,
        untrimmedFilePath: '',
        publicTrimmedFilePath: join(ROOT, 'dist/library/index.d.ts'),
      },
      messages: {
        compilerMessageReporting: { default: error },
        extractorMessageReporting: {
          default: error,
          // All that is not @internal is public.
          'ae-missing-release-tag': none,
          'ae-internal-missing-underscore': none,
          // Types that others are made of need no name outside.
          'ae-forgotten-export': none,
          'ae-undocumented': none,
        },
        // Comments are for people, and not in TSDoc's form.
        tsdocMessageReporting: { default: none },
      },
    },
    configObjectFullPath: join(ROOT, 'api-extractor.json'),
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
  return Extractor.invoke(config, {
    messageCallback: (message) => {
      // What it says of itself.
      if (message.logLevel === ExtractorLogLevel.Info) message.handled = true;
    },
  }).succeeded;
}
