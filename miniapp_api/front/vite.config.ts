import { defineConfig } from 'vite'
import * as uniPlugin from '@dcloudio/vite-plugin-uni'

type Plugin = typeof uniPlugin.default
const outer = uniPlugin.default as unknown as Plugin & { default?: Plugin }
const uni = outer.default ?? outer

// Residents' phones are old: no newer syntax than the mini-program base library and Chrome 69 WebViews run.
export default defineConfig({
  plugins: [uni()],
  build: { target: 'es2018', assetsInlineLimit: 0 },
})
