/** What the tests use of npm `close.io`, Close's own client, which has no types of its own. */
declare module 'close.io' {
  type Json = Readonly<Record<string, unknown>>;

  /**
   * Every call resolves with the parsed body of a 200, and of a 200 only. It rejects with the parsed body of any other
   * answer, with the bare status where that body is no JSON, or with the error of the connection.
   */
  export default class Closeio {
    constructor(apiKey: string);
    readonly lead: {
      create(lead: Json): PromiseLike<Json>;
      read(id: string): PromiseLike<Json>;
      update(id: string, patch: Json): PromiseLike<Json>;
      delete(id: string): PromiseLike<Json>;
      search(options: {
        readonly query?: string;
        readonly limit?: number;
        readonly skip?: number;
        readonly fields?: string;
      }): PromiseLike<Json>;
    };
    readonly contact: { create(contact: Json): PromiseLike<Json>; read(id: string): PromiseLike<Json> };
    readonly event: { search(filter: Json): PromiseLike<Json>; read(id: string): PromiseLike<Json> };
    /** For resources that the client has no names for. Paths begin with a slash and lie below `/api/v1`. */
    _get(path: string, parameters?: Json): PromiseLike<Json>;
    _post(path: string, body: Json): PromiseLike<Json>;
    _request(request: { readonly uri: string }): PromiseLike<Json>;
  }
}
