// A guarded Nest application. Run it with `node server.mjs`; it prints a curl line with a token that works.
// JavaScript has no decorators yet, so they are called here; docs/frameworks.md has the same in TypeScript.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createSigner, createVerifier, hmacKey, createGate } from 'jotgate'
import { JotgateModule, Public } from 'jotgate/nest'

const key = hmacKey(randomBytes(32), 'HS256')
const from = { issuer: 'https://issuer.example', audience: 'api' }
const gate = createGate({ verify: createVerifier({ keys: key, algorithms: ['HS256'], ...from }) })

class Greetings {
  hello() {
    return `hello, ${gate.current().claims.sub}\n`
  }
  health() {
    return 'ok\n'
  }
}
const on = (name, ...decorators) =>
  Reflect.decorate(
    decorators,
    Greetings.prototype,
    name,
    Reflect.getOwnPropertyDescriptor(Greetings.prototype, name),
  )
on('hello', Get())
on('health', Public(), Get('healthz'))
Controller()(Greetings)

class App {}
Module({ imports: [JotgateModule.forRoot({ gate })], controllers: [Greetings] })(App)

const app = await NestFactory.create(App, { logger: false })
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
const token = await createSigner({ key, ...from, expiresIn: '15m' })({ sub: 'alice' })
console.log(`curl -H 'Authorization: Bearer ${token}' ${await app.getUrl()}/`)
