/** A request the API refused; `message` is the problem's own sentence. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly type: string
  constructor(status: number, type: string, message: string) {
    super(message)
    this.status = status
    this.type = type
  }
}

export interface ApiClient {
  get<Result>(path: string): Promise<Result>
  post<Result>(path: string, body: unknown): Promise<Result>
}

/** Talks to a running API as any client would: JSON in and out, problems as {@link ApiError}. */
export function apiClient(url: string, key: string): ApiClient {
  async function request<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const parsed: unknown = text === '' ? null : JSON.parse(text)
    if (!response.ok) {
      const { type, title, detail } = (parsed ?? {}) as { type?: string; title?: string; detail?: string }
      throw new ApiError(
        response.status,
        type ?? 'about:blank',
        detail ?? title ?? `${method} ${path}: ${response.status}`,
      )
    }
    return parsed as Result
  }
  return {
    get: (path) => request('GET', path),
    post: (path, body) => request('POST', path, body),
  }
}
