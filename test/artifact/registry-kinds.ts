const zeros = '00000000-0000-0000-0000-000000000000'
const jsonKey = JSON.stringify({type: 'service_account', private_key: '-----BEGIN:\n"x"\n-----END\n'})
const basic = (text: string) => Buffer.from(text).toString('base64')
const scope = 'repository:acme/config:pull'

/** How a registry on the internet lets people in. */
export type RegistryKind = {
  readonly title: string
  /** As in the reference. */
  readonly host: string
  /** Where it is reached; default the host. */
  readonly server?: string
  /** Its entry in `auths`, by key. */
  readonly auths: Readonly<Record<string, unknown>>
  readonly challenge: string
  /** With which it is asked the first time; default 401. */
  readonly status?: number
  /** What its token service gets: method and path, then `Authorization` or the form. */
  readonly token: readonly [call: string, login: string] | null
  /** What the registry gets once we are logged in. */
  readonly authorization: string
}

const query = (service: string) => new URLSearchParams({service, scope}).toString()
export const bearer = (realm: string, service: string) =>
  `Bearer realm="${realm}",service="${service}",scope="${scope}"`

export const registryKinds: readonly RegistryKind[] = [
  {
    title: 'ECR takes the user AWS by Basic',
    host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    auths: {'*.dkr.ecr.*.amazonaws.com': {auth: basic('AWS:token-of-12-hours')}},
    challenge: 'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    token: null,
    authorization: `Basic ${basic('AWS:token-of-12-hours')}`,
  },
  {
    title: 'GCR takes an access token as the password of oauth2accesstoken',
    host: 'eu.gcr.io',
    auths: {'https://eu.gcr.io': {auth: basic('oauth2accesstoken:ya29.access')}},
    challenge: bearer('https://eu.gcr.io/v2/token', 'eu.gcr.io'),
    token: [`GET https://eu.gcr.io/v2/token?${query('eu.gcr.io')}`, `Basic ${basic('oauth2accesstoken:ya29.access')}`],
    authorization: 'Bearer token-1',
  },
  {
    title: 'Artifact Registry takes a key file as the password of _json_key',
    host: 'europe-docker.pkg.dev',
    auths: {'europe-docker.pkg.dev': {username: '_json_key', password: jsonKey}},
    challenge: bearer('https://europe-docker.pkg.dev/v2/token', 'europe-docker.pkg.dev'),
    token: [
      `GET https://europe-docker.pkg.dev/v2/token?${query('europe-docker.pkg.dev')}`,
      `Basic ${basic(`_json_key:${jsonKey}`)}`,
    ],
    authorization: 'Bearer token-1',
  },
  {
    title: 'ACR exchanges an identity token by POST',
    host: 'acme.azurecr.io',
    auths: {'acme.azurecr.io': {auth: basic(`${zeros}:`), identitytoken: 'refresh-1'}},
    challenge: bearer('https://acme.azurecr.io/oauth2/token', 'acme.azurecr.io'),
    token: [
      'POST https://acme.azurecr.io/oauth2/token',
      new URLSearchParams({
        grant_type: 'refresh_token',
        service: 'acme.azurecr.io',
        client_id: 'tazuna-watch',
        scope,
        refresh_token: 'refresh-1',
      }).toString(),
    ],
    authorization: 'Bearer token-1',
  },
  {
    title: 'ACR takes a refresh token as the password of the user of zeros too',
    host: 'acme.azurecr.io',
    auths: {'acme.azurecr.io': {username: zeros, password: 'refresh-1'}},
    challenge: bearer('https://acme.azurecr.io/oauth2/token', 'acme.azurecr.io'),
    token: [
      `GET https://acme.azurecr.io/oauth2/token?${query('acme.azurecr.io')}`,
      `Basic ${basic(`${zeros}:refresh-1`)}`,
    ],
    authorization: 'Bearer token-1',
  },
  {
    title: 'GHCR exchanges a personal token at /token, and never sees it as a bearer',
    host: 'ghcr.io',
    auths: {'ghcr.io': {auth: basic('octocat:ghp_word')}},
    challenge: bearer('https://ghcr.io/token', 'ghcr.io'),
    token: [`GET https://ghcr.io/token?${query('ghcr.io')}`, `Basic ${basic('octocat:ghp_word')}`],
    authorization: 'Bearer token-1',
  },
  ...['docker.io', 'index.docker.io', 'registry-1.docker.io'].map(host => ({
    title: `Docker Hub has its login under its old name, as ${host}`,
    host,
    server: 'registry-1.docker.io',
    auths: {'https://index.docker.io/v1/': {auth: basic('acme:dckr_pat_word')}},
    challenge: bearer('https://auth.docker.io/token', 'registry.docker.io'),
    token: [
      `GET https://auth.docker.io/token?${query('registry.docker.io')}`,
      `Basic ${basic('acme:dckr_pat_word')}`,
    ] as const,
    authorization: 'Bearer token-1',
  })),
  {
    title: 'GitLab has its token service on another host',
    host: 'registry.gitlab.example.com',
    auths: {'registry.gitlab.example.com': {username: 'gitlab+deploy-token-1', password: 'gldt-word'}},
    challenge: bearer('https://gitlab.example.com/jwt/auth', 'container_registry'),
    token: [
      `GET https://gitlab.example.com/jwt/auth?${query('container_registry')}`,
      `Basic ${basic('gitlab+deploy-token-1:gldt-word')}`,
    ],
    authorization: 'Bearer token-1',
  },
  {
    title: 'Harbor has robots with a $ in their names',
    host: 'harbor.example.com:8443',
    auths: {'harbor.example.com:8443/acme': {username: 'robot$acme+puller', password: 'robot-word'}},
    challenge: bearer('https://harbor.example.com:8443/service/token', 'harbor-registry'),
    token: [
      `GET https://harbor.example.com:8443/service/token?${query('harbor-registry')}`,
      `Basic ${basic('robot$acme+puller:robot-word')}`,
    ],
    authorization: 'Bearer token-1',
  },
  {
    title: 'icr.io asks for a login with 403 instead of 401',
    host: 'de.icr.io',
    auths: {'*.icr.io': {username: 'iamapikey', password: 'ibm-word'}},
    status: 403,
    challenge: `${bearer('https://de.icr.io/oauth/token', 'registry')},error="insufficient_scope"`,
    token: [`GET https://de.icr.io/oauth/token?${query('registry')}`, `Basic ${basic('iamapikey:ibm-word')}`],
    authorization: 'Bearer token-1',
  },
  {
    title: 'a registry behind a gateway offers Negotiate before Basic',
    host: 'registry.example.com',
    auths: {'registry.example.com': {auth: basic('svc:word')}},
    challenge: 'Negotiate, Basic realm="x"',
    token: null,
    authorization: `Basic ${basic('svc:word')}`,
  },
]
