import type { ProxyProblem } from '../../access/client-addresses'
import type { Config } from '../../config'
import { addressSet } from '../../kernel/addresses'
import { dayMs } from '../../kernel/durations'

const rememberedMs = dayMs

/** Problems with the proxies in front of the server, noticed in the last day, each with its remedy. */
export const proxyProblemsIn = (
  problems: readonly ProxyProblem[],
  config: Pick<Config, 'trusted_proxies'>,
  now: Date,
) =>
  problems
    .filter(({ at }) => now.getTime() - Date.parse(at) < rememberedMs)
    .filter(({ kind, peer }) => kind !== 'untrusted_proxy' || !addressSet(config.trusted_proxies).has(peer))
    .map(sentenceOf)

const sentenceOf = ({ kind, peer, hop, at }: ProxyProblem) =>
  kind === 'untrusted_proxy'
    ? `A proxy at ${peer} passes requests on and is not trusted, so that all its clients count as one address (last seen ${at}): name it in trusted_proxies.`
    : `The proxy at ${peer} names no address of its client but "${hop}" (last seen ${at}): let it write X-Forwarded-For.`
