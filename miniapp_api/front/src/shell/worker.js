/*
 * The shell of the residents' pages, kept on the phone so that they open without a network.
 * The build fills in SHELL: a version (a hash of every file's name and bytes) and the files themselves.
 *
 * Only the pages' own files are kept; no answer of the portal ever is. A tour frame is a demonstration beside other
 * pages and is left to the network.
 */
const SHELL = { version: '', files: [] }
const PREFIX = 'yima-shell-'
const NAME = PREFIX + SHELL.version
const PATIENCE = 3000 // a page that has not come by then is taken from the phone

async function fill() {
  const kept = await caches.open(NAME)
  // The page itself is asked anew; the other names carry their own hash, so an older answer is the same answer.
  await kept.addAll(SHELL.files.map((file) => new Request(file, file === './' ? { cache: 'reload' } : {})))
}

/** The version before this one stays, because a page of it may still be open and ask for its parts. */
async function tidy() {
  const mine = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME)
  await Promise.all(mine.slice(0, -1).map((name) => caches.delete(name)))
}

async function keptPage() {
  return (await (await caches.open(NAME)).match('./')) || Response.error()
}

function inTime(answer) {
  return Promise.race([answer, new Promise((_, late) => setTimeout(() => late(new Error('late')), PATIENCE))])
}

async function page(request) {
  try {
    const answer = await inTime(fetch(request))
    return answer.ok ? answer : keptPage()
  } catch {
    return keptPage()
  }
}

async function part(request) {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request)
}

self.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()))
})
self.addEventListener('activate', (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()))
})

/** A notice that came while no page was open. One with the same tag replaces the one before. */
self.addEventListener('push', (event) => {
  let told = {}
  try {
    told = event.data.json()
  } catch {
    return
  }
  const { title = '', body = '', tag = '', link = '' } = told
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { link }, lang: 'zh-CN' }))
})

/** A tap leads to our own pages only, whatever the message says. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const scope = self.registration.scope
  const { link = '' } = event.notification.data || {}
  const target = new URL(link.startsWith('/m/#/') ? link : './#/pages/notices/notices', scope)
  const address = target.href.startsWith(scope) ? target.href : scope
  event.waitUntil(
    self.clients.matchAll({ type: 'window' }).then(async (open) => {
      const page = open.find((one) => one.url.startsWith(scope))
      if (!page) return self.clients.openWindow(address)
      await page.focus()
      return page.navigate(address)
    }),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  const scope = new URL(self.registration.scope)
  if (request.method !== 'GET' || address.origin !== scope.origin || !address.pathname.startsWith(scope.pathname)) return
  if (request.mode === 'navigate') {
    if (!address.searchParams.has('frame')) event.respondWith(page(request))
  } else if (address.pathname.startsWith(`${scope.pathname}assets/`)) event.respondWith(part(request))
})
