import { render } from 'preact'
import { App } from './app.js'
import { loadLoginOptions } from './session/login-options.js'
import { restore } from './session/session.js'

const root = document.getElementById('app')
if (root) render(<App />, root)
void loadLoginOptions()
void restore()
