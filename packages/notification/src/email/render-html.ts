import type { Letter } from './letter.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, between tags and in quoted attributes: names and queries are the client's words. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const TONE_COLOUR: Readonly<Record<Letter['tone'], string>> = {
  good: '#1a7f37',
  warning: '#9a6700',
  bad: '#b42318',
};

// Mail programs drop style sheets; only styles on the element itself are safe.
const STYLE = {
  page: 'margin:0;padding:24px 12px;background:#f6f7f9;color:#1f2328;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif',
  card: 'max-width:600px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #d8dee4;border-radius:8px',
  name: 'padding:3px 16px 3px 0;color:#59636e;text-align:left;vertical-align:top;white-space:nowrap;font-weight:normal',
  value: 'padding:3px 0;vertical-align:top',
  code: 'margin:0;padding:12px;background:#f6f7f9;border-radius:6px;font:12px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere',
  title: 'margin:24px 0 6px;font-size:15px',
  footer: 'max-width:600px;margin:12px auto 0;color:#59636e;font-size:12px',
};

const styled = (style: string): string => `style="${escapeHtml(style)}"`;

function renderFacts(facts: Letter['facts']): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th scope="row" ${styled(STYLE.name)}>${escapeHtml(name)}</th><td ${styled(STYLE.value)}>${escapeHtml(value)}</td></tr>`,
  );
  return `<table role="presentation" cellspacing="0" cellpadding="0">\n${rows.join('\n')}\n</table>`;
}

function renderList({ title, items }: Letter['lists'][number]): string {
  const rows = items.map((item) => `<li>${escapeHtml(item)}</li>`);
  return `<h2 ${styled(STYLE.title)}>${escapeHtml(title)}</h2>\n<ul style="margin:0;padding-left:20px">\n${rows.join('\n')}\n</ul>`;
}

function renderCode(code: Letter['code']): string {
  if (!code) return '';
  return `<h2 ${styled(STYLE.title)}>${escapeHtml(code.title)}</h2>\n<pre ${styled(STYLE.code)}>${escapeHtml(code.text)}</pre>`;
}

/** A letter as one HTML page without pictures, scripts or anything to load. */
export function renderHtml(letter: Letter): string {
  const { heading, summary, link } = letter;
  const parts = [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(letter.subject)}</title></head>`,
    `<body ${styled(STYLE.page)}>`,
    `<div ${styled(STYLE.card)}>`,
    `<h1 style="margin:0 0 8px;font-size:20px;color:${TONE_COLOUR[letter.tone]}">${escapeHtml(heading)}</h1>`,
    `<p style="margin:0 0 16px">${escapeHtml(summary)}</p>`,
    renderFacts(letter.facts),
    ...letter.lists.map(renderList),
    renderCode(letter.code),
    `<p style="margin:24px 0 0"><a href="${escapeHtml(link.url)}" style="color:#0969da">${escapeHtml(link.label)}</a></p>`,
    '</div>',
    `<p ${styled(STYLE.footer)}>${escapeHtml(letter.footer)}</p>`,
    '</body></html>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}
