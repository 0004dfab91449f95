#!/usr/bin/env node
// Plain JavaScript, because it runs before anything else can be loaded: the rest is TypeScript, which Node runs by itself
// from 22.18 on and older ones through tsx.
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv, process.env);
