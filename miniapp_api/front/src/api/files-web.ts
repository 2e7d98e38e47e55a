import { headers, judged, offlineProblem, origin } from './client'
import { actingId } from '@/state/acting'
import type { Layout, Picked } from './picked'
import type { Uploaded } from './shapes'

/** Send one file, for whom one acts or, with `as` empty, for oneself; throws Problem. */
export async function upload(file: Picked, as = actingId.value): Promise<Uploaded> {
  const form = new FormData()
  form.append('file', file.blob as File, file.name)
  const answer = await fetch(`${origin}/api/v1/files`, { method: 'POST', headers: headers(as), body: form }).catch(() => {
    throw offlineProblem()
  })
  return judged<Uploaded>(answer.status, await answer.json().catch(() => null), '/files')
}

async function fetched(path: string): Promise<Response> {
  const answer = await fetch(`${origin}/api/v1${path}`, { headers: headers(actingId.value) }).catch(() => {
    throw offlineProblem()
  })
  if (!answer.ok) judged<never>(answer.status, await answer.json().catch(() => null), path)
  return answer
}

/** The person's own uploaded file as an address this page alone can open. */
export async function ownFile(id: string): Promise<string> {
  return URL.createObjectURL(await (await fetched(`/files/${id}`)).blob())
}

/** A paper credential to print, as an address this page alone can open. */
export async function paperFile(id: string, layout: Layout): Promise<string> {
  return URL.createObjectURL(await (await fetched(`/credentials/${id}/paper?layout=${layout}`)).blob())
}

/** The copy of my data, to keep: mine alone, whoever I act for. */
export async function openCopy(id: string, form: 'html' | 'json'): Promise<void> {
  const path = `/me/export/${id}?form=${form}`
  const answer = await fetch(`${origin}/api/v1${path}`, { headers: headers('') }).catch(() => {
    throw offlineProblem()
  })
  if (!answer.ok) judged<never>(answer.status, await answer.json().catch(() => null), path)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = `my-data.${form}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** A served document as HTML text. */
export async function documentText(caseNo: string, documentNo: string): Promise<string> {
  return (await fetched(`/cases/${caseNo}/documents/${encodeURIComponent(documentNo)}`)).text()
}

/** Let the person pick one file of these kinds; null when they changed their mind. */
export function pick(media: string[]): Promise<Picked | null> {
  const accept = media.map((kind) => (kind === 'pdf' ? 'application/pdf' : `image/${kind}`)).join(',')
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      resolve(file ? { name: file.name, size: file.size, path: '', blob: file } : null)
    })
    input.addEventListener('cancel', () => resolve(null))
    input.click()
  })
}
