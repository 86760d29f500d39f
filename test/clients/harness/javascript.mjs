import { createInterface } from 'node:readline'

const { Licensing } = await import(process.argv[2])

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, do: method, args, apiKey, server, store, device, isBound, machine, now, deadlineMs } = JSON.parse(line)
  const licensing = new Licensing({
    ...{ apiKey, server, store, machineId: machine, deadlineMs, pauseMs: 0, now: () => now },
    ...(device !== null && { device }),
    ...(isBound && { bindToMachine: true }),
  })
  const given = method === 'check' ? [{ isDue: args[0] === true }] : args
  const value = await licensing[method](...given)
  console.log(JSON.stringify({ id, value }))
})
