#!/usr/bin/env node
// Becomes dist/cli.js. It loads nothing before it knows that this Node can run the rest, and before the compile cache
// is on, which halves the start. It uses only what every Node can read, and waits for nothing itself: it is built as
// CommonJS.
import {enableCompileCache} from 'node:module'

const oldest = [24, 15]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

function failed() {
  process.exitCode = 70
}

if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!)) {
  process.stderr.write(
    `error: tazuna-watch needs Node ${oldest.join('.')} or newer, and this is ${process.versions.node}\n` +
      'hint: install a newer Node, or use `npx node@26`\n',
  )
  failed()
} else {
  enableCompileCache()
  // a run that waits for what never comes ends before it has an exit code
  process.once('beforeExit', failed)
  void import('./cli.ts').then(({main}) => main(process)).then(() => process.off('beforeExit', failed))
}
