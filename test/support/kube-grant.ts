import type {KubeClient} from './kube-client.ts'
import {until} from './until.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/ */
export type PolicyRule = {
  /** `''` is the core group. */
  readonly apiGroups: readonly string[]
  /** `configmaps`, `pods/log` */
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

export type ServiceAccount = {readonly namespace: string; readonly name: string}

/** Takes a grant back; done when it is no longer in force. */
export type Revoke = () => Promise<void>

/** Milliseconds until a change of roles must be in force; usually it takes a few. */
const inForceTimeout = 5_000

/** A Role with these rules in `namespace`, and a RoleBinding of the account to it. Done when it is in force. */
export async function grant(
  client: KubeClient,
  namespace: string,
  account: ServiceAccount,
  rules: readonly PolicyRule[],
): Promise<Revoke> {
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`
  const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`
  const made = await client.mustRequest('POST', roles, {metadata: {generateName: 'granted-'}, rules})
  const {name} = (made as {metadata: {name: string}}).metadata
  await client.mustRequest('POST', bindings, {
    metadata: {name},
    roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name},
    subjects: [{kind: 'ServiceAccount', ...account}],
  })
  const reviews = rules.flatMap(rule => toReviews(namespace, account, rule))
  const statuses = () => Promise.all(reviews.map(review => askReview(client, review)))
  await until(`role ${name} is in force`, inForceTimeout, async () => (await statuses()).every(({allowed}) => allowed))
  return async () => {
    await Promise.all([bindings, roles].map(path => client.mustRequest('DELETE', `${path}/${name}`)))
    // another grant may allow the same: the reason names the binding that does
    await until(`role ${name} is no longer in force`, inForceTimeout, async () =>
      (await statuses()).every(({reason = ''}) => !reason.includes(`"${name}/${namespace}"`)),
    )
  }
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
type ReviewStatus = {allowed: boolean; reason?: string}

async function askReview(client: KubeClient, spec: object): Promise<ReviewStatus> {
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
  const review = (await client.mustRequest('POST', path, {spec})) as {status: ReviewStatus}
  return review.status
}

/** One for everything that the rule allows. */
function toReviews(namespace: string, account: ServiceAccount, rule: PolicyRule): object[] {
  const user = `system:serviceaccount:${account.namespace}:${account.name}`
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated']
  const {apiGroups, resources, resourceNames = [''], verbs} = rule
  return apiGroups.flatMap(group =>
    resources.flatMap(path => {
      const [resource, subresource = ''] = path.split('/')
      return resourceNames.flatMap(name =>
        verbs.map(verb => ({
          user,
          groups,
          resourceAttributes: {namespace, group, resource, subresource, name, verb},
        })),
      )
    }),
  )
}
