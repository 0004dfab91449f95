import type { Letter, RenderedLetter } from './letter.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

/** A letter as the content of an e-mail. */
export function renderLetter(letter: Letter): RenderedLetter {
  return { subject: letter.subject, text: renderText(letter), html: renderHtml(letter) };
}
