/**
 * What a terminal obeys (C0 and C1 controls) and what deceives a reader: invisible characters,
 * those that turn the direction of text, tags, and line separators. Newlines and tabs are not among
 * them.
 */
export const UNSAFE_TEXT = new RegExp(
  String.raw`(?![\n\t])(?:[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|` +
    String.raw`\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0)`,
  'gu',
);
