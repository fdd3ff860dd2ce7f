#!/usr/bin/env node
// Becomes dist/cli.js. It loads nothing before it knows that this Node can run the rest, and before the compile cache
// is on, which halves the start. It uses only what every Node can read.
import module from 'node:module'

const oldest = [24, 15]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!)) {
  process.stderr.write(
    `error: tazuna-watch needs Node ${oldest.join('.')} or newer, and this is ${process.versions.node}\n` +
      'hint: install a newer Node, or use `npx node@26`\n',
  )
  process.exitCode = 70
} else {
  module.enableCompileCache()
  const {main} = await import('./cli.ts')
  await main(process)
}
