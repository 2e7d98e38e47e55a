// Node 20 does not read TypeScript: bundle every test with the esbuild that vite brings, then node's own runner.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'yima-front-'))
try {
  await build({
    entryPoints: readdirSync(here).filter((name) => name.endsWith('.test.ts')).map((name) => join(here, name)),
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    alias: { '@': join(here, '../src') },
    define: { 'import.meta.env': '{}', YIMA_ROOT: JSON.stringify(join(here, '../../..')) },
    inject: [join(here, 'platform.ts')],
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  const tests = readdirSync(out).filter((name) => name.endsWith('.test.mjs')).map((name) => join(out, name))
  process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...tests], { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(out, { recursive: true, force: true })
}
