import type { Letter } from './letter.ts';

const indent = (text: string): string => text.replace(/^/gm, '  ');

/** A letter as plain text, for readers and programs without HTML. */
export function renderText(letter: Letter): string {
  const width = Math.max(0, ...letter.facts.map(([name]) => name.length));
  const parts = [
    letter.heading,
    letter.summary,
    letter.facts.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${value}`).join('\n'),
    ...letter.lists.map(({ title, items }) => `${title}\n${items.map((item) => `  - ${item}`).join('\n')}`),
    letter.code ? `${letter.code.title}\n${indent(letter.code.text)}` : '',
    `${letter.link.label}: ${letter.link.url}`,
    `-- \n${letter.footer}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
