import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

const WORKER = 'sw.js'

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

/** The version and files that the service worker keeps, read from what was built: same files, same version. */
export function shellOf(folder: string): { version: string; files: string[] } {
  const hash = createHash('sha256')
  const names = filesIn(folder).map((path) => relative(folder, path).split(sep).join('/')).filter((name) => name !== WORKER).sort()
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(join(folder, name))).update('\0')
  const files = names.map((name) => (name === 'index.html' ? './' : `./${name}`))
  return { version: hash.digest('hex').slice(0, 16), files }
}

/** Puts the service worker beside the built page. Mini-programs keep their own pages and need none. */
export const shellWorker: Plugin = {
  name: 'shell-worker',
  apply: 'build',
  enforce: 'post',
  closeBundle() {
    if (process.env.UNI_PLATFORM !== 'h5') return
    const folder = process.env.UNI_OUTPUT_DIR ?? 'dist/build/h5'
    const source = readFileSync(join(process.env.UNI_INPUT_DIR ?? 'src', 'shell/worker.js'), 'utf8')
    const blank = "const SHELL = { version: '', files: [] }"
    if (!source.includes(blank)) throw new Error('shell/worker.js has no place for its list')
    writeFileSync(join(folder, WORKER), source.replace(blank, `const SHELL = ${JSON.stringify(shellOf(folder))}`))
  },
}
