/** What tells the series of one watch from those of another where no group of a Pushgateway does. */
export type WatchLabels = {readonly cluster: string; readonly scope?: string}

export function watchLabels({cluster, watch}: {readonly cluster: string; readonly watch: string}): WatchLabels {
  return watch === 'default' ? {cluster} : {cluster, scope: watch}
}
