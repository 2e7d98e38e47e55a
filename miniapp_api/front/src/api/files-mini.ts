import { asProblem, headers, judged, offlineProblem, origin } from './client'
import { actingId } from '@/state/acting'
import type { Layout, Picked } from './picked'
import type { Uploaded } from './shapes'

export function upload(file: Picked, as = actingId.value): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    uni.uploadFile({
      url: `${origin}/api/v1/files`,
      filePath: file.path,
      name: 'file',
      header: headers(as),
      success: ({ statusCode, data }) => {
        try {
          resolve(judged<Uploaded>(statusCode, JSON.parse(data), '/files'))
        } catch (thrown) {
          reject(thrown instanceof SyntaxError ? asProblem(statusCode, null) : thrown)
        }
      },
      fail: () => reject(offlineProblem()),
    })
  })
}

export function ownFile(id: string): Promise<string> {
  return downloaded(`/files/${id}`)
}

export function paperFile(id: string, layout: Layout): Promise<string> {
  return downloaded(`/credentials/${id}/paper?layout=${layout}`)
}

export function openCopy(id: string, form: 'html' | 'json'): Promise<void> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url: `${origin}/api/v1/me/export/${id}?form=${form}`,
      header: headers(''),
      success: ({ tempFilePath, statusCode }) =>
        statusCode === 200
          ? uni.saveFile({ tempFilePath, success: () => resolve(), fail: () => reject(offlineProblem()) })
          : reject(asProblem(statusCode, null)),
      fail: () => reject(offlineProblem()),
    })
  })
}

function downloaded(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url: `${origin}/api/v1${path}`,
      header: headers(actingId.value),
      success: ({ tempFilePath, statusCode }) =>
        statusCode === 200 ? resolve(tempFilePath) : reject(asProblem(statusCode, null)),
      fail: () => reject(offlineProblem()),
    })
  })
}

export function documentText(caseNo: string, documentNo: string): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.request({
      url: `${origin}/api/v1/cases/${caseNo}/documents/${encodeURIComponent(documentNo)}`,
      header: headers(actingId.value),
      dataType: 'text',
      success: ({ statusCode, data }) =>
        statusCode === 200 ? resolve(String(data)) : reject(asProblem(statusCode, null)),
      fail: () => reject(offlineProblem()),
    })
  })
}

export function pick(media: string[]): Promise<Picked | null> {
  return new Promise((resolve) => {
    // #ifdef MP-WEIXIN
    if (media.includes('pdf')) {
      uni.chooseMessageFile({
        count: 1,
        extension: media.map((kind) => `.${kind}`),
        success: ({ tempFiles }) => {
          const file = tempFiles[0]
          resolve(file ? { name: file.name, size: file.size, path: file.path } : null)
        },
        fail: () => resolve(null),
      })
      return
    }
    // #endif
    uni.chooseImage({
      count: 1,
      success: ({ tempFilePaths }) => {
        const path = [tempFilePaths].flat()[0]
        resolve(path ? { name: path.split('/').pop() ?? 'photo', size: 0, path } : null)
      },
      fail: () => resolve(null),
    })
  })
}
