import { actingId } from '@/state/acting'
import { platform } from '@/state/ways'
import { call } from './client'
import type * as Wire from './shapes'

/** Whom a call is for: whoever I act for now. Calls that do not name it are always my own. */
const forNow = () => actingId.value

/** Every call a resident's phone makes, named as the portal names it. */
export const api = {
  portal: () => call<Wire.Portal>('GET', '/portal'),

  sendOtp: (phone: string) => call<{ retry_after: number; expires_in: number }>('POST', '/otp', { body: { phone } }),
  signIn: (phone: string, otp: string, device: string) =>
    call<Wire.SignedIn>('POST', '/sessions', { body: { method: 'sms', phone, otp, device } }),
  signInBy: (method: Wire.WayName, code: string, device: string, phoneCode?: string) =>
    call<Wire.SignedIn>('POST', '/sessions', { body: { method, code, device, ...(phoneCode ? { phone_code: phoneCode } : {}) } }),
  ways: () => call<{ methods: Wire.SignInWay[] }>('GET', '/sign-in-methods'),
  devices: (cursor?: string | null) => call<Wire.DevicePage>('GET', '/sessions', { query: { cursor } }),
  signOutDevice: (id: string) => call<void>('DELETE', `/sessions/${id}`),
  accounts: () => call<{ accounts: Wire.Account[] }>('GET', '/me/accounts'),
  linkAccount: (method: Wire.WayName, code: string) => call<void>('POST', '/me/accounts', { body: { method, code } }),
  unlinkAccount: (method: Wire.Account['method']) => call<void>('DELETE', `/me/accounts/${method}`),
  signOut: () => call<void>('DELETE', '/sessions/current'),
  me: () => call<Wire.Me>('GET', '/me'),
  prefer: (body: { language?: string; elder?: boolean }) => call<Wire.Me>('PUT', '/me/preferences', { body }),
  verify: (name: string, idNumber: string, key: string) =>
    call<{ loa: number; outcome: string; resident: Wire.Me; token: string }>('POST', '/me/verifications', {
      body: { method: 'name_and_id', name, id_number: idNumber },
      key,
    }),

  merge: () => call<Wire.Merge>('GET', '/me/merge', { query: { platform } }),
  mergeAccounts: (id: string, key: string) => call<{ merge: Wire.Merge; resident: Wire.Me }>('POST', '/me/merge', { body: { id }, key }),
  proofs: () => call<Wire.MyProofs>('GET', '/me/proofs', { query: { platform } }),
  beginProving: (purpose: string, way: string, key: string) => call<Wire.Proving>('POST', '/me/provings', { body: { purpose, way, platform }, key }),
  proving: (id: string) => call<Wire.Proving>('GET', `/me/provings/${id}`),
  openFace: (id: string) => call<{ url: string | null; token: string | null }>('POST', `/me/provings/${id}/face`, { body: {} }),
  answerProving: (id: string, given: Partial<Record<Wire.Asked, string>>) =>
    call<{ proving: Wire.Proving; token: string | null; resident: Wire.Me | null }>('POST', `/me/provings/${id}/answers`, { body: given }),

  themes: () => call<{ themes: Wire.Theme[] }>('GET', '/themes'),
  items: (query: { q?: string; theme?: string; cursor?: string | null; limit?: number }) =>
    call<Wire.ItemPage>('GET', '/items', { query }),
  /** `version`: that of a running case, which keeps it; without it the newest. */
  item: (code: string, version?: number) => call<Wire.Item>('GET', `/items/${encodeURIComponent(code)}`, { query: { version }, as: forNow() }),

  submit: (body: { item: string; answers: Wire.Answers; materials: { code: string; file_id: string }[] }, key: string) =>
    call<Wire.CaseRef>('POST', '/cases', { body, key, as: forNow() }),
  cases: (cursor?: string | null, as = forNow()) => call<Wire.CasePage>('GET', '/cases', { query: { cursor }, as }),
  case: (no: string, as = forNow()) => call<Wire.Case>('GET', `/cases/${no}`, { as }),
  correct: (no: string, body: { answers: Wire.Answers; materials: { code: string; file_id: string }[] }, key: string) =>
    call<Wire.CaseRef>('POST', `/cases/${no}/corrections`, { body, key, as: forNow() }),
  withdraw: (no: string, key: string) => call<Wire.CaseRef>('POST', `/cases/${no}/withdrawal`, { body: {}, key, as: forNow() }),
  review: (no: string, grade: number, comment: string, key: string) =>
    call<unknown>('POST', `/cases/${no}/review`, { body: comment ? { grade, comment } : { grade }, key, as: forNow() }),

  notices: (cursor?: string | null) => call<Wire.NoticePage>('GET', '/notices', { query: { cursor } }),
  markRead: (id: string) => call<void>('POST', `/notices/${id}/read`),
  notice: (id: string) => call<Wire.NoticeDetail>('GET', `/notices/${id}`),
  noticePreferences: () => call<Wire.NoticePreferences>('GET', '/notice-preferences'),
  preferNotices: (body: Wire.NoticePreferences) => call<Wire.NoticePreferences>('PUT', '/notice-preferences', { body }),

  checkMessage: (text: string) => call<Wire.MessageChecked>('POST', '/message-checks', { body: { text } }),

  pushKey: () => call<{ key: string | null }>('GET', '/push-key'),
  subscribeToPush: (body: Wire.PushSubscription) => call<{ id: string }>('POST', '/push-subscriptions', { body }),
  endPush: (id: string) => call<void>('DELETE', `/push-subscriptions/${id}`),
  noticeCards: () => call<{ cards: Wire.NoticeCard[] }>('GET', '/notice-cards'),
  answerNoticeCards: (body: { channel: Wire.NoticeCard['channel']; prompt: string; answers: { template: string; answer: string }[] }) =>
    call<{ cards: Wire.NoticeCard[] }>('POST', '/notice-cards', { body }),

  codeKey: (as: string) => call<Wire.CodeKey>('POST', '/code-keys', { body: {}, as }),
  visits: (cursor?: string | null) => call<Wire.VisitPage>('GET', '/visits', { query: { cursor } }),
  consent: (id: string, allow: boolean, fields: string[], licences: string[], key: string) =>
    call<Wire.Visit>('POST', `/visits/${id}/consent`, { body: { allow, fields, licences }, key }),
  halls: () => call<{ halls: Wire.HallOffered[] }>('GET', '/halls'),
  queueTickets: () => call<{ tickets: Wire.QueueTicket[] }>('GET', '/queue-tickets'),
  takeTicket: (hall: string, business: string, key: string) => call<Wire.QueueTicket>('POST', '/queue-tickets', { body: { hall, business }, key }),
  giveBackTicket: (id: string) => call<Wire.QueueTicket>('DELETE', `/queue-tickets/${id}`),
  filled: () => call<Wire.FilledApplications>('GET', '/counter-applications'),
  answerFilled: (id: string, allow: boolean, key: string) =>
    call<{ id: string; case_no: string; state: string }>('POST', `/counter-applications/${id}/answer`, { body: { allow }, key }),
  licences: () => call<Wire.Licences>('GET', '/licences'),
  licence: (id: string) => call<Wire.LicenceFace>('GET', `/licences/${encodeURIComponent(id)}`),

  delegations: (cursor?: string | null) => call<Wire.DelegationPage>('GET', '/delegations', { query: { cursor } }),
  delegationChoices: () => call<Wire.DelegationChoices>('GET', '/delegations/choices'),
  propose: (body: Wire.NewDelegation, key: string) => call<Wire.Delegation>('POST', '/delegations', { body, key }),
  answerDelegation: (id: string, accept: boolean, key: string) => call<Wire.Delegation>('POST', `/delegations/${id}/acceptance`, { body: { accept }, key }),
  newborns: (cursor?: string | null) => call<Wire.NewbornPage>('GET', '/newborns', { query: { cursor } }),
  askForNewborn: (body: Wire.NewNewborn, key: string) => call<Wire.Newborn>('POST', '/newborns', { body, key }),
  takeBackNewborn: (id: string) => call<void>('DELETE', `/newborns/${id}`),
  endDelegation: (id: string) => call<void>('DELETE', `/delegations/${id}`),
  addWardNumber: (id: string, name: string, idNumber: string) => call<Wire.Delegation>('POST', `/delegations/${id}/ward-number`, { body: { name, id_number: idNumber } }),
  organisations: () => call<{ organisations: Wire.Organisation[] }>('GET', '/organisations'),
  proveOrganisation: (uscc: string, name: string, key: string) => call<Wire.Organisation>('POST', '/organisations', { body: { uscc, name }, key }),
  delegatedActs: (id: string) => call<{ acts: Wire.DelegatedAct[]; next_cursor: string | null }>('GET', `/delegations/${id}/acts`),

  consents: () => call<Wire.Consents>('GET', '/me/consents'),
  sayConsent: (purpose: string, word: 'yes' | 'no', version: number) => call<Wire.Consents>('PUT', `/me/consents/${purpose}`, { body: { word, version } }),
  copies: () => call<{ exports: Wire.Copy[] }>('GET', '/me/export'),
  askCopy: (key: string) => call<Wire.Copy>('POST', '/me/export', { body: {}, key }),
  closing: () => call<Wire.Closing>('GET', '/me/closing'),
  closeAccount: () => call<Wire.Closing>('DELETE', '/me'),
  keepAccount: () => call<Wire.Closing>('DELETE', '/me/closing'),
  corrections: () => call<Wire.Corrections>('GET', '/me/corrections'),
  askCorrection: (body: { category: string; said: string; wanted_name?: string; files: string[] }, key: string) => call<Wire.Correction>('POST', '/me/corrections', { body, key }),
  changeName: (name: string) => call<Wire.Me>('POST', '/me/name', { body: { name } }),
  changePhone: (phone: string, otp: string) => call<Wire.Me>('POST', '/me/phone', { body: { phone, otp } }),

  looks: (kind: Wire.LookKind | '', cursor?: string | null) => call<Wire.LookPage>('GET', '/looks', { query: { kind, cursor } }),
  dispute: (id: string) => call<Wire.Look>('POST', `/looks/${id}/dispute`, { body: {} }),
  reportLoss: (body: { what: Wire.Lost; reason: Wire.LossReason; here_too: boolean }, key: string) =>
    call<Wire.LossReported>('POST', '/me/loss-report', { body, key }),

  credentials: (as = '') => call<{ credentials: Wire.Credential[] }>('GET', '/credentials', { as }),
  orderCredential: (body: Wire.NewCredential, key: string, as = '') => call<Wire.IssuedCredential>('POST', '/credentials', { body, key, as }),
  loseCredential: (id: string) => call<void>('DELETE', `/credentials/${id}`),
}
