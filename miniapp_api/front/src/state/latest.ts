/** Which of the two happened last: the newest message, or the newest look at the code (which posts no message). */
export function latestOf<N extends { at: string }, V extends { at: string }>(notice: N | null, visit: V | null): { notice: N | null; visit: V | null } {
  const looked = visit !== null && (notice === null || Date.parse(visit.at) > Date.parse(notice.at))
  return looked ? { notice: null, visit } : { notice, visit: null }
}
