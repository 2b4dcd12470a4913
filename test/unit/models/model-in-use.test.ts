import { keccak256, stringToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { modelDescription, modelIdOf, modelInUse, modelInUseId } from '../../../models/model-in-use.ts'

describe('the id of a model', () => {
  it('is the hash of a description that anybody can write down', () => {
    const description =
      '{"gas":{"id":"gas/base-fee","parameters":{"deviationWeight":4,"fewestChanges":4,"meanWeight":20,' +
      '"normal90":1.2815515655446004,"normal99":2.3263478740408408,"priorDeviation":0.0725},"version":1},' +
      '"slippage":{"id":"slippage/square-root","parameters":{"quantile99":2.9},"version":1},' +
      '"volatility":{"id":"volatility/ewma","parameters":{"decay":0.94,"fewestReturns":6,"lowestVolatility":0.1,' +
      '"normal90":1.645,"priorHigh":2.5,"priorLow":0.4,"priorValue":1},"version":1}}'
    expect(modelDescription(modelInUse)).toBe(description)
    expect(modelInUseId).toBe(keccak256(stringToBytes(description)))
  })

  it('changes with the version and with every parameter of each forecaster', () => {
    const { volatility, slippage, gas } = modelInUse
    const others = [
      { volatility, slippage: { ...slippage, version: 2 }, gas },
      { volatility: { ...volatility, id: 'volatility/other' }, slippage, gas },
      ...Object.keys(volatility.parameters).map((name) => ({
        volatility: { ...volatility, parameters: { ...volatility.parameters, [name]: 0.5 } },
        ...{ slippage, gas },
      })),
      ...Object.keys(gas.parameters).map((name) => ({
        ...{ volatility, slippage },
        gas: { ...gas, parameters: { ...gas.parameters, [name]: 0.5 } },
      })),
      { volatility, slippage: { ...slippage, parameters: { quantile99: 3 } }, gas },
    ]
    const ids = [modelInUse, ...others].map(modelIdOf)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
