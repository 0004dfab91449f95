import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type Config, ConfigSchema } from './schema.ts';

/** Names and reasons, never values: a value may be a secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the environment once, before anything starts.
 * @returns the settings, frozen, with defaults filled in; `""` counts as not set.
 * @throws ConfigError that names every problem at once.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(ConfigSchema.properties).flatMap(([name, { type }]) => {
      const text = environment[name];
      return text === undefined || text === '' ? [] : [[name, readValue(type, text)]];
    }),
  );
  const settings = Value.Default(ConfigSchema, given);
  const problems = [...Value.Errors(ConfigSchema, settings)]
    .map((error) => `${error.path.slice(1).split('/')[0]}: ${explain(error)}`)
    .filter((problem, index, all) => all.indexOf(problem) === index);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(Value.Decode(ConfigSchema, settings));
}

/** A form that people would have to read out of a pattern is said in words, where the schema has some. */
function explain({ schema, message }: { readonly schema: TSchema; readonly message: string }): string {
  return typeof schema.expected === 'string' ? `expected ${schema.expected}` : message.toLowerCase();
}

/** What does not read as its type stays text, and fails the check: TypeBox's own conversion would cut 1.5 to 1. */
function readValue(type: unknown, text: string): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/** The base URL that a reader of an e-mail can open. */
export function publicUrl(config: Config): string {
  return (config.WINNOW_PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`).replace(/\/+$/, '');
}
