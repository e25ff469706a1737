/** What ven uses of oclif. Its own index loads all of it, and checks the version of Node again. */
export * as Args from '@oclif/core/args';
export { Command } from '@oclif/core/command';
export { Config } from '@oclif/core/config';
export * as Errors from '@oclif/core/errors';
export * as Flags from '@oclif/core/flags';
export { settings } from '@oclif/core/settings';
