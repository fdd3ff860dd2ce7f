/** Edits (insert, delete, replace, swap neighbours) between two words, letters compared without case. */
export function distance(from: string, to: string): number {
  const a = from.toLowerCase()
  const b = to.toLowerCase()
  const rows = [Array.from({length: b.length + 1}, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replace = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replace, swap))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
