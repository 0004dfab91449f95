const FOLDER = './test/fault/preload';

/** What a process's environment needs for a module of this folder to be loaded before its own code. */
export function preload(
  name: 'blocked-event-loop' | 'shifted-clock',
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const loader = 'typescript' in process.features && process.features.typescript ? '' : '--import tsx ';
  return { ...settings, NODE_OPTIONS: `${loader}--import ${FOLDER}/${name}.ts` };
}
