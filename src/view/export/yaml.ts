import { Document, visit } from 'yaml';

/** Begins like a number, a date, or a word that some parser takes for none of a text. */
const LIKE_A_NUMBER = /^[-+.~=<\d]/;

/**
 * Documents of YAML for programs that read YAML 1.1 (kubectl, Ansible): a text stays one, also
 * `yes`, `0o17` and `52:54:00:12:34:56`, which is a number to the base of 60 there. Begins with a
 * comment. Ends in a newline.
 */
export function yamlText(documents: readonly unknown[], comment: readonly string[]): string {
  const texts = documents.map((value) => {
    const document = new Document(value, { schema: 'yaml-1.1', aliasDuplicateObjects: false });
    visit(document, {
      Scalar(key, scalar) {
        if (key !== 'key' && typeof scalar.value === 'string' && LIKE_A_NUMBER.test(scalar.value))
          scalar.type = 'QUOTE_DOUBLE';
      },
    });
    return document.toString({ lineWidth: 0 });
  });
  return `${comment.map((line) => `# ${line}\n`).join('')}${texts.join('---\n')}`;
}
