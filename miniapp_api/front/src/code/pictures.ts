import qrcode from 'qrcode-generator'

const QUIET = 4

// Code 128, set C: bar and space widths of the values 0-105, then stop.
const PATTERNS = (
  '212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221' +
  '223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321' +
  '112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131' +
  '311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114' +
  '122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141' +
  '214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232'
).match(/.{6}/g) as string[]
const STOP = '2331112'
const START_C = 105

function drawn(width: number, height: number, path: string): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges" ` +
    `preserveAspectRatio="none"><path fill="#fff" d="M0 0h${width}v${height}H0z"/><path fill="#000" d="${path}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

function rowsOf(code: ReturnType<typeof qrcode>): boolean[][] {
  code.make()
  const size = code.getModuleCount()
  return Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => code.isDark(row, column)))
}

/** Which modules of the version 1-M numeric QR code are dark, row by row. */
export function qrRows(digits: string): boolean[][] {
  const code = qrcode(1, 'M')
  code.addData(digits, 'Numeric')
  return rowsOf(code)
}

/** The modules of an offline credential: alphanumeric, level M, the smallest version that holds it. */
export function credentialRows(text: string): boolean[][] {
  const code = qrcode(0, 'M')
  code.addData(text, 'Alphanumeric')
  return rowsOf(code)
}

/** The dynamic code as a picture, black on white whatever the theme, with its quiet zone. */
export function qrPicture(digits: string): string {
  return pictureOf(qrRows(digits))
}

/** An offline credential as a picture. */
export function credentialPicture(text: string): string {
  return pictureOf(credentialRows(text))
}

function pictureOf(rows: boolean[][]): string {
  const side = rows.length + 2 * QUIET
  let path = ''
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue
      let run = 1
      while (row[x + run]) run += 1
      path += `M${x + QUIET} ${y + QUIET}h${run}v1h-${run}z`
      x += run
    }
  })
  return drawn(side, side, path)
}

/** Widths of bars and spaces of a Code 128 (set C) over an even number of digits, start to stop. */
export function barWidths(digits: string): string {
  const values = (digits.match(/\d{2}/g) ?? []).map(Number)
  const sum = values.reduce((total, value, at) => total + value * (at + 1), START_C) % 103
  return [START_C, ...values, sum].map((value) => PATTERNS[value]).join('') + STOP
}

/** The same digits as bars, for desks whose reader knows no QR. */
export function barPicture(digits: string): string {
  const quiet = 10
  let x = quiet
  let path = ''
  Array.from(barWidths(digits), Number).forEach((width, at) => {
    if (at % 2 === 0) path += `M${x} 0h${width}v40h-${width}z`
    x += width
  })
  return drawn(x + quiet, 40, path)
}
