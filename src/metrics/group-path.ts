/** What a group of the Pushgateway is grouped by. One writer per group. */
export type GroupKey = {readonly job: string; readonly cluster: string; readonly watch: string}

/**
 * The path of a watch's group: `job`, `cluster`, and `scope` unless the watch is `default`. Every value goes as
 * base64url, since a slash in a value has no other form; an empty value is one `=`.
 * https://github.com/prometheus/pushgateway#url
 */
export function groupPath({job, cluster, watch}: GroupKey): string {
  const labels = [['job', job], ['cluster', cluster], ...(watch === 'default' ? [] : [['scope', watch]])]
  return `/metrics${labels.map(([name, value]) => `/${name}@base64/${encode(value!)}`).join('')}`
}

function encode(value: string): string {
  return Buffer.from(value).toString('base64url') || '='
}
