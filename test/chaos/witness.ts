import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { atFileEnd } from '../support/file-end.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';

/** An event as a receiver was told of it. */
interface HeardEvent {
  readonly id: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly action: string;
  readonly meta?: { readonly bulk_action_id?: string | null };
}

/** Who is told of what Winnow does, and remembers it. */
export interface Witness {
  readonly url: string;
  readonly mail: MailServer;
  /** Ids of the events that were heard about one object and what was done to it: one id, however often it came. */
  readonly heard: ReadonlyMap<string, ReadonlySet<string>>;
  posts(): number;
  /** Answers nothing but 503 from now on, or is well again. */
  setUnwell(isUnwell: boolean): void;
}

/** The name under which `heard` has an event. */
export function subjectOf(event: Pick<HeardEvent, 'object_id' | 'action'>, bulkActionId: string): string {
  return `${event.action} ${event.object_id} ${bulkActionId}`;
}

/** A receiver of webhooks, and a mail server. Both are closed at the end of the run. */
export async function startWitness(): Promise<Witness> {
  const heard = new Map<string, Set<string>>();
  let posts = 0;
  let isUnwell = false;
  const note = (event: HeardEvent): void => {
    const subject = subjectOf(event, event.meta?.bulk_action_id ?? '');
    const ids = heard.get(subject) ?? new Set();
    heard.set(subject, ids.add(event.id));
  };
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        if (isUnwell) return response.writeHead(503).end();
        posts += 1;
        const { event, events } = JSON.parse(String(body));
        for (const each of event ? [event] : events) note(each);
        return response.end();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atFileEnd('the witness', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    mail: await startMailServer(),
    heard,
    posts: () => posts,
    setUnwell(unwell) {
      isUnwell = unwell;
    },
  };
}

/** The bulk deletes and undos that accepted messages tell of, with how many tell of each. */
export function countMails({ mail }: Witness): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { raw } of mail.accepted) {
    // Quoted-printable breaks long lines.
    const text = raw.toString('latin1').replaceAll('=\r\n', '');
    const id = /bulk_action\/(?:delete|undo)\/(bulk[a-z]+_\w+)/.exec(text)?.[1] ?? 'something else';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
