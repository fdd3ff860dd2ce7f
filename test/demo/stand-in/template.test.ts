import {describe, expect, it} from 'vitest'

import {renderTemplate} from '../../../src/demo/stand-in/template.ts'

// The expected values are what Go 1.26's text/template makes of the same input.

describe('tazuna.yaml as a template', () => {
  it.each([
    ['a {{ .Environment }} b', 'a prod b'],
    ['{{.Environment}}{{.Environment}}', 'prodprod'],
    ['x\n  {{- .Environment -}} \n y', 'xprody'],
    ['x \n{{- .Environment }} y', 'xprod y'],
    ['x {{ .Environment -}}\n y', 'x prody'],
    ['{{/* c */}}z', 'z'],
    ['{{- /* c */ -}} q', 'q'],
    ['no action } }', 'no action } }'],
  ])('renders %j to %j', (text, rendered) => {
    expect(renderTemplate('tazuna.yaml', text, 'prod')).toBe(rendered)
  })

  it.each([
    ['{{ .Env', 'failed to parse tazuna.yaml as a Go template: template: tazuna.yaml:1: unclosed action'],
    ['{{}}', 'failed to parse tazuna.yaml as a Go template: template: tazuna.yaml:1: missing value for command'],
    [
      'a\n{{ nope }}',
      'failed to parse tazuna.yaml as a Go template: template: tazuna.yaml:2: function "nope" not defined',
    ],
    [
      '\n  {{ .Foo.Bar }}',
      `failed to render tazuna.yaml as a Go template: template: tazuna.yaml:2:9: executing "tazuna.yaml" at <.Foo.Bar>: can't evaluate field Foo in type tmpl.Data`,
    ],
    ['{{ if .Environment }}', 'the stand-in knows {{ .Environment }} only, not {{ if .Environment }}: tazuna.yaml'],
  ])('refuses %j', (text, message) => {
    expect(() => renderTemplate('tazuna.yaml', text, 'prod')).toThrow(expect.objectContaining({message}))
  })
})
