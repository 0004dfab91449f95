import Closeio from 'close.io';

const CLOSE = 'https://api.close.com';

/**
 * Close's own client for Node, as it is but for the host, which it has built in (reference, 8.2): all of its calls pass
 * through `_request`.
 */
export class RedirectedClose extends Closeio {
  readonly #baseUrl: string;

  /** @param baseUrl of the server under test: scheme, host and port. */
  constructor(baseUrl: string, apiKey: string) {
    super(apiKey);
    this.#baseUrl = baseUrl.replace(/\/$/, '');
  }

  override _request(request: { readonly uri: string }): PromiseLike<Readonly<Record<string, unknown>>> {
    if (!request.uri.startsWith(CLOSE)) throw new Error(`the client would ask ${request.uri}`);
    return super._request({ ...request, uri: this.#baseUrl + request.uri.slice(CLOSE.length) });
  }
}
