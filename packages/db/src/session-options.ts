/** A client is asked for a sign of life after so many seconds of silence, and given up after some unanswered ones. */
export const SERVER_KEEP_ALIVE = { idleSeconds: 10, intervalSeconds: 5, probes: 3 } as const;
/** What the server sent and the client's machine has not confirmed for so long ends the connection. Milliseconds. */
export const SERVER_USER_TIMEOUT_MS = 25_000;
/** How often the server looks, in the middle of a statement, whether its client is still there. Milliseconds. */
export const CLIENT_CHECK_MS = 1000;

/**
 * What every session asks of the server, so that the locks of a client that is gone are free soon: of a killed process
 * within a second, even in the middle of a long statement; of a machine that lost its power, which tells nobody, within
 * half a minute. Each is the session's own, whatever the server's configuration says.
 */
export const SESSION_OPTIONS = Object.entries({
  client_connection_check_interval: CLIENT_CHECK_MS,
  tcp_keepalives_idle: SERVER_KEEP_ALIVE.idleSeconds,
  tcp_keepalives_interval: SERVER_KEEP_ALIVE.intervalSeconds,
  tcp_keepalives_count: SERVER_KEEP_ALIVE.probes,
  tcp_user_timeout: SERVER_USER_TIMEOUT_MS,
  TimeZone: 'UTC',
})
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');
