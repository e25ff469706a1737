/** The widest that a help text is. Alone in its file: main.ts needs no more of `cli` to show it. */
export const HELP_COLUMNS = 80;
