export { type AppDeps, buildApp } from './app.ts';
export type { ApiInstance } from './app-types.ts';
export { withEndpointTable } from './endpoint-table.ts';
export { type ApiSettings, apiSettings } from './settings.ts';
