import { describe, expect, it } from 'vitest';
import { readAccount } from './account.ts';

describe('readAccount', () => {
  it('takes the user postgres before nobody', () => {
    const passwd =
      'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n';
    expect(readAccount(passwd)).toEqual({ uid: 101, gid: 104 });
  });

  it('takes nobody where there is no postgres, also with the negative ids of macOS', () => {
    expect(readAccount('root:*:0:0::/:/bin/sh\nnobody:*:-2:-2::/:/usr/bin/false\n')).toEqual({
      uid: 4_294_967_294,
      gid: 4_294_967_294,
    });
  });

  it('says what to do where there is neither', () => {
    expect(() => readAccount('root:x:0:0::/root:/bin/sh\n')).toThrow('DATABASE_URL');
  });
});
