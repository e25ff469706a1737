import { SESSION_SECONDS, type Session } from '../sessions.js';
import { collection, ENABLED, link, SESSION_SERVICE, SESSIONS, type Resource } from './names.js';

export function sessionService(): Resource {
  return {
    '@odata.id': SESSION_SERVICE,
    '@odata.type': '#SessionService.v1_1_9.SessionService',
    Id: 'SessionService',
    Name: 'Sessions',
    ServiceEnabled: true,
    SessionTimeout: SESSION_SECONDS,
    Status: ENABLED,
    Sessions: link(SESSIONS),
  };
}

export function sessions(open: readonly Session[]): Resource {
  const members = open.map(({ id }) => `${SESSIONS}/${id}`);
  return collection(SESSIONS, 'SessionCollection', 'Sessions', members);
}

export function session({ id, account, createdAt }: Session): Resource {
  return {
    '@odata.id': `${SESSIONS}/${id}`,
    '@odata.type': '#Session.v1_7_0.Session',
    Id: id,
    Name: `Session of ${account.username}`,
    UserName: account.username,
    SessionType: 'Redfish',
    CreatedTime: `${new Date(createdAt).toISOString().slice(0, 19)}Z`,
  };
}
