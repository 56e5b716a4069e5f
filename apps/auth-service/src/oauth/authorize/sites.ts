/** A session at a site, and the login of a browser that it came from. */
export interface Site {
  /** Of the session at the site. */
  readonly sid: string
  /** Of the browser's session at this service. */
  readonly ssoSid: string
  readonly client: string
  readonly subject: string
  /** Whether it goes on when the browser's session ends, by the client's registration. */
  readonly offline: boolean
}

/** Which session at which site came from which login. A row is written before its session, and may have none. */
export interface Sites {
  /** @param code the hash of the code: a second row for one code is refused */
  add(site: Site, code: string): Promise<void>
  /** Undefined: no session of a code, such as one of `/user/login`. */
  bySid(sid: string): Promise<Site | undefined>
  ofLogin(ssoSid: string): Promise<readonly Site[]>
}
