/**
 * A text in which the runner of GitHub Actions finds no workflow command, on whichever stream it is printed: it takes
 * `::name::` at the beginning of a line, behind any white space, and the older `##[name]` anywhere in one.
 * https://github.com/actions/runner/blob/258d6c857db3519913f7deb6004b60172f8043ae/src/Runner.Common/ActionCommand.cs
 */
export function disarm(text: string): string {
  return text.replaceAll(/^((?:[^\S\r\n]|\u0085)*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}

/** The same for JSON, which says the same afterwards: a line of it never begins with a colon. */
export function disarmJson(text: string): string {
  return text.replaceAll('##[', String.raw`##\u005b`)
}
