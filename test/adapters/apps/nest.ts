import 'reflect-metadata'
import { type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  All,
  Controller,
  Get,
  Header,
  HttpCode,
  Module,
  Options,
  Post,
  Req,
  Res,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { JotgateModule } from '../../../src/adapters/nest/nest.js'
import {
  signChunks,
  subject,
  subjectLines,
  subjectsOverTime,
  type Server,
  type Site,
} from '../site.js'

/** The contract's routes on Nest, over Express. */
export async function startNest(site: Site, isGuarded = true): Promise<Server> {
  const imports = isGuarded ? site.gates.map((gate) => JotgateModule.forRoot({ gate })) : []
  @Module({ imports, controllers: controllersOf(site) })
  class SiteModule {}
  const app = await NestFactory.create(SiteModule, { logger: false, forceCloseConnections: true })
  await app.listen(0, '127.0.0.1')
  return { base: await app.getUrl(), close: () => app.close() }
}

function controllersOf(site: Site) {
  @Controller()
  class Plain {
    @Get(['healthz', 'public/hello', 'optional', 'orders', 'open'])
    whoami() {
      return { subject: subject() }
    }

    @Get('calls')
    calls() {
      return { calls: site.calls }
    }

    @Options('me')
    @HttpCode(204)
    @Header('access-control-allow-origin', 'https://site.example')
    preflight() {
      return undefined
    }

    @All('me')
    me(@Res() response: ServerResponse) {
      site.calls += 1
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ subject: subject() }))
    }

    @Get('time')
    async time() {
      return { seen: await subjectsOverTime() }
    }

    @Get('throws')
    throws() {
      throw new Error('a handler failed')
    }

    @Get('rejects')
    rejects() {
      return Promise.reject(new Error('a handler failed'))
    }

    @Get(['admin', 'area/x', 'v1/admin'])
    admin() {
      return { secret: true }
    }
  }
  return [Plain, Streams]
}

@Controller()
class Streams {
  @Get('lines')
  lines(@Res() response: ServerResponse) {
    return pipeline(Readable.from(subjectLines()), response)
  }

  @Post('echo')
  echo(@Req() request: IncomingMessage, @Res() response: ServerResponse) {
    request.pipe(response)
  }

  @Post('signed')
  signed(@Req() request: IncomingMessage, @Res() response: ServerResponse) {
    request.pipe(signChunks()).pipe(response)
  }

  @Post('chunks')
  chunks(@Req() request: IncomingMessage, @Res() response: ServerResponse) {
    const seen: (string | null)[] = []
    request.on('data', () => seen.push(subject()))
    request.on('end', () => response.end(JSON.stringify({ seen: [...seen, subject()] })))
  }
}
