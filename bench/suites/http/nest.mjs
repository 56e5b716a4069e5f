import 'reflect-metadata'
import { Controller, Get, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { makeGate } from './gate.mjs'
import { audience, issuer } from './material.mjs'

/**
 * Nest over Express; decorators are called as the functions they are.
 *
 * @type {import('./frameworks.mjs').Start}
 */
export async function startNest(contender, trust) {
  class Hello {
    get() {
      return { hello: 'world' }
    }
  }
  const method = Object.getOwnPropertyDescriptor(Hello.prototype, 'get') ?? {}
  Get()(Hello.prototype, 'get', method)
  Controller()(Hello)
  const [imports, providers] = await guardOf(contender, trust)
  if (providers.length > 0) UseGuards(AuthGuard('jwt'))(Hello)
  class App {
    name = 'bench'
  }
  Module({ imports, providers, controllers: [Hello] })(App)
  const app = await NestFactory.create(App, { logger: false })
  await app.listen(0, '127.0.0.1')
  return Number(new URL(await app.getUrl()).port)
}

/**
 * @param {string} contender
 * @param {import('./material.mjs').Trust} trust
 * @returns {Promise<[imports: any[], providers: any[]]>}
 */
async function guardOf(contender, trust) {
  if (contender === 'none') return [[], []]
  if (contender.startsWith('jotgate')) {
    const { JotgateModule } = await import('jotgate/nest')
    return [[JotgateModule.forRoot({ gate: makeGate(trust, contender) })], []]
  }
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken()
      super({
        jwtFromRequest,
        secretOrKey: trust.secret,
        algorithms: [trust.alg],
        issuer,
        audience,
      })
    }

    /** @param {object} payload */
    validate(payload) {
      return payload
    }
  }
  return [[PassportModule], [JwtStrategy]]
}
