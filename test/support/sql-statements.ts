/** Comments, texts, quoted names and dollar-quoted bodies, in which a semicolon ends nothing; and the semicolon that does. */
const PIECES = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|;/g;

/**
 * The statements of a file, one by one, as psql sends them: sent as one text they would be one transaction, whatever they
 * say about it. Together they are the file to the letter.
 */
export function sqlStatements(file: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  for (const { 0: piece, index } of file.matchAll(PIECES)) {
    if (piece !== ';') continue;
    statements.push(file.slice(start, index + 1));
    start = index + 1;
  }
  const rest = file.slice(start);
  return rest.replace(PIECES, '').trim() === '' ? statements : [...statements, rest];
}
