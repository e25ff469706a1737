/** oclif asks it for the name of the platform in its updates, and it reads files for that. */
export const isWsl = false;
