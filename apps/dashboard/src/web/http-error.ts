/** A refusal or a thing not found, as a page in the visitor's language. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 429 | 503,
    /** The sentence shown; the status has one of its own. */
    readonly sentence?: string,
  ) {
    super(sentence ?? String(status));
  }
}

/** A change that was not asked for by a form of ours. */
export class ForgedRequest extends HttpError {
  override readonly name = 'ForgedRequest';
  constructor() {
    super(403);
  }
}
