/** Server-sent events out of a byte stream: feed it text, it calls back with whole events; comments are skipped. */
export function eventReader(tell: (name: string, data: unknown) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const blocks = (rest + text).replace(/\r\n?/g, '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      let name = 'message'
      const data: string[] = []
      for (const line of block.split('\n')) {
        if (line.startsWith('event:')) name = line.slice(6).trim()
        else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
      }
      if (data.length === 0) continue
      try {
        tell(name, JSON.parse(data.join('\n')))
      } catch {
        continue
      }
    }
  }
}
