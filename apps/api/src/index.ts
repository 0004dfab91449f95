export { type AppDeps, buildApp } from './app.ts';
export type { ApiInstance } from './app-types.ts';
export { type ApiSettings, apiSettings } from './settings.ts';
