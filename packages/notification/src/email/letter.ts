/** What an e-mail says, before it is text or HTML. Everything is plain text: the renderers escape. */
export interface Letter {
  readonly subject: string;
  readonly heading: string;
  /** Colours the heading. */
  readonly tone: 'good' | 'warning' | 'bad';
  /** One or two sentences that tell a reader in a hurry all that matters. */
  readonly summary: string;
  /** Pairs of a name and a value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly lists: readonly { readonly title: string; readonly items: readonly string[] }[];
  /** A block that keeps its line breaks. */
  readonly code?: { readonly title: string; readonly text: string };
  readonly link: { readonly label: string; readonly url: string };
  /** Why the reader gets this. */
  readonly footer: string;
}

/** An e-mail's content. */
export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
