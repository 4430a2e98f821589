/**
 * Places of the system's, where no project lies: what a package reads there, a scope of the project does not
 * grant it. Not among them are those where images and services keep programs (`/app`, `/srv`, `/opt`, `/var`, `/home`).
 */
export const SYSTEM_PATHS =
  /^(?:\/(?:proc|sys|etc|run|boot|bin|sbin|lib(?:32|64)?|usr\/(?:bin|sbin|lib(?:32|64|exec)?|share\/(?:zoneinfo|locale|fonts)))\/|\/\.dockerenv$|\/(?:System|Applications)\/|[A-Z]:[/\\](?:Windows|Program Files)[/\\])/i;
