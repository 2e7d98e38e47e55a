/** What a browser or a mini-program would bring: enough for the pure parts. */
const memory = new Map<string, string>()
const area = {
  getItem: (name: string) => memory.get(name) ?? null,
  setItem: (name: string, value: string) => void memory.set(name, value),
  removeItem: (name: string) => void memory.delete(name),
}
Object.assign(globalThis, {
  location: { search: '' },
  localStorage: area,
  sessionStorage: area,
  document: { createElement: () => ({}), documentElement: { toggleAttribute: () => undefined, removeAttribute: () => undefined, setAttribute: () => undefined } },
  uni: { getLocale: () => 'zh-Hans', getStorageSync: () => '', setStorageSync: () => undefined, removeStorageSync: () => undefined },
})
