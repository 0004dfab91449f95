export { durationMs } from './duration.ts';
export { ConfigError, loadConfig, publicUrl } from './load.ts';
export { type Config, ConfigSchema } from './schema.ts';
export { withSettingsTable } from './settings-table.ts';
