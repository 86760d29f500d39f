import { Type } from '@sinclair/typebox'
import { choice } from '../intake/model'
import { view } from '../kernel/view'
import { events } from '../webhooks/events'
import { eventExamples } from './event-examples'
import { table } from './lines'
import { operation } from './operation'

const catalogued = [...events, 'webhook.ping'] as const

const EventView = view('WebhookEvent', {
  event: Type.String(),
  summary: Type.String({ description: 'When it is sent.' }),
  example: Type.String({ description: 'A body as a receiver gets it: JSON.' }),
})

export const webhookEvents = operation({
  command: 'webhook events',
  route: 'GET /webhook-events',
  bare: ['event'],
  role: 'viewer',
  summary: 'list the events that webhooks are told of; with the name of one, an example of its body',
  input: Type.Object({
    event: Type.Optional(choice(catalogued, { description: 'Only this event.' })),
  }),
  output: Type.Object({ events: Type.Array(EventView) }),
  async run(_, { event: wanted }) {
    const shown = wanted === undefined ? catalogued : [wanted]
    return {
      events: shown.map((event) => {
        const { summary, payload } = eventExamples[event]
        return { event, summary, example: JSON.stringify({ event, payload, webhook_id: 1 }, null, 2) }
      }),
    }
  },
  show: ({ events: shown }) =>
    shown.length === 1
      ? [shown[0]!.summary, '', ...shown[0]!.example.split('\n')]
      : table(
          ['EVENT', 'WHEN'],
          shown.map(({ event, summary }) => [event, summary]),
          '',
          ['WHEN'],
        ),
})
