const encoder = new TextEncoder();

/** UTF-8, once for each word instead of once for each row. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

export function encodeTexts(texts: readonly string[]): readonly Uint8Array[] {
  return texts.map(encodeText);
}

/** The 16 bytes of a UUID. @throws RangeError when the text is none. */
export function encodeUuid(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`${uuid} is no UUID`);
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
