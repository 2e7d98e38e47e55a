import { ref } from 'vue'
import { preferences } from '@/state/preferences'
import { t } from '@/words'

/** A refusal in words: what happened, why, what to do now. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: { field: string; code: string; message: string }[] = [],
    readonly facts: Record<string, unknown> = {},
  ) {
    super(`${title} ${detail}`)
  }
}

/** Who calls; what to do when the portal no longer knows them, and when it wants to be surer who they are. The session and the step-up fill this in. */
export const caller = { token: '', lost: (): void => undefined, prove: (_: Problem): Promise<boolean> => Promise.resolve(false) }

/** False while the last thing known about the network is that it did not answer. */
export const online = ref(true)

let skew = 0

/** The portal's clock, as far as its answers tell (to the second); a phone's own clock may be far off. */
export function portalTime(): number {
  return Date.now() + skew
}

function readClock(header: Record<string, string> | undefined): void {
  const told = Date.parse(header?.Date ?? header?.date ?? '')
  if (Number.isNaN(told)) return
  const off = told - Date.now()
  skew = Math.abs(off) > 3_000 ? off : 0
}

export const origin: string = import.meta.env.VITE_YIMA_ORIGIN ?? ''

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE'
interface Options {
  body?: unknown
  query?: Record<string, string | number | null | undefined>
  /** Idempotency-Key of a creating call: the same key sent again gets the first answer again. */
  key?: string
  /** The delegation under which it is made for somebody else; empty for oneself. */
  as?: string
}

/** A key for one creating call. It has to be unique, not secret. */
export function newKey(): string {
  const part = () => Math.floor(Math.random() * 0x100000000).toString(16).padStart(8, '0')
  return `${Date.now().toString(16)}-${part()}${part()}${part()}`
}

export function headers(as = ''): Record<string, string> {
  const sent: Record<string, string> = { 'Accept-Language': preferences.language }
  if (caller.token) sent.Authorization = `Bearer ${caller.token}`
  if (as) sent['X-Yima-On-Behalf-Of'] = as
  // #ifdef MP-WEIXIN
  sent['X-Yima-Platform'] = 'wechat'
  // #endif
  // #ifdef MP-ALIPAY
  sent['X-Yima-Platform'] = 'alipay'
  // #endif
  return sent
}

/** Turn whatever came back into a Problem with words, also when it is not ours (a proxy's page, an empty body). */
export function asProblem(status: number, body: unknown): Problem {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const code = typeof told.code === 'string' ? told.code : status === 401 ? 'unauthenticated' : 'internal'
  const title = typeof told.title === 'string' ? told.title : t('problem.title')
  const detail = typeof told.detail === 'string' ? told.detail : t('problem.detail')
  const errors = Array.isArray(told.errors) ? (told.errors as Problem['errors']) : []
  return new Problem(code, status, title, detail, errors, told)
}

export function offlineProblem(): Problem {
  online.value = false
  return new Problem('offline', 0, t('offline.title'), t('offline.detail'))
}

/** Notice what an answer says about network and session, and pass it on or throw it. */
export function judged<T>(status: number, body: unknown, path: string, sent = caller.token): T {
  online.value = true
  if (status >= 200 && status < 300) return body as T
  const problem = asProblem(status, body)
  if (status === 401 && path !== '/sessions' && sent === caller.token) caller.lost()
  throw problem
}

function withQuery(path: string, query: Options['query']): string {
  const parts = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return parts.length > 0 ? `${path}?${parts.join('&')}` : path
}

/** One call of the portal's API; throws Problem. An action that needs a surer identity asks for it in place and then goes on: the very same request, with the same key. */
export async function call<T>(method: Verb, path: string, options: Options = {}): Promise<T> {
  try {
    return await once<T>(method, path, options)
  } catch (thrown) {
    const needed = thrown instanceof Problem && thrown.code === 'loa-needed' && method !== 'GET' && !path.startsWith('/me/provings')
    if (!needed || !(await caller.prove(thrown))) throw thrown
    return once<T>(method, path, options)
  }
}

function once<T>(method: Verb, path: string, { body, query, key, as }: Options): Promise<T> {
  const header = headers(as)
  const sent = caller.token
  if (key) header['Idempotency-Key'] = key
  if (body !== undefined) header['Content-Type'] = 'application/json'
  return new Promise((resolve, reject) => {
    uni.request({
      url: `${origin}/api/v1${withQuery(path, query)}`,
      method,
      header,
      data: body === undefined ? undefined : JSON.stringify(body),
      timeout: 15_000,
      success: ({ statusCode, data, header: told }) => {
        readClock(told as Record<string, string> | undefined)
        try {
          resolve(judged<T>(statusCode, data, path, sent))
        } catch (problem) {
          reject(problem)
        }
      },
      fail: () => reject(offlineProblem()),
    })
  })
}

/** Whatever was thrown, as a Problem that can be shown. */
export function toProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : asProblem(0, null)
}
