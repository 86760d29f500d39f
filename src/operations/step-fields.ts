import { Type } from '@sinclair/typebox'
import { choice, integer } from '../intake/model'
import { stepLengths } from '../kernel/steps'

export const seriesUsual = 20

/** The fields of operations that count along time. */
export const stepFields = {
  step: Type.Optional(choice([...stepLengths], { description: 'How long each step is, in UTC; default day.' })),
  series: Type.Optional(
    integer({
      minimum: 1,
      maximum: 100,
      description: `At most so many series, the largest; default ${seriesUsual}.`,
    }),
  ),
}
