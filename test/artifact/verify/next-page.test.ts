import {describe, expect, it} from 'vitest'

import {nextPage} from '../../../src/artifact/verify/next-page.ts'

const page = 'https://r.example.com/v2/acme/config/referrers/sha256:ab?n=1'

describe('nextPage', () => {
  it.each([
    ['no header', undefined, null],
    ['an empty header', '', null],
    ['an empty list', [], null],
    ['the last page', '<https://r.example.com/v2/>; rel="prev"', null],
    ['a word that begins with next', '</x>; rel=next-archive', null],
    ['a parameter of another name', '</x>; title="rel=prev"', null],
    ['no form of a link', 'rel="next"', null],
    ['only a query', '<?last=a>; rel="next"', {query: '?last=a'}],
    ['no quotes', '<?last=a>;rel=next', {query: '?last=a'}],
    ['capitals', '<?last=a> ; REL="Next"', {query: '?last=a'}],
    ['several relations', '<?last=a>; rel="first next"', {query: '?last=a'}],
    ['several links', '</v2/>; rel="prev", <?last=b>; title="x"; rel="next"', {query: '?last=b'}],
    ['several headers', ['</v2/>; rel="prev"', '<?last=b>; rel="next"'], {query: '?last=b'}],
    ['the path', '</v2/acme/config/referrers/sha256:ab?last=c>; rel="next"', {query: '?last=c'}],
    ['the path with a colon encoded', '</v2/acme/config/referrers/sha256%3Aab?last=c>; rel="next"', {query: '?last=c'}],
    [
      'the whole URL',
      '<https://r.example.com/v2/acme/config/referrers/sha256:ab?last=d>; rel="next"',
      {query: '?last=d'},
    ],
    [
      'the same port, named',
      '<https://r.example.com:443/v2/acme/config/referrers/sha256:ab?l>; rel="next"',
      {query: '?l'},
    ],
    ['another host', '<https://evil.example.com/v2/acme/config/referrers/sha256:ab?last=d>; rel="next"', 'elsewhere'],
    [
      'another host without a scheme',
      '<//evil.example.com/v2/acme/config/referrers/sha256:ab>; rel="next"',
      'elsewhere',
    ],
    ['another port', '<https://r.example.com:8443/v2/acme/config/referrers/sha256:ab?x>; rel="next"', 'elsewhere'],
    ['no TLS', '<http://r.example.com/v2/acme/config/referrers/sha256:ab?x>; rel="next"', 'elsewhere'],
    ['another scheme', '<file:///v2/acme/config/referrers/sha256:ab?x>; rel="next"', 'elsewhere'],
    ['another repository', '</v2/acme/other/referrers/sha256:ab?x>; rel="next"', 'elsewhere'],
    ['another digest', '</v2/acme/config/referrers/sha256:cd?x>; rel="next"', 'elsewhere'],
    ['a way up', '<../../../../../token?x>; rel="next"', 'elsewhere'],
    ['no URL', '<https://[>; rel="next"', 'elsewhere'],
    ['a query of 3 kB', `<?${'a'.repeat(3000)}>; rel="next"`, 'elsewhere'],
  ])('reads %s', (_title, link, expected) => {
    expect(nextPage(link, page)).toEqual(expected)
  })
})
