/** A case number in groups of four, easier to compare. */
export function caseWords(no: string): string {
  return no.replace(/(.{4})(?=.)/g, '$1 ')
}
