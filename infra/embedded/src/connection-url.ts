export const HOST = '127.0.0.1';
export const SUPER_USER = 'winnow';

/** The super user's connection string to the database that every cluster has. */
export function connectionUrl(password: string, port: number): string {
  return `postgres://${SUPER_USER}:${encodeURIComponent(password)}@${HOST}:${port}/postgres`;
}
