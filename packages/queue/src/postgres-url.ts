/**
 * Takes `?options=-c …` out of a connection string. node-postgres lets the string win over the settings beside it, so
 * BullMQ's `search_path`, which it passes as an option, would be lost and none of its functions found.
 * @returns the string without them, and the options themselves.
 */
export function separateOptions(connectionString: string): { connectionString: string; options?: string } {
  const query = connectionString.indexOf('?');
  if (query < 0) return { connectionString };
  const parameters = new URLSearchParams(connectionString.slice(query + 1));
  const options = parameters.get('options');
  if (options === null) return { connectionString };
  parameters.delete('options');
  const rest = parameters.size > 0 ? `?${parameters}` : '';
  return { connectionString: connectionString.slice(0, query) + rest, options };
}
